DROP INDEX media_scheduled_id;
ALTER TABLE media DROP COLUMN scheduled_id;
DROP TABLE scheduled_statuses;
DROP TABLE conversations;
