ALTER TABLE statuses DROP COLUMN quote_policy;
ALTER TABLE statuses DROP COLUMN quotes_count;
DROP TABLE quotes;
