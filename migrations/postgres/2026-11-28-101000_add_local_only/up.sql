-- Whether a status is for people who are signed in here, and never leaves this server.
ALTER TABLE statuses ADD COLUMN local_only BOOLEAN NOT NULL DEFAULT FALSE;
