ALTER TABLE statuses DROP COLUMN said_reblogs;
ALTER TABLE statuses DROP COLUMN said_favourites;
ALTER TABLE accounts DROP COLUMN said_following;
ALTER TABLE accounts DROP COLUMN said_followers;
ALTER TABLE accounts DROP COLUMN said_statuses;
