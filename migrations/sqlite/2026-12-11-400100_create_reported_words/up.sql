-- What posts said that moderators are asked to look at, and that were deleted before they did.
CREATE TABLE reported_words (
    status_id    INTEGER   PRIMARY KEY REFERENCES statuses (id) ON DELETE CASCADE,
    content      TEXT      NOT NULL,
    spoiler_text TEXT      NOT NULL,
    kept_at      TIMESTAMP NOT NULL
);
CREATE INDEX reported_words_kept_at ON reported_words (kept_at);
