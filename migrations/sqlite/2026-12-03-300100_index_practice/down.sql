-- The mark of practice does no harm in an index that is not asked for it.
SELECT 1;
