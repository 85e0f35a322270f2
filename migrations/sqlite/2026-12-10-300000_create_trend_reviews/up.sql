-- What a moderator said of whether something may trend.
CREATE TABLE trend_reviews (
    kind       SMALLINT NOT NULL,      -- 0 tags (id), 1 cards (id), 2 statuses (id)
    subject_id BIGINT   NOT NULL,
    trendable  BOOLEAN  NOT NULL,
    PRIMARY KEY (kind, subject_id)
) WITHOUT ROWID;
