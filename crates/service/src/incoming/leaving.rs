//! What becomes of all that somebody wrote and did who is gone: it goes too, in turns, so that nobody waits for long
//! behind one who did much.

use std::collections::HashSet;

use chrono::TimeDelta;
use domain::{AccountId, NotificationKind, StatusId};
use storage::DbConnection;
use storage::accounts::Account;
use storage::statuses::Counts;

use crate::jobs::{Job, enqueue, enqueue_at};
use crate::polls::announce_later;
use crate::statuses::{remove, remove_boost};
use crate::{App, Result, follows};

/// For how long somebody is suspended before what they did with the posts of others goes, as in Mastodon.
const GRACE: TimeDelta = TimeDelta::days(30);
/// Rows taken away in one transaction.
const AT_ONCE: i64 = 100;

/// Somebody elsewhere deleted their account: nothing of theirs is shown any more.
pub(crate) fn leave(app: &App, conn: &mut DbConnection, account: &Account) -> Result<()> {
    storage::accounts::set_deleted(conn, account.id, Some(app.now()))?;
    for follow in storage::follows::all_of(conn, account.id)? {
        follows::remove(conn, follow.follower_id, follow.account_id)?;
    }
    storage::collections::delete_all(conn, account.id)?;
    remove_all(app, conn, account.id)
}

/// Leaves the work behind that a deleted account makes.
pub(crate) fn remove_all(app: &App, conn: &mut DbConnection, account: AccountId) -> Result<()> {
    enqueue(app, conn, &Job::RemoveDeeds { account })?;
    enqueue(app, conn, &Job::RemoveStatuses { account })
}

/// Leaves the work behind that somebody elsewhere makes who is suspended; it is done if they still are by then.
pub(crate) fn remove_deeds_later(
    app: &App,
    conn: &mut DbConnection,
    account: AccountId,
) -> Result<()> {
    enqueue_at(app, conn, &Job::RemoveDeeds { account }, app.now() + GRACE)
}

/// Whether something of a deleted account is still to be removed. A few rows by index.
pub(super) fn is_under_way(conn: &mut DbConnection, id: AccountId) -> Result<bool> {
    Ok(!storage::statuses::all_of_account(conn, id, 1)?.is_empty()
        || storage::favourites::any_of(conn, id)?
        || !storage::polls::voted_in(conn, id, 1)?.is_empty())
}

/// Removes all that somebody wrote.
pub(crate) async fn remove_statuses(app: &App, id: AccountId) -> Result<()> {
    let mut more = true;
    while more {
        more = app
            .transaction(move |app, conn| {
                // Who came back meanwhile keeps what they wrote since.
                let account = storage::accounts::hold(conn, id)?;
                if account.is_none_or(|row| row.deleted_at.is_none()) {
                    return Ok(false);
                }
                let rows = storage::statuses::all_of_account(conn, id, AT_ONCE)?;
                for status in &rows {
                    if status.reblog_of_id.is_some() {
                        remove_boost(app, conn, status)?;
                        continue;
                    }
                    remove(app, conn, status)?;
                    if status.local {
                        // The files are removed with what nobody attached.
                        storage::media::detach_all(conn, status.id)?;
                    } else {
                        storage::media::delete_of_status(conn, status.id)?;
                    }
                }
                Ok(!rows.is_empty())
            })
            .await?;
    }
    Ok(())
}

/// Takes back what somebody did with the posts of others: favourites, boosts, votes.
pub(crate) async fn remove_deeds(app: &App, id: AccountId) -> Result<()> {
    let mut next = Some(Turn::Favourites);
    while let Some(turn) = next {
        next = app
            .transaction(move |app, conn| {
                if is_due(app, conn, id)? {
                    turn.take(app, conn, id)
                } else {
                    Ok(None)
                }
            })
            .await?;
    }
    Ok(())
}

/// Whether somebody is gone for good, or suspended for long enough. If that is yet to come, so does the work.
fn is_due(app: &App, conn: &mut DbConnection, id: AccountId) -> Result<bool> {
    let Some(account) = storage::accounts::hold(conn, id)? else {
        return Ok(false);
    };
    let due = account.suspended_at.map(|since| since + GRACE);
    match due {
        _ if account.deleted_at.is_some() => Ok(true),
        Some(due) if due > app.now() => {
            enqueue_at(app, conn, &Job::RemoveDeeds { account: id }, due)?;
            Ok(false)
        }
        due => Ok(due.is_some()),
    }
}

/// What is taken back in one transaction.
#[derive(Debug, Clone, Copy)]
enum Turn {
    Favourites,
    /// Those after this one.
    Boosts(StatusId),
    Votes,
}

impl Turn {
    /// Takes some back, and says what comes next.
    fn take(self, app: &App, conn: &mut DbConnection, id: AccountId) -> Result<Option<Self>> {
        Ok(match self {
            Self::Favourites if take_favourites(conn, id)? => Some(self),
            Self::Favourites => Some(Self::Boosts(StatusId(0))),
            Self::Boosts(after) => Some(match take_boosts(app, conn, id, after)? {
                Some(last) => Self::Boosts(last),
                None => Self::Votes,
            }),
            Self::Votes => take_votes(app, conn, id)?.then_some(self),
        })
    }
}

/// False if there was none.
fn take_favourites(conn: &mut DbConnection, id: AccountId) -> Result<bool> {
    let liked = storage::favourites::delete_some(conn, id, AT_ONCE)?;
    let less = Counts {
        favourites: -1,
        ..Counts::default()
    };
    storage::statuses::add_to_counts_of(conn, &liked, less)?;
    storage::notifications::withdraw_of(conn, id, NotificationKind::Favourite, &liked)?;
    Ok(!liked.is_empty())
}

/// The last that was taken.
fn take_boosts(
    app: &App,
    conn: &mut DbConnection,
    id: AccountId,
    after: StatusId,
) -> Result<Option<StatusId>> {
    let boosts = storage::statuses::boosts_by(conn, id, after, AT_ONCE)?;
    for boost in &boosts {
        remove_boost(app, conn, boost)?;
    }
    Ok(boosts.last().map(|boost| boost.id))
}

/// Who chose what is forgotten; what was counted is taken back while a poll of ours still runs. How one ended was told
/// to many, and stays; polls elsewhere are counted there. False if there was no vote.
fn take_votes(app: &App, conn: &mut DbConnection, id: AccountId) -> Result<bool> {
    let ids = storage::polls::voted_in(conn, id, AT_ONCE)?;
    let polls = storage::polls::with_ids(conn, &ids)?;
    let asked: Vec<StatusId> = polls.iter().map(|poll| poll.status_id).collect();
    let ours: HashSet<StatusId> = storage::statuses::with_ids(conn, &asked)?
        .into_iter()
        .filter(|status| status.local)
        .map(|status| status.id)
        .collect();
    let votes = storage::polls::votes_of(conn, id, &ids)?;
    let now = app.now();
    for poll in polls
        .iter()
        .filter(|poll| ours.contains(&poll.status_id) && !poll.is_over(now))
    {
        let chosen = votes.iter().filter(|(of, _)| *of == poll.id);
        let chosen: Vec<i16> = chosen.map(|(_, position)| *position).collect();
        storage::polls::uncount_votes(conn, poll.id, &chosen)?;
        announce_later(app, conn, poll)?;
    }
    storage::polls::delete_votes(conn, id, &ids)?;
    Ok(!ids.is_empty())
}
