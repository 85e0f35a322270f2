ALTER TABLE statuses DROP COLUMN local_only;
