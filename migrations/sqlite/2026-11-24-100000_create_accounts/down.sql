DROP TABLE keys;
DROP TABLE accounts;
