-- Hosts that do not answer any more are owed nothing, until they are heard from or the lane is forgotten.
ALTER TABLE delivery_lanes ADD COLUMN failing_since TIMESTAMP;
ALTER TABLE delivery_lanes ADD COLUMN dead_since TIMESTAMP;
ALTER TABLE delivery_lanes ADD COLUMN revived_at TIMESTAMP;     -- when it was last heard from while it failed
