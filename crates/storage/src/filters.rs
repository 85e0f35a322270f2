//! What people do not want to read.

use diesel::prelude::*;
use domain::{AccountId, FilterAction, FilterId, StatusId, Time};

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::schema::{filter_keywords, filter_statuses, filters, users};

/// A filter, without its keywords and statuses.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = filters, treat_none_as_default_value = false)]
pub struct Filter {
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub id: FilterId,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub account_id: AccountId,
    pub title: String,
    #[diesel(deserialize_as = i16, serialize_as = i16)]
    pub action: FilterAction,
    /// Bits of [`domain::filter::Contexts`].
    pub contexts: i16,
    pub expires_at: Option<Time>,
    pub created_at: Time,
}

/// A word of a filter.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = filter_keywords)]
pub struct Keyword {
    pub id: i64,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub filter_id: FilterId,
    pub keyword: String,
    pub whole_word: bool,
}

/// A status that a filter names.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = filter_statuses)]
pub struct FilteredStatus {
    pub id: i64,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub filter_id: FilterId,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub status_id: StatusId,
}

/// How often an account's filters were changed; 0 where there never were any.
pub fn version(conn: &mut DbConnection, account: AccountId) -> QueryResult<i64> {
    let version: Option<i64> = users::table
        .filter(users::account_id.eq(account.0))
        .select(users::filters_version)
        .first(conn)
        .optional()?;
    Ok(version.unwrap_or(0))
}

/// The same of many accounts, of those that ever had any.
pub fn versions(
    conn: &mut DbConnection,
    accounts: &[AccountId],
) -> QueryResult<Vec<(AccountId, i64)>> {
    let mut found = Vec::new();
    for accounts in accounts.chunks(crate::CHUNK) {
        let accounts = among(users::account_id, accounts.iter().map(|id| id.0));
        let rows: Vec<(i64, i64)> = each!(conn, c => users::table
            .filter(accounts)
            .filter(users::filters_version.gt(0))
            .select((users::account_id, users::filters_version))
            .load(c))?;
        found.extend(
            rows.into_iter()
                .map(|(id, version)| (AccountId(id), version)),
        );
    }
    Ok(found)
}

/// Notes that an account's filters are changed.
pub fn touch(conn: &mut DbConnection, account: AccountId) -> QueryResult<()> {
    diesel::update(users::table.filter(users::account_id.eq(account.0)))
        .set(users::filters_version.eq(users::filters_version + 1))
        .execute(conn)
        .map(drop)
}

/// Adds a filter.
pub fn insert(conn: &mut DbConnection, filter: Filter) -> QueryResult<()> {
    diesel::insert_into(filters::table)
        .values(filter)
        .execute(conn)
        .map(drop)
}

/// Writes what can be changed of a filter.
pub fn update(conn: &mut DbConnection, filter: &Filter) -> QueryResult<()> {
    diesel::update(filters::table.find(filter.id.0))
        .set((
            filters::title.eq(&filter.title),
            filters::action.eq(i16::from(filter.action)),
            filters::contexts.eq(filter.contexts),
            filters::expires_at.eq(filter.expires_at),
        ))
        .execute(conn)
        .map(drop)
}

/// Removes a filter with all that belongs to it.
pub fn delete(conn: &mut DbConnection, id: FilterId) -> QueryResult<()> {
    diesel::delete(filters::table.find(id.0))
        .execute(conn)
        .map(drop)
}

/// A filter of an account's.
pub fn find(
    conn: &mut DbConnection,
    account: AccountId,
    id: FilterId,
) -> QueryResult<Option<Filter>> {
    filters::table
        .find(id.0)
        .filter(filters::account_id.eq(account.0))
        .select(Filter::as_select())
        .first(conn)
        .optional()
}

/// All filters of an account, oldest first.
pub fn of_account(conn: &mut DbConnection, account: AccountId) -> QueryResult<Vec<Filter>> {
    filters::table
        .filter(filters::account_id.eq(account.0))
        .order(filters::id)
        .select(Filter::as_select())
        .load(conn)
}

/// The words of these filters, oldest first.
pub fn keywords(conn: &mut DbConnection, ids: &[FilterId]) -> QueryResult<Vec<Keyword>> {
    let ids = among(filter_keywords::filter_id, ids.iter().map(|id| id.0));
    each!(conn, c => filter_keywords::table
        .filter(ids)
        .order(filter_keywords::id)
        .select(Keyword::as_select())
        .load(c))
}

/// The statuses that these filters name, oldest first.
pub fn statuses(conn: &mut DbConnection, ids: &[FilterId]) -> QueryResult<Vec<FilteredStatus>> {
    let ids = among(filter_statuses::filter_id, ids.iter().map(|id| id.0));
    each!(conn, c => filter_statuses::table
        .filter(ids)
        .order(filter_statuses::id)
        .select(FilteredStatus::as_select())
        .load(c))
}

/// A word of a filter of an account's.
pub fn keyword(
    conn: &mut DbConnection,
    account: AccountId,
    id: i64,
) -> QueryResult<Option<Keyword>> {
    filter_keywords::table
        .inner_join(filters::table)
        .filter(filter_keywords::id.eq(id))
        .filter(filters::account_id.eq(account.0))
        .select(Keyword::as_select())
        .first(conn)
        .optional()
}

/// A status named by a filter of an account's.
pub fn status(
    conn: &mut DbConnection,
    account: AccountId,
    id: i64,
) -> QueryResult<Option<FilteredStatus>> {
    filter_statuses::table
        .inner_join(filters::table)
        .filter(filter_statuses::id.eq(id))
        .filter(filters::account_id.eq(account.0))
        .select(FilteredStatus::as_select())
        .first(conn)
        .optional()
}

/// Adds a word to a filter.
pub fn insert_keyword(conn: &mut DbConnection, keyword: Keyword) -> QueryResult<()> {
    diesel::insert_into(filter_keywords::table)
        .values(keyword)
        .execute(conn)
        .map(drop)
}

/// Writes a word anew.
pub fn update_keyword(conn: &mut DbConnection, keyword: &Keyword) -> QueryResult<()> {
    diesel::update(filter_keywords::table.find(keyword.id))
        .set((
            filter_keywords::keyword.eq(&keyword.keyword),
            filter_keywords::whole_word.eq(keyword.whole_word),
        ))
        .execute(conn)
        .map(drop)
}

/// Removes a word.
pub fn delete_keyword(conn: &mut DbConnection, id: i64) -> QueryResult<()> {
    diesel::delete(filter_keywords::table.find(id))
        .execute(conn)
        .map(drop)
}

/// Adds a status to a filter: true unless it was there.
pub fn insert_status(conn: &mut DbConnection, status: FilteredStatus) -> QueryResult<bool> {
    each!(conn, c => diesel::insert_into(filter_statuses::table)
        .values(status)
        .on_conflict_do_nothing()
        .execute(c))
    .map(|rows| rows == 1)
}

/// Takes a status out of a filter.
pub fn delete_status(conn: &mut DbConnection, id: i64) -> QueryResult<()> {
    diesel::delete(filter_statuses::table.find(id))
        .execute(conn)
        .map(drop)
}
