ALTER TABLE lookups DROP COLUMN known_before;
ALTER TABLE lookups DROP COLUMN finished_at;
