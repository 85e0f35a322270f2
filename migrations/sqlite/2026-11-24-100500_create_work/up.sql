-- Other servers, as far as we know them.
CREATE TABLE instances (
    host             TEXT      NOT NULL PRIMARY KEY,
    software         TEXT,
    software_version TEXT,
    first_seen_at    TIMESTAMP NOT NULL,
    last_seen_at     TIMESTAMP NOT NULL
);

-- Work to be done here. A claim is a lease, so that what a dead process held comes free.
CREATE TABLE jobs (
    id           INTEGER    PRIMARY KEY,
    payload      TEXT      NOT NULL,                     -- JSON: service::jobs::Job
    run_at       TIMESTAMP NOT NULL,
    leased_until TIMESTAMP,
    attempts     INTEGER   NOT NULL,
    failed_at    TIMESTAMP,                              -- given up
    error        TEXT,
    created_at   TIMESTAMP NOT NULL
);
CREATE INDEX jobs_run_at ON jobs (run_at, id) WHERE failed_at IS NULL;

-- What we say to others, once for all inboxes.
CREATE TABLE activities (
    id         INTEGER    PRIMARY KEY,
    account_id BIGINT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,   -- who signs
    body       TEXT      NOT NULL,                       -- JSON, as it is sent
    created_at TIMESTAMP NOT NULL
);

-- One sending of an activity to one inbox.
CREATE TABLE deliveries (
    id          INTEGER    PRIMARY KEY,
    activity_id BIGINT    NOT NULL REFERENCES activities (id) ON DELETE CASCADE,
    host        TEXT      NOT NULL,
    inbox       TEXT      NOT NULL,
    attempts    INTEGER   NOT NULL,
    created_at  TIMESTAMP NOT NULL,
    failed_at   TIMESTAMP,                               -- given up
    error       TEXT,
    UNIQUE (activity_id, inbox)
);
CREATE INDEX deliveries_host ON deliveries (host, id) WHERE failed_at IS NULL;

-- One lane for each host with deliveries: order and back-off belong to the host.
CREATE TABLE delivery_lanes (
    host         TEXT      NOT NULL PRIMARY KEY,
    run_at       TIMESTAMP NOT NULL,
    leased_until TIMESTAMP,
    failures     INTEGER   NOT NULL
);
CREATE INDEX delivery_lanes_run_at ON delivery_lanes (run_at);

-- What others said to us: committed before it is acknowledged, kept as a memory of ids after it took effect.
CREATE TABLE inbox (
    id           INTEGER    PRIMARY KEY,
    uri          TEXT      NOT NULL UNIQUE,              -- id of the activity
    actor_uri    TEXT      NOT NULL,
    body         TEXT      NOT NULL,                     -- JSON; emptied when finished
    received_at  TIMESTAMP NOT NULL,
    run_at       TIMESTAMP NOT NULL,
    leased_until TIMESTAMP,
    attempts     INTEGER   NOT NULL,
    finished_at  TIMESTAMP,
    error        TEXT
);
CREATE INDEX inbox_run_at ON inbox (run_at, id) WHERE finished_at IS NULL;
CREATE INDEX inbox_actor_uri ON inbox (actor_uri, id) WHERE finished_at IS NULL;
CREATE INDEX inbox_finished_at ON inbox (finished_at) WHERE finished_at IS NOT NULL;
