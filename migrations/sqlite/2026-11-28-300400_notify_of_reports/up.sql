-- Moderators are told of each report.
ALTER TABLE notifications ADD COLUMN report_id BIGINT;    -- reports (id)
DROP INDEX notifications_once;
CREATE UNIQUE INDEX notifications_once ON notifications (account_id, from_account_id, kind, COALESCE(status_id, 0), COALESCE(report_id, 0));
