-- What the pages are about to which statuses link: one row for each address, and for each server that says so itself.
CREATE TABLE cards (
    id                BIGINT    PRIMARY KEY,
    url               TEXT      NOT NULL,
    told_by           TEXT      NOT NULL,                 -- host of the author's server; '' where we asked the page
    known             BOOLEAN   NOT NULL,                 -- not while it is asked, nor where nothing was to be had
    page_host         TEXT      NOT NULL,                 -- where the page was found in the end
    title             TEXT      NOT NULL,
    description       TEXT      NOT NULL,
    language          TEXT,
    author_name       TEXT      NOT NULL,
    author_url        TEXT      NOT NULL,
    creator_id        BIGINT    REFERENCES accounts (id) ON DELETE SET NULL,   -- whom the page names as its author
    provider_name     TEXT      NOT NULL,
    image_url         TEXT,
    image_description TEXT      NOT NULL,
    width             INTEGER   NOT NULL,
    height            INTEGER   NOT NULL,
    blurhash          TEXT,
    published_at      TIMESTAMP,
    asked_at          TIMESTAMP NOT NULL,
    UNIQUE (url, told_by)
);
CREATE INDEX cards_creator_id ON cards (creator_id) WHERE creator_id IS NOT NULL;
CREATE INDEX cards_asked_at ON cards (asked_at);

ALTER TABLE statuses ADD COLUMN card_id BIGINT;           -- cards (id); none where nothing is linked
CREATE INDEX statuses_card_id ON statuses (card_id) WHERE card_id IS NOT NULL;
