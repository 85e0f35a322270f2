ALTER TABLE instances DROP COLUMN asked_at;
