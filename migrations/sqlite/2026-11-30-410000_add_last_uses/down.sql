ALTER TABLE access_tokens DROP COLUMN used_at;
ALTER TABLE sessions DROP COLUMN browser;
ALTER TABLE sessions DROP COLUMN used_at;
