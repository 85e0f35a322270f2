ALTER TABLE accounts DROP COLUMN attribution_domains;
DROP TABLE featured_tags;
