DROP INDEX jobs_leased_until;
DROP INDEX jobs_in_order;
ALTER TABLE jobs DROP COLUMN in_order;
