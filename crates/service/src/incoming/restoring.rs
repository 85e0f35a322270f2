//! Posts that their authors deleted, and that are at their own servers again: Lemmy tells of them by an `Undo` (docs/adr/0430).

use domain::AccountId;
use storage::DbConnection;
use storage::accounts::Account;
use storage::statuses::Status;

use super::apply::post;
use super::statuses::{attach_all, rewrite};
use super::{Boost, RemoteStatus, Thread, deeds, polls, retractions};
use crate::statuses::arrive;
use crate::{App, Result, networks};

/// A post that its author deleted, as its own server has it again.
#[derive(Debug, Clone)]
pub struct Restored {
    pub author: AccountId,
    /// Ends with the post.
    pub thread: Thread,
    /// By the group that tells of it, if that passes the post on again.
    pub boost: Option<Boost>,
}

/// Somebody takes back that they deleted a post; `by` is who tells of that. What others took away stays away, and so does
/// what was deleted too long ago.
pub(super) fn restore(
    app: &App,
    conn: &mut DbConnection,
    by: &Account,
    restored: &Restored,
) -> Result<()> {
    let author = storage::accounts::hold(conn, restored.author)?;
    let author = author.filter(|row| !row.is_local() && !row.is_gone());
    let newest = restored.thread.posts.last();
    let (Some(author), Some(newest)) = (author, newest) else {
        return Ok(());
    };
    if newest.author != author.id || !retractions::forget(conn, author.id, &newest.uri)? {
        return Ok(());
    }
    match storage::statuses::with_uri(conn, &newest.uri)? {
        Some(known) => bring_back(app, conn, &author, &known, newest)?,
        // Its deletion came before it.
        None => post(app, conn, author.id, &restored.thread)?,
    }
    match &restored.boost {
        Some(boost) => deeds::boost(app, conn, by, boost),
        None => Ok(()),
    }
}

/// It has its id, its answers and what others think of it; what it says is what its server says now.
fn bring_back(
    app: &App,
    conn: &mut DbConnection,
    author: &Account,
    known: &Status,
    remote: &RemoteStatus,
) -> Result<()> {
    let is_theirs = known.account_id == author.id && !known.local && known.reblog_of_id.is_none();
    let is_open = known.visibility.is_open() && remote.visibility.is_open();
    if !(is_theirs && is_open && storage::statuses::restore(conn, known.id)?) {
        return Ok(());
    }
    let Some(mut status) = storage::statuses::hold(conn, known.id)? else {
        return Ok(());
    };
    status.edited_at = remote.changed_at(app.now());
    polls::refresh(app, conn, &status, remote.poll.as_ref(), true)?;
    rewrite(app, conn, &mut status, author, remote)?;
    attach_all(app, conn, &status, author, remote)?;
    if status.held_at.is_some() {
        return Ok(());
    }
    let mentioned = storage::mentions::named(conn, status.id)?;
    arrive(app, conn, &status, author, &mentioned)?;
    networks::restored(app, conn, &status)
}
