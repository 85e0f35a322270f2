-- A hashtag is found by one spelling (domain::text::fold_tag), its name. How whoever used it first spelt it, where that differs:
ALTER TABLE tags ADD COLUMN display_name TEXT;
-- And how a status spells it, where that differs.
ALTER TABLE status_tags ADD COLUMN spelt TEXT;

-- Those whose name may be another one now; they are renamed, or become one with others, in the background.
CREATE TABLE tags_to_fold (
    tag_id BIGINT PRIMARY KEY REFERENCES tags (id) ON DELETE CASCADE
) WITHOUT ROWID;
INSERT INTO tags_to_fold (tag_id) SELECT id FROM tags WHERE length(CAST(name AS BLOB)) <> length(name);
