-- What somebody says against a decision about them, and what moderators then decided.
ALTER TABLE account_warnings ADD COLUMN appeal TEXT;                              -- null: nothing was said
ALTER TABLE account_warnings ADD COLUMN appealed_at TIMESTAMP;
ALTER TABLE account_warnings ADD COLUMN decided_at TIMESTAMP;
ALTER TABLE account_warnings ADD COLUMN overruled BOOLEAN NOT NULL DEFAULT FALSE; -- whether they were right
CREATE INDEX account_warnings_appeals ON account_warnings (id) WHERE appealed_at IS NOT NULL AND decided_at IS NULL;
