ALTER TABLE statuses ADD COLUMN quote_of_id BIGINT REFERENCES statuses (id) ON DELETE SET NULL;
CREATE INDEX statuses_quote_of_id ON statuses (quote_of_id) WHERE quote_of_id IS NOT NULL;

ALTER TABLE statuses DROP COLUMN has_quote;
ALTER TABLE statuses DROP COLUMN has_poll;
