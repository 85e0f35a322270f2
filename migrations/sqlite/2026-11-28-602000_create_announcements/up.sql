-- What whoever looks after the server has to tell everybody here.
CREATE TABLE announcements (
    id         INTEGER   PRIMARY KEY,
    text       TEXT      NOT NULL,
    starts_at  TIMESTAMP,                                -- of what it is about
    ends_at    TIMESTAMP,                                -- from then on it is not shown
    all_day    BOOLEAN   NOT NULL,
    created_at TIMESTAMP NOT NULL
);

-- Who has seen which.
CREATE TABLE announcement_reads (
    announcement_id BIGINT NOT NULL REFERENCES announcements (id) ON DELETE CASCADE,
    account_id      BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    PRIMARY KEY (announcement_id, account_id)
) WITHOUT ROWID;
CREATE INDEX announcement_reads_account_id ON announcement_reads (account_id);

-- Who answered which with which emoji.
CREATE TABLE announcement_reactions (
    id              INTEGER   PRIMARY KEY,
    announcement_id BIGINT    NOT NULL REFERENCES announcements (id) ON DELETE CASCADE,
    account_id      BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    name            TEXT      NOT NULL,
    UNIQUE (announcement_id, name, account_id)
);
CREATE INDEX announcement_reactions_account_id ON announcement_reactions (account_id);
