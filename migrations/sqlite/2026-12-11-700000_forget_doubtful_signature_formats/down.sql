-- What they read is found out again.
SELECT 1;
