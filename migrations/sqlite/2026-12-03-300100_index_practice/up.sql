-- The library finds practice by all of its words: what is there already is indexed anew, in the background.
INSERT INTO status_index_queue (status_id)
SELECT status_id FROM practices ORDER BY status_id DESC;
