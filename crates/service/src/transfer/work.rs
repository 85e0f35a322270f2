//! Working a file off: some lines at a time, each time one transaction that also leaves the next job behind.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use domain::{Brought, Handle, ImportKind, LineOutcome};
use futures_util::StreamExt;
use futures_util::stream;
use storage::DbConnection;
use storage::accounts::Account;
use storage::imports::{self, Line};
use tokio::time::timeout;

use super::deeds::{Target, deed};
use super::overwrite;
use super::parse::Fields;
use crate::brought::{self, shortened};
use crate::{App, Error, Found, Result, accounts, search};

/// Lines of one job.
const LINES: i64 = 50;
/// Hosts asked at the same time; each is asked one thing after the other.
const HOSTS: usize = 4;
/// After the first nothing more is asked, after the second nothing more is waited for: the job is ours for a minute.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(25), Duration::from_secs(45));
/// How long the other lines of a host wait that did not answer once.
const REST: TimeDelta = TimeDelta::minutes(1);
/// How long a line waits for which a host did not answer; after the last time it is given up.
const WAITS: [TimeDelta; 3] = [
    TimeDelta::minutes(10),
    TimeDelta::hours(1),
    TimeDelta::hours(6),
];

/// Somewhere between a line and its outcome.
enum Reached {
    Target(Target),
    NotFound,
    Refused(String),
    /// The host did not answer.
    Silent,
    /// It did not answer before, in this turn.
    Spared,
    /// There was no time to ask.
    Unasked,
}

/// Works off the next lines of a file, if it is the turn of this job.
pub(crate) async fn work(app: &App, id: i64, step: i32) -> Result<()> {
    let found = app
        .read(move |_, conn| {
            let Some(import) = brought::in_turn(conn, id, step)? else {
                return Ok(None);
            };
            let owner = storage::accounts::find(conn, import.account_id)?;
            Ok(owner.map(|owner| (import, owner)))
        })
        .await?;
    let Some((import, owner)) = found else {
        return Ok(());
    };
    let Brought::List(kind) = import.kind else {
        return Ok(());
    };
    if owner.is_gone() {
        // Nothing is done for somebody suspended; they may bring the file again.
        return app
            .transaction(move |app, conn| brought::finish(app, conn, &import, ""))
            .await;
    }
    if import.overwrite && !import.prepared {
        overwrite::clear(app, &import, kind).await?;
    }
    let lines = app
        .read(move |app, conn| Ok(imports::due(conn, id, app.now(), LINES)?))
        .await?;
    let reached = reach(app, kind, lines).await?;
    app.transaction(move |app, conn| {
        if !brought::take_turn(conn, &import)? {
            return Ok(());
        }
        note(app, conn, id, kind, &owner, reached)?;
        match imports::next_due(conn, id)? {
            None => brought::finish(app, conn, &import, ""),
            Some(due) => brought::pass_on(app, conn, &import, due.max(app.now())),
        }
    })
    .await
}

/// Looks for what the lines are about, elsewhere too.
async fn reach(app: &App, kind: ImportKind, lines: Vec<Line>) -> Result<Vec<(Line, Reached)>> {
    let begun = Instant::now();
    let mut by_host: BTreeMap<String, Vec<Line>> = BTreeMap::new();
    for line in lines {
        by_host.entry(line.host.clone()).or_default().push(line);
    }
    let hosts = by_host.into_values().map(|lines| async move {
        let mut reached: Vec<(Line, Reached)> = Vec::with_capacity(lines.len());
        let mut is_silent = false;
        for line in lines {
            let outcome = if is_silent {
                Reached::Spared
            } else if begun.elapsed() > PATIENCE.0 {
                Reached::Unasked
            } else {
                let left = PATIENCE.1.saturating_sub(begun.elapsed());
                match timeout(left, reach_one(app, kind, &line)).await {
                    Ok(reached) => reached?,
                    Err(_) => Reached::Silent,
                }
            };
            is_silent |= matches!(outcome, Reached::Silent) && !line.host.is_empty();
            reached.push((line, outcome));
        }
        Ok(reached)
    });
    let answers: Vec<Result<Vec<_>>> = stream::iter(hosts).buffer_unordered(HOSTS).collect().await;
    let mut all = Vec::new();
    for answer in answers {
        all.extend(answer?);
    }
    all.sort_by_key(|(line, _)| line.number);
    Ok(all)
}

async fn reach_one(app: &App, kind: ImportKind, line: &Line) -> Result<Reached> {
    let fields = Fields::read(&line.fields)?;
    let found = match kind {
        ImportKind::DomainBlocks => Ok(Some(Target::Host(line.key.clone()))),
        ImportKind::Bookmarks => post(app, line).await,
        ImportKind::Following | ImportKind::Blocks | ImportKind::Mutes | ImportKind::Lists => {
            person(app, &fields.address).await
        }
    };
    Ok(match found {
        Ok(Some(target)) => Reached::Target(target),
        Ok(None) | Err(Error::NotFound | Error::Gone) => Reached::NotFound,
        Err(Error::Forbidden(reason) | Error::Invalid(reason)) => {
            Reached::Refused(shortened(&reason))
        }
        // Whosever fault it is: one line waits, not the file.
        Err(error) if !line.host.is_empty() => {
            tracing::info!(line.host, %error, "a line of an import has to wait");
            Reached::Silent
        }
        Err(error) => return Err(error),
    })
}

async fn person(app: &App, address: &str) -> Result<Option<Target>> {
    let handle: Handle = address.parse().map_err(|_| Error::NotFound)?;
    let account = accounts::by_handle(app, handle, true).await?;
    Ok(account
        .filter(|account| !account.is_gone())
        .map(|account| Target::Account(account.id)))
}

async fn post(app: &App, line: &Line) -> Result<Option<Target>> {
    let found = match search::known_address(app, &line.key).await? {
        None if !line.host.is_empty() => app.remote().by_url(app, &line.key).await?,
        known => known,
    };
    Ok(match found {
        Some(Found::Status(id)) => Some(Target::Status(id)),
        Some(Found::Account(_)) | None => None,
    })
}

/// Does what the lines ask for, and notes what became of them. A line that is refused changes nothing else.
fn note(
    app: &App,
    conn: &mut DbConnection,
    id: i64,
    kind: ImportKind,
    owner: &Account,
    reached: Vec<(Line, Reached)>,
) -> Result<()> {
    let mut spared: Vec<i32> = Vec::new();
    for (line, reached) in reached {
        let (outcome, reason) = match reached {
            Reached::Target(target) => {
                let fields = Fields::read(&line.fields)?;
                let done = app.savepoint(conn, |conn| deed(app, conn, kind, owner, fields, target));
                match done {
                    Ok(true) => (LineOutcome::Done, String::new()),
                    Ok(false) => (LineOutcome::Already, String::new()),
                    Err(Error::NotFound | Error::Gone) => (LineOutcome::NotFound, String::new()),
                    Err(
                        Error::Forbidden(reason) | Error::Invalid(reason) | Error::Conflict(reason),
                    ) => (LineOutcome::Refused, shortened(&reason)),
                    Err(error) => return Err(error),
                }
            }
            Reached::NotFound => (LineOutcome::NotFound, String::new()),
            Reached::Refused(reason) => (LineOutcome::Refused, reason),
            Reached::Silent => {
                let attempts = usize::try_from(line.attempts).unwrap_or(usize::MAX);
                if let Some(wait) = WAITS.get(attempts) {
                    let due = app.now() + *wait;
                    imports::fail(conn, line.import_id, line.number, due)?;
                    continue;
                }
                let reason = "The server does not answer".to_owned();
                (LineOutcome::Refused, reason)
            }
            Reached::Spared => {
                spared.push(line.number);
                continue;
            }
            Reached::Unasked => continue,
        };
        imports::mark(conn, line.import_id, line.number, outcome, &reason)?;
    }
    imports::postpone(conn, id, &spared, app.now() + REST)?;
    Ok(())
}
