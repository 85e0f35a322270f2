DROP TABLE status_index_queue;
DROP TABLE status_index;
