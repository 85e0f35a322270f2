-- What moderators decided about somebody, in the words that they were told.
CREATE TABLE account_warnings (
    id          INTEGER PRIMARY KEY,
    account_id  BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,   -- who is told
    action      SMALLINT  NOT NULL,                          -- WarningAction
    text        TEXT      NOT NULL,
    created_at  TIMESTAMP NOT NULL
);
CREATE INDEX account_warnings_account_id ON account_warnings (account_id);

-- Follows of somebody that ended by a decision about the other, or about a whole server.
CREATE TABLE severances (
    id          INTEGER PRIMARY KEY,
    account_id  BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,   -- who is told
    cause       SMALLINT  NOT NULL,                          -- SeveranceCause
    target_name TEXT      NOT NULL,                          -- a host, or name@host
    followers   BIGINT    NOT NULL,
    following   BIGINT    NOT NULL,
    created_at  TIMESTAMP NOT NULL
);
CREATE INDEX severances_account_id ON severances (account_id, cause, target_name);

ALTER TABLE notifications ADD COLUMN event_id BIGINT;        -- account_warnings, severances or collections (id), as the kind says
CREATE INDEX notifications_event_id ON notifications (event_id) WHERE event_id IS NOT NULL;
DROP INDEX notifications_once;
CREATE UNIQUE INDEX notifications_once ON notifications (account_id, from_account_id, kind, COALESCE(status_id, 0), COALESCE(report_id, 0), COALESCE(event_id, 0));
