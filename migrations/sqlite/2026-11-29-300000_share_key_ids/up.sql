-- Several people may list a key of one id: whoever lists that of another takes nothing from them.
CREATE TABLE shared_keys (
    uri         TEXT      NOT NULL,
    account_id  BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    public_pem  TEXT      NOT NULL,
    private_pem TEXT,
    created_at  TIMESTAMP NOT NULL,
    PRIMARY KEY (uri, account_id)
);
INSERT INTO shared_keys SELECT uri, account_id, public_pem, private_pem, created_at FROM keys;
DROP TABLE keys;
ALTER TABLE shared_keys RENAME TO keys;
CREATE INDEX keys_account_id ON keys (account_id);
