-- Who was a member of a network that goes on here, by their ids, and is let in once without being asked again.
CREATE TABLE network_awaited (
    network_id BIGINT    NOT NULL REFERENCES networks (account_id) ON DELETE CASCADE,
    uri        TEXT      NOT NULL,
    until      TIMESTAMP NOT NULL,
    PRIMARY KEY (network_id, uri)
) WITHOUT ROWID;
CREATE INDEX network_awaited_until ON network_awaited (until);
