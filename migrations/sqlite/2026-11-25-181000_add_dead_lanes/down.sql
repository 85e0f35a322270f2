ALTER TABLE delivery_lanes DROP COLUMN revived_at;
ALTER TABLE delivery_lanes DROP COLUMN dead_since;
ALTER TABLE delivery_lanes DROP COLUMN failing_since;
