-- Whom somebody does not want to have suggested.
CREATE TABLE dismissed_suggestions (
    account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    target_id  BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    PRIMARY KEY (account_id, target_id)
);
CREATE INDEX dismissed_suggestions_target_id ON dismissed_suggestions (target_id);

-- Those who want to be found, by name and by when they came.
CREATE INDEX accounts_discoverable_name ON accounts (handle_key) WHERE discoverable;
CREATE INDEX accounts_discoverable_id ON accounts (id) WHERE discoverable;
