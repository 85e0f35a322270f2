-- Whether it is done after what came before it of that kind: what other servers are told.
ALTER TABLE jobs ADD COLUMN in_order BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE jobs SET in_order = TRUE WHERE payload LIKE '{"Federate":%';
CREATE INDEX jobs_in_order ON jobs (in_order, run_at, id) WHERE failed_at IS NULL;
CREATE INDEX jobs_leased_until ON jobs (in_order, leased_until) WHERE leased_until IS NOT NULL;
