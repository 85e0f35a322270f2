-- The second thing by which somebody proves who they are: a secret from which their phone makes codes (RFC 6238).
CREATE TABLE second_factors (
    user_id      BIGINT    PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    secret       TEXT      NOT NULL,                   -- base32, shown only while it is being set up (docs/adr/0120)
    confirmed_at TIMESTAMP,                            -- null: being set up, and not asked for yet
    last_step    BIGINT    NOT NULL,                   -- half minutes since 1970 of the last code that was used
    created_at   TIMESTAMP NOT NULL
);

-- What stands for such a code, once each, where the phone is lost.
CREATE TABLE recovery_codes (
    user_id   BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    code_hash TEXT   NOT NULL,
    PRIMARY KEY (user_id, code_hash)
);

-- Somebody whose password was right, and who owes the code.
CREATE TABLE pending_sign_ins (
    token_hash TEXT      NOT NULL PRIMARY KEY,
    user_id    BIGINT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    expires_at TIMESTAMP NOT NULL
);
CREATE INDEX pending_sign_ins_user_id ON pending_sign_ins (user_id);
