DROP TABLE tags_to_fold;
ALTER TABLE status_tags DROP COLUMN spelt;
UPDATE tags SET name = display_name WHERE display_name IS NOT NULL;
ALTER TABLE tags DROP COLUMN display_name;
