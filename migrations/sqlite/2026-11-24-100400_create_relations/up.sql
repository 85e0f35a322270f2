-- Who follows whom. A pending row waits for the followed account's answer.
CREATE TABLE follows (
    id           INTEGER    PRIMARY KEY,
    follower_id  BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    account_id   BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    uri          TEXT      NOT NULL UNIQUE,              -- id of the Follow activity; Undo names it
    pending      BOOLEAN   NOT NULL,
    show_reblogs BOOLEAN   NOT NULL,
    notify       BOOLEAN   NOT NULL,
    languages    TEXT,                                   -- JSON: [code]; null: all
    created_at   TIMESTAMP NOT NULL,
    UNIQUE (follower_id, account_id)
);
CREATE INDEX follows_account_id ON follows (account_id, id);
CREATE INDEX follows_follower_id ON follows (follower_id, id);

-- Who wants nothing to do with whom.
CREATE TABLE blocks (
    id         INTEGER    PRIMARY KEY,
    account_id BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    target_id  BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    uri        TEXT      NOT NULL UNIQUE,
    created_at TIMESTAMP NOT NULL,
    UNIQUE (account_id, target_id)
);
CREATE INDEX blocks_target_id ON blocks (target_id);

CREATE TABLE favourites (
    id         INTEGER    PRIMARY KEY,
    account_id BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    status_id  BIGINT    NOT NULL REFERENCES statuses (id) ON DELETE CASCADE,
    uri        TEXT      NOT NULL UNIQUE,                -- id of the Like
    created_at TIMESTAMP NOT NULL,
    UNIQUE (account_id, status_id)
);
CREATE INDEX favourites_account_id ON favourites (account_id, id);
CREATE INDEX favourites_status_id ON favourites (status_id, id);

CREATE TABLE bookmarks (
    id         INTEGER    PRIMARY KEY,
    account_id BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    status_id  BIGINT    NOT NULL REFERENCES statuses (id) ON DELETE CASCADE,
    created_at TIMESTAMP NOT NULL,
    UNIQUE (account_id, status_id)
);
CREATE INDEX bookmarks_account_id ON bookmarks (account_id, id);
CREATE INDEX bookmarks_status_id ON bookmarks (status_id);

-- What somebody is told. One row for each recipient, kind, sender and status.
CREATE TABLE notifications (
    id              INTEGER    PRIMARY KEY,
    account_id      BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    from_account_id BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind            SMALLINT  NOT NULL,                  -- domain::NotificationKind
    status_id       BIGINT    REFERENCES statuses (id) ON DELETE CASCADE,
    created_at      TIMESTAMP NOT NULL
);
CREATE INDEX notifications_account_id ON notifications (account_id, id);
CREATE INDEX notifications_status_id ON notifications (status_id) WHERE status_id IS NOT NULL;
CREATE UNIQUE INDEX notifications_once ON notifications (account_id, from_account_id, kind, COALESCE(status_id, 0));

-- Home timelines, fanned out when a status is written.
CREATE TABLE home_feed (
    account_id        BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    status_id         BIGINT NOT NULL REFERENCES statuses (id) ON DELETE CASCADE,
    author_id         BIGINT NOT NULL,
    reblog_of_id      BIGINT,
    reblogged_id      BIGINT,                            -- the boosted status' author
    PRIMARY KEY (account_id, status_id)
) WITHOUT ROWID;
CREATE INDEX home_feed_status_id ON home_feed (status_id);
CREATE INDEX home_feed_reblog_of_id ON home_feed (account_id, reblog_of_id) WHERE reblog_of_id IS NOT NULL;

-- How far somebody has read.
CREATE TABLE markers (
    user_id      BIGINT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    timeline     TEXT      NOT NULL,                     -- `home` or `notifications`
    last_read_id BIGINT    NOT NULL,
    version      BIGINT    NOT NULL,
    updated_at   TIMESTAMP NOT NULL,
    PRIMARY KEY (user_id, timeline)
) WITHOUT ROWID;
