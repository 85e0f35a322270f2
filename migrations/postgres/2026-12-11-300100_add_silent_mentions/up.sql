-- Whether somebody was mentioned once, and is not any more: they may see it still, and are not named.
ALTER TABLE mentions ADD COLUMN silent BOOLEAN NOT NULL DEFAULT FALSE;
