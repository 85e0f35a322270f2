-- Those who want to be found, by when they posted last.
CREATE INDEX accounts_discoverable_active ON accounts ((last_status_at IS NULL), last_status_at DESC, id DESC) WHERE discoverable;
