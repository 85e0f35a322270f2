DROP TABLE network_awaited;
