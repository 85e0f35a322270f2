-- Where a client program wants to be told of what its user is told: one for each token, and gone with it.
CREATE TABLE push_subscriptions (
    token_id     INTEGER   PRIMARY KEY REFERENCES access_tokens (id) ON DELETE CASCADE,
    account_id   BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    access_token TEXT      NOT NULL,                   -- the program finds by it whom the message is for (docs/adr/0080)
    endpoint     TEXT      NOT NULL,
    host         TEXT      NOT NULL,                   -- of the endpoint, with its port
    p256dh       TEXT      NOT NULL,                   -- key of the receiver, base64url
    auth         TEXT      NOT NULL,                   -- secret of the receiver, base64url
    standard     BOOLEAN   NOT NULL,                   -- RFC 8291; else the draft before it
    alerts       TEXT      NOT NULL,                   -- kinds of notifications, JSON list
    policy       SMALLINT  NOT NULL,                   -- domain::PushPolicy
    created_at   TIMESTAMP NOT NULL
);
CREATE INDEX push_subscriptions_account_id ON push_subscriptions (account_id);

-- A message that is owed to a subscription.
CREATE TABLE pushes (
    token_id        BIGINT    NOT NULL REFERENCES push_subscriptions (token_id) ON DELETE CASCADE,
    notification_id BIGINT    NOT NULL REFERENCES notifications (id) ON DELETE CASCADE,
    host            TEXT      NOT NULL,
    run_at          TIMESTAMP NOT NULL,
    leased_until    TIMESTAMP,
    attempts        INTEGER   NOT NULL,
    created_at      TIMESTAMP NOT NULL,
    PRIMARY KEY (token_id, notification_id)
) WITHOUT ROWID;
CREATE INDEX pushes_run_at ON pushes (run_at);
CREATE INDEX pushes_host ON pushes (host);
CREATE INDEX pushes_notification_id ON pushes (notification_id);
