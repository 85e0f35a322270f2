-- What ran out, or was given up, is found without reading the rest.
CREATE INDEX sign_in_failures_expires_at ON sign_in_failures (expires_at);
CREATE INDEX jobs_failed_at ON jobs (failed_at) WHERE failed_at IS NOT NULL;
CREATE INDEX deliveries_failed_at ON deliveries (failed_at) WHERE failed_at IS NOT NULL;
