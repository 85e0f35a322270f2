-- What an activity is about: only what is about the same waits for one that waits.
ALTER TABLE inbox ADD COLUMN concerns TEXT;
-- Whether somebody else passes it on without a proof: then it only says where to look.
ALTER TABLE inbox ADD COLUMN hint BOOLEAN NOT NULL DEFAULT FALSE;
-- How many requests it has caused.
ALTER TABLE inbox ADD COLUMN requests INTEGER NOT NULL DEFAULT 0;

DROP INDEX inbox_actor_uri;
CREATE INDEX inbox_leased ON inbox (actor_uri, id) WHERE leased_until IS NOT NULL;
CREATE INDEX inbox_concerns ON inbox (actor_uri, concerns) WHERE finished_at IS NULL;
