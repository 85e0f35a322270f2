-- Host of the actor, so that each server has its turn.
ALTER TABLE inbox ADD COLUMN sender TEXT NOT NULL DEFAULT 'unknown';
UPDATE inbox SET sender = lower(substr(actor_uri, instr(actor_uri, '://') + 3,
    instr(substr(actor_uri, instr(actor_uri, '://') + 3) || '/', '/') - 1))
WHERE finished_at IS NULL;
CREATE INDEX inbox_sender ON inbox (sender, run_at, id) WHERE finished_at IS NULL;
