//! Deciding with which other servers we have to do.
//! <https://docs.joinmastodon.org/methods/instance/#domain_blocks>

use domain::{Host, Page, Policy, SeveranceCause, Severity};
use storage::DbConnection;

use crate::error::invalid;
use crate::jobs::{Job, enqueue};
use crate::moderation::note;
use crate::oauth::Person;
use crate::policy::load;
use crate::{App, Error, Paged, Result, decisions, follows};

pub use storage::domain_rules::{DomainAllow, DomainBlock};

/// Characters of a comment.
const COMMENT: usize = 2_000;

/// A rule that is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDomainBlock {
    pub host: Host,
    pub severity: Severity,
    pub reject_media: bool,
    pub reject_reports: bool,
    pub private_comment: Option<String>,
    pub public_comment: Option<String>,
    pub obfuscate: bool,
}

/// What is to be different about a rule.
#[derive(Debug, Clone, Default)]
pub struct DomainChanges {
    pub severity: Option<Severity>,
    pub reject_media: Option<bool>,
    pub reject_reports: Option<bool>,
    pub private_comment: Option<String>,
    pub public_comment: Option<String>,
    pub obfuscate: Option<bool>,
}

/// Makes a rule, in place of one for the same host. A suspension ends all follows and what is owed, and tells
/// nobody; [`Error::Invalid`] of our own host.
pub async fn block(app: &App, new: NewDomainBlock) -> Result<DomainBlock> {
    check_elsewhere(app, &new.host)?;
    app.transaction(move |app, conn| {
        let row = row(app, &new)?;
        put(app, conn, row)
    })
    .await
}

/// What came of a rule that was to be added.
#[derive(Debug, Clone)]
pub enum Added {
    Now(DomainBlock),
    /// There is one for the same host, which stays as it is.
    Before(DomainBlock),
}

/// As [`block`], but a rule that there is for the same host stays.
pub async fn add_block(app: &App, by: &Person, new: NewDomainBlock) -> Result<Added> {
    check_elsewhere(app, &new.host)?;
    let by = by.clone();
    app.transaction(move |app, conn| {
        if let Some(known) = storage::domain_rules::block_of(conn, new.host.as_str())? {
            return Ok(Added::Before(known));
        }
        note(app, conn, &by, "block domain", new.host.to_string())?;
        let row = row(app, &new)?;
        put(app, conn, row).map(Added::Now)
    })
    .await
}

/// Changes a rule.
pub async fn change_block(
    app: &App,
    by: &Person,
    id: i64,
    changes: DomainChanges,
) -> Result<DomainBlock> {
    let by = by.clone();
    app.transaction(move |app, conn| {
        let old = storage::domain_rules::find_block(conn, id)?.ok_or(Error::NotFound)?;
        let new = DomainBlock {
            severity: changes.severity.unwrap_or(old.severity),
            reject_media: changes.reject_media.unwrap_or(old.reject_media),
            reject_reports: changes.reject_reports.unwrap_or(old.reject_reports),
            private_comment: changes
                .private_comment
                .map_or(Ok(old.private_comment), |text| comment("Private", &text))?,
            public_comment: changes
                .public_comment
                .map_or(Ok(old.public_comment), |text| comment("Public", &text))?,
            obfuscate: changes.obfuscate.unwrap_or(old.obfuscate),
            ..old
        };
        note(app, conn, &by, "change domain block", new.host.clone())?;
        put(app, conn, new)
    })
    .await
}

/// A rule about `*.example` would quietly be about nobody. A block of `example` is about all below it.
fn check_whole(host: &Host) -> Result<()> {
    if host.as_str().contains('*') {
        let reason = "a name is written whole, without *; a block is about all below it".to_owned();
        return Err(Error::Invalid(reason));
    }
    Ok(())
}

fn check_elsewhere(app: &App, host: &Host) -> Result<()> {
    check_whole(host)?;
    let ours = app.settings().host.as_str();
    if host.as_str() == ours || ours.ends_with(&format!(".{host}")) {
        return Err(Error::Invalid("this server itself is meant".to_owned()));
    }
    Ok(())
}

fn row(app: &App, new: &NewDomainBlock) -> Result<DomainBlock> {
    let private = new.private_comment.as_deref().unwrap_or_default();
    let public = new.public_comment.as_deref().unwrap_or_default();
    Ok(DomainBlock {
        id: app.next_id(),
        host: new.host.to_string(),
        severity: new.severity,
        reject_media: new.reject_media,
        reject_reports: new.reject_reports,
        private_comment: comment("Private", private)?,
        public_comment: comment("Public", public)?,
        obfuscate: new.obfuscate,
        created_at: app.now(),
    })
}

fn comment(whose: &str, text: &str) -> Result<Option<String>> {
    let text = text.trim().replace('\0', "");
    if text.chars().count() > COMMENT {
        return Err(invalid(format!(
            "{whose} comment is too long (maximum is {COMMENT} characters)"
        )));
    }
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// Writes a rule, in place of one for the same host, and does what follows from it.
fn put(app: &App, conn: &mut DbConnection, row: DomainBlock) -> Result<DomainBlock> {
    let host = row.host.clone();
    remove(app, conn, &host)?;
    storage::domain_rules::insert_block(conn, row.clone())?;
    let policy = load(app, conn)?;
    let hosts = ruled_by(conn, &policy, &host)?;
    storage::domain_rules::limit(conn, &hosts, row.severity, row.created_at)?;
    drop_what_is_owed(conn, &policy)?;
    enqueue(app, conn, &Job::KeepAway { host })?;
    Ok(row)
}

/// Lifts a rule: true if there was one. Follows do not come back.
pub async fn unblock(app: &App, host: &Host) -> Result<bool> {
    let host = host.to_string();
    app.transaction(move |app, conn| remove(app, conn, &host))
        .await
}

/// Lifts the rule of that id.
pub async fn remove_block(app: &App, by: &Person, id: i64) -> Result<()> {
    let by = by.clone();
    app.transaction(move |app, conn| {
        let rule = storage::domain_rules::find_block(conn, id)?.ok_or(Error::NotFound)?;
        remove(app, conn, &rule.host)?;
        note(app, conn, &by, "unblock domain", rule.host)
    })
    .await
}

/// Where a wider rule holds from now on, its limits do.
fn remove(app: &App, conn: &mut DbConnection, host: &str) -> Result<bool> {
    let before = load(app, conn)?;
    let Some(old) = storage::domain_rules::delete_block(conn, host)? else {
        return Ok(false);
    };
    storage::domain_rules::lift(conn, old.severity, old.created_at)?;
    let after = load(app, conn)?;
    for under in ruled_by(conn, &before, host)? {
        if let Some(rule) = after.rule(&under) {
            storage::domain_rules::limit(conn, &[under], rule.severity, rule.since)?;
        }
    }
    Ok(true)
}

/// Allows a server; once more it changes nothing.
pub async fn allow(app: &App, host: &Host) -> Result<DomainAllow> {
    check_whole(host)?;
    let host = host.to_string();
    app.transaction(move |app, conn| put_allow(app, conn, host))
        .await
}

/// As [`allow`], by a moderator.
pub async fn add_allow(app: &App, by: &Person, host: &Host) -> Result<DomainAllow> {
    check_whole(host)?;
    let host = host.to_string();
    let by = by.clone();
    app.transaction(move |app, conn| {
        note(app, conn, &by, "allow domain", host.clone())?;
        put_allow(app, conn, host)
    })
    .await
}

fn put_allow(app: &App, conn: &mut DbConnection, host: String) -> Result<DomainAllow> {
    if let Some(allowed) = storage::domain_rules::allow_of(conn, &host)? {
        return Ok(allowed);
    }
    let row = DomainAllow {
        id: app.next_id(),
        host,
        created_at: app.now(),
    };
    storage::domain_rules::insert_allow(conn, row.clone())?;
    Ok(row)
}

/// Allows a server no more: true if it was allowed.
pub async fn disallow(app: &App, host: &Host) -> Result<bool> {
    let host = host.to_string();
    app.transaction(move |app, conn| remove_allowed(app, conn, host))
        .await
}

/// Allows the server of that id no more.
pub async fn remove_allow(app: &App, by: &Person, id: i64) -> Result<()> {
    let by = by.clone();
    app.transaction(move |app, conn| {
        let allowed = storage::domain_rules::find_allow(conn, id)?.ok_or(Error::NotFound)?;
        note(app, conn, &by, "disallow domain", allowed.host.clone())?;
        remove_allowed(app, conn, allowed.host).map(drop)
    })
    .await
}

fn remove_allowed(app: &App, conn: &mut DbConnection, host: String) -> Result<bool> {
    let was = storage::domain_rules::delete_allow(conn, &host)?;
    let policy = load(app, conn)?;
    drop_what_is_owed(conn, &policy)?;
    if policy.refuses(&host) {
        enqueue(app, conn, &Job::KeepAway { host })?;
    }
    Ok(was)
}

/// One page of the rules.
pub async fn page_of_blocks(app: &App, page: Page) -> Result<Paged<DomainBlock>> {
    app.read(move |_, conn| {
        let rows = storage::domain_rules::page_of_blocks(conn, &page)?;
        let cursors: Vec<i64> = rows.iter().map(|row| row.id).collect();
        Ok(Paged::new(rows, cursors, &page))
    })
    .await
}

/// The rule of that id.
pub async fn find_block(app: &App, id: i64) -> Result<DomainBlock> {
    app.read(move |_, conn| storage::domain_rules::find_block(conn, id)?.ok_or(Error::NotFound))
        .await
}

/// One page of the allowed servers.
pub async fn page_of_allows(app: &App, page: Page) -> Result<Paged<DomainAllow>> {
    app.read(move |_, conn| {
        let rows = storage::domain_rules::page_of_allows(conn, &page)?;
        let cursors: Vec<i64> = rows.iter().map(|row| row.id).collect();
        Ok(Paged::new(rows, cursors, &page))
    })
    .await
}

/// The allowed server of that id.
pub async fn find_allow(app: &App, id: i64) -> Result<DomainAllow> {
    app.read(move |_, conn| storage::domain_rules::find_allow(conn, id)?.ok_or(Error::NotFound))
        .await
}

/// All rules, and the names of all allowed servers, by name.
pub async fn all(app: &App) -> Result<(Vec<DomainBlock>, Vec<String>)> {
    app.read(|_, conn| {
        let allowed = storage::domain_rules::allows(conn)?;
        Ok((
            storage::domain_rules::blocks(conn)?,
            allowed.into_iter().map(|allow| allow.host).collect(),
        ))
    })
    .await
}

/// Of the hosts that we met, those for which this very rule is the closest.
fn ruled_by(conn: &mut DbConnection, policy: &Policy, rule: &str) -> Result<Vec<String>> {
    let mut hosts = storage::instances::hosts(conn)?;
    hosts.retain(|host| policy.rule(host).is_some_and(|found| found.host == rule));
    Ok(hosts)
}

fn drop_what_is_owed(conn: &mut DbConnection, policy: &Policy) -> Result<()> {
    let mut hosts = storage::deliveries::hosts(conn)?;
    hosts.retain(|host| policy.refuses(host));
    Ok(storage::deliveries::drop_hosts(conn, &hosts)?)
}

/// Ends all follows between us and those whom we refuse because of this host, and forgets what is not taken in,
/// in pieces, so that nobody waits for long.
pub(crate) async fn keep_away(app: &App, host: String) -> Result<()> {
    const AT_ONCE: i64 = 100;
    let mut more = true;
    while more {
        let host = host.clone();
        more = app
            .transaction(move |app, conn| {
                let policy = load(app, conn)?;
                let mut hosts = storage::instances::hosts(conn)?;
                hosts.retain(|met| {
                    *met == host || policy.rule(met).is_some_and(|rule| rule.host == host)
                });
                let (refused, kept): (Vec<String>, Vec<String>) =
                    hosts.into_iter().partition(|met| policy.refuses(met));
                let follows = storage::domain_rules::follows_with(conn, &refused, AT_ONCE)?;
                for follow in &follows {
                    follows::remove(conn, follow.follower_id, follow.account_id)?;
                }
                let cause = SeveranceCause::DomainBlock;
                decisions::tell_severed(app, conn, &follows, cause, &host, None)?;
                if !follows.is_empty() {
                    return Ok(true);
                }
                let mut without: Vec<String> = kept.into_iter().chain(refused).collect();
                without.retain(|met| !policy.takes_media(met));
                storage::domain_rules::forget_media(conn, &without)?;
                Ok(false)
            })
            .await?;
    }
    Ok(())
}
