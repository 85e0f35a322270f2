DROP INDEX inbox_concerns;
DROP INDEX inbox_leased;
CREATE INDEX inbox_actor_uri ON inbox (actor_uri, id) WHERE finished_at IS NULL;
DELETE FROM inbox WHERE hint;
ALTER TABLE inbox DROP COLUMN requests;
ALTER TABLE inbox DROP COLUMN hint;
ALTER TABLE inbox DROP COLUMN concerns;
