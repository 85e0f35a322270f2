-- When sessions and tokens were used last, to a day; null: not since this is noted.
ALTER TABLE sessions ADD COLUMN used_at TIMESTAMP;
ALTER TABLE sessions ADD COLUMN browser TEXT NOT NULL DEFAULT '';   -- such as: Firefox, Linux
ALTER TABLE access_tokens ADD COLUMN used_at TIMESTAMP;
