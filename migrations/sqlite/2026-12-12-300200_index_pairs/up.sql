-- Posts are found by words that follow each other: those that are there already are indexed anew, in the background.
INSERT INTO status_index_queue (status_id)
SELECT id FROM statuses WHERE deleted_at IS NULL AND reblog_of_id IS NULL;
-- The newest come first, also of those that are written meanwhile; and what was taken is not looked for among all that wait.
CREATE INDEX status_index_queue_status_id ON status_index_queue (status_id);
