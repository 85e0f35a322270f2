//! What posts were elsewhere that somebody took over out of an archive.

use diesel::prelude::*;
use domain::{AccountId, StatusId};

use crate::DbConnection;
use crate::schema::imported_posts;

/// Notes what a status was before it was taken over.
///
/// # Errors
/// If the account has taken the same over before.
pub fn insert(
    conn: &mut DbConnection,
    account: AccountId,
    uri: &str,
    status: StatusId,
) -> QueryResult<()> {
    diesel::insert_into(imported_posts::table)
        .values((
            imported_posts::account_id.eq(account.0),
            imported_posts::uri.eq(uri),
            imported_posts::status_id.eq(status.0),
        ))
        .execute(conn)
        .map(drop)
}

/// What became of a post that an account took over, deleted since or not.
pub fn find(
    conn: &mut DbConnection,
    account: AccountId,
    uri: &str,
) -> QueryResult<Option<StatusId>> {
    let found: Option<i64> = imported_posts::table
        .find((account.0, uri))
        .select(imported_posts::status_id)
        .first(conn)
        .optional()?;
    Ok(found.map(StatusId))
}

/// Forgets what an account took over.
pub fn delete_of_account(conn: &mut DbConnection, account: AccountId) -> QueryResult<()> {
    diesel::delete(imported_posts::table.filter(imported_posts::account_id.eq(account.0)))
        .execute(conn)
        .map(drop)
}
