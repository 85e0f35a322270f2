-- Files of follows, blocks and the like that somebody brought along.
CREATE TABLE imports (
    id          BIGINT    PRIMARY KEY,
    account_id  BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind        SMALLINT  NOT NULL,              -- domain::ImportKind
    overwrite   BOOLEAN   NOT NULL,              -- whether what is not in the file ends
    cleared     BOOLEAN   NOT NULL,              -- whether it has ended
    step        INTEGER   NOT NULL,              -- of the job whose turn it is
    counts      TEXT      NOT NULL,              -- JSON; empty until it is finished
    created_at  TIMESTAMP NOT NULL,
    finished_at TIMESTAMP
);
CREATE INDEX imports_account_id ON imports (account_id, id);

-- Their lines, and what became of each.
CREATE TABLE import_lines (
    import_id BIGINT    NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
    number    INTEGER   NOT NULL,
    key       TEXT      NOT NULL,                -- the same for lines that mean the same; empty if unreadable
    host      TEXT      NOT NULL,                -- whom to ask; empty: nobody
    fields    TEXT      NOT NULL,                -- JSON
    outcome   SMALLINT  NOT NULL,                -- domain::LineOutcome
    reason    TEXT      NOT NULL,
    attempts  SMALLINT  NOT NULL,                -- how often the host did not answer
    due_at    TIMESTAMP NOT NULL,
    PRIMARY KEY (import_id, number)
);
CREATE INDEX import_lines_due ON import_lines (import_id, outcome, due_at);
