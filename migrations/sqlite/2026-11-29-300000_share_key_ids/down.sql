CREATE TABLE single_keys (
    uri         TEXT      NOT NULL PRIMARY KEY,
    account_id  BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    public_pem  TEXT      NOT NULL,
    private_pem TEXT,
    created_at  TIMESTAMP NOT NULL
);
INSERT INTO single_keys SELECT uri, min(account_id), public_pem, private_pem, created_at FROM keys GROUP BY uri;
DROP TABLE keys;
ALTER TABLE single_keys RENAME TO keys;
CREATE INDEX keys_account_id ON keys (account_id);
