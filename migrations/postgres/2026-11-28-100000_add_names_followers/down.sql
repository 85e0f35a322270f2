ALTER TABLE activities DROP COLUMN names_followers;
