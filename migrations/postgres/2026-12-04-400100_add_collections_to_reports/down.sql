ALTER TABLE reports DROP COLUMN collection_ids;
