-- Bytes of both files of an emoji; null: it was taken in before this was noted.
ALTER TABLE custom_emojis ADD COLUMN bytes BIGINT;
