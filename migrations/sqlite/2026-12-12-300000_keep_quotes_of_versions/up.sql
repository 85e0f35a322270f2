-- Which quote a version of a status had that an edit replaced; it may be gone, or another one, since.
ALTER TABLE status_edits ADD COLUMN quote_id BIGINT;
UPDATE status_edits SET quote_id = (SELECT quotes.id FROM quotes WHERE quotes.status_id = status_edits.status_id);
