-- Somebody who signs in here.
CREATE TABLE users (
    id                  BIGINT    PRIMARY KEY,
    account_id          BIGINT    NOT NULL UNIQUE REFERENCES accounts (id) ON DELETE CASCADE,
    email               TEXT      NOT NULL UNIQUE,      -- lower case
    password_hash       TEXT      NOT NULL,
    role                SMALLINT  NOT NULL,             -- domain::Role
    locale              TEXT      NOT NULL,
    default_visibility  SMALLINT  NOT NULL,
    default_sensitive   BOOLEAN   NOT NULL,
    default_language    TEXT,
    reason              TEXT      NOT NULL,             -- why they ask to join
    invite_id           BIGINT,
    confirmed_at        TIMESTAMP,                      -- the e-mail address is theirs
    approved_at         TIMESTAMP,
    disabled_at         TIMESTAMP,
    last_seen_at        TIMESTAMP NOT NULL,
    created_at          TIMESTAMP NOT NULL
);

CREATE TABLE invites (
    id         BIGINT    PRIMARY KEY,
    code       TEXT      NOT NULL UNIQUE,
    user_id    BIGINT    REFERENCES users (id) ON DELETE CASCADE,
    max_uses   BIGINT,
    uses       BIGINT    NOT NULL,
    expires_at TIMESTAMP,
    created_at TIMESTAMP NOT NULL
);

-- Links sent by mail. Only the hash is kept.
CREATE TABLE mail_tokens (
    token_hash TEXT      NOT NULL PRIMARY KEY,
    user_id    BIGINT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose    SMALLINT  NOT NULL,
    expires_at TIMESTAMP NOT NULL
);
CREATE INDEX mail_tokens_user_id ON mail_tokens (user_id);

-- Somebody signed in on our pages.
CREATE TABLE sessions (
    token_hash TEXT      NOT NULL PRIMARY KEY,
    user_id    BIGINT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL
);
CREATE INDEX sessions_user_id ON sessions (user_id);

-- Failed sign-ins by account and by address, counted in a window.
CREATE TABLE sign_in_failures (
    subject    TEXT      NOT NULL PRIMARY KEY,          -- `account:ada` or `address:192.0.2.1`
    failures   BIGINT    NOT NULL,
    expires_at TIMESTAMP NOT NULL
);
