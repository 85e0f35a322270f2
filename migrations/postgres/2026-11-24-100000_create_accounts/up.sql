-- A public identity, here (`host` is null) or elsewhere.
CREATE TABLE accounts (
    id                BIGINT    PRIMARY KEY,
    username          TEXT      NOT NULL,
    host              TEXT,
    handle_key        TEXT      NOT NULL UNIQUE,   -- lower case: `ada`, or `ada@school.example`
    uri               TEXT      NOT NULL UNIQUE,
    url               TEXT      NOT NULL,
    kind              SMALLINT  NOT NULL,          -- domain::AccountKind
    display_name      TEXT      NOT NULL,
    note              TEXT      NOT NULL,          -- HTML, sanitised
    note_source       TEXT      NOT NULL,          -- as its owner typed it; empty for people elsewhere
    fields            TEXT      NOT NULL,          -- JSON: [{name, value, source, verified_at}]
    avatar            TEXT,                        -- path in the media store
    avatar_remote_url TEXT,
    header            TEXT,
    header_remote_url TEXT,
    locked            BOOLEAN   NOT NULL,
    discoverable      BOOLEAN   NOT NULL,
    indexable         BOOLEAN   NOT NULL,
    hide_collections  BOOLEAN   NOT NULL,
    inbox_uri         TEXT      NOT NULL,
    shared_inbox_uri  TEXT,
    outbox_uri        TEXT      NOT NULL,
    followers_uri     TEXT      NOT NULL,
    following_uri     TEXT      NOT NULL,
    featured_uri      TEXT,
    also_known_as     TEXT      NOT NULL,          -- JSON: [uri]
    moved_to_uri      TEXT,
    emojis            TEXT      NOT NULL,          -- JSON: [{shortcode, url, static_url}]
    statuses_count    BIGINT    NOT NULL,
    followers_count   BIGINT    NOT NULL,
    following_count   BIGINT    NOT NULL,
    last_status_at    TIMESTAMP,
    created_at        TIMESTAMP NOT NULL,
    updated_at        TIMESTAMP NOT NULL,
    fetched_at        TIMESTAMP,                   -- when a remote actor document was last read
    silenced_at       TIMESTAMP,
    suspended_at      TIMESTAMP,
    deleted_at        TIMESTAMP
);
CREATE INDEX accounts_host ON accounts (host) WHERE host IS NOT NULL;

-- Keys that sign or are checked against. Ours have a private half.
CREATE TABLE keys (
    uri         TEXT      NOT NULL PRIMARY KEY,
    account_id  BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    public_pem  TEXT      NOT NULL,
    private_pem TEXT,
    created_at  TIMESTAMP NOT NULL
);
CREATE INDEX keys_account_id ON keys (account_id);
