DROP INDEX inbox_sender;
ALTER TABLE inbox DROP COLUMN sender;
