-- People whom somebody recommends, under a name.
CREATE TABLE collections (
    id           BIGINT    PRIMARY KEY,
    account_id   BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    name         TEXT      NOT NULL,
    description  TEXT      NOT NULL,
    language     TEXT,
    sensitive    BOOLEAN   NOT NULL,
    discoverable BOOLEAN   NOT NULL,
    tag          TEXT,               -- name, as tags have it
    created_at   TIMESTAMP NOT NULL,
    updated_at   TIMESTAMP NOT NULL
);
CREATE INDEX collections_account_id ON collections (account_id, id);

-- Who is in a collection. Whoever took themselves out stays as a row, and is not put in again.
CREATE TABLE collection_items (
    id            BIGINT    PRIMARY KEY,
    collection_id BIGINT    NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
    account_id    BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    revoked       BOOLEAN   NOT NULL,
    created_at    TIMESTAMP NOT NULL,
    UNIQUE (collection_id, account_id)
);
CREATE INDEX collection_items_account_id ON collection_items (account_id, collection_id);
