//! The words by which statuses are found, and which statuses have changed since their words were written there.

use diesel::prelude::*;
use domain::{AccountId, StatusId};

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::dialect::full_text;
use crate::schema::{
    bookmarks, favourites, mentions, poll_votes, polls, status_index_queue, statuses, users,
};

/// The tokens of one status: no token has a space or a sign of ASCII in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub id: StatusId,
    pub marks: Vec<String>,
    /// In order.
    pub words: Vec<String>,
}

/// What is looked for. A phrase is tokens that follow each other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Of each one phrase must be there.
    pub all: Vec<Vec<Vec<String>>>,
    /// None of these may.
    pub none: Vec<Vec<String>>,
}

/// Notes that the words of a status, or what it is marked with, may have changed.
pub fn note(conn: &mut DbConnection, id: StatusId) -> QueryResult<()> {
    diesel::insert_into(status_index_queue::table)
        .values(status_index_queue::status_id.eq(id.0))
        .execute(conn)
        .map(drop)
}

/// Notes that of all statuses of an account.
pub fn note_author(conn: &mut DbConnection, account: AccountId) -> QueryResult<()> {
    each!(conn, c => statuses::table
        .filter(statuses::account_id.eq(account.0))
        .filter(statuses::reblog_of_id.is_null())
        .filter(statuses::deleted_at.is_null())
        .select(statuses::id)
        .insert_into(status_index_queue::table)
        .into_columns(status_index_queue::status_id)
        .execute(c))
    .map(drop)
}

/// Takes up to `limit` statuses that were noted, the newest of them, in order of their ids. Whoever notes one from now on notes
/// it anew, so what is read after this is not older than the note. None while another process does the same.
pub fn take(conn: &mut DbConnection, limit: i64) -> QueryResult<Vec<StatusId>> {
    if !full_text::hold(conn)? {
        return Ok(Vec::new());
    }
    let mut ids: Vec<i64> = status_index_queue::table
        .order(status_index_queue::status_id.desc())
        .limit(limit)
        .select(status_index_queue::status_id)
        .load(conn)?;
    ids.sort_unstable();
    ids.dedup();
    let taken =
        status_index_queue::table.filter(among(status_index_queue::status_id, ids.iter().copied()));
    diesel::delete(taken).execute(conn)?;
    Ok(ids.into_iter().map(StatusId).collect())
}

/// Whether something is noted.
pub fn is_behind(conn: &mut DbConnection) -> QueryResult<bool> {
    let first: Option<i64> = status_index_queue::table
        .limit(1)
        .select(status_index_queue::status_id)
        .first(conn)
        .optional()?;
    Ok(first.is_some())
}

/// Writes the tokens of statuses, in order of their ids, in place of those that they had.
pub fn put(conn: &mut DbConnection, documents: &[Document]) -> QueryResult<()> {
    full_text::put(conn, documents)
}

/// Takes statuses out.
pub fn remove(conn: &mut DbConnection, ids: &[StatusId]) -> QueryResult<()> {
    full_text::remove(conn, ids)
}

/// Up to `limit` statuses with these tokens and with ids from `from` on and below `to`, newest first.
pub fn find(
    conn: &mut DbConnection,
    query: &Query,
    (from, to): (i64, i64),
    limit: i64,
) -> QueryResult<Vec<StatusId>> {
    let ids = full_text::find(conn, query, (from, to), limit)?;
    Ok(ids.into_iter().map(StatusId).collect())
}

/// Who of ours is mentioned in one of these statuses, or liked, kept, boosted or voted in it. Five queries.
pub fn libraries(
    conn: &mut DbConnection,
    ids: &[StatusId],
) -> QueryResult<Vec<(StatusId, AccountId)>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let of = || ids.iter().copied();
    let mut found: Vec<(i64, i64)> = mentions::table
        .inner_join(users::table.on(users::account_id.eq(mentions::account_id)))
        .filter(among(mentions::status_id, of()))
        .select((mentions::status_id, mentions::account_id))
        .load(conn)?;
    found.extend(
        favourites::table
            .inner_join(users::table.on(users::account_id.eq(favourites::account_id)))
            .filter(among(favourites::status_id, of()))
            .select((favourites::status_id, favourites::account_id))
            .load::<(i64, i64)>(conn)?,
    );
    found.extend(
        bookmarks::table
            .filter(among(bookmarks::status_id, of()))
            .select((bookmarks::status_id, bookmarks::account_id))
            .load::<(i64, i64)>(conn)?,
    );
    let boosts: Vec<(Option<i64>, i64)> = statuses::table
        .inner_join(users::table.on(users::account_id.eq(statuses::account_id)))
        .filter(among(statuses::reblog_of_id, ids.iter().copied().map(Some)))
        .filter(statuses::deleted_at.is_null())
        .select((statuses::reblog_of_id, statuses::account_id))
        .load(conn)?;
    found.extend(
        boosts
            .into_iter()
            .filter_map(|(status, account)| Some((status?, account))),
    );
    found.extend(
        poll_votes::table
            .inner_join(polls::table.on(polls::id.eq(poll_votes::poll_id)))
            .inner_join(users::table.on(users::account_id.eq(poll_votes::account_id)))
            .filter(among(polls::status_id, of()))
            .select((polls::status_id, poll_votes::account_id))
            .load::<(i64, i64)>(conn)?,
    );
    let pair = |(status, account)| (StatusId(status), AccountId(account));
    Ok(found.into_iter().map(pair).collect())
}
