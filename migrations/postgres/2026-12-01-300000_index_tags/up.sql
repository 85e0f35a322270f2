-- Posts are found by the hashtags that they carry, as wholes: those that are there already are indexed anew, in the background.
INSERT INTO status_index_queue (status_id)
SELECT DISTINCT status_id FROM status_tags ORDER BY status_id DESC;
