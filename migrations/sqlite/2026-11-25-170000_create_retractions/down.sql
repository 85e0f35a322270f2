DROP TABLE retractions;
