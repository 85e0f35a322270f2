//! Asking for an archive, and being given it.

use std::io;

use bytes::Bytes;
use chrono::TimeDelta;
use domain::AccountId;
use futures_util::Stream;
use serde_json::Value;
use storage::DbConnection;
use storage::accounts::Account;
use storage::archives::{self, Archive};
use storage::statuses::Status;

use crate::error::invalid;
use crate::files;
use crate::jobs::{Job, enqueue};
use crate::keys::Keys;
use crate::oauth::Person;
use crate::{App, Error, Result};

/// From one archive to the next, as in Mastodon; and how long each is kept.
const EVERY: TimeDelta = TimeDelta::days(7);
/// After so long nobody waits any more for one that was never made.
const GIVEN_UP: TimeDelta = TimeDelta::days(1);
/// Rows that one round removes.
const AT_ONCE: i64 = 100;

/// Statuses of one of ours as activities.
type AsActivities = fn(&App, &mut DbConnection, &Account, Vec<Status>) -> Result<Vec<Value>>;

/// What other servers are told of people and of what they wrote, for an archive: `federation` knows.
#[derive(Clone, Copy)]
pub struct Documents {
    /// The document of one of ours.
    pub actor: fn(&App, &Account, &Keys) -> Value,
    /// The activities by which one of ours wrote these or boosted, in the same order and without a context. What cannot
    /// be said is left out.
    pub activities: AsActivities,
}

/// Asks for an archive, which is made in the background.
pub async fn ask(app: &App, person: &Person) -> Result<()> {
    let me = person.id();
    app.transaction(move |app, conn| {
        // Two who ask at the same moment come one after the other.
        storage::accounts::hold(conn, me)?;
        let now = app.now();
        if archives::newest(conn, me)?.is_some_and(|last| now - last.created_at < EVERY) {
            return Err(invalid("You can ask for one archive in seven days"));
        }
        let id = app.next_id();
        let archive = Archive {
            id,
            account_id: me,
            file: None,
            size: 0,
            created_at: now,
            finished_at: None,
        };
        archives::insert(conn, archive)?;
        enqueue(app, conn, &Job::MakeArchive { archive: id })
    })
    .await
}

/// The archive that somebody asked for last.
pub async fn newest(app: &App, person: &Person) -> Result<Option<Archive>> {
    let me = person.id();
    app.read(move |_, conn| Ok(archives::newest(conn, me)?))
        .await
}

/// One's own archive, piece by piece, and its bytes. [`Error::NotFound`] if it is somebody else's, or not made yet.
pub async fn open(
    app: &App,
    person: &Person,
    id: i64,
) -> Result<(Archive, u64, impl Stream<Item = io::Result<Bytes>> + use<>)> {
    let me = person.id();
    let archive = app
        .read(move |_, conn| Ok(archives::find(conn, id)?))
        .await?
        .filter(|archive| archive.account_id == me)
        .ok_or(Error::NotFound)?;
    let file = archive.file.clone().ok_or(Error::NotFound)?;
    let size = app.media().size(&file).await?.ok_or(Error::NotFound)?;
    let content = app.media().stream(&file, 0..size).await?;
    Ok((archive, size, content))
}

/// Removes archives that were there long enough.
pub(crate) async fn prune(app: &App) -> Result<()> {
    app.transaction(|app, conn| {
        let now = app.now();
        for archive in archives::expired(conn, now - EVERY, now - GIVEN_UP, AT_ONCE)? {
            let file = archives::delete(conn, archive.id)?;
            files::forget(app, conn, file)?;
        }
        Ok(())
    })
    .await
}

/// Forgets the archives of somebody who leaves.
pub(crate) fn forget(app: &App, conn: &mut DbConnection, account: AccountId) -> Result<()> {
    let gone = archives::delete_of_account(conn, account)?;
    files::forget(app, conn, gone)
}
