-- The words by which statuses are found, with marks (domain::search). The text itself is not kept.
CREATE TABLE status_index (
    status_id BIGINT   PRIMARY KEY,
    words     TSVECTOR NOT NULL
);
CREATE INDEX status_index_words ON status_index USING GIN (words);

-- Statuses that changed since they were put there, some more than once: whoever notes it waits for nobody.
CREATE TABLE status_index_queue (
    status_id BIGINT NOT NULL
);

INSERT INTO status_index_queue (status_id)
SELECT id FROM statuses WHERE deleted_at IS NULL AND reblog_of_id IS NULL ORDER BY id DESC;
