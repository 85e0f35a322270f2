//! What people elsewhere took back, remembered for a while: it may come later than its withdrawal.

use diesel::prelude::*;
use domain::{AccountId, Time};

use crate::DbConnection;
use crate::connection::each;
use crate::schema::retractions;

/// Remembers that an account took back what has this id.
pub fn insert(
    conn: &mut DbConnection,
    uri: &str,
    account: AccountId,
    now: Time,
) -> QueryResult<()> {
    let row = (
        retractions::uri.eq(uri),
        retractions::account_id.eq(account.0),
        retractions::created_at.eq(now),
    );
    each!(conn, c => diesel::insert_into(retractions::table).values(row).on_conflict_do_nothing().execute(c))
        .map(drop)
}

/// Whether an account took back what has this id. One row by key.
pub fn contains(conn: &mut DbConnection, uri: &str, account: AccountId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        retractions::table.find((uri, account.0)),
    ))
    .get_result(conn)
}

/// Forgets that an account took back what has this id: false if that is not known.
pub fn delete(conn: &mut DbConnection, uri: &str, account: AccountId) -> QueryResult<bool> {
    diesel::delete(retractions::table.find((uri, account.0)))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Forgets what was taken back before `time`, and of the rest all but the newest `keep`.
pub fn prune(conn: &mut DbConnection, time: Time, keep: i64) -> QueryResult<()> {
    let surplus: Option<Time> = retractions::table
        .order(retractions::created_at.desc())
        .offset(keep)
        .limit(1)
        .select(retractions::created_at)
        .first(conn)
        .optional()?;
    let until = surplus.map_or(time, |surplus| surplus.max(time));
    diesel::delete(retractions::table.filter(retractions::created_at.le(until)))
        .execute(conn)
        .map(drop)
}
