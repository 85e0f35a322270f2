-- A page asks for polls and quotes only where a status has one.
ALTER TABLE statuses ADD COLUMN has_poll BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE statuses ADD COLUMN has_quote BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE statuses SET has_poll = TRUE WHERE id IN (SELECT status_id FROM polls);
UPDATE statuses SET has_quote = TRUE WHERE id IN (SELECT status_id FROM quotes);

DROP INDEX statuses_quote_of_id;
ALTER TABLE statuses DROP COLUMN quote_of_id;
