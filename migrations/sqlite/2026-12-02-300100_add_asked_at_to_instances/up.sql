-- When a server was asked what software it runs.
ALTER TABLE instances ADD COLUMN asked_at TIMESTAMP;
