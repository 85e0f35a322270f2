-- Learnt from the yes of servers some of which say yes to all: docs/adr/0371.
DELETE FROM signature_formats WHERE newer;
