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

INSERT INTO post_imports (id, account_id, file, is_read, step, boosts, unpacked, failure, counts, created_at, finished_at)
SELECT id, account_id, file, prepared, step, boosts, unpacked, failure, counts, created_at, finished_at
FROM imports WHERE kind = 6;

INSERT INTO post_import_items (import_id, number, uri, body, published_at, outcome, reason)
SELECT import_id, number, key, fields, due_at, outcome, reason
FROM import_lines WHERE import_id IN (SELECT id FROM post_imports);

DELETE FROM import_lines WHERE import_id IN (SELECT id FROM post_imports);
DELETE FROM imports WHERE kind = 6;

ALTER TABLE imports DROP COLUMN failure;
ALTER TABLE imports DROP COLUMN unpacked;
ALTER TABLE imports DROP COLUMN boosts;
ALTER TABLE imports DROP COLUMN file;
ALTER TABLE imports RENAME COLUMN prepared TO cleared;
