ALTER TABLE accounts DROP COLUMN suspended_by_home;
DROP TABLE moves;
