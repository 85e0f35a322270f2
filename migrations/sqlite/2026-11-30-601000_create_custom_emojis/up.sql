-- Small pictures of this server for :shortcode: in what people here write.
CREATE TABLE custom_emojis (
    id                INTEGER   PRIMARY KEY,
    shortcode         TEXT      NOT NULL UNIQUE,
    category          TEXT,
    file              TEXT      NOT NULL,              -- in the media store
    static_file       TEXT      NOT NULL,              -- one that does not move
    mime              TEXT      NOT NULL,
    visible_in_picker BOOLEAN   NOT NULL,
    created_at        TIMESTAMP NOT NULL,
    updated_at        TIMESTAMP NOT NULL
);
