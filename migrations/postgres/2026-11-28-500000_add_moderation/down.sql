DROP TABLE moderation_log;

DROP INDEX reports_resolved_by_account_id;
DROP INDEX reports_assigned_account_id;
ALTER TABLE reports DROP COLUMN updated_at;
ALTER TABLE reports DROP COLUMN resolved_by_account_id;
ALTER TABLE reports DROP COLUMN assigned_account_id;

ALTER TABLE accounts DROP COLUMN sensitized_at;
