DROP INDEX statuses_card_id;
ALTER TABLE statuses DROP COLUMN card_id;
DROP TABLE cards;
