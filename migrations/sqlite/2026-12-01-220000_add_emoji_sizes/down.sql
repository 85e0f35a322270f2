ALTER TABLE custom_emojis DROP COLUMN bytes;
