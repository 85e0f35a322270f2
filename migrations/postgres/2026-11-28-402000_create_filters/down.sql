ALTER TABLE users DROP COLUMN filters_version;
DROP TABLE filter_statuses;
DROP TABLE filter_keywords;
DROP TABLE filters;
