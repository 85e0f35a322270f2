//! What a server must know of itself for as long as its data lives.

use diesel::prelude::*;

use crate::DbConnection;
use crate::connection::each;
use crate::schema::server_state;

/// What is known under a key.
pub fn get(conn: &mut DbConnection, key: &str) -> QueryResult<Option<String>> {
    server_state::table
        .find(key)
        .select(server_state::value)
        .first(conn)
        .optional()
}

/// Writes a value unless there is one; answers the one that stands.
pub fn keep(conn: &mut DbConnection, key: &str, value: &str) -> QueryResult<String> {
    let row = (server_state::key.eq(key), server_state::value.eq(value));
    each!(conn, c => diesel::insert_into(server_state::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    server_state::table
        .find(key)
        .select(server_state::value)
        .first(conn)
}
