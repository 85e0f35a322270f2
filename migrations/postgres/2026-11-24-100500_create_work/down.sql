DROP TABLE inbox;
DROP TABLE delivery_lanes;
DROP TABLE deliveries;
DROP TABLE activities;
DROP TABLE jobs;
DROP TABLE instances;
