DROP TABLE network_halves;
