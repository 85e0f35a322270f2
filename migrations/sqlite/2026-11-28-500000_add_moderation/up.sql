-- All that the account posts is shown as sensitive from here on.
ALTER TABLE accounts ADD COLUMN sensitized_at TIMESTAMP;

ALTER TABLE reports ADD COLUMN assigned_account_id BIGINT REFERENCES accounts (id) ON DELETE SET NULL;
ALTER TABLE reports ADD COLUMN resolved_by_account_id BIGINT REFERENCES accounts (id) ON DELETE SET NULL;
ALTER TABLE reports ADD COLUMN updated_at TIMESTAMP NOT NULL DEFAULT '1970-01-01 00:00:00';
UPDATE reports SET updated_at = COALESCE(resolved_at, created_at);
CREATE INDEX reports_assigned_account_id ON reports (assigned_account_id);
CREATE INDEX reports_resolved_by_account_id ON reports (resolved_by_account_id);

-- What moderators did, for good: who, what, to whom or what.
CREATE TABLE moderation_log (
    id         INTEGER   PRIMARY KEY,
    actor      TEXT      NOT NULL,                       -- handle
    action     TEXT      NOT NULL,
    target     TEXT      NOT NULL,                       -- handle, host, or number of a report
    created_at TIMESTAMP NOT NULL
);
