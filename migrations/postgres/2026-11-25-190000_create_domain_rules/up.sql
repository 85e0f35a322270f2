-- Other servers, with all below their names, with which we have less to do, or nothing.
CREATE TABLE domain_blocks (
    id              BIGINT    PRIMARY KEY,
    host            TEXT      NOT NULL UNIQUE,
    severity        SMALLINT  NOT NULL,           -- domain::Severity
    reject_media    BOOLEAN   NOT NULL,
    reject_reports  BOOLEAN   NOT NULL,
    private_comment TEXT,                         -- for moderators
    public_comment  TEXT,
    obfuscate       BOOLEAN   NOT NULL,           -- strangers see a part of the name only
    created_at      TIMESTAMP NOT NULL            -- accounts limited because of it carry this very moment
);

-- Servers to which we talk where we talk to few, or which are allied with us.
CREATE TABLE domain_allows (
    id         BIGINT    PRIMARY KEY,
    host       TEXT      NOT NULL UNIQUE,
    created_at TIMESTAMP NOT NULL
);
