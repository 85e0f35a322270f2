//! What moderators are asked to look at.

use diesel::prelude::*;
use domain::{AccountId, CollectionId, Page, ReportCategory, ReportId, StatusId, Time};

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::paging::load_page;
use crate::row::{JsonList, Optional};
use crate::schema::{accounts, reports};

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
    /// The moderator who looks at it.
    #[diesel(deserialize_as = Optional, serialize_as = Optional)]
    pub assigned_account_id: Option<AccountId>,
    #[diesel(deserialize_as = Optional, serialize_as = Optional)]
    pub resolved_by_account_id: Option<AccountId>,
    pub updated_at: Time,
    /// Numbers of the server's rules that are said to be broken.
    #[diesel(deserialize_as = JsonList, serialize_as = JsonList)]
    pub rule_ids: Vec<u32>,
    #[diesel(deserialize_as = JsonList, serialize_as = JsonList)]
    pub collection_ids: Vec<CollectionId>,
}

/// Which reports are asked for.
#[derive(Debug, Clone, Default)]
pub struct WantedReports {
    /// Those that are settled, or those that wait; None: all.
    pub resolved: Option<bool>,
    pub by: Option<AccountId>,
    pub about: Option<AccountId>,
    /// Of the one reported.
    pub host: Option<String>,
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

/// The report of that id; who else wants to change it waits until this transaction ends.
pub fn hold(conn: &mut DbConnection, id: ReportId) -> QueryResult<Option<Report>> {
    crate::dialect::claim::hold_report(conn, id)
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

/// The reports about an account that wait for a moderator, oldest first. The index on `target_account_id`.
pub fn open_about(conn: &mut DbConnection, account: AccountId) -> QueryResult<Vec<ReportId>> {
    let ids: Vec<i64> = reports::table
        .filter(reports::target_account_id.eq(account.0))
        .filter(reports::resolved_at.is_null())
        .order(reports::id)
        .select(reports::id)
        .load(conn)?;
    Ok(ids.into_iter().map(ReportId).collect())
}

/// How many reports by an account wait for a moderator.
pub fn count_open_by(conn: &mut DbConnection, account: AccountId) -> QueryResult<i64> {
    reports::table
        .filter(reports::account_id.eq(account.0))
        .filter(reports::resolved_at.is_null())
        .count()
        .get_result(conn)
}

/// One page of the reports that are asked for, newest first.
pub fn page(
    conn: &mut DbConnection,
    wanted: &WantedReports,
    page: &Page,
) -> QueryResult<Vec<Report>> {
    let mut query = reports::table.select(Report::as_select()).into_boxed();
    query = match wanted.resolved {
        Some(true) => query.filter(reports::resolved_at.is_not_null()),
        Some(false) => query.filter(reports::resolved_at.is_null()),
        None => query,
    };
    if let Some(by) = wanted.by {
        query = query.filter(reports::account_id.eq(by.0));
    }
    if let Some(about) = wanted.about {
        query = query.filter(reports::target_account_id.eq(about.0));
    }
    if let Some(host) = &wanted.host {
        let people = accounts::table
            .filter(accounts::host.eq(host))
            .select(accounts::id);
        query = query.filter(reports::target_account_id.eq_any(people));
    }
    load_page!(query, reports::id, page, conn)
}

/// Writes what moderators do about a report.
pub fn update(conn: &mut DbConnection, report: &Report) -> QueryResult<()> {
    diesel::update(reports::table.find(report.id.0))
        .set((
            reports::category.eq(i16::from(report.category)),
            reports::resolved_at.eq(report.resolved_at),
            reports::assigned_account_id.eq(report.assigned_account_id.map(|id| id.0)),
            reports::resolved_by_account_id.eq(report.resolved_by_account_id.map(|id| id.0)),
            reports::updated_at.eq(report.updated_at),
            reports::rule_ids.eq(serde_json::json!(report.rule_ids).to_string()),
        ))
        .execute(conn)
        .map(drop)
}
