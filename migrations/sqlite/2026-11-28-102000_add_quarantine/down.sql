DROP INDEX statuses_held;
ALTER TABLE statuses DROP COLUMN held_at;
