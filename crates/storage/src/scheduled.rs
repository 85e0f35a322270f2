//! What is to be posted at a time.

use diesel::prelude::*;
use domain::{AccountId, ApplicationId, MediaId, Page, Time};

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::media::Media;
use crate::paging::load_page;
use crate::schema::{media, scheduled_statuses};

/// A status that is not posted yet.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = scheduled_statuses, treat_none_as_default_value = false)]
pub struct Scheduled {
    pub id: i64,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub account_id: AccountId,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub application_id: ApplicationId,
    pub scheduled_at: Time,
    /// JSON.
    pub params: String,
    pub idempotency_key: Option<String>,
    pub created_at: Time,
}

/// Adds one.
///
/// # Errors
/// If its key was used before.
pub fn insert(conn: &mut DbConnection, row: Scheduled) -> QueryResult<()> {
    diesel::insert_into(scheduled_statuses::table)
        .values(row)
        .execute(conn)
        .map(drop)
}

/// The one of that id, whosever it is.
pub fn find(conn: &mut DbConnection, id: i64) -> QueryResult<Option<Scheduled>> {
    scheduled_statuses::table
        .find(id)
        .select(Scheduled::as_select())
        .first(conn)
        .optional()
}

/// The one that an account scheduled with this key.
pub fn with_key(
    conn: &mut DbConnection,
    account: AccountId,
    key: &str,
) -> QueryResult<Option<Scheduled>> {
    scheduled_statuses::table
        .filter(scheduled_statuses::account_id.eq(account.0))
        .filter(scheduled_statuses::idempotency_key.eq(key))
        .select(Scheduled::as_select())
        .first(conn)
        .optional()
}

/// One page of what an account scheduled.
pub fn page(
    conn: &mut DbConnection,
    account: AccountId,
    page: &Page,
) -> QueryResult<Vec<Scheduled>> {
    let query = scheduled_statuses::table
        .filter(scheduled_statuses::account_id.eq(account.0))
        .select(Scheduled::as_select());
    load_page!(query, scheduled_statuses::id, page, conn)
}

/// How many an account scheduled from `from` on, and before `to`.
pub fn count(
    conn: &mut DbConnection,
    account: AccountId,
    from: Time,
    to: Time,
) -> QueryResult<i64> {
    scheduled_statuses::table
        .filter(scheduled_statuses::account_id.eq(account.0))
        .filter(scheduled_statuses::scheduled_at.ge(from))
        .filter(scheduled_statuses::scheduled_at.lt(to))
        .count()
        .get_result(conn)
}

/// Sets another time.
pub fn set_time(conn: &mut DbConnection, id: i64, time: Time) -> QueryResult<()> {
    diesel::update(scheduled_statuses::table.find(id))
        .set(scheduled_statuses::scheduled_at.eq(time))
        .execute(conn)
        .map(drop)
}

/// Removes one; its files belong to nothing then.
pub fn delete(conn: &mut DbConnection, id: i64) -> QueryResult<()> {
    diesel::delete(scheduled_statuses::table.find(id))
        .execute(conn)
        .map(drop)
}

/// Keeps a file for one; false if it belongs to something already.
pub fn attach(conn: &mut DbConnection, file: MediaId, id: i64) -> QueryResult<bool> {
    let free = media::table
        .find(file.0)
        .filter(media::status_id.is_null())
        .filter(media::scheduled_id.is_null());
    diesel::update(free)
        .set(media::scheduled_id.eq(Some(id)))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// The files that are kept for these, each with which.
pub fn files(conn: &mut DbConnection, ids: &[i64]) -> QueryResult<Vec<(i64, Media)>> {
    let ids = among(media::scheduled_id, ids.iter().copied());
    each!(conn, c => media::table
        .filter(ids)
        .filter(media::scheduled_id.is_not_null())
        .select((media::scheduled_id.assume_not_null(), Media::as_select()))
        .load(c))
}
