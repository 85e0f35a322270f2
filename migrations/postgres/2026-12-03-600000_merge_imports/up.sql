-- Archives of posts that somebody brought along are worked off as lists are, and lie in the same tables: kind 6.
ALTER TABLE imports RENAME COLUMN cleared TO prepared;  -- whether what comes before the first line is done
ALTER TABLE imports ADD COLUMN file TEXT;               -- of an archive, in the media store; none once it is worked off
ALTER TABLE imports ADD COLUMN boosts BIGINT NOT NULL DEFAULT 0;    -- which are not taken over
ALTER TABLE imports ADD COLUMN unpacked BIGINT NOT NULL DEFAULT 0;  -- bytes of files
ALTER TABLE imports ADD COLUMN failure TEXT NOT NULL DEFAULT '';    -- why it could not be read; else empty

INSERT INTO imports (id, account_id, kind, overwrite, prepared, step, counts, created_at, finished_at, file, boosts, unpacked, failure)
SELECT id, account_id, 6, FALSE, is_read, step, counts, created_at, finished_at, file, boosts, unpacked, failure
FROM post_imports;

-- Of a post: by what it was known, what it says (empty once it is worked off), and when it was published.
INSERT INTO import_lines (import_id, number, key, host, fields, outcome, reason, attempts, due_at)
SELECT import_id, number, uri, '', body, outcome, reason, 0, published_at
FROM post_import_items;

DROP TABLE post_import_items;
DROP TABLE post_imports;
