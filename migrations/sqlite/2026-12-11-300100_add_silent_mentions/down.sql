ALTER TABLE mentions DROP COLUMN silent;
