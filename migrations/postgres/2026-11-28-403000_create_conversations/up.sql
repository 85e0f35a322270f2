-- Threads of direct statuses, for each of ours who takes part.
CREATE TABLE conversations (
    id              BIGINT   PRIMARY KEY,
    account_id      BIGINT  NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    conversation_id BIGINT  NOT NULL,
    last_status_id  BIGINT  NOT NULL REFERENCES statuses (id) ON DELETE CASCADE,
    unread          BOOLEAN NOT NULL,
    UNIQUE (account_id, conversation_id)
);
CREATE INDEX conversations_last_status_id ON conversations (account_id, last_status_id);
CREATE INDEX conversations_of_status ON conversations (last_status_id);

INSERT INTO conversations (id, account_id, conversation_id, last_status_id, unread)
SELECT ROW_NUMBER() OVER (ORDER BY part.account_id, statuses.conversation_id),
       part.account_id, statuses.conversation_id, MAX(statuses.id), FALSE
FROM statuses
JOIN (SELECT id AS status_id, account_id FROM statuses UNION SELECT status_id, account_id FROM mentions) AS part
  ON part.status_id = statuses.id
JOIN accounts ON accounts.id = part.account_id AND accounts.host IS NULL
WHERE statuses.visibility = 3 AND statuses.deleted_at IS NULL AND statuses.reblog_of_id IS NULL
GROUP BY part.account_id, statuses.conversation_id;

-- What is to be posted at a time.
CREATE TABLE scheduled_statuses (
    id              BIGINT    PRIMARY KEY,
    account_id      BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    application_id  BIGINT    NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    scheduled_at    TIMESTAMP NOT NULL,
    params          TEXT      NOT NULL,               -- JSON: service::scheduled::Params
    idempotency_key TEXT,
    created_at      TIMESTAMP NOT NULL
);
CREATE INDEX scheduled_statuses_account_id ON scheduled_statuses (account_id, id);
CREATE UNIQUE INDEX scheduled_statuses_key ON scheduled_statuses (account_id, idempotency_key) WHERE idempotency_key IS NOT NULL;

ALTER TABLE media ADD COLUMN scheduled_id BIGINT REFERENCES scheduled_statuses (id) ON DELETE SET NULL;
CREATE INDEX media_scheduled_id ON media (scheduled_id) WHERE scheduled_id IS NOT NULL;
