-- Which files a version of a status had that an edit replaced, and what was said of them then. They are kept as long as it is.
CREATE TABLE status_edit_files (
    edit_id     BIGINT   NOT NULL REFERENCES status_edits (id) ON DELETE CASCADE,
    media_id    BIGINT   NOT NULL REFERENCES media (id) ON DELETE CASCADE,
    position    SMALLINT NOT NULL,
    description TEXT,
    PRIMARY KEY (edit_id, media_id)
) WITHOUT ROWID;
CREATE INDEX status_edit_files_media_id ON status_edit_files (media_id);

-- False of a version that is older than this: nobody knows which files it had.
ALTER TABLE status_edits ADD COLUMN files_known BOOLEAN NOT NULL DEFAULT FALSE;
