-- Keys that devices keep for somebody, by which they sign in (WebAuthn, docs/adr/0170).
CREATE TABLE passkeys (
    id            INTEGER   PRIMARY KEY,
    user_id       BIGINT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    credential_id TEXT      NOT NULL UNIQUE,         -- base64url, as the device chose it
    name          TEXT      NOT NULL,                -- as its owner calls it
    data          TEXT      NOT NULL,                -- JSON: the public key, the counter, what the device said of itself
    created_at    TIMESTAMP NOT NULL,
    used_at       TIMESTAMP
);
CREATE INDEX passkeys_user_id ON passkeys (user_id);

-- Questions put to a device that have not been answered yet. Each is answered once.
CREATE TABLE passkey_ceremonies (
    token_hash TEXT      NOT NULL PRIMARY KEY,
    user_id    BIGINT    REFERENCES users (id) ON DELETE CASCADE,  -- null: whoever answers says who they are
    purpose    SMALLINT  NOT NULL,                   -- 0: a new passkey, 1: signing in, 2: after the password
    state      TEXT      NOT NULL,                   -- JSON: the challenge and what else has to fit
    expires_at TIMESTAMP NOT NULL
) WITHOUT ROWID;
CREATE INDEX passkey_ceremonies_user_id ON passkey_ceremonies (user_id);
