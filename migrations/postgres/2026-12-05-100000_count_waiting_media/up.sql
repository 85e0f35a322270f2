-- How many files of somebody's have yet to be converted.
CREATE INDEX media_waiting ON media (account_id) WHERE state = 1;
