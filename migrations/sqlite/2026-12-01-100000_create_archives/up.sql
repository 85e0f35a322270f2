-- Archives of what somebody wrote, which they asked for.
CREATE TABLE archives (
    id          INTEGER   PRIMARY KEY,
    account_id  BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    file        TEXT,                            -- in the media store; none until it is made
    size        BIGINT    NOT NULL,              -- bytes
    created_at  TIMESTAMP NOT NULL,
    finished_at TIMESTAMP
);
CREATE INDEX archives_account_id ON archives (account_id, id);

-- Archives from elsewhere, whose posts are taken over.
CREATE TABLE post_imports (
    id          INTEGER   PRIMARY KEY,
    account_id  BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    file        TEXT,                            -- in the media store; none once it is worked off
    is_read     BOOLEAN   NOT NULL,              -- whether all its posts are rows of post_import_items
    step        INTEGER   NOT NULL,              -- of the job whose turn it is
    boosts      BIGINT    NOT NULL,              -- which are not taken over
    unpacked    BIGINT    NOT NULL,              -- bytes of files
    failure     TEXT      NOT NULL,              -- why it could not be read; else empty
    counts      TEXT      NOT NULL,              -- JSON; empty until it is finished
    created_at  TIMESTAMP NOT NULL,
    finished_at TIMESTAMP
);
CREATE INDEX post_imports_account_id ON post_imports (account_id, id);

-- Their posts, and what became of each.
CREATE TABLE post_import_items (
    import_id    BIGINT    NOT NULL REFERENCES post_imports (id) ON DELETE CASCADE,
    number       INTEGER   NOT NULL,
    uri          TEXT      NOT NULL,             -- by which it was known
    body         TEXT      NOT NULL,             -- JSON; empty once it is worked off
    published_at TIMESTAMP NOT NULL,
    outcome      SMALLINT  NOT NULL,             -- domain::LineOutcome
    reason       TEXT      NOT NULL,
    PRIMARY KEY (import_id, number)
) WITHOUT ROWID;
CREATE INDEX post_import_items_due ON post_import_items (import_id, outcome, published_at, number);

-- What posts were before they were taken over, so that each is taken over once.
CREATE TABLE imported_posts (
    account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    uri        TEXT   NOT NULL,
    status_id  BIGINT NOT NULL REFERENCES statuses (id) ON DELETE CASCADE,
    PRIMARY KEY (account_id, uri)
) WITHOUT ROWID;
CREATE INDEX imported_posts_status_id ON imported_posts (status_id);
