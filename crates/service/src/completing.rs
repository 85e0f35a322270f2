//! Threads and profiles elsewhere of which we know only a part, and polls elsewhere in which others vote meanwhile: when
//! somebody of ours opens one, a job fetches what is missing.

use chrono::TimeDelta;
use domain::{AccountId, StatusId, limits};
use storage::DbConnection;
use storage::statuses::Status;

use crate::audience::find_visible;
use crate::jobs::{Job, enqueue};
use crate::oauth::Person;
use crate::{App, Error, Result, verifying};

/// For how long the same thread is not completed again.
const THREAD_REST: TimeDelta = TimeDelta::minutes(15);
/// For how long the same profile is not.
const PROFILE_REST: TimeDelta = TimeDelta::days(1);

/// For how long the same poll is not asked for its counts.
const POLL_REST: TimeDelta = TimeDelta::minutes(1);

/// What somebody opened.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Opened {
    Thread {
        first: StatusId,
        status: StatusId,
        /// Its statuses of other servers that are known.
        known: i64,
    },
    Profile(AccountId),
    /// The poll of a status.
    Poll(StatusId),
}

impl Opened {
    pub(crate) fn thread(status: &Status, known: i64) -> Self {
        Self::Thread {
            first: status.conversation_id,
            status: status.id,
            known,
        }
    }

    fn key(self) -> String {
        match self {
            Self::Thread { first, .. } => thread_key(first),
            Self::Profile(account) => format!("profile {account}"),
            Self::Poll(status) => format!("poll {status}"),
        }
    }

    fn rest(self) -> TimeDelta {
        match self {
            Self::Thread { .. } => THREAD_REST,
            Self::Profile(_) => PROFILE_REST,
            Self::Poll(_) => POLL_REST,
        }
    }

    fn known(self) -> i64 {
        match self {
            Self::Thread { known, .. } => known,
            Self::Profile(_) | Self::Poll(_) => 0,
        }
    }

    fn job(self) -> Job {
        match self {
            Self::Thread { first, status, .. } => Job::CompleteThread { first, status },
            Self::Profile(account) => Job::CompleteProfile { account },
            Self::Poll(status) => Job::RenewStatus { status },
        }
    }
}

fn thread_key(first: StatusId) -> String {
    format!("thread {first}")
}

/// How far the search for what is missing has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// It is time for one.
    Due,
    /// With how many statuses of other servers came since it began.
    UnderWay(i64),
    Over,
}

/// How far the search for what is missing has come. One row by key.
pub(crate) fn state(app: &App, conn: &mut DbConnection, opened: Opened) -> Result<State> {
    let last = storage::lookups::find(conn, &opened.key())?;
    let recent = last.filter(|last| last.looked_at >= app.now() - opened.rest());
    Ok(match recent {
        None => State::Due,
        Some(last) if last.finished_at.is_some() => State::Over,
        Some(last) => State::UnderWay((opened.known() - last.known_before).max(0)),
    })
}

/// Leaves a job behind that looks for what is missing: false where that cannot be, and whoever reads is answered all the
/// same.
pub(crate) async fn begin(app: &App, opened: Opened) -> bool {
    let left = app.transaction(move |app, conn| {
        let since = app.now() - opened.rest();
        if storage::lookups::begin(conn, &opened.key(), app.now(), since)? {
            storage::lookups::set_known(conn, &opened.key(), opened.known())?;
            enqueue(app, conn, &opened.job())?;
        }
        Ok(())
    });
    match left.await {
        Ok(()) => true,
        Err(error) => {
            tracing::warn!(%error, "nobody will look for what is missing of what was opened");
            false
        }
    }
}

/// As if the search for what is missing of a thread, which begins with this status, were under way: for trials.
pub(crate) fn pretend(app: &App, conn: &mut DbConnection, first: StatusId) -> Result<()> {
    let now = app.now();
    storage::lookups::begin(conn, &thread_key(first), now, now)?;
    Ok(())
}

/// The search for what is missing of a thread, for an app that waits for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refresh {
    /// The first status of the thread, as far as it was known.
    pub first: StatusId,
    /// The one that was opened.
    pub status: StatusId,
    pub is_over: bool,
    /// Statuses of other servers that came meanwhile.
    pub found: i64,
}

/// What came of a search by now; one that is not remembered is over. [`Error::NotFound`] if the viewer may not see the
/// status.
pub async fn refresh(
    app: &App,
    person: &Person,
    first: StatusId,
    status: StatusId,
) -> Result<Refresh> {
    let viewer = person.id();
    app.read(move |app, conn| {
        let row = find_visible(conn, Some(viewer), status)?;
        let rows = storage::statuses::thread(conn, row.conversation_id, limits::THREAD)?;
        if !rows.iter().any(|row| row.id == first) {
            return Err(Error::NotFound);
        }
        let known = of_others(&rows);
        let opened = Opened::Thread {
            first,
            status,
            known,
        };
        let last = storage::lookups::find(conn, &opened.key())?.ok_or(Error::NotFound)?;
        Ok(Refresh {
            first,
            status,
            is_over: !matches!(state(app, conn, opened)?, State::UnderWay(_)),
            found: (known - last.known_before).max(0),
        })
    })
    .await
}

/// How many of a thread's statuses are of other servers.
pub(crate) fn of_others(rows: &[Status]) -> i64 {
    let others = rows.iter().filter(|row| !row.local);
    i64::try_from(others.count()).unwrap_or(0)
}

/// Fetches what is missing of the thread of a status, which began with `first` as far as was known.
pub(crate) async fn thread(app: &App, first: StatusId, id: StatusId) -> Result<()> {
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
    if let Some((uri, above)) = found {
        app.remote().thread(app, &uri, above.as_deref()).await?;
    }
    app.transaction(move |app, conn| {
        let now = app.now();
        Ok(storage::lookups::finish(conn, &thread_key(first), now)?)
    })
    .await
}

/// Fetches what somebody posted last, and has the pages asked that their profile names.
pub(crate) async fn profile(app: &App, id: AccountId) -> Result<()> {
    let found = app
        .read(move |_, conn| Ok(storage::accounts::find(conn, id)?.filter(|row| !row.is_gone())))
        .await?;
    match found {
        Some(account) => {
            let profile = account.clone();
            app.transaction(move |app, conn| verifying::begin(app, conn, &profile))
                .await?;
            app.remote().posts(app, &account).await
        }
        None => Ok(()),
    }
}

/// Stores what a status elsewhere is by now.
pub(crate) async fn status(app: &App, id: StatusId) -> Result<()> {
    let found = app
        .read(move |_, conn| Ok(storage::statuses::find(conn, id)?.filter(|row| !row.local)))
        .await?;
    if let Some(status) = found
        && let Err(error) = app.remote().renew(app, &status.uri).await
    {
        tracing::debug!(status = status.uri, %error, "what a status is by now was not found out");
    }
    Ok(())
}
