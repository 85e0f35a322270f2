DROP INDEX collection_items_approval_uri;
DROP INDEX collection_items_request_uri;
DELETE FROM collection_items WHERE state IN (0, 2);
DELETE FROM collections WHERE uri IS NOT NULL;
ALTER TABLE collection_items DROP COLUMN approval_uri;
ALTER TABLE collection_items DROP COLUMN request_uri;
ALTER TABLE collection_items DROP COLUMN uri;
ALTER TABLE collection_items ADD COLUMN revoked BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE collection_items SET revoked = TRUE WHERE state = 3;
ALTER TABLE collection_items DROP COLUMN state;

DROP INDEX collections_uri;
ALTER TABLE collections DROP COLUMN url;
ALTER TABLE collections DROP COLUMN uri;

ALTER TABLE accounts DROP COLUMN feature_policy;
ALTER TABLE accounts DROP COLUMN collections_uri;
