//! Asking moderators to look at something.
//! <https://docs.joinmastodon.org/methods/reports/>

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;
use domain::{
    AccountId, CollectionId, Host, NotificationId, NotificationKind, ReportCategory, ReportId,
    StatusId,
};
use storage::DbConnection;
use storage::accounts::Account;
use storage::notifications::Notification;
use storage::reported_words::Words;
use storage::statuses::Status;

use crate::audience::visible_without_blocks;
use crate::error::invalid;
use crate::jobs::{Job, Outgoing, enqueue, federate};
use crate::oauth::Person;
use crate::views::{self, AccountView};
use crate::{App, Error, Result, accounts, collections, mail, networks, notifications};

pub use storage::reports::Report;

/// Characters of a comment, as in Mastodon; more is refused of ours and cut of others.
const COMMENT: usize = 1_000;
/// Statuses, or collections, of a report.
const STATUSES: usize = 100;
/// Reports by one actor elsewhere that may wait; more are not taken.
const WAITING: i64 = 500;

/// For so long moderators can read a reported post that was deleted before they looked at it.
pub(crate) const WORDS: TimeDelta = TimeDelta::days(30);

/// A report that is to be.
#[derive(Debug, Clone)]
pub struct NewReport {
    pub account: AccountId,
    pub statuses: Vec<StatusId>,
    pub collections: Vec<CollectionId>,
    pub comment: String,
    /// None: [`ReportCategory::Other`].
    pub category: Option<String>,
    /// Whether other servers are told too: that of the one reported, or those of [`NewReport::forward_to`].
    pub forward: bool,
    /// Names of servers; one counts if it is that of the one reported, or of somebody whom the statuses answer.
    pub forward_to: Option<Vec<String>>,
    /// Numbers of the server's rules.
    pub rules: Vec<String>,
}

/// A report with the one whom it is about.
#[derive(Debug, Clone)]
pub struct ReportView {
    pub report: Report,
    pub target: AccountView,
}

/// A line for moderators.
#[derive(Debug, Clone)]
pub struct ReportLine {
    pub report: Report,
    /// Handles.
    pub by: String,
    pub target: String,
    /// Addresses of the statuses.
    pub statuses: Vec<String>,
}

/// What another server asks our moderators to look at.
#[derive(Debug, Clone)]
pub struct Flag {
    pub uri: String,
    pub comment: String,
    /// Ids of accounts and statuses.
    pub objects: Vec<String>,
    /// Accounts of ours that it is addressed to: of networks, the stewards are told.
    pub networks: Vec<AccountId>,
}

/// Reports somebody, with statuses and collections of theirs that the reporter may see. The other server learns of it only if
/// that is wished, and not who reports.
pub async fn report(app: &App, person: &Person, new: NewReport) -> Result<ReportView> {
    let category = match new.category.as_deref() {
        _ if !new.rules.is_empty() => ReportCategory::Violation,
        None | Some("") => ReportCategory::Other,
        Some(name) => ReportCategory::named(name)
            .ok_or_else(|| invalid("Category is not included in the list"))?,
    };
    if new.comment.chars().count() > COMMENT {
        return Err(invalid(format!(
            "Comment is too long (maximum is {COMMENT} characters)"
        )));
    }
    let rule_ids = rule_numbers(app, &new.rules)?;
    let me = person.id();
    app.transaction(move |app, conn| {
        let target = accounts::find(conn, new.account)?;
        let mut ids = new.statuses;
        ids.sort_unstable();
        ids.dedup();
        ids.truncate(STATUSES);
        let mut rows = storage::statuses::with_ids_deleted(conn, &ids)?;
        rows.retain(|row| row.account_id == target.id);
        // Nobody is rid of a report by deleting what it is to name.
        let (gone, rows): (Vec<Status>, Vec<Status>) =
            rows.into_iter().partition(|row| row.deleted_at.is_some());
        let rows = visible_without_blocks(conn, me, rows)?;
        if rows.len() + gone.len() < ids.len() {
            return Err(Error::NotFound);
        }
        let mut collection_ids = new.collections;
        collection_ids.truncate(STATUSES);
        let seen = collections::with_ids(app, conn, me, &collection_ids)?;
        let is_theirs = |id: &CollectionId| {
            seen.get(id)
                .is_some_and(|view| view.collection.account_id == target.id)
        };
        if !collection_ids.iter().all(is_theirs) {
            return Err(Error::NotFound);
        }
        let id = ReportId(app.next_id());
        let told = told_elsewhere(conn, &target, &rows, new.forward, new.forward_to.as_deref())?;
        let report = Report {
            id,
            uri: app.addresses().report(id),
            account_id: me,
            target_account_id: target.id,
            category,
            comment: new.comment.replace('\0', ""),
            status_ids: rows.iter().map(|row| row.id).collect(),
            forwarded: told.contains(&target.id),
            created_at: app.now(),
            resolved_at: None,
            assigned_account_id: None,
            resolved_by_account_id: None,
            updated_at: app.now(),
            rule_ids,
            collection_ids,
        };
        storage::reports::insert(conn, report.clone())?;
        tell_moderators(app, conn, &report)?;
        if !told.is_empty() {
            let flag = Outgoing::Flag {
                report: id,
                to: told,
            };
            federate(app, conn, flag)?;
        }
        Ok(ReportView {
            report,
            target: views::account(app, Some(me), target),
        })
    })
    .await
}

/// Who stands for the servers that are told: the one reported, and of each other server one whom the statuses answer.
fn told_elsewhere(
    conn: &mut DbConnection,
    target: &Account,
    statuses: &[Status],
    forward: bool,
    to: Option<&[String]>,
) -> Result<Vec<AccountId>> {
    if !forward || target.is_local() {
        return Ok(Vec::new());
    }
    let Some(to) = to else {
        return Ok(vec![target.id]);
    };
    let answered: Vec<AccountId> = statuses
        .iter()
        .filter_map(|row| row.in_reply_to_account_id)
        .collect();
    let wanted: Vec<Host> = to.iter().filter_map(|name| name.parse().ok()).collect();
    let mut hosts: HashSet<String> = wanted.iter().map(ToString::to_string).collect();
    let answered = storage::accounts::with_ids(conn, &answered)?;
    let told = [target].into_iter().chain(&answered);
    Ok(told
        .filter(|row| row.host.as_ref().is_some_and(|host| hosts.remove(host)))
        .map(|row| row.id)
        .collect())
}

/// The server's rules of these ids, which are their numbers.
pub(crate) fn rule_numbers(app: &App, ids: &[String]) -> Result<Vec<u32>> {
    let rules = app.settings().house.rules.len();
    let number = |id: &String| {
        let number = id.parse::<u32>().ok()?;
        let exists = number >= 1 && usize::try_from(number).is_ok_and(|number| number <= rules);
        exists.then_some(number)
    };
    let numbers: Option<Vec<u32>> = ids.iter().map(number).collect();
    let mut numbers = numbers.ok_or_else(|| invalid("Rules does not reference valid rules"))?;
    numbers.sort_unstable();
    numbers.dedup();
    Ok(numbers)
}

/// Reports with those whom they are about, by id. Two queries at most; none where there is none to ask for.
pub(crate) fn with_ids(
    app: &App,
    conn: &mut DbConnection,
    viewer: AccountId,
    ids: &[ReportId],
) -> Result<HashMap<ReportId, ReportView>> {
    let reports = storage::reports::with_ids(conn, ids)?;
    if reports.is_empty() {
        return Ok(HashMap::new());
    }
    let targets: Vec<AccountId> = reports.iter().map(|row| row.target_account_id).collect();
    let targets = views::accounts_by_id(app, conn, Some(viewer), targets)?;
    Ok(reports
        .into_iter()
        .filter_map(|report| {
            let target = targets.get(&report.target_account_id)?.clone();
            Some((report.id, ReportView { report, target }))
        })
        .collect())
}

/// Another server reports people of ours: one report for each. Of what a network passed on its stewards are told, too.
pub(crate) fn receive(app: &App, conn: &mut DbConnection, by: &Account, flag: &Flag) -> Result<()> {
    let policy = crate::policy::within(app, conn)?;
    let refused = by
        .host
        .as_deref()
        .is_some_and(|host| policy.rejects_reports(host));
    if refused || storage::reports::count_open_by(conn, by.id)? >= WAITING {
        return Ok(());
    }
    let uris: Vec<&str> = flag
        .objects
        .iter()
        .take(STATUSES)
        .map(String::as_str)
        .collect();
    let statuses = storage::statuses::with_uris(conn, &uris)?;
    let mut targets: Vec<AccountId> = storage::accounts::identities(conn, &uris)?
        .into_iter()
        .filter(|row| row.host.is_none())
        .map(|row| row.id)
        .chain(
            statuses
                .iter()
                .filter(|row| row.local)
                .map(|row| row.account_id),
        )
        .collect();
    targets.sort_unstable();
    targets.dedup();
    for target in targets {
        let report = Report {
            id: ReportId(app.next_id()),
            uri: flag.uri.clone(),
            account_id: by.id,
            target_account_id: target,
            category: ReportCategory::Other,
            comment: domain::limits::cut(&flag.comment, COMMENT).replace('\0', ""),
            status_ids: statuses
                .iter()
                .filter(|row| row.account_id == target)
                .map(|row| row.id)
                .collect(),
            forwarded: false,
            created_at: app.now(),
            resolved_at: None,
            assigned_account_id: None,
            resolved_by_account_id: None,
            updated_at: app.now(),
            rule_ids: Vec::new(),
            collection_ids: Vec::new(),
        };
        if storage::reports::insert(conn, report.clone())? {
            tell_moderators(app, conn, &report)?;
        }
    }
    networks::flagged(app, conn, by, flag, &statuses)
}

/// A line for each other moderator, and a letter where mail is set.
fn tell_moderators(app: &App, conn: &mut DbConnection, report: &Report) -> Result<()> {
    let moderators = storage::users::moderators(conn)?;
    for moderator in &moderators {
        if *moderator == report.account_id {
            continue;
        }
        // Told whomever they have blocked.
        let told = Notification {
            id: NotificationId(app.next_id()),
            account_id: *moderator,
            from_account_id: report.account_id,
            kind: NotificationKind::Report,
            status_id: None,
            created_at: report.created_at,
            report_id: Some(report.id),
            event_id: None,
            filtered: false,
        };
        notifications::write(app, conn, &told)?;
    }
    if !app.mailer().is_set() {
        return Ok(());
    }
    let line = line(conn, report.clone())?;
    for moderator in moderators {
        if let Some(user) = storage::users::of_account(conn, moderator)? {
            let letter = mail::reported(&user.email, &app.settings().title, &line);
            enqueue(app, conn, &Job::Mail(letter))?;
        }
    }
    Ok(())
}

/// Keeps for moderators what a status says that they are asked to look at: nobody is to be rid of it by deleting it.
pub(crate) fn keep_words(app: &App, conn: &mut DbConnection, status: &Status) -> Result<()> {
    let open = storage::reports::open_about(conn, status.account_id)?;
    let open = storage::reports::with_ids(conn, &open)?;
    if open.iter().any(|row| row.status_ids.contains(&status.id)) {
        let words = Words {
            status_id: status.id,
            content: status.content.clone(),
            spoiler_text: status.spoiler_text.clone(),
            kept_at: app.now(),
        };
        storage::reported_words::keep(conn, words)?;
    }
    Ok(())
}

fn line(conn: &mut DbConnection, report: Report) -> Result<ReportLine> {
    let people = [report.account_id, report.target_account_id];
    let people = storage::accounts::with_ids(conn, &people)?;
    let handle = |id: AccountId| {
        let found = people.iter().find(|row| row.id == id);
        found.map_or_else(String::new, |row| match &row.host {
            Some(host) => format!("@{}@{host}", row.username),
            None => format!("@{}", row.username),
        })
    };
    let statuses = storage::statuses::with_ids_deleted(conn, &report.status_ids)?;
    Ok(ReportLine {
        by: handle(report.account_id),
        target: handle(report.target_account_id),
        statuses: statuses.into_iter().map(|row| row.url).collect(),
        report,
    })
}

/// The newest reports, for moderators; those that are settled too if `all` are wanted.
pub async fn list(app: &App, all: bool) -> Result<Vec<ReportLine>> {
    const SHOWN: i64 = 200;
    app.read_long(move |_, conn| {
        let rows = storage::reports::newest(conn, all, SHOWN)?;
        rows.into_iter().map(|row| line(conn, row)).collect()
    })
    .await
}

/// Notes that a moderator has looked at a report. [`Error::NotFound`] if it is settled, or there is none.
pub async fn resolve(app: &App, id: ReportId) -> Result<()> {
    app.transaction(move |app, conn| {
        let mut report = storage::reports::hold(conn, id)?
            .filter(|row| row.resolved_at.is_none())
            .ok_or(Error::NotFound)?;
        report.resolved_at = Some(app.now());
        report.updated_at = app.now();
        Ok(storage::reports::update(conn, &report)?)
    })
    .await
}
