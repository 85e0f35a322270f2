-- What is held back of somebody is counted when somebody asks: some of it may have been taken away again.
ALTER TABLE notification_requests DROP COLUMN count;
