//! When somebody moved last.

use diesel::prelude::*;
use domain::{AccountId, Time};

use crate::DbConnection;
use crate::schema::moves;

/// When an account moved last. One row by key.
pub fn last(conn: &mut DbConnection, account: AccountId) -> QueryResult<Option<Time>> {
    moves::table
        .find(account.0)
        .select(moves::moved_at)
        .first(conn)
        .optional()
}

/// Notes that an account moved.
pub fn set(conn: &mut DbConnection, account: AccountId, target: &str, at: Time) -> QueryResult<()> {
    diesel::delete(moves::table.find(account.0)).execute(conn)?;
    diesel::insert_into(moves::table)
        .values((
            moves::account_id.eq(account.0),
            moves::target_uri.eq(target),
            moves::moved_at.eq(at),
        ))
        .execute(conn)
        .map(drop)
}
