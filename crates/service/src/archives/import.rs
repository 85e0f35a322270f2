//! Taking an archive in, and telling what became of its posts.

use std::collections::HashMap;

use domain::LineOutcome;
use serde::{Deserialize, Serialize};
use storage::post_imports::{self, PostImport};
use storage::{DbConnection, QueryError, Spool};

use super::arriving::{DAY, check_may_bring};
use super::opened::Opened;
use super::{EXTENSION, apart, internal};
use crate::jobs::{Job, enqueue};
use crate::oauth::Person;
use crate::profile::new_path;
use crate::{App, Error, Result, attachments, moderation};

/// Bytes of an archive.
pub const FILE_BYTES: u64 = 2 * 1_024 * 1_024 * 1_024;
/// Archives that are shown.
const SHOWN: i64 = 5;
/// Posts of one stretch of a report.
const STRETCH: i64 = 200;
/// Posts of an archive that are forgotten together, so that nobody waits for long.
const FORGOTTEN: i64 = 1_000;

/// How many posts of an archive came to what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostCounts {
    pub waiting: i64,
    pub done: i64,
    /// Taken over before, or written here.
    pub already: i64,
    pub refused: i64,
}

/// An archive that was brought along.
#[derive(Debug, Clone)]
pub struct Taken {
    pub import: PostImport,
    pub counts: PostCounts,
}

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
    let from = apart(move || Opened::open(&place)?.owner()).await??.id;
    let kept = new_path(EXTENSION);
    app.media().keep(file, &kept).await?;
    let (id, me, named) = (app.next_id(), person.id(), kept.clone());
    let person = person.clone();
    let written = app
        .transaction(move |app, conn| {
            storage::accounts::hold(conn, me)?;
            check_may_bring(app, conn, me)?;
            // It goes past the limits of posting, so that moderators see who does it, and as whom they wrote elsewhere.
            moderation::note(app, conn, &person, "bring posts", from)?;
            let import = PostImport {
                id,
                account_id: me,
                file: Some(named),
                is_read: false,
                step: 0,
                boosts: 0,
                unpacked: 0,
                failure: String::new(),
                counts: String::new(),
                created_at: app.now(),
                finished_at: None,
            };
            post_imports::insert(conn, import)?;
            enqueue(
                app,
                conn,
                &Job::ImportPosts {
                    import: id,
                    step: 0,
                },
            )
        })
        .await;
    if written.is_err() {
        app.media().delete(&kept).await?;
    }
    written.map(|()| id)
}

/// What the other archives came to that their owner brought within a day before one.
pub(super) struct Spent {
    pub posts: i64,
    /// Bytes of files.
    pub unpacked: i64,
}

/// What is counted with an archive: its owner may have split one.
pub(super) fn spent(conn: &mut DbConnection, import: &PostImport) -> Result<Spent> {
    let mut before = post_imports::since(conn, import.account_id, import.created_at - DAY)?;
    before.retain(|other| other.id != import.id);
    let unpacked = before.iter().map(|other| other.unpacked).sum();
    let posts = taken(conn, before)?.iter().map(|one| one.counts.done).sum();
    Ok(Spent { posts, unpacked })
}

/// The archives that somebody brought along last, newest first.
pub async fn recent(app: &App, person: &Person) -> Result<Vec<Taken>> {
    let me = person.id();
    app.read(move |_, conn| {
        let imports = post_imports::of_account(conn, me, SHOWN)?;
        taken(conn, imports)
    })
    .await
}

fn taken(conn: &mut DbConnection, imports: Vec<PostImport>) -> Result<Vec<Taken>> {
    let unfinished: Vec<i64> = imports
        .iter()
        .filter(|import| import.finished_at.is_none())
        .map(|import| import.id)
        .collect();
    let counted = counted(post_imports::counts(conn, &unfinished)?);
    Ok(imports
        .into_iter()
        .map(|import| Taken {
            counts: counted
                .get(&import.id)
                .copied()
                .or_else(|| serde_json::from_str(&import.counts).ok())
                .unwrap_or_default(),
            import,
        })
        .collect())
}

fn counted(rows: Vec<(i64, i16, i64)>) -> HashMap<i64, PostCounts> {
    let mut found: HashMap<i64, PostCounts> = HashMap::new();
    for (id, outcome, posts) in rows {
        let counts = found.entry(id).or_default();
        match LineOutcome::try_from(outcome) {
            Ok(LineOutcome::Waiting) => counts.waiting = posts,
            Ok(LineOutcome::Done) => counts.done = posts,
            Ok(LineOutcome::Already) => counts.already = posts,
            Ok(LineOutcome::NotFound | LineOutcome::Refused) => counts.refused += posts,
            Err(_) => {}
        }
    }
    found
}

/// Notes that all posts are worked off, and what they came to; or why nothing could be read. The file goes first: once it
/// is noted, nobody would look for one that a process that died left behind.
pub(super) async fn finish(app: &App, import: &PostImport, failure: &str) -> Result<()> {
    if let Some(file) = &import.file {
        app.media().delete(file).await?;
    }
    let (id, failure) = (import.id, failure.to_owned());
    // Counted before some are forgotten: only those are kept of which something is to be said.
    app.transaction(move |app, conn| {
        let counts = counted(post_imports::counts(conn, &[id])?)
            .remove(&id)
            .unwrap_or_default();
        let counts = serde_json::to_string(&counts).map_err(internal)?;
        Ok(post_imports::finish(
            conn,
            id,
            app.now(),
            &counts,
            &failure,
        )?)
    })
    .await?;
    forget_posts(app, id, post_imports::delete_silent).await
}

/// Forgets up to so many posts of the archive of that id; answers how many.
type Forgetting = fn(&mut DbConnection, i64, i64) -> std::result::Result<usize, QueryError>;

/// Forgets posts of an archive, in pieces.
pub(super) async fn forget_posts(app: &App, id: i64, some: Forgetting) -> Result<()> {
    loop {
        let forgotten = app
            .transaction(move |_, conn| Ok(some(conn, id, FORGOTTEN)?))
            .await?;
        if forgotten == 0 {
            return Ok(());
        }
    }
}

/// What became of one's own archive: the posts after the post `after` of which something is to be said, and where the
/// next stretch begins. [`Error::NotFound`] if it is somebody else's.
pub async fn report(
    app: &App,
    person: &Person,
    id: i64,
    after: i32,
) -> Result<(Taken, Vec<Remark>, Option<i32>)> {
    let me = person.id();
    app.read(move |_, conn| {
        let import = post_imports::find(conn, id)?.filter(|import| import.account_id == me);
        let taken = taken(conn, import.into_iter().collect())?
            .pop()
            .ok_or(Error::NotFound)?;
        let rows = post_imports::remarkable(conn, id, after, STRETCH)?;
        let is_full = i64::try_from(rows.len()).is_ok_and(|count| count >= STRETCH);
        let more = rows.last().filter(|_| is_full).map(|row| row.number);
        let remarks = rows
            .into_iter()
            .map(|row| Remark {
                number: row.number,
                uri: row.uri,
                is_refused: row.outcome == LineOutcome::Refused,
                reason: row.reason,
            })
            .collect();
        Ok((taken, remarks, more))
    })
    .await
}
