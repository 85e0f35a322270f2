ALTER TABLE status_edits DROP COLUMN quote_id;
