-- What came of looking for what is missing of a thread, for apps that wait for it.
ALTER TABLE lookups ADD COLUMN finished_at TIMESTAMP;
ALTER TABLE lookups ADD COLUMN known_before BIGINT NOT NULL DEFAULT 0;   -- statuses of other servers in the thread
