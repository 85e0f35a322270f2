ALTER TABLE accounts DROP COLUMN header_description;
ALTER TABLE accounts DROP COLUMN avatar_description;
