-- Host of the actor, so that each server has its turn.
ALTER TABLE inbox ADD COLUMN sender TEXT NOT NULL DEFAULT 'unknown';
UPDATE inbox SET sender = lower(split_part(actor_uri, '/', 3)) WHERE finished_at IS NULL;
CREATE INDEX inbox_sender ON inbox (sender, run_at, id) WHERE finished_at IS NULL;
