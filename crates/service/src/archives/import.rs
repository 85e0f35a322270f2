//! Taking an archive in, and telling what became of its posts.

use domain::{Brought, LineOutcome};
use storage::Spool;
use storage::imports::{self, Import, Which};

use super::arriving::check_none_waits;
use super::opened::Opened;
use super::{EXTENSION, apart};
use crate::brought::{self, Summary, next};
use crate::files::Unnamed;
use crate::oauth::Person;
use crate::{App, Error, Result, attachments};

/// Bytes of an archive.
pub const FILE_BYTES: u64 = 2 * 1_024 * 1_024 * 1_024;
/// Archives that are shown.
const SHOWN: i64 = 5;
/// Posts of one stretch of a report.
const STRETCH: i64 = 200;

/// A post of which something is to be said.
#[derive(Debug, Clone)]
pub struct Remark {
    /// In the archive.
    pub number: i32,
    /// By which it was known.
    pub uri: String,
    pub is_refused: bool,
    pub reason: String,
}

/// Begins to take in an archive, for [`submit`].
pub async fn begin(app: &App) -> Result<Spool> {
    attachments::receive(app).await
}

/// Takes an archive in, whose posts are taken over in the background; answers the import's id.
pub async fn submit(app: &App, person: &Person, mut file: Spool) -> Result<i64> {
    if file.length() > FILE_BYTES {
        return Err(Error::TooLarge);
    }
    file.finish().await?;
    let place = file.path().to_owned();
    apart(move || Opened::open(&place)?.owner()).await??;
    let mut files = Unnamed::default();
    let written = write(app, person, file, &mut files).await;
    files.end(app, written).await
}

async fn write(app: &App, person: &Person, file: Spool, files: &mut Unnamed) -> Result<i64> {
    let file = files.keep(app, EXTENSION, file).await?;
    let (id, me, files) = (app.next_id(), person.id(), files.clone());
    app.transaction(move |app, conn| {
        storage::accounts::hold(conn, me)?;
        check_none_waits(conn, me)?;
        files.name(app, conn, [&file])?;
        let import = Import {
            file: Some(file),
            ..Import::new(id, me, Brought::Posts, app.now())
        };
        brought::begin(app, conn, import)?;
        Ok(id)
    })
    .await
}

/// The archives that somebody brought along last, newest first.
pub async fn recent(app: &App, person: &Person) -> Result<Vec<Summary>> {
    let me = person.id();
    app.read(move |_, conn| brought::recent(conn, me, true, SHOWN))
        .await
}

/// Notes that all posts are worked off, or why nothing could be read. Of posts of which nothing is to be said only the
/// count is kept.
pub(super) async fn finish(app: &App, import: &Import, failure: &str) -> Result<()> {
    let (id, import, failure) = (import.id, import.clone(), failure.to_owned());
    app.transaction(move |app, conn| brought::finish(app, conn, &import, &failure))
        .await?;
    brought::forget_lines(app, id, true).await
}

/// What became of one's own archive: the posts after the post `after` of which something is to be said, and where the
/// next stretch begins. [`Error::NotFound`] if it is somebody else's.
pub async fn report(
    app: &App,
    person: &Person,
    id: i64,
    after: i32,
) -> Result<(Summary, Vec<Remark>, Option<i32>)> {
    let me = person.id();
    app.read(move |_, conn| {
        let summary = brought::own(conn, me, id)?;
        if summary.import.kind != Brought::Posts {
            return Err(Error::NotFound);
        }
        let rows = imports::lines(conn, id, after, Which::Remarkable, STRETCH)?;
        let more = next(&rows, STRETCH);
        let remarks = rows
            .into_iter()
            .map(|row| Remark {
                number: row.number,
                uri: row.key,
                is_refused: row.outcome == LineOutcome::Refused,
                reason: row.reason,
            })
            .collect();
        Ok((summary, remarks, more))
    })
    .await
}
