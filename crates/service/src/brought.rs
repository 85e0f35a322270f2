//! What people bring along is worked off in turns, each a job that leaves the next one behind: lists as CSV
//! (`transfer`), and posts out of archives (`archives`). docs/adr/0130, 0301.

use std::collections::HashMap;

use chrono::TimeDelta;
use domain::{AccountId, Brought, LineOutcome, Time, limits};
use serde::{Deserialize, Serialize};
use storage::imports::{self, Import, Line};
use storage::{DbConnection, imported_posts};

use crate::files;
use crate::jobs::{Job, enqueue_at};
use crate::{App, Error, Result};

/// How long reports of what was brought along are kept.
const REPORTS: TimeDelta = TimeDelta::days(30);
/// Imports that one round removes.
const AT_ONCE: i64 = 100;
/// Lines that are forgotten together, so that nobody waits for long.
const FORGOTTEN: i64 = 1_000;
/// Characters of a reason.
const REASON: usize = 200;

/// How many lines of a file, or posts of an archive, came to what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    pub waiting: i64,
    pub done: i64,
    /// It was so before; the post was taken over before, or written here.
    pub already: i64,
    pub not_found: i64,
    pub refused: i64,
}

/// Something that was brought along.
#[derive(Debug, Clone)]
pub struct Summary {
    pub import: Import,
    pub counts: Counts,
}

/// Takes something in, and leaves its first turn behind.
pub(crate) fn begin(app: &App, conn: &mut DbConnection, import: Import) -> Result<()> {
    leave_turn(app, conn, &import, 0, app.now())?;
    Ok(imports::insert(conn, import)?)
}

/// Leaves the turn of `step` behind, which is due at `due`.
fn leave_turn(
    app: &App,
    conn: &mut DbConnection,
    import: &Import,
    step: i32,
    due: Time,
) -> Result<()> {
    let import_id = import.id;
    let job = match import.kind {
        Brought::List(_) => Job::Import {
            import: import_id,
            step,
        },
        Brought::Posts => Job::ImportPosts {
            import: import_id,
            step,
        },
    };
    enqueue_at(app, conn, &job, due)
}

/// What is to be worked off, if it is the turn of the job of `step`.
pub(crate) fn in_turn(conn: &mut DbConnection, id: i64, step: i32) -> Result<Option<Import>> {
    let import = imports::find(conn, id)?;
    Ok(import.filter(|import| import.step == step && import.finished_at.is_none()))
}

/// Takes the turn of a job, once.
pub(crate) fn take_turn(conn: &mut DbConnection, import: &Import) -> Result<bool> {
    Ok(imports::take_step(conn, import.id, import.step)?)
}

/// After a turn was [taken](take_turn): leaves the next one behind.
pub(crate) fn pass_on(
    app: &App,
    conn: &mut DbConnection,
    import: &Import,
    due: Time,
) -> Result<()> {
    leave_turn(app, conn, import, import.step.saturating_add(1), due)
}

/// Notes that all lines are worked off, and what they came to; or why nothing could be read.
pub(crate) fn finish(
    app: &App,
    conn: &mut DbConnection,
    import: &Import,
    failure: &str,
) -> Result<()> {
    let counts = counted(conn, &[import.id])?
        .remove(&import.id)
        .unwrap_or_default();
    let counts =
        serde_json::to_string(&counts).map_err(|error| Error::Internal(error.to_string()))?;
    imports::finish(conn, import.id, app.now(), &counts, failure)?;
    files::forget(app, conn, import.file.clone())
}

/// The lists that somebody brought along last, or the archives, newest first.
pub(crate) fn recent(
    conn: &mut DbConnection,
    account: AccountId,
    posts: bool,
    limit: i64,
) -> Result<Vec<Summary>> {
    let found = imports::of_account(conn, account, posts, limit)?;
    summaries(conn, found)
}

/// What somebody brought along. [`Error::NotFound`] if it was somebody else.
pub(crate) fn own(conn: &mut DbConnection, account: AccountId, id: i64) -> Result<Summary> {
    let import = imports::find(conn, id)?.filter(|import| import.account_id == account);
    summaries(conn, import.into_iter().collect())?
        .pop()
        .ok_or(Error::NotFound)
}

/// Of what is finished it is noted what it came to; the lines of the rest are counted. One query.
fn summaries(conn: &mut DbConnection, imports: Vec<Import>) -> Result<Vec<Summary>> {
    let unfinished: Vec<i64> = imports
        .iter()
        .filter(|import| import.finished_at.is_none())
        .map(|import| import.id)
        .collect();
    let counted = counted(conn, &unfinished)?;
    Ok(imports
        .into_iter()
        .map(|import| Summary {
            counts: counted
                .get(&import.id)
                .copied()
                .or_else(|| serde_json::from_str(&import.counts).ok())
                .unwrap_or_default(),
            import,
        })
        .collect())
}

fn counted(conn: &mut DbConnection, ids: &[i64]) -> Result<HashMap<i64, Counts>> {
    let mut found: HashMap<i64, Counts> = HashMap::new();
    for (id, outcome, lines) in imports::counts(conn, ids)? {
        let counts = found.entry(id).or_default();
        match LineOutcome::try_from(outcome) {
            Ok(LineOutcome::Waiting) => counts.waiting = lines,
            Ok(LineOutcome::Done) => counts.done = lines,
            Ok(LineOutcome::Already) => counts.already = lines,
            Ok(LineOutcome::NotFound) => counts.not_found = lines,
            Ok(LineOutcome::Refused) => counts.refused = lines,
            Err(_) => {}
        }
    }
    Ok(found)
}

/// Where the stretch after these lines begins, of which there were to be `stretch`.
pub(crate) fn next(rows: &[Line], stretch: i64) -> Option<i32> {
    let is_full = i64::try_from(rows.len()).is_ok_and(|count| count >= stretch);
    rows.last().filter(|_| is_full).map(|row| row.number)
}

/// A reason as short as it is shown.
pub(crate) fn shortened(reason: &str) -> String {
    let reason = reason.strip_prefix("Validation failed: ").unwrap_or(reason);
    limits::cut(reason, REASON).replace('\0', "")
}

/// Forgets lines in pieces, of those alone of which nothing is to be said if `silent`.
pub(crate) async fn forget_lines(app: &App, id: i64, silent: bool) -> Result<()> {
    loop {
        let forgotten = app
            .transaction(move |_, conn| Ok(imports::delete_lines(conn, id, silent, FORGOTTEN)?))
            .await?;
        if forgotten == 0 {
            return Ok(());
        }
    }
}

/// Forgets what was brought long ago, but not which posts were taken over.
pub(crate) async fn prune(app: &App) -> Result<()> {
    let expired = app
        .read(|app, conn| Ok(imports::expired(conn, app.now() - REPORTS, AT_ONCE)?))
        .await?;
    for import in expired {
        let id = import.id;
        forget_lines(app, id, false).await?;
        app.transaction(move |app, conn| {
            imports::delete(conn, id)?;
            files::forget(app, conn, import.file)
        })
        .await?;
    }
    Ok(())
}

/// Forgets all that somebody brought along who leaves.
pub(crate) fn forget(app: &App, conn: &mut DbConnection, account: AccountId) -> Result<()> {
    let gone = imports::delete_of_account(conn, account)?;
    imported_posts::delete_of_account(conn, account)?;
    files::forget(app, conn, gone)
}
