ALTER TABLE delivery_lanes DROP COLUMN not_before;
DROP INDEX deliveries_waiting;
ALTER TABLE deliveries DROP COLUMN run_at;
