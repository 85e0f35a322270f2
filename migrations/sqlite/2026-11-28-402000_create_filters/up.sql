-- What somebody does not want to read, or only after a warning.
CREATE TABLE filters (
    id         INTEGER   PRIMARY KEY,
    account_id BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    title      TEXT      NOT NULL,
    action     SMALLINT  NOT NULL,               -- domain::FilterAction
    contexts   SMALLINT  NOT NULL,               -- domain::filter::Contexts
    expires_at TIMESTAMP,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX filters_account_id ON filters (account_id, id);

CREATE TABLE filter_keywords (
    id         INTEGER  PRIMARY KEY,
    filter_id  BIGINT  NOT NULL REFERENCES filters (id) ON DELETE CASCADE,
    keyword    TEXT    NOT NULL,
    whole_word BOOLEAN NOT NULL
);
CREATE INDEX filter_keywords_filter_id ON filter_keywords (filter_id, id);

CREATE TABLE filter_statuses (
    id        INTEGER  PRIMARY KEY,
    filter_id BIGINT  NOT NULL REFERENCES filters (id) ON DELETE CASCADE,
    status_id BIGINT  NOT NULL REFERENCES statuses (id) ON DELETE CASCADE,
    UNIQUE (filter_id, status_id)
);
CREATE INDEX filter_statuses_status_id ON filter_statuses (status_id);

-- Grows with every change of somebody's filters; 0: there never were any.
ALTER TABLE users ADD COLUMN filters_version BIGINT NOT NULL DEFAULT 0;
