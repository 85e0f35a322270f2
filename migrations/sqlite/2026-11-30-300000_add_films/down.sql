ALTER TABLE media DROP COLUMN remote_thumbnail;
ALTER TABLE media DROP COLUMN failure;
ALTER TABLE media DROP COLUMN facts;
ALTER TABLE media DROP COLUMN state;
