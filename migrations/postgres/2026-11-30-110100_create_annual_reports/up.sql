-- What somebody did in a year. Without data it is being made.
CREATE TABLE annual_reports (
    account_id BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    year       INTEGER   NOT NULL,
    data       TEXT,               -- JSON
    made_at    TIMESTAMP NOT NULL,
    read_at    TIMESTAMP,
    PRIMARY KEY (account_id, year)
);
