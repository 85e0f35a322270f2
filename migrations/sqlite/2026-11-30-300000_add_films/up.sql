-- Films and sounds, which may have to be converted before they can be shown.
ALTER TABLE media ADD COLUMN state SMALLINT NOT NULL DEFAULT 0;   -- domain::MediaState; of one that waits, `file` is as it came
ALTER TABLE media ADD COLUMN facts TEXT;                          -- JSON: domain::FilmFacts
ALTER TABLE media ADD COLUMN failure TEXT;                        -- why it could not be converted, for its owner
ALTER TABLE media ADD COLUMN remote_thumbnail TEXT;               -- address elsewhere of the picture that stands for it
