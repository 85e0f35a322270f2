-- What is held back of somebody is counted when somebody asks: some of it may have been taken away again.
ALTER TABLE notification_requests DROP COLUMN count;
CREATE INDEX notifications_filtered ON notifications (account_id, from_account_id) WHERE filtered;
