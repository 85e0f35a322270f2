-- A status that shows another one (FEP-044f), and whether the one quoted lets it.
CREATE TABLE quotes (
    id                BIGINT    PRIMARY KEY,
    status_id         BIGINT    NOT NULL UNIQUE REFERENCES statuses (id) ON DELETE CASCADE,
    account_id        BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    quoted_uri        TEXT      NOT NULL,                 -- known even where the status is not
    quoted_status_id  BIGINT    REFERENCES statuses (id) ON DELETE SET NULL,
    quoted_account_id BIGINT    REFERENCES accounts (id) ON DELETE SET NULL,
    state             SMALLINT  NOT NULL,                 -- domain::QuoteState
    request_uri       TEXT,                               -- id of the QuoteRequest
    approval_uri      TEXT,                               -- id of the QuoteAuthorization
    created_at        TIMESTAMP NOT NULL
);
CREATE INDEX quotes_account_id ON quotes (account_id);
CREATE INDEX quotes_quoted_status_id ON quotes (quoted_status_id, status_id) WHERE quoted_status_id IS NOT NULL;
CREATE INDEX quotes_quoted_account_id ON quotes (quoted_account_id) WHERE quoted_account_id IS NOT NULL;
CREATE INDEX quotes_waiting ON quotes (quoted_uri) WHERE quoted_status_id IS NULL;
CREATE INDEX quotes_request_uri ON quotes (request_uri) WHERE request_uri IS NOT NULL;
CREATE INDEX quotes_approval_uri ON quotes (approval_uri) WHERE approval_uri IS NOT NULL;

ALTER TABLE statuses ADD COLUMN quotes_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE statuses ADD COLUMN quote_policy INTEGER NOT NULL DEFAULT 0;   -- domain::QuotePolicy; 0: nobody
