-- Host of the actor, so that each server has its turn. What came before this was kept is one server's.
ALTER TABLE inbox ADD COLUMN sender TEXT NOT NULL DEFAULT 'unknown';
CREATE INDEX inbox_sender ON inbox (sender, run_at, id) WHERE finished_at IS NULL;
