//! Who was a member of a network before it went on here, and may come along.

use diesel::prelude::*;
use domain::{AccountId, Time};

use crate::DbConnection;
use crate::connection::each;
use crate::schema::{accounts, network_awaited};

#[derive(Debug, Insertable)]
#[diesel(table_name = network_awaited, treat_none_as_default_value = false)]
struct Awaited {
    network_id: i64,
    uri: String,
    until: Time,
}

/// Remembers these people, by their ids; who is awaited already stays so for as long as that was said.
pub fn await_people(
    conn: &mut DbConnection,
    network: AccountId,
    uris: Vec<String>,
    until: Time,
) -> QueryResult<()> {
    let mut uris = uris.into_iter().peekable();
    while uris.peek().is_some() {
        let rows: Vec<Awaited> = uris
            .by_ref()
            .take(crate::CHUNK)
            .map(|uri| Awaited {
                network_id: network.0,
                uri,
                until,
            })
            .collect();
        each!(conn, c => diesel::insert_into(network_awaited::table).values(rows).on_conflict_do_nothing().execute(c))?;
    }
    Ok(())
}

/// Whether somebody is awaited. One row by key.
pub fn is_awaited(
    conn: &mut DbConnection,
    network: AccountId,
    account: AccountId,
) -> QueryResult<bool> {
    let uri = accounts::table
        .filter(accounts::id.eq(account.0))
        .select(accounts::uri);
    let row = network_awaited::table
        .filter(network_awaited::network_id.eq(network.0))
        .filter(network_awaited::uri.eq_any(uri));
    diesel::select(diesel::dsl::exists(row)).get_result(conn)
}

/// Awaits somebody no more: false if they were not.
pub fn has_come(
    conn: &mut DbConnection,
    network: AccountId,
    account: AccountId,
) -> QueryResult<bool> {
    let uri = accounts::table
        .filter(accounts::id.eq(account.0))
        .select(accounts::uri);
    let row = network_awaited::table
        .filter(network_awaited::network_id.eq(network.0))
        .filter(network_awaited::uri.eq_any(uri));
    diesel::delete(row).execute(conn).map(|rows| rows == 1)
}

/// Awaits those no more whose time is over.
pub fn prune_awaited(conn: &mut DbConnection, now: Time) -> QueryResult<()> {
    diesel::delete(network_awaited::table.filter(network_awaited::until.le(now)))
        .execute(conn)
        .map(drop)
}
