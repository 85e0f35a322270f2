-- Who was here in which of the last weeks, to count them.
CREATE TABLE seen_weeks (
    week    TIMESTAMP NOT NULL,                          -- its Monday, 00:00 UTC
    user_id BIGINT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (week, user_id)
);
CREATE INDEX seen_weeks_user_id ON seen_weeks (user_id);
