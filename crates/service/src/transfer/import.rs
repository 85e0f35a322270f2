//! Taking a file in, and telling what became of its lines.

use std::collections::HashMap;

use domain::{ImportKind, LineOutcome, limits};
use serde::{Deserialize, Serialize};
use storage::DbConnection;
use storage::imports::{self, Import, Line};

use super::parse::{Fields, columns, parse};
use super::{guarded, internal, written};
use crate::error::invalid;
use crate::jobs::{Job, enqueue};
use crate::oauth::Person;
use crate::{App, Error, Result};

/// Bytes of a file.
pub const FILE_BYTES: usize = 4 * 1_024 * 1_024;
/// Files of one person that are worked off at the same time.
const AT_ONCE: i64 = 3;
/// Files that are shown.
const SHOWN: i64 = 20;
/// Lines of one stretch of a report.
const STRETCH: i64 = 500;
/// Characters of a reason.
const REASON: usize = 200;

/// How many lines of a file came to what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub waiting: i64,
    pub done: i64,
    pub already: i64,
    pub not_found: i64,
    pub refused: i64,
}

/// A file that was brought along.
#[derive(Debug, Clone)]
pub struct Summary {
    pub import: Import,
    pub counts: Counts,
}

/// A line of a file, and what became of it.
#[derive(Debug, Clone)]
pub struct ReportLine {
    /// In the file.
    pub number: i32,
    /// As it was written, the list's title first.
    pub text: String,
    pub outcome: LineOutcome,
    /// Why, where something is to be said.
    pub reason: String,
}

/// Takes a file in, to be worked off in the background; answers the import's id. With `overwrite`, what is not in the file ends.
pub async fn submit(
    app: &App,
    person: &Person,
    kind: ImportKind,
    overwrite: bool,
    file: Vec<u8>,
) -> Result<i64> {
    if file.len() > FILE_BYTES {
        return Err(Error::TooLarge);
    }
    let reader = app.clone();
    let read = tokio::task::spawn_blocking(move || parse(&reader, kind, &file))
        .await
        .map_err(internal)??;
    let (id, me, now) = (app.next_id(), person.id(), app.now());
    let lines = read
        .into_iter()
        .map(|line| {
            let (key, host, outcome, reason) = match line.meaning {
                Ok(meaning) => {
                    let host = meaning
                        .host
                        .map_or_else(String::new, |host| host.to_string());
                    (meaning.key, host, LineOutcome::Waiting, "")
                }
                Err(reason) => (String::new(), String::new(), LineOutcome::Refused, reason),
            };
            Ok(Line {
                import_id: id,
                number: line.number,
                key,
                host,
                fields: serde_json::to_string(&line.fields).map_err(internal)?,
                outcome,
                reason: reason.to_owned(),
                attempts: 0,
                due_at: now,
            })
        })
        .collect::<Result<Vec<Line>>>()?;
    app.transaction(move |app, conn| {
        // Those who come at the same moment are counted one after the other.
        storage::accounts::hold(conn, me)?;
        if imports::count_unfinished(conn, me)? >= AT_ONCE {
            return Err(invalid(
                "Other files are still being worked off: please wait until one of them is done",
            ));
        }
        let import = Import {
            id,
            account_id: me,
            kind,
            overwrite,
            cleared: false,
            step: 0,
            counts: String::new(),
            created_at: now,
            finished_at: None,
        };
        imports::insert(conn, import, lines)?;
        enqueue(
            app,
            conn,
            &Job::Import {
                import: id,
                step: 0,
            },
        )
    })
    .await?;
    Ok(id)
}

/// The files that somebody brought along last, newest first.
pub async fn recent(app: &App, person: &Person) -> Result<Vec<Summary>> {
    let me = person.id();
    app.read(move |_, conn| {
        let found = imports::of_account(conn, me, SHOWN)?;
        let unfinished: Vec<i64> = found
            .iter()
            .filter(|import| import.finished_at.is_none())
            .map(|import| import.id)
            .collect();
        let counted = counted(imports::counts(conn, &unfinished)?);
        Ok(found
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
    })
    .await
}

/// Notes that all lines are worked off, and what they came to.
pub(super) fn finish(app: &App, conn: &mut DbConnection, id: i64) -> Result<()> {
    let counts = counted(imports::counts(conn, &[id])?)
        .remove(&id)
        .unwrap_or_default();
    let counts = serde_json::to_string(&counts).map_err(internal)?;
    Ok(imports::finish(conn, id, app.now(), &counts)?)
}

fn counted(rows: Vec<(i64, i16, i64)>) -> HashMap<i64, Counts> {
    let mut found: HashMap<i64, Counts> = HashMap::new();
    for (id, outcome, lines) in rows {
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
    found
}

/// What became of one's own file: its lines after the line `after`, and where the next stretch begins.
/// [`Error::NotFound`] if it is somebody else's.
pub async fn report(
    app: &App,
    person: &Person,
    id: i64,
    after: i32,
) -> Result<(Summary, Vec<ReportLine>, Option<i32>)> {
    let me = person.id();
    app.read(move |_, conn| {
        let import = own(imports::find(conn, id)?, me)?;
        let counts = counted(imports::counts(conn, &[id])?)
            .remove(&id)
            .unwrap_or_default();
        let rows = imports::lines(conn, id, after, false, STRETCH)?;
        let more = next(&rows);
        let kind = import.kind;
        let lines = rows
            .into_iter()
            .map(|row| {
                let fields = Fields::read(&row.fields)?;
                Ok(ReportLine {
                    number: row.number,
                    text: match fields.list {
                        Some(title) if kind == ImportKind::Lists => {
                            format!("{title}: {}", fields.address)
                        }
                        _ => fields.address,
                    },
                    outcome: row.outcome,
                    reason: row.reason,
                })
            })
            .collect::<Result<_>>()?;
        Ok((Summary { import, counts }, lines, more))
    })
    .await
}

/// The lines of one's own file after the line `after` that came to nothing, as CSV that can be brought along again, and where the
/// next stretch begins. [`Error::NotFound`] if it is somebody else's.
pub async fn failures(
    app: &App,
    person: &Person,
    id: i64,
    after: i32,
) -> Result<(Vec<u8>, Option<i32>)> {
    let me = person.id();
    app.read(move |_, conn| {
        let import = own(imports::find(conn, id)?, me)?;
        let rows = imports::lines(conn, id, after, true, STRETCH)?;
        let mut lines: Vec<Vec<String>> = Vec::new();
        if after == 0 {
            let names = columns(import.kind).iter().copied().chain(["Reason"]);
            lines.push(names.map(str::to_owned).collect());
        }
        for row in &rows {
            let reason = match row.outcome {
                LineOutcome::NotFound => "not found",
                _ => row.reason.as_str(),
            };
            let mut cells = Fields::read(&row.fields)?.cells(import.kind);
            cells.push(reason.to_owned());
            lines.push(cells.iter().map(|cell| guarded(cell)).collect());
        }
        Ok((written(&lines)?, next(&rows)))
    })
    .await
}

fn next(rows: &[Line]) -> Option<i32> {
    let is_full = i64::try_from(rows.len()).is_ok_and(|count| count >= STRETCH);
    rows.last().filter(|_| is_full).map(|row| row.number)
}

fn own(import: Option<Import>, me: domain::AccountId) -> Result<Import> {
    import
        .filter(|import| import.account_id == me)
        .ok_or(Error::NotFound)
}

/// A reason as short as it is shown.
pub(crate) fn shortened(reason: &str) -> String {
    let reason = reason.strip_prefix("Validation failed: ").unwrap_or(reason);
    limits::cut(reason, REASON).replace('\0', "")
}
