ALTER TABLE status_edits DROP COLUMN files_known;
DROP TABLE status_edit_files;
