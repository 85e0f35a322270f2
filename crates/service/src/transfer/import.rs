//! Taking a file in, and telling what became of its lines.

use domain::{AccountId, Brought, ImportKind, LineOutcome};
use storage::DbConnection;
use storage::imports::{self, Import, Line, Which};

use super::parse::{Fields, columns, parse};
use super::{guarded, internal, written};
use crate::brought::{self, Summary, next};
use crate::error::invalid;
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
    let ours = app.settings().host.clone();
    let read = tokio::task::spawn_blocking(move || parse(&ours, kind, &file))
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
        if imports::count_unfinished(conn, me, false)? >= AT_ONCE {
            return Err(invalid(
                "Other files are still being worked off: please wait until one of them is done",
            ));
        }
        let import = Import {
            overwrite,
            ..Import::new(id, me, Brought::List(kind), now)
        };
        brought::begin(app, conn, import)?;
        Ok(imports::insert_lines(conn, lines)?)
    })
    .await?;
    Ok(id)
}

/// The files that somebody brought along last, newest first.
pub async fn recent(app: &App, person: &Person) -> Result<Vec<Summary>> {
    let me = person.id();
    app.read(move |_, conn| brought::recent(conn, me, false, SHOWN))
        .await
}

/// One's own file, and what it lists.
fn own(conn: &mut DbConnection, me: AccountId, id: i64) -> Result<(Summary, ImportKind)> {
    let summary = brought::own(conn, me, id)?;
    match summary.import.kind {
        Brought::List(kind) => Ok((summary, kind)),
        Brought::Posts => Err(Error::NotFound),
    }
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
        let (summary, kind) = own(conn, me, id)?;
        let rows = imports::lines(conn, id, after, Which::All, STRETCH)?;
        let more = next(&rows, STRETCH);
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
        Ok((summary, lines, more))
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
        let (_, kind) = own(conn, me, id)?;
        let rows = imports::lines(conn, id, after, Which::Failed, STRETCH)?;
        let mut lines: Vec<Vec<String>> = Vec::new();
        if after == 0 {
            let names = columns(kind).iter().copied().chain(["Reason"]);
            lines.push(names.map(str::to_owned).collect());
        }
        for row in &rows {
            let reason = match row.outcome {
                LineOutcome::NotFound => "not found",
                _ => row.reason.as_str(),
            };
            let mut cells = Fields::read(&row.fields)?.cells(kind);
            cells.push(reason.to_owned());
            lines.push(cells.iter().map(|cell| guarded(cell)).collect());
        }
        Ok((written(&lines)?, next(&rows, STRETCH)))
    })
    .await
}
