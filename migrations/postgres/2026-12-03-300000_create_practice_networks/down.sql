DELETE FROM practices WHERE by_network;
DELETE FROM practice_terms WHERE concept LIKE 'network/%';
ALTER TABLE practices DROP COLUMN by_network;
DROP TABLE practice_networks;
