-- A post, or a boost of one (`reblog_of_id`).
CREATE TABLE statuses (
    id                     INTEGER    PRIMARY KEY,
    account_id             BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    uri                    TEXT      NOT NULL UNIQUE,
    url                    TEXT      NOT NULL,
    local                  BOOLEAN   NOT NULL,
    conversation_id        BIGINT    NOT NULL,           -- id of the first status of the thread
    in_reply_to_id         BIGINT    REFERENCES statuses (id) ON DELETE SET NULL,
    in_reply_to_account_id BIGINT,
    in_reply_to_uri        TEXT,                         -- known even where the status is not
    reblog_of_id           BIGINT    REFERENCES statuses (id) ON DELETE CASCADE,
    quote_of_id            BIGINT    REFERENCES statuses (id) ON DELETE SET NULL,
    visibility             SMALLINT  NOT NULL,           -- domain::Visibility
    content                TEXT      NOT NULL,           -- HTML, sanitised
    text                   TEXT      NOT NULL,           -- as its author typed it; empty for statuses from elsewhere
    spoiler_text           TEXT      NOT NULL,
    sensitive              BOOLEAN   NOT NULL,
    language               TEXT,
    application_id         BIGINT    REFERENCES applications (id) ON DELETE SET NULL,
    emojis                 TEXT      NOT NULL,           -- JSON: [{shortcode, url, static_url}]
    replies_count          BIGINT    NOT NULL,
    reblogs_count          BIGINT    NOT NULL,
    favourites_count       BIGINT    NOT NULL,
    created_at             TIMESTAMP NOT NULL,
    edited_at              TIMESTAMP,
    pinned_at              TIMESTAMP,
    deleted_at             TIMESTAMP
);
CREATE INDEX statuses_account_id ON statuses (account_id, id);
CREATE INDEX statuses_conversation_id ON statuses (conversation_id, id);
CREATE INDEX statuses_in_reply_to_id ON statuses (in_reply_to_id, id) WHERE in_reply_to_id IS NOT NULL;
CREATE INDEX statuses_in_reply_to_uri ON statuses (in_reply_to_uri) WHERE in_reply_to_uri IS NOT NULL AND in_reply_to_id IS NULL;
CREATE UNIQUE INDEX statuses_reblog_of_id ON statuses (reblog_of_id, account_id) WHERE reblog_of_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX statuses_quote_of_id ON statuses (quote_of_id) WHERE quote_of_id IS NOT NULL;
CREATE INDEX statuses_public ON statuses (id) WHERE visibility = 0 AND reblog_of_id IS NULL AND deleted_at IS NULL;
CREATE INDEX statuses_public_local ON statuses (id) WHERE visibility = 0 AND reblog_of_id IS NULL AND deleted_at IS NULL AND local;
CREATE INDEX statuses_pinned ON statuses (account_id, pinned_at) WHERE pinned_at IS NOT NULL;

-- What a status said before each edit.
CREATE TABLE status_edits (
    id           INTEGER    PRIMARY KEY,
    status_id    BIGINT    NOT NULL REFERENCES statuses (id) ON DELETE CASCADE,
    content      TEXT      NOT NULL,
    text         TEXT      NOT NULL,
    spoiler_text TEXT      NOT NULL,
    sensitive    BOOLEAN   NOT NULL,
    created_at   TIMESTAMP NOT NULL                      -- when this version was written
);
CREATE INDEX status_edits_status_id ON status_edits (status_id, id);

CREATE TABLE mentions (
    status_id  BIGINT NOT NULL REFERENCES statuses (id) ON DELETE CASCADE,
    account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    PRIMARY KEY (status_id, account_id)
) WITHOUT ROWID;
CREATE INDEX mentions_account_id ON mentions (account_id, status_id);

CREATE TABLE tags (
    id         INTEGER    PRIMARY KEY,
    name       TEXT      NOT NULL UNIQUE,                -- lower case
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE status_tags (
    tag_id    BIGINT NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
    status_id BIGINT NOT NULL REFERENCES statuses (id) ON DELETE CASCADE,
    PRIMARY KEY (tag_id, status_id)
) WITHOUT ROWID;
CREATE INDEX status_tags_status_id ON status_tags (status_id);

-- A file attached, or about to be attached, to a status.
CREATE TABLE media (
    id               INTEGER           PRIMARY KEY,
    account_id       BIGINT           NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    status_id        BIGINT           REFERENCES statuses (id) ON DELETE CASCADE,
    position         SMALLINT         NOT NULL,
    kind             SMALLINT         NOT NULL,          -- domain::MediaKind
    mime             TEXT             NOT NULL,
    file             TEXT,                               -- path in the media store; null while only elsewhere
    thumbnail        TEXT,
    remote_url       TEXT,
    width            INTEGER,
    height           INTEGER,
    thumbnail_width  INTEGER,
    thumbnail_height INTEGER,
    size             BIGINT           NOT NULL,          -- bytes
    description      TEXT,
    blurhash         TEXT,
    focus_x          DOUBLE NOT NULL,
    focus_y          DOUBLE NOT NULL,
    created_at       TIMESTAMP        NOT NULL
);
CREATE INDEX media_status_id ON media (status_id) WHERE status_id IS NOT NULL;
CREATE INDEX media_account_id ON media (account_id);
CREATE INDEX media_unattached ON media (created_at) WHERE status_id IS NULL;

-- The same key makes one status.
CREATE TABLE idempotency_keys (
    account_id BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    key        TEXT      NOT NULL,
    status_id  BIGINT    NOT NULL,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (account_id, key)
) WITHOUT ROWID;
CREATE INDEX idempotency_keys_created_at ON idempotency_keys (created_at);
