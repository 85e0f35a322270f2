ALTER TABLE users DROP COLUMN ask_before_adaptation;
ALTER TABLE statuses DROP COLUMN has_source;
DROP TABLE derivations;
