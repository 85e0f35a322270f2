-- Client programs, registered by themselves (OAuth 2).
CREATE TABLE applications (
    id                 INTEGER    PRIMARY KEY,
    client_id          TEXT      NOT NULL UNIQUE,
    client_secret_hash TEXT      NOT NULL,
    name               TEXT      NOT NULL,
    website            TEXT,
    redirect_uris      TEXT      NOT NULL,              -- JSON: [uri]
    scopes             TEXT      NOT NULL,
    created_at         TIMESTAMP NOT NULL
);

CREATE TABLE access_tokens (
    id             INTEGER    PRIMARY KEY,
    token_hash     TEXT      NOT NULL UNIQUE,
    application_id BIGINT    NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    user_id        BIGINT    REFERENCES users (id) ON DELETE CASCADE,   -- null: the application itself
    scopes         TEXT      NOT NULL,
    created_at     TIMESTAMP NOT NULL,
    revoked_at     TIMESTAMP
);
CREATE INDEX access_tokens_user_id ON access_tokens (user_id);

CREATE TABLE authorization_codes (
    code_hash      TEXT      NOT NULL PRIMARY KEY,
    application_id BIGINT    NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    user_id        BIGINT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    redirect_uri   TEXT      NOT NULL,
    scopes         TEXT      NOT NULL,
    code_challenge TEXT,
    expires_at     TIMESTAMP NOT NULL,
    token_id       BIGINT                               -- set once, when exchanged
);
