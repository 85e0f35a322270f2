-- Copies of pictures and films from elsewhere, so that readers need not ask other servers. Those nobody looks at go.
CREATE TABLE remote_files (
    digest     TEXT      NOT NULL PRIMARY KEY,          -- of what it is for and where it is from
    file       TEXT      NOT NULL,                      -- path in the media store
    thumbnail  TEXT,
    mime       TEXT      NOT NULL,
    size       BIGINT    NOT NULL,                      -- bytes
    fetched_at TIMESTAMP NOT NULL,
    used_at    TIMESTAMP NOT NULL
);
CREATE INDEX remote_files_used_at ON remote_files (used_at);
