-- Which signatures a server reads. Forgotten after some weeks, since servers learn.
CREATE TABLE signature_formats (
    origin   TEXT      NOT NULL PRIMARY KEY,             -- https://school.example
    newer    BOOLEAN   NOT NULL,                         -- RFC 9421; otherwise draft-cavage
    noted_at TIMESTAMP NOT NULL
);
CREATE INDEX signature_formats_noted_at ON signature_formats (noted_at);
