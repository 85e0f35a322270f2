//! Requests that carried a key: the same key makes one status.

use diesel::prelude::*;
use domain::{AccountId, StatusId, Time};

use crate::DbConnection;
use crate::schema::idempotency_keys as keys;

/// The status that a key made.
pub fn find(
    conn: &mut DbConnection,
    account: AccountId,
    key: &str,
) -> QueryResult<Option<StatusId>> {
    keys::table
        .find((account.0, key))
        .select(keys::status_id)
        .first(conn)
        .optional()
        .map(|id| id.map(StatusId))
}

/// Remembers what a key made.
///
/// # Errors
/// If the key was used in the meantime: the whole transaction must go back.
pub fn insert(
    conn: &mut DbConnection,
    account: AccountId,
    key: &str,
    status: StatusId,
    now: Time,
) -> QueryResult<()> {
    diesel::insert_into(keys::table)
        .values((
            keys::account_id.eq(account.0),
            keys::key.eq(key),
            keys::status_id.eq(status.0),
            keys::created_at.eq(now),
        ))
        .execute(conn)
        .map(drop)
}

/// Forgets keys older than `time`.
pub fn prune(conn: &mut DbConnection, time: Time) -> QueryResult<()> {
    diesel::delete(keys::table.filter(keys::created_at.lt(time)))
        .execute(conn)
        .map(drop)
}
