-- Which post says that it comes from which other one, and what the other one's author says to it.
-- Posts are named by their ids on the wire: either may be unknown here, or be deleted.
CREATE TABLE derivations (
    id          BIGINT    PRIMARY KEY,
    derived_uri TEXT      NOT NULL,
    derived_id  BIGINT    REFERENCES statuses (id) ON DELETE SET NULL,
    source_uri  TEXT      NOT NULL,   -- until the source is known, the address by which it was named
    source_id   BIGINT    REFERENCES statuses (id) ON DELETE SET NULL,
    kind        SMALLINT  NOT NULL,   -- domain::Derivation
    state       SMALLINT  NOT NULL,   -- domain::ClaimState
    context     TEXT      NOT NULL,   -- what the later post says of it
    stated      BOOLEAN   NOT NULL,   -- its author said so apart from its words, and an edit changes nothing
    asked_id    BIGINT    REFERENCES statuses (id) ON DELETE SET NULL,   -- the message that asks the source's author
    created_at  TIMESTAMP NOT NULL,
    decided_at  TIMESTAMP,
    UNIQUE (derived_uri, source_uri)
);
CREATE INDEX derivations_derived_id ON derivations (derived_id) WHERE derived_id IS NOT NULL;
CREATE INDEX derivations_source_id ON derivations (source_id, state, id) WHERE source_id IS NOT NULL;
CREATE INDEX derivations_source_uri ON derivations (source_uri);
CREATE INDEX derivations_asked_id ON derivations (asked_id) WHERE asked_id IS NOT NULL;

-- A page asks for sources only where a status has one.
ALTER TABLE statuses ADD COLUMN has_source BOOLEAN NOT NULL DEFAULT FALSE;

-- Whether somebody wants to be asked before an adaptation of theirs is confirmed, whatever the licence.
ALTER TABLE users ADD COLUMN ask_before_adaptation BOOLEAN NOT NULL DEFAULT FALSE;
