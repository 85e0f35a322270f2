-- What becomes of what somebody could be told of robots: domain::NotificationRule, as the others.
ALTER TABLE notification_policies ADD COLUMN for_bots SMALLINT NOT NULL DEFAULT 0;
