ALTER TABLE reports DROP COLUMN rule_ids;
