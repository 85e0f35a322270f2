DROP INDEX media_waiting;
