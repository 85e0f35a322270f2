-- The words by which statuses are found, with marks (domain::search); rowid: id of the status. The text itself is not kept.
-- Words come folded: everything beyond ASCII belongs to them.
CREATE VIRTUAL TABLE status_index USING fts5 (words, content = '', contentless_delete = 1, tokenize = 'ascii');

-- Statuses that changed since they were put there, some more than once.
CREATE TABLE status_index_queue (
    status_id BIGINT NOT NULL
);

INSERT INTO status_index_queue (status_id)
SELECT id FROM statuses WHERE deleted_at IS NULL AND reblog_of_id IS NULL ORDER BY id DESC;
