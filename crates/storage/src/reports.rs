//! What moderators are asked to look at.

use diesel::prelude::*;
use domain::{AccountId, ReportCategory, ReportId, StatusId, Time};

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::row::JsonList;
use crate::schema::reports;

/// Somebody asks the moderators to look at what somebody does.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = reports, treat_none_as_default_value = false)]
pub struct Report {
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub id: ReportId,
    /// Id of the Flag.
    pub uri: String,
    /// Who reports: one of ours, or an actor elsewhere, often that of a server.
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub account_id: AccountId,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub target_account_id: AccountId,
    #[diesel(deserialize_as = i16, serialize_as = i16)]
    pub category: ReportCategory,
    pub comment: String,
    #[diesel(deserialize_as = JsonList, serialize_as = JsonList)]
    pub status_ids: Vec<StatusId>,
    /// The server of the one reported was told.
    pub forwarded: bool,
    pub created_at: Time,
    pub resolved_at: Option<Time>,
}

/// Adds a report: true unless the same one about the same account is there.
pub fn insert(conn: &mut DbConnection, report: Report) -> QueryResult<bool> {
    each!(conn, c => diesel::insert_into(reports::table)
        .values(report)
        .on_conflict_do_nothing()
        .execute(c))
    .map(|rows| rows == 1)
}

/// The report of that id. One row by key.
pub fn find(conn: &mut DbConnection, id: ReportId) -> QueryResult<Option<Report>> {
    reports::table
        .find(id.0)
        .select(Report::as_select())
        .first(conn)
        .optional()
}

/// The reports of these ids. No query where there is none to ask for.
pub fn with_ids(conn: &mut DbConnection, ids: &[ReportId]) -> QueryResult<Vec<Report>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    reports::table
        .filter(among(reports::id, ids.iter().map(|id| id.0)))
        .select(Report::as_select())
        .load(conn)
}

/// Up to `limit` reports, newest first; only those that wait for a moderator unless `all` are wanted.
pub fn newest(conn: &mut DbConnection, all: bool, limit: i64) -> QueryResult<Vec<Report>> {
    let mut query = reports::table
        .order(reports::id.desc())
        .limit(limit)
        .select(Report::as_select())
        .into_boxed();
    if !all {
        query = query.filter(reports::resolved_at.is_null());
    }
    query.load(conn)
}

/// How many reports by an account wait for a moderator.
pub fn count_open_by(conn: &mut DbConnection, account: AccountId) -> QueryResult<i64> {
    reports::table
        .filter(reports::account_id.eq(account.0))
        .filter(reports::resolved_at.is_null())
        .count()
        .get_result(conn)
}

/// Notes that a moderator has looked: true for the one who does it.
pub fn resolve(conn: &mut DbConnection, id: ReportId, at: Time) -> QueryResult<bool> {
    diesel::update(
        reports::table
            .find(id.0)
            .filter(reports::resolved_at.is_null()),
    )
    .set(reports::resolved_at.eq(at))
    .execute(conn)
    .map(|rows| rows == 1)
}
