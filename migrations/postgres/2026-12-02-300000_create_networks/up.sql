-- Subject networks: accounts of type Group, which nobody signs in to. Who follows one is a member.
CREATE TABLE networks (
    account_id BIGINT    NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    posting    SMALLINT  NOT NULL,
    membership SMALLINT  NOT NULL,
    rules      TEXT      NOT NULL,
    created_at TIMESTAMP NOT NULL
);

-- Who looks after a network; some live elsewhere.
CREATE TABLE network_stewards (
    network_id BIGINT    NOT NULL REFERENCES networks (account_id) ON DELETE CASCADE,
    account_id BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (network_id, account_id)
);

-- Who may neither join nor post.
CREATE TABLE network_bans (
    network_id BIGINT    NOT NULL REFERENCES networks (account_id) ON DELETE CASCADE,
    account_id BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (network_id, account_id)
);

-- Who may join a closed network.
CREATE TABLE network_invitations (
    network_id BIGINT    NOT NULL REFERENCES networks (account_id) ON DELETE CASCADE,
    account_id BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (network_id, account_id)
);

-- The posts that began the threads of a network, and what became of each. Once a row, so its author is told once.
CREATE TABLE network_posts (
    network_id BIGINT    NOT NULL REFERENCES networks (account_id) ON DELETE CASCADE,
    status_id  BIGINT    NOT NULL REFERENCES statuses (id) ON DELETE CASCADE,
    state      SMALLINT  NOT NULL,
    activity   TEXT,               -- its Create as its author's server sent it, while it waits
    answer_id  BIGINT REFERENCES statuses (id) ON DELETE SET NULL,  -- what answers it, if it is a question
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (network_id, status_id)
);
CREATE INDEX network_posts_status_id ON network_posts (status_id);
CREATE INDEX network_posts_answer_id ON network_posts (answer_id) WHERE answer_id IS NOT NULL;

-- What one steward proposed, and another one has to confirm.
CREATE TABLE network_proposals (
    network_id   BIGINT    NOT NULL REFERENCES networks (account_id) ON DELETE CASCADE,
    number       INTEGER   NOT NULL,
    kind         SMALLINT  NOT NULL,
    target_id    BIGINT REFERENCES accounts (id) ON DELETE CASCADE,
    text         TEXT      NOT NULL,
    proposed_by  BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    created_at   TIMESTAMP NOT NULL,
    confirmed_by BIGINT REFERENCES accounts (id) ON DELETE SET NULL,
    confirmed_at TIMESTAMP,
    PRIMARY KEY (network_id, number)
);
