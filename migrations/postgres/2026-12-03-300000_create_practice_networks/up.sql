-- Networks, here and elsewhere, by whose rule all that they pass on is practice.
CREATE TABLE practice_networks (
    account_id BIGINT PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE
);

-- Whether it is practice because of such a network alone.
ALTER TABLE practices ADD COLUMN by_network BOOLEAN NOT NULL DEFAULT FALSE;

-- Practice is found by the networks (groups are of kind 2) that passed it on, as by what it is about.
INSERT INTO practice_terms (concept, status_id, position)
SELECT DISTINCT 'network/' || boosts.account_id, practices.status_id, -1
FROM practices
JOIN statuses AS boosts ON boosts.reblog_of_id = practices.status_id AND boosts.deleted_at IS NULL
JOIN accounts ON accounts.id = boosts.account_id AND accounts.kind = 2;
