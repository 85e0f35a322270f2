-- The marks of hashtags do no harm in an index that is not asked for them.
SELECT 1;
