//! Threads and profiles elsewhere of which we know only a part: when somebody of ours opens one, a job fetches what is
//! missing.

use chrono::TimeDelta;
use domain::{AccountId, StatusId, limits};
use storage::DbConnection;
use storage::statuses::Status;

use crate::jobs::{Job, enqueue};
use crate::{App, Result};

/// For how long the same thread is not completed again.
const THREAD_REST: TimeDelta = TimeDelta::minutes(15);
/// For how long the same profile is not.
const PROFILE_REST: TimeDelta = TimeDelta::days(1);

/// What somebody opened.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Opened {
    Thread { first: StatusId, status: StatusId },
    Profile(AccountId),
}

impl Opened {
    pub(crate) fn thread(status: &Status) -> Self {
        Self::Thread {
            first: status.conversation_id,
            status: status.id,
        }
    }

    fn key(self) -> String {
        match self {
            Self::Thread { first, .. } => format!("thread {first}"),
            Self::Profile(account) => format!("profile {account}"),
        }
    }

    fn rest(self) -> TimeDelta {
        match self {
            Self::Thread { .. } => THREAD_REST,
            Self::Profile(_) => PROFILE_REST,
        }
    }

    fn job(self) -> Job {
        match self {
            Self::Thread { status, .. } => Job::CompleteThread { status },
            Self::Profile(account) => Job::CompleteProfile { account },
        }
    }
}

/// Whether it is time to look for what is missing. One row by key.
pub(crate) fn is_due(app: &App, conn: &mut DbConnection, opened: Opened) -> Result<bool> {
    let last = storage::lookups::last(conn, &opened.key())?;
    Ok(last.is_none_or(|last| last < app.now() - opened.rest()))
}

/// Leaves a job behind that looks for what is missing. Whoever reads is answered all the same where that cannot be.
pub(crate) async fn begin(app: &App, opened: Opened) {
    let left = app.transaction(move |app, conn| {
        let since = app.now() - opened.rest();
        if storage::lookups::begin(conn, &opened.key(), app.now(), since)? {
            enqueue(app, conn, &opened.job())?;
        }
        Ok(())
    });
    if let Err(error) = left.await {
        tracing::warn!(%error, "nobody will look for what is missing of a thread or a profile");
    }
}

/// Fetches what is missing of the thread of a status.
pub(crate) async fn thread(app: &App, id: StatusId) -> Result<()> {
    let found = app
        .read(move |_, conn| {
            let Some(status) = storage::statuses::find(conn, id)? else {
                return Ok(None);
            };
            let rows = storage::statuses::thread(conn, status.conversation_id, limits::THREAD)?;
            let first = rows.into_iter().find(|row| row.in_reply_to_id.is_none());
            Ok(Some((
                status.uri,
                first.and_then(|row| row.in_reply_to_uri),
            )))
        })
        .await?;
    match found {
        Some((uri, above)) => app.remote().thread(app, &uri, above.as_deref()).await,
        None => Ok(()),
    }
}

/// Fetches what somebody posted last.
pub(crate) async fn profile(app: &App, id: AccountId) -> Result<()> {
    let found = app
        .read(move |_, conn| Ok(storage::accounts::find(conn, id)?.filter(|row| !row.is_gone())))
        .await?;
    match found {
        Some(account) => app.remote().posts(app, &account).await,
        None => Ok(()),
    }
}
