//! Quotes: which status shows which other one, and whether it may.

use diesel::prelude::*;
use domain::{AccountId, Page, QuoteState, StatusId, Time};

use crate::DbConnection;
use crate::connection::each;
use crate::listed::listed;
use crate::paging::load_page;
use crate::row::Optional;
use crate::schema::{accounts, quotes, statuses};
use crate::statuses::Status;

/// A status that shows another one.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = quotes, treat_none_as_default_value = false)]
pub struct Quote {
    pub id: i64,
    /// The one that quotes.
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub status_id: StatusId,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub account_id: AccountId,
    /// Known even where the status is not.
    pub quoted_uri: String,
    #[diesel(deserialize_as = Optional, serialize_as = Optional)]
    pub quoted_status_id: Option<StatusId>,
    #[diesel(deserialize_as = Optional, serialize_as = Optional)]
    pub quoted_account_id: Option<AccountId>,
    #[diesel(deserialize_as = i16, serialize_as = i16)]
    pub state: QuoteState,
    /// Id of the QuoteRequest.
    pub request_uri: Option<String>,
    /// Id of the QuoteAuthorization.
    pub approval_uri: Option<String>,
    pub created_at: Time,
}

/// Adds a quote.
///
/// # Errors
/// If its status quotes already.
pub fn insert(conn: &mut DbConnection, quote: Quote) -> QueryResult<()> {
    diesel::update(statuses::table.find(quote.status_id.0))
        .set(statuses::has_quote.eq(true))
        .execute(conn)?;
    diesel::insert_into(quotes::table)
        .values(quote)
        .execute(conn)
        .map(drop)
}

/// The quote of that id. One row by key.
pub fn find(conn: &mut DbConnection, id: i64) -> QueryResult<Option<Quote>> {
    quotes::table
        .find(id)
        .select(Quote::as_select())
        .first(conn)
        .optional()
}

/// What a status quotes. One row by unique index.
pub fn of_status(conn: &mut DbConnection, status: StatusId) -> QueryResult<Option<Quote>> {
    Ok(of_statuses(conn, &[status])?.pop())
}

/// What these statuses quote. No query where there is none to ask for.
pub fn of_statuses(conn: &mut DbConnection, ids: &[StatusId]) -> QueryResult<Vec<Quote>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids = listed(quotes::status_id, ids.iter().map(|id| id.0));
    each!(conn, c => quotes::table.filter(ids).select(Quote::as_select()).load(c))
}

/// The quote that was asked for by this QuoteRequest.
pub fn with_request_uri(conn: &mut DbConnection, uri: &str) -> QueryResult<Option<Quote>> {
    quotes::table
        .filter(quotes::request_uri.eq(uri))
        .select(Quote::as_select())
        .first(conn)
        .optional()
}

/// The quote that this QuoteAuthorization lets stand.
pub fn with_approval_uri(conn: &mut DbConnection, uri: &str) -> QueryResult<Option<Quote>> {
    quotes::table
        .filter(quotes::approval_uri.eq(uri))
        .select(Quote::as_select())
        .first(conn)
        .optional()
}

/// Writes what became of a quote that `was` so before: false if it is not so any more.
pub fn update(conn: &mut DbConnection, quote: &Quote, was: QuoteState) -> QueryResult<bool> {
    let before = quotes::table
        .find(quote.id)
        .filter(quotes::state.eq(i16::from(was)));
    diesel::update(before)
        .set((
            quotes::state.eq(i16::from(quote.state)),
            quotes::request_uri.eq(&quote.request_uri),
            quotes::approval_uri.eq(&quote.approval_uri),
        ))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Ties quotes to a status that came after them; they are as they were, not yet let.
pub fn adopt(conn: &mut DbConnection, status: &Status) -> QueryResult<()> {
    let waiting = quotes::table
        .filter(quotes::quoted_uri.eq(&status.uri))
        .filter(quotes::quoted_status_id.is_null());
    diesel::update(waiting)
        .set((
            quotes::quoted_status_id.eq(status.id.0),
            quotes::quoted_account_id.eq(status.account_id.0),
        ))
        .execute(conn)
        .map(drop)
}

/// One page of the living statuses that quote one, by their ids, newest first.
pub fn page_of_quoted(
    conn: &mut DbConnection,
    quoted: StatusId,
    page: &Page,
) -> QueryResult<Vec<Status>> {
    let query = statuses::table
        .inner_join(quotes::table.on(quotes::status_id.eq(statuses::id)))
        .filter(quotes::quoted_status_id.eq(quoted.0))
        .filter(quotes::state.eq(i16::from(QuoteState::Accepted)))
        .filter(statuses::deleted_at.is_null())
        .select(Status::as_select());
    load_page!(query, statuses::id, page, conn)
}

/// Those of ours who quote a status, and where.
pub fn local_quotes(
    conn: &mut DbConnection,
    quoted: StatusId,
) -> QueryResult<Vec<(AccountId, StatusId)>> {
    let found: Vec<(i64, i64)> = quotes::table
        .inner_join(accounts::table.on(accounts::id.eq(quotes::account_id)))
        .filter(quotes::quoted_status_id.eq(quoted.0))
        .filter(quotes::state.eq(i16::from(QuoteState::Accepted)))
        .filter(accounts::host.is_null())
        .select((quotes::account_id, quotes::status_id))
        .load(conn)?;
    let found = found.into_iter();
    Ok(found
        .map(|(quoter, quote)| (AccountId(quoter), StatusId(quote)))
        .collect())
}

/// Removes what a status quotes.
pub fn delete_of_status(conn: &mut DbConnection, status: StatusId) -> QueryResult<()> {
    diesel::update(statuses::table.find(status.0))
        .set(statuses::has_quote.eq(false))
        .execute(conn)?;
    diesel::delete(quotes::table.filter(quotes::status_id.eq(status.0)))
        .execute(conn)
        .map(drop)
}
