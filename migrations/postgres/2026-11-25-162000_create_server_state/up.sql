-- What a server must know of itself for as long as its data lives, such as the address it was first used with.
CREATE TABLE server_state (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
