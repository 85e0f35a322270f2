-- Where somebody elsewhere lists whom they recommend, and who may recommend them, as their server says.
ALTER TABLE accounts ADD COLUMN collections_uri TEXT;
ALTER TABLE accounts ADD COLUMN feature_policy INTEGER NOT NULL DEFAULT 0;

-- Of a collection of somebody elsewhere: its id, and its page.
ALTER TABLE collections ADD COLUMN uri TEXT;
ALTER TABLE collections ADD COLUMN url TEXT;
CREATE UNIQUE INDEX collections_uri ON collections (uri);

-- Whether somebody in a collection agreed: 0 asked, 1 yes, 2 no, 3 yes and later no.
ALTER TABLE collection_items ADD COLUMN state SMALLINT NOT NULL DEFAULT 1;
UPDATE collection_items SET state = 3 WHERE revoked;
ALTER TABLE collection_items DROP COLUMN revoked;
ALTER TABLE collection_items ADD COLUMN uri TEXT;          -- of an item elsewhere
ALTER TABLE collection_items ADD COLUMN request_uri TEXT;  -- id of the FeatureRequest
ALTER TABLE collection_items ADD COLUMN approval_uri TEXT; -- id of the FeatureAuthorization, if it is not ours
CREATE INDEX collection_items_request_uri ON collection_items (request_uri) WHERE request_uri IS NOT NULL;
CREATE INDEX collection_items_approval_uri ON collection_items (approval_uri) WHERE approval_uri IS NOT NULL;
