-- People whom somebody follows and reads apart.
CREATE TABLE lists (
    id             INTEGER   PRIMARY KEY,
    account_id     BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    title          TEXT      NOT NULL,
    replies_policy SMALLINT  NOT NULL,            -- domain::RepliesPolicy
    exclusive      BOOLEAN   NOT NULL,            -- whether they are left out of the home timeline
    created_at     TIMESTAMP NOT NULL
);
CREATE INDEX lists_account_id ON lists (account_id, id);
CREATE INDEX lists_exclusive ON lists (account_id) WHERE exclusive;

CREATE TABLE list_accounts (
    id        INTEGER  PRIMARY KEY,
    list_id   BIGINT  NOT NULL REFERENCES lists (id) ON DELETE CASCADE,
    target_id BIGINT  NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    UNIQUE (list_id, target_id)
);
CREATE INDEX list_accounts_target_id ON list_accounts (target_id);

-- Hashtags whose public posts somebody reads at home.
CREATE TABLE tag_follows (
    id         INTEGER   PRIMARY KEY,
    account_id BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    tag_id     BIGINT    NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
    created_at TIMESTAMP NOT NULL,
    UNIQUE (account_id, tag_id)
);
CREATE INDEX tag_follows_tag_id ON tag_follows (tag_id, account_id);
