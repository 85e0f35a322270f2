DROP INDEX account_warnings_appeals;
ALTER TABLE account_warnings DROP COLUMN overruled;
ALTER TABLE account_warnings DROP COLUMN decided_at;
ALTER TABLE account_warnings DROP COLUMN appealed_at;
ALTER TABLE account_warnings DROP COLUMN appeal;
