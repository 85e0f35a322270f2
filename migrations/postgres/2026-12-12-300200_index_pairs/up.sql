-- Posts are found by words that follow each other: those that are there already are indexed anew, in the background.
INSERT INTO status_index_queue (status_id)
SELECT id FROM statuses WHERE deleted_at IS NULL AND reblog_of_id IS NULL ORDER BY id DESC;
