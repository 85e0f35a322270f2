-- Servers, by name, of which one of our people wants to hear nothing.
CREATE TABLE account_domain_blocks (
    id         BIGINT    PRIMARY KEY,
    account_id BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    host       TEXT      NOT NULL,
    created_at TIMESTAMP NOT NULL,
    UNIQUE (account_id, host)
);
CREATE INDEX account_domain_blocks_host ON account_domain_blocks (host, account_id);
