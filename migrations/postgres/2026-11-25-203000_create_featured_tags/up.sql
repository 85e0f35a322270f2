-- Hashtags that somebody shows on their profile.
CREATE TABLE featured_tags (
    id         BIGINT    PRIMARY KEY,
    account_id BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    tag_id     BIGINT    NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
    created_at TIMESTAMP NOT NULL,
    UNIQUE (account_id, tag_id)
);

-- JSON: hosts of web pages that may name the account as their author.
ALTER TABLE accounts ADD COLUMN attribution_domains TEXT NOT NULL DEFAULT '[]';
