//! Statuses held back as likely spam.

use diesel::prelude::*;
use domain::{AccountId, StatusId, Time};

use crate::DbConnection;
use crate::schema::statuses;
use crate::statuses::Status;

/// Those held back, oldest first.
pub fn oldest(conn: &mut DbConnection, limit: i64) -> QueryResult<Vec<Status>> {
    statuses::table
        .filter(statuses::held_at.is_not_null())
        .filter(statuses::deleted_at.is_null())
        .order(statuses::held_at)
        .limit(limit)
        .select(Status::as_select())
        .load(conn)
}

/// Holds a status back no more: true for the one who does it.
pub fn release(conn: &mut DbConnection, id: StatusId) -> QueryResult<bool> {
    let held = statuses::table
        .find(id.0)
        .filter(statuses::held_at.is_not_null())
        .filter(statuses::deleted_at.is_null());
    diesel::update(held)
        .set(statuses::held_at.eq(None::<Time>))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// What an account wrote last, as HTML. A range of the index on `(account_id, id)`.
pub fn last_words(
    conn: &mut DbConnection,
    account: AccountId,
    limit: i64,
) -> QueryResult<Vec<String>> {
    statuses::table
        .filter(statuses::account_id.eq(account.0))
        .filter(statuses::deleted_at.is_null())
        .order(statuses::id.desc())
        .limit(limit)
        .select(statuses::content)
        .load(conn)
}
