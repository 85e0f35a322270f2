//! What moderators do about reports.
//! <https://docs.joinmastodon.org/methods/admin/reports/>

use std::collections::HashMap;

use domain::{AccountId, CollectionId, Page, ReportCategory, ReportId, Role, StatusId};
use storage::DbConnection;
use storage::reported_words::Words;
use storage::reports::Report;
use storage::statuses::Status;

use super::{AdminAccountView, AdminReportView, note, show};
use crate::oauth::Person;
use crate::reports::rule_numbers;
use crate::views::{self, StatusView};
use crate::{App, Error, Paged, Result, collections};

pub use storage::reports::WantedReports;

/// What is done about a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// None: as it was.
    Kind {
        category: Option<ReportCategory>,
        /// Numbers of the server's rules.
        rules: Option<Vec<String>>,
    },
    /// To whoever does it.
    Assign,
    Unassign,
    Resolve,
    Reopen,
}

/// Whether somebody may look at reports.
#[must_use]
pub fn may_see(person: &Person) -> bool {
    person.user.role >= Role::Moderator
}

/// One page of the reports that are asked for.
pub async fn page(
    app: &App,
    person: &Person,
    wanted: WantedReports,
    page: Page,
) -> Result<Paged<AdminReportView>> {
    let me = person.id();
    app.read_long(move |app, conn| {
        let rows = storage::reports::page(conn, &wanted, &page)?;
        let cursors: Vec<i64> = rows.iter().map(|row| row.id.0).collect();
        Ok(Paged::new(views(app, conn, me, rows)?, cursors, &page))
    })
    .await
}

/// The report of that id.
pub async fn find(app: &App, person: &Person, id: ReportId) -> Result<AdminReportView> {
    let me = person.id();
    app.read(move |app, conn| {
        let row = storage::reports::find(conn, id)?.ok_or(Error::NotFound)?;
        view(app, conn, me, row)
    })
    .await
}

/// Does something about a report.
pub async fn change(
    app: &App,
    by: &Person,
    id: ReportId,
    change: Change,
) -> Result<AdminReportView> {
    let by = by.clone();
    app.transaction(move |app, conn| {
        let mut report = storage::reports::hold(conn, id)?.ok_or(Error::NotFound)?;
        let action = match change {
            Change::Kind { category, rules } => {
                report.category = category.unwrap_or(report.category);
                if let Some(rules) = rules {
                    report.rule_ids = rule_numbers(app, &rules)?;
                }
                "update report"
            }
            Change::Assign => {
                report.assigned_account_id = Some(by.id());
                "assign report"
            }
            Change::Unassign => {
                report.assigned_account_id = None;
                "unassign report"
            }
            Change::Resolve => {
                report.resolved_at = Some(app.now());
                report.resolved_by_account_id = Some(by.id());
                "resolve report"
            }
            Change::Reopen => {
                report.resolved_at = None;
                report.resolved_by_account_id = None;
                "reopen report"
            }
        };
        report.updated_at = app.now();
        storage::reports::update(conn, &report)?;
        note(app, conn, &by, action, id.to_string())?;
        view(app, conn, by.id(), report)
    })
    .await
}

/// A decision about somebody settles a report about them.
pub(super) fn settle(
    app: &App,
    conn: &mut DbConnection,
    by: &Person,
    id: ReportId,
    about: AccountId,
) -> Result<Report> {
    let mut report = storage::reports::hold(conn, id)?
        .filter(|row| row.target_account_id == about)
        .ok_or(Error::NotFound)?;
    let now = app.now();
    report.resolved_at = Some(now);
    report.resolved_by_account_id = Some(by.id());
    report.updated_at = now;
    storage::reports::update(conn, &report)?;
    note(app, conn, by, "resolve report", id.to_string())?;
    Ok(report)
}

/// What is imposed on somebody settles all reports about them that wait, as in Mastodon.
pub(super) fn settle_all(
    app: &App,
    conn: &mut DbConnection,
    by: &Person,
    about: AccountId,
) -> Result<()> {
    for id in storage::reports::open_about(conn, about)? {
        settle(app, conn, by, id, about)?;
    }
    Ok(())
}

fn view(
    app: &App,
    conn: &mut DbConnection,
    viewer: AccountId,
    row: Report,
) -> Result<AdminReportView> {
    let found = views(app, conn, viewer, vec![row])?;
    found.into_iter().next().ok_or(Error::NotFound)
}

/// With all whom they concern, and the statuses, whoever may see them otherwise: they were shown to us.
/// A fixed number of queries.
fn views(
    app: &App,
    conn: &mut DbConnection,
    viewer: AccountId,
    rows: Vec<Report>,
) -> Result<Vec<AdminReportView>> {
    let concerned = |row: &Report| {
        let always = [row.account_id, row.target_account_id];
        let moderators = [row.assigned_account_id, row.resolved_by_account_id];
        always.into_iter().chain(moderators.into_iter().flatten())
    };
    let mut people: Vec<AccountId> = rows.iter().flat_map(concerned).collect();
    people.sort_unstable();
    people.dedup();
    let people = storage::accounts::with_ids(conn, &people)?;
    let people: HashMap<AccountId, AdminAccountView> = show(app, conn, viewer, people)?
        .into_iter()
        .map(|view| (view.account.account.id, view))
        .collect();
    let ids: Vec<StatusId> = rows.iter().flat_map(|row| row.status_ids.clone()).collect();
    let statuses = storage::statuses::with_ids_deleted(conn, &ids)?;
    let statuses = as_reported(conn, statuses)?;
    let statuses: HashMap<StatusId, StatusView> =
        views::statuses(app, conn, Some(viewer), statuses)?
            .into_iter()
            .map(|view| (view.status.id, view))
            .collect();
    let ids = rows.iter().flat_map(|row| row.collection_ids.clone());
    let ids: Vec<CollectionId> = ids.collect();
    let collections = collections::with_ids(app, conn, viewer, &ids)?;
    let person = |id: AccountId| people.get(&id).cloned();
    Ok(rows
        .into_iter()
        .filter_map(|report| {
            Some(AdminReportView {
                by: person(report.account_id)?,
                target: person(report.target_account_id)?,
                assigned: report.assigned_account_id.and_then(person),
                resolved_by: report.resolved_by_account_id.and_then(person),
                statuses: report
                    .status_ids
                    .iter()
                    .filter_map(|id| statuses.get(id).cloned())
                    .collect(),
                collections: report
                    .collection_ids
                    .iter()
                    .filter_map(|id| collections.get(id).cloned())
                    .collect(),
                rules: rules(app, &report),
                report,
            })
        })
        .collect())
}

/// Deleted statuses as they were, as far as that is kept; the others are gone.
fn as_reported(conn: &mut DbConnection, statuses: Vec<Status>) -> Result<Vec<Status>> {
    let gone = statuses.iter().filter(|row| row.deleted_at.is_some());
    let gone: Vec<StatusId> = gone.map(|row| row.id).collect();
    let kept = storage::reported_words::of(conn, &gone)?;
    let mut kept: HashMap<StatusId, Words> = kept
        .into_iter()
        .map(|words| (words.status_id, words))
        .collect();
    let as_it_was = |mut status: Status| {
        if status.deleted_at.is_some() {
            let words = kept.remove(&status.id)?;
            status.content = words.content;
            status.spoiler_text = words.spoiler_text;
        }
        Some(status)
    };
    Ok(statuses.into_iter().filter_map(as_it_was).collect())
}

fn rules(app: &App, report: &Report) -> Vec<(u32, String)> {
    let rules = app.settings().house.rules.iter().cloned();
    let numbered = (1..).zip(rules);
    numbered
        .filter(|(number, _)| report.rule_ids.contains(number))
        .collect()
}
