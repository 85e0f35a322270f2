-- Halves of the keys of networks, until the stewards for whom they are have seen them.
CREATE TABLE network_halves (
    network_id BIGINT    NOT NULL REFERENCES networks (account_id) ON DELETE CASCADE,
    account_id BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    half       TEXT      NOT NULL,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (network_id, account_id)
);
