ALTER TABLE accounts DROP COLUMN edited_at;
