ALTER TABLE accounts DROP COLUMN show_featured;
ALTER TABLE accounts DROP COLUMN show_media_replies;
ALTER TABLE accounts DROP COLUMN show_media;
