//! Favourites: who likes which status.

use diesel::prelude::*;
use domain::{AccountId, Page, StatusId, Time};

use crate::DbConnection;
use crate::connection::each;
use crate::listed::listed;
use crate::paging::load_page;
use crate::schema::{favourites, statuses};

/// Somebody likes a status.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = favourites, treat_none_as_default_value = false)]
pub struct Favourite {
    pub id: i64,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub account_id: AccountId,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub status_id: StatusId,
    /// Id of the Like.
    pub uri: String,
    pub created_at: Time,
}

/// Adds a favourite: true unless it was there already.
pub fn insert(conn: &mut DbConnection, favourite: Favourite) -> QueryResult<bool> {
    each!(conn, c => diesel::insert_into(favourites::table).values(favourite).on_conflict_do_nothing().execute(c))
        .map(|rows| rows == 1)
}

/// The favourite of a status by an account.
pub fn find(
    conn: &mut DbConnection,
    account: AccountId,
    status: StatusId,
) -> QueryResult<Option<Favourite>> {
    favourites::table
        .filter(favourites::account_id.eq(account.0))
        .filter(favourites::status_id.eq(status.0))
        .select(Favourite::as_select())
        .first(conn)
        .optional()
}

/// Names a favourite anew: its Like was sent again.
pub fn set_uri(conn: &mut DbConnection, id: i64, uri: &str) -> QueryResult<()> {
    diesel::update(favourites::table.find(id))
        .set(favourites::uri.eq(uri))
        .execute(conn)
        .map(drop)
}

/// Takes a favourite away, and says what it was.
pub fn delete(
    conn: &mut DbConnection,
    account: AccountId,
    status: StatusId,
) -> QueryResult<Option<Favourite>> {
    let found = find(conn, account, status)?;
    if let Some(favourite) = &found {
        diesel::delete(favourites::table.find(favourite.id)).execute(conn)?;
    }
    Ok(found)
}

/// Takes some of an account's favourites away, and says of what they were.
pub fn delete_some(
    conn: &mut DbConnection,
    account: AccountId,
    limit: i64,
) -> QueryResult<Vec<StatusId>> {
    let rows: Vec<(i64, i64)> = favourites::table
        .filter(favourites::account_id.eq(account.0))
        .order(favourites::id)
        .limit(limit)
        .select((favourites::id, favourites::status_id))
        .load(conn)?;
    let these = listed(favourites::id, rows.iter().map(|(id, _)| *id));
    each!(conn, c => diesel::delete(favourites::table.filter(these)).execute(c))?;
    Ok(rows
        .into_iter()
        .map(|(_, status)| StatusId(status))
        .collect())
}

/// Whether an account likes anything. One row by index.
pub fn any_of(conn: &mut DbConnection, account: AccountId) -> QueryResult<bool> {
    let found: Option<i64> = favourites::table
        .filter(favourites::account_id.eq(account.0))
        .select(favourites::id)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}

/// The favourite whose activity has this id.
pub fn with_uri(conn: &mut DbConnection, uri: &str) -> QueryResult<Option<Favourite>> {
    favourites::table
        .filter(favourites::uri.eq(uri))
        .select(Favourite::as_select())
        .first(conn)
        .optional()
}

/// One page of what an account likes, with the favourite's id as cursor.
pub fn page(
    conn: &mut DbConnection,
    account: AccountId,
    page: &Page,
) -> QueryResult<Vec<(i64, StatusId)>> {
    let query = favourites::table
        .inner_join(statuses::table)
        .filter(favourites::account_id.eq(account.0))
        .filter(statuses::deleted_at.is_null())
        .select((favourites::id, favourites::status_id));
    let rows: Vec<(i64, i64)> = load_page!(query, favourites::id, page, conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, status)| (id, StatusId(status)))
        .collect())
}

/// One page of who likes a status, with the favourite's id as cursor.
pub fn of_status(
    conn: &mut DbConnection,
    status: StatusId,
    page: &Page,
) -> QueryResult<Vec<(i64, AccountId)>> {
    let query = favourites::table
        .filter(favourites::status_id.eq(status.0))
        .select((favourites::id, favourites::account_id));
    let rows: Vec<(i64, i64)> = load_page!(query, favourites::id, page, conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, account)| (id, AccountId(account)))
        .collect())
}
