DROP INDEX notifications_filtered;
ALTER TABLE notification_requests ADD COLUMN count BIGINT NOT NULL DEFAULT 0;
UPDATE notification_requests SET count = (
    SELECT COUNT(*) FROM notifications
    WHERE notifications.account_id = notification_requests.account_id
        AND notifications.from_account_id = notification_requests.from_account_id
        AND notifications.filtered
);
