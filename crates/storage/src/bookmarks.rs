//! Bookmarks: what somebody keeps for themselves.

use diesel::prelude::*;
use domain::{AccountId, Page, StatusId, Time};

use crate::DbConnection;
use crate::connection::each;
use crate::paging::load_page;
use crate::schema::{bookmarks, statuses};

/// Adds a bookmark: true unless it was there.
pub fn insert(
    conn: &mut DbConnection,
    id: i64,
    account: AccountId,
    status: StatusId,
    now: Time,
) -> QueryResult<bool> {
    let row = (
        bookmarks::id.eq(id),
        bookmarks::account_id.eq(account.0),
        bookmarks::status_id.eq(status.0),
        bookmarks::created_at.eq(now),
    );
    each!(conn, c => diesel::insert_into(bookmarks::table).values(row).on_conflict_do_nothing().execute(c))
        .map(|rows| rows == 1)
}

/// The bookmark of a status by an account. One row by unique index.
pub fn find(
    conn: &mut DbConnection,
    account: AccountId,
    status: StatusId,
) -> QueryResult<Option<i64>> {
    bookmarks::table
        .filter(bookmarks::account_id.eq(account.0))
        .filter(bookmarks::status_id.eq(status.0))
        .select(bookmarks::id)
        .first(conn)
        .optional()
}

/// Takes a bookmark away.
pub fn delete(conn: &mut DbConnection, account: AccountId, status: StatusId) -> QueryResult<()> {
    let of = bookmarks::table
        .filter(bookmarks::account_id.eq(account.0))
        .filter(bookmarks::status_id.eq(status.0));
    diesel::delete(of).execute(conn).map(drop)
}

/// One page of what an account has kept, with the bookmark's id as cursor.
pub fn page(
    conn: &mut DbConnection,
    account: AccountId,
    page: &Page,
) -> QueryResult<Vec<(i64, StatusId)>> {
    let query = bookmarks::table
        .inner_join(statuses::table)
        .filter(bookmarks::account_id.eq(account.0))
        .filter(statuses::deleted_at.is_null())
        .select((bookmarks::id, bookmarks::status_id));
    let rows: Vec<(i64, i64)> = load_page!(query, bookmarks::id, page, conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, status)| (id, StatusId(status)))
        .collect())
}
