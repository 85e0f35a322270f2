DROP INDEX accounts_discoverable_id;
DROP INDEX accounts_discoverable_name;
DROP TABLE dismissed_suggestions;
