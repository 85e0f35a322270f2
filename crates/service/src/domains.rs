//! Deciding with which other servers we have to do.
//! <https://docs.joinmastodon.org/methods/instance/#domain_blocks>

use domain::{Host, Policy, Severity};
use storage::DbConnection;
use storage::domain_rules::DomainAllow;

use crate::jobs::{Job, enqueue};
use crate::policy::load;
use crate::{App, Error, Result, follows};

pub use storage::domain_rules::DomainBlock;

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

/// Makes a rule, in place of one for the same host. A suspension ends all follows and what is owed, and tells
/// nobody; [`Error::Invalid`] of our own host.
pub async fn block(app: &App, new: NewDomainBlock) -> Result<()> {
    let ours = app.settings().host.as_str();
    if new.host.as_str() == ours || ours.ends_with(&format!(".{}", new.host)) {
        return Err(Error::Invalid("this server itself is meant".to_owned()));
    }
    app.transaction(move |app, conn| {
        let now = app.now();
        remove(app, conn, new.host.as_str())?;
        let host = new.host.to_string();
        let comment = |text: Option<String>| {
            text.map(|text| domain::limits::cut(text.trim(), COMMENT).replace('\0', ""))
                .filter(|text| !text.is_empty())
        };
        let row = DomainBlock {
            id: app.next_id(),
            host: host.clone(),
            severity: new.severity,
            reject_media: new.reject_media,
            reject_reports: new.reject_reports,
            private_comment: comment(new.private_comment),
            public_comment: comment(new.public_comment),
            obfuscate: new.obfuscate,
            created_at: now,
        };
        storage::domain_rules::insert_block(conn, row)?;
        let policy = load(app, conn)?;
        let hosts = ruled_by(conn, &policy, &host)?;
        storage::domain_rules::limit(conn, &hosts, new.severity, now)?;
        drop_what_is_owed(conn, &policy)?;
        enqueue(app, conn, &Job::KeepAway { host })
    })
    .await
}

/// Lifts a rule: true if there was one. Follows do not come back.
pub async fn unblock(app: &App, host: &Host) -> Result<bool> {
    let host = host.to_string();
    app.transaction(move |app, conn| remove(app, conn, &host))
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

/// Allows a server: true unless it was allowed.
pub async fn allow(app: &App, host: &Host) -> Result<bool> {
    let host = host.to_string();
    app.transaction(move |app, conn| {
        let row = DomainAllow {
            id: app.next_id(),
            host,
            created_at: app.now(),
        };
        Ok(storage::domain_rules::insert_allow(conn, row)?)
    })
    .await
}

/// Allows a server no more: true if it was allowed.
pub async fn disallow(app: &App, host: &Host) -> Result<bool> {
    let host = host.to_string();
    app.transaction(move |app, conn| {
        let was = storage::domain_rules::delete_allow(conn, &host)?;
        let policy = load(app, conn)?;
        drop_what_is_owed(conn, &policy)?;
        if policy.refuses(&host) {
            enqueue(app, conn, &Job::KeepAway { host })?;
        }
        Ok(was)
    })
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
