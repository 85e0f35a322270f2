-- Whose letters go to one of these hosts, or below it, cannot sign up.
CREATE TABLE email_domain_blocks (
    id         INTEGER   PRIMARY KEY,
    host       TEXT      NOT NULL UNIQUE,
    created_at TIMESTAMP NOT NULL
);

-- Addresses that cannot be signed up with, however they are written.
CREATE TABLE canonical_email_blocks (
    id         INTEGER   PRIMARY KEY,
    hash       TEXT      NOT NULL UNIQUE,                -- SHA-256 of the canonical address, hexadecimal
    created_at TIMESTAMP NOT NULL
);

-- Where somebody cannot sign up, or is not let in at all.
CREATE TABLE ip_blocks (
    id         INTEGER   PRIMARY KEY,
    network    TEXT      NOT NULL UNIQUE,                -- 203.0.113.0/24
    severity   SMALLINT  NOT NULL,                       -- domain::IpSeverity
    comment    TEXT      NOT NULL,
    expires_at TIMESTAMP,
    created_at TIMESTAMP NOT NULL
);
