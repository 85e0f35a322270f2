-- How the text of a status is written, and how its author usually writes: 0 plain, 1 Markdown.
ALTER TABLE statuses ADD COLUMN content_type SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN default_content_type SMALLINT NOT NULL DEFAULT 0;
