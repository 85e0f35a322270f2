-- What a page offers to be shown in the place of a link (oEmbed): 0 nothing, 1 a picture, 2 a film, 3 something else.
ALTER TABLE cards ADD COLUMN kind SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE cards ADD COLUMN embed_url TEXT NOT NULL DEFAULT '';      -- of the frame that shows it; '' where there is none
ALTER TABLE cards ADD COLUMN provider_url TEXT NOT NULL DEFAULT '';
