-- What was looked for elsewhere, and when: what is missing of a thread or a profile is not looked for again too soon.
CREATE TABLE lookups (
    what      TEXT      NOT NULL PRIMARY KEY,  -- "thread" or "profile", and the id of its first status or its account
    looked_at TIMESTAMP NOT NULL
) WITHOUT ROWID;
CREATE INDEX lookups_looked_at ON lookups (looked_at);
