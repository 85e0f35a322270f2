-- Of whom somebody wants to hear nothing for a while, or for good.
CREATE TABLE mutes (
    id            INTEGER   PRIMARY KEY,
    account_id    BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    target_id     BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    notifications BOOLEAN   NOT NULL,            -- whether these are muted too
    expires_at    TIMESTAMP,
    created_at    TIMESTAMP NOT NULL,
    UNIQUE (account_id, target_id)
);
CREATE INDEX mutes_target_id ON mutes (target_id, account_id);

-- Threads of which somebody wants to be told nothing more.
CREATE TABLE conversation_mutes (
    account_id      BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    conversation_id BIGINT NOT NULL,
    PRIMARY KEY (account_id, conversation_id)
) WITHOUT ROWID;

-- What somebody noted about somebody, for their own eyes.
CREATE TABLE account_notes (
    account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    target_id  BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    comment    TEXT   NOT NULL,
    PRIMARY KEY (account_id, target_id)
) WITHOUT ROWID;
CREATE INDEX account_notes_target_id ON account_notes (target_id);

-- Whom somebody shows on their profile.
CREATE TABLE endorsements (
    id         INTEGER   PRIMARY KEY,
    account_id BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    target_id  BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    created_at TIMESTAMP NOT NULL,
    UNIQUE (account_id, target_id)
);
CREATE INDEX endorsements_target_id ON endorsements (target_id);
