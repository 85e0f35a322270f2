ALTER TABLE notification_policies DROP COLUMN for_bots;
