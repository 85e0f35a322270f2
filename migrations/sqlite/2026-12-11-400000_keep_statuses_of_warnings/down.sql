ALTER TABLE account_warnings DROP COLUMN status_ids;
