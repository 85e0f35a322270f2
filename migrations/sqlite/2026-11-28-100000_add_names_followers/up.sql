-- Whether an activity is for followers only, so that servers are told with it whom we take for one.
ALTER TABLE activities ADD COLUMN names_followers BOOLEAN NOT NULL DEFAULT FALSE;
