-- How much there is of what is elsewhere, as its own server says: only a part of it is known here.
ALTER TABLE accounts ADD COLUMN said_statuses BIGINT;
ALTER TABLE accounts ADD COLUMN said_followers BIGINT;
ALTER TABLE accounts ADD COLUMN said_following BIGINT;
ALTER TABLE statuses ADD COLUMN said_favourites BIGINT;
ALTER TABLE statuses ADD COLUMN said_reblogs BIGINT;
