DROP INDEX deliveries_failed_at;
DROP INDEX jobs_failed_at;
DROP INDEX sign_in_failures_expires_at;
