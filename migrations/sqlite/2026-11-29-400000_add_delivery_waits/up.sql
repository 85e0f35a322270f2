ALTER TABLE deliveries ADD COLUMN run_at TIMESTAMP;
CREATE INDEX deliveries_waiting ON deliveries (host, run_at) WHERE run_at IS NOT NULL;
ALTER TABLE delivery_lanes ADD COLUMN not_before TIMESTAMP;
