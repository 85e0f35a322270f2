-- What people elsewhere took back: it is not taken in when it comes late. Forgotten after some days.
CREATE TABLE retractions (
    uri        TEXT      NOT NULL,                       -- id of the status or activity
    account_id BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,  -- who took it back
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (uri, account_id)
) WITHOUT ROWID;
CREATE INDEX retractions_created_at ON retractions (created_at);
