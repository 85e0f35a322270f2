-- What moderators are asked to look at.
CREATE TABLE reports (
    id                BIGINT    PRIMARY KEY,
    uri               TEXT      NOT NULL,                -- id of the Flag
    account_id        BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    target_account_id BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    category          SMALLINT  NOT NULL,                -- domain::ReportCategory
    comment           TEXT      NOT NULL,
    status_ids        TEXT      NOT NULL,                -- JSON list of numbers
    forwarded         BOOLEAN   NOT NULL,                -- the server of the one reported was told
    created_at        TIMESTAMP NOT NULL,
    resolved_at       TIMESTAMP,
    UNIQUE (uri, target_account_id)
);
CREATE INDEX reports_account_id ON reports (account_id);
CREATE INDEX reports_target_account_id ON reports (target_account_id);
CREATE INDEX reports_open ON reports (id) WHERE resolved_at IS NULL;
