-- When somebody, here or elsewhere, moved last: the next time has to wait.
CREATE TABLE moves (
    account_id BIGINT    PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    target_uri TEXT      NOT NULL,
    moved_at   TIMESTAMP NOT NULL
);

-- Whether it was their own server that suspended somebody elsewhere.
ALTER TABLE accounts ADD COLUMN suspended_by_home BOOLEAN NOT NULL DEFAULT FALSE;
