-- A question with answers to choose from; part of a status.
CREATE TABLE polls (
    id              BIGINT    PRIMARY KEY,
    status_id       BIGINT    NOT NULL UNIQUE REFERENCES statuses (id) ON DELETE CASCADE,
    account_id      BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    multiple        BOOLEAN   NOT NULL,
    hide_totals     BOOLEAN   NOT NULL,            -- until it ends
    expires_at      TIMESTAMP,
    closed_at       TIMESTAMP,                     -- when its end was told
    votes_count     BIGINT    NOT NULL,
    voters_count    BIGINT,                        -- unknown where its server does not say
    announced_at    TIMESTAMP                      -- when others are next told of its counts
);

CREATE TABLE poll_options (
    poll_id     BIGINT   NOT NULL REFERENCES polls (id) ON DELETE CASCADE,
    position    SMALLINT NOT NULL,
    title       TEXT     NOT NULL,
    votes_count BIGINT   NOT NULL,
    PRIMARY KEY (poll_id, position)
);

-- Who chose what: of polls elsewhere, only what our people chose.
CREATE TABLE poll_votes (
    poll_id    BIGINT    NOT NULL REFERENCES polls (id) ON DELETE CASCADE,
    account_id BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    position   SMALLINT  NOT NULL,
    uri        TEXT      NOT NULL,                 -- id of the Note by which it was said
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (poll_id, account_id, position)
);
CREATE INDEX poll_votes_account_id ON poll_votes (account_id);
