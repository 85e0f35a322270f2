-- Of whose deeds somebody wants to be told at once, later, or not at all. Without a row: as domain::NotificationPolicy::default says.
CREATE TABLE notification_policies (
    account_id           BIGINT   PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    for_not_following    SMALLINT NOT NULL,           -- domain::NotificationRule, as the others
    for_not_followers    SMALLINT NOT NULL,
    for_new_accounts     SMALLINT NOT NULL,
    for_private_mentions SMALLINT NOT NULL,
    for_limited_accounts SMALLINT NOT NULL
);

-- Somebody whose deeds are held back, until one looks.
CREATE TABLE notification_requests (
    id              BIGINT    PRIMARY KEY,
    account_id      BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    from_account_id BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    last_status_id  BIGINT    REFERENCES statuses (id) ON DELETE SET NULL,
    count           BIGINT    NOT NULL,
    created_at      TIMESTAMP NOT NULL,
    updated_at      TIMESTAMP NOT NULL,
    UNIQUE (account_id, from_account_id)
);
CREATE INDEX notification_requests_from_account_id ON notification_requests (from_account_id);
CREATE INDEX notification_requests_last_status_id ON notification_requests (last_status_id) WHERE last_status_id IS NOT NULL;

-- Whose deeds are not held back.
CREATE TABLE notification_permissions (
    account_id      BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    from_account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    PRIMARY KEY (account_id, from_account_id)
);
CREATE INDEX notification_permissions_from_account_id ON notification_permissions (from_account_id);

ALTER TABLE notifications ADD COLUMN filtered BOOLEAN NOT NULL DEFAULT FALSE;   -- held back
