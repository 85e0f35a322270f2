ALTER TABLE cards DROP COLUMN provider_url;
ALTER TABLE cards DROP COLUMN embed_url;
ALTER TABLE cards DROP COLUMN kind;
