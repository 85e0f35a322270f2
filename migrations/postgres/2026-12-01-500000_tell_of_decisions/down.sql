DELETE FROM notifications WHERE event_id IS NOT NULL;
DROP INDEX notifications_once;
DROP INDEX notifications_event_id;
CREATE UNIQUE INDEX notifications_once ON notifications (account_id, from_account_id, kind, COALESCE(status_id, 0), COALESCE(report_id, 0));
ALTER TABLE notifications DROP COLUMN event_id;
DROP TABLE severances;
DROP TABLE account_warnings;
