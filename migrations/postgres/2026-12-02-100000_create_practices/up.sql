-- Statuses by which a teacher passes practice on, and what their authors say of it.
CREATE TABLE practices (
    status_id   BIGINT  PRIMARY KEY REFERENCES statuses (id) ON DELETE CASCADE,
    title       TEXT    NOT NULL,       -- empty if there is none
    title_key   TEXT    NOT NULL,       -- by which it is sorted and found
    licence     TEXT,                   -- id of a concept
    licence_url TEXT
);
CREATE INDEX practices_title_key ON practices (title_key, status_id);

-- What they are about. Each has a row of the concept `all` besides, and rows of the concepts to which its own belong.
CREATE TABLE practice_terms (
    concept   TEXT     NOT NULL,
    status_id BIGINT   NOT NULL REFERENCES practices (status_id) ON DELETE CASCADE,
    position  SMALLINT NOT NULL,        -- in the order of the author; below 0 if it only follows from another
    PRIMARY KEY (concept, status_id)
);
CREATE INDEX practice_terms_status_id ON practice_terms (status_id);

-- What authors said of their practice elsewhere than in the status, and is kept when they edit it.
CREATE TABLE practice_answers (
    status_id   BIGINT  PRIMARY KEY REFERENCES statuses (id) ON DELETE CASCADE,
    title       TEXT,
    licence     TEXT,
    licence_url TEXT,
    terms       TEXT    NOT NULL        -- JSON: names of concepts
);

-- What somebody wants for all their practice.
CREATE TABLE practice_settings (
    account_id  BIGINT  PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    licence     TEXT,
    licence_url TEXT,
    reminders   BOOLEAN NOT NULL
);

-- Messages by which authors were asked for what is missing, once for each status.
CREATE TABLE practice_reminders (
    status_id  BIGINT  PRIMARY KEY REFERENCES statuses (id) ON DELETE CASCADE,
    message_id BIGINT  NOT NULL UNIQUE,
    account_id BIGINT  NOT NULL REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX practice_reminders_account_id ON practice_reminders (account_id, message_id);
