DROP TABLE idempotency_keys;
DROP TABLE media;
DROP TABLE status_tags;
DROP TABLE tags;
DROP TABLE mentions;
DROP TABLE status_edits;
DROP TABLE statuses;
