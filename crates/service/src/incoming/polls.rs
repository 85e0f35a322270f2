//! Polls elsewhere, and votes from elsewhere in ours.

use domain::{AccountId, PollId, Time, limits};
use storage::DbConnection;
use storage::polls::Poll;
use storage::statuses::Status;

use super::deeds::{is_visible, living};
use crate::jobs::{Job, enqueue_at};
use crate::polls::{announce_later, cast, insert};
use crate::{App, Result};

/// Of each count of a poll elsewhere: no more people than that are anywhere, and ours can still be added.
const MOST: i64 = 10_000_000_000;

/// A poll as its server describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemotePoll {
    pub multiple: bool,
    /// Titles, and how often each was chosen.
    pub options: Vec<(String, i64)>,
    pub expires_at: Option<Time>,
    /// Whether it is over, whenever that was.
    pub is_closed: bool,
    pub voters: Option<i64>,
}

impl RemotePoll {
    pub(super) fn titles(&self) -> Vec<String> {
        let title = |(title, _): &(String, i64)| {
            limits::cut(title, limits::REMOTE_POLL_OPTION).replace('\0', "")
        };
        let options = self.options.iter().take(limits::REMOTE_POLL_OPTIONS);
        options.map(title).collect()
    }

    fn counts(&self) -> Vec<i64> {
        let options = self.options.iter().take(limits::REMOTE_POLL_OPTIONS);
        options.map(|(_, count)| (*count).clamp(0, MOST)).collect()
    }

    fn voters(&self) -> Option<i64> {
        self.voters.map(|count| count.clamp(0, MOST))
    }

    fn end(&self, now: Time) -> Option<Time> {
        match self.expires_at {
            Some(end) if self.is_closed => Some(end.min(now)),
            None if self.is_closed => Some(now),
            end => end,
        }
    }
}

pub(super) fn store(
    app: &App,
    conn: &mut DbConnection,
    status: &Status,
    remote: &RemotePoll,
) -> Result<()> {
    let counts = remote.counts();
    let poll = Poll {
        id: PollId(app.next_id()),
        status_id: status.id,
        account_id: status.account_id,
        multiple: remote.multiple,
        hide_totals: false,
        expires_at: remote.end(app.now()),
        closed_at: None,
        votes_count: counts
            .iter()
            .fold(0, |sum, count| count.saturating_add(sum)),
        voters_count: remote.voters(),
        announced_at: None,
    };
    insert(app, conn, poll, &remote.titles(), &counts)
}

/// Writes newer counts of a poll; if `is_newer`, the description is not older than ours, also another poll, or none.
/// Counts only grow, whatever comes late.
pub(super) fn refresh(
    app: &App,
    conn: &mut DbConnection,
    status: &Status,
    remote: Option<&RemotePoll>,
    is_newer: bool,
) -> Result<()> {
    let known = storage::polls::of_status(conn, status.id)?;
    let (known, remote) = match (known, remote) {
        (Some(known), Some(remote)) => (known, remote),
        (Some(_), None) if is_newer => {
            return Ok(storage::polls::delete_of_status(conn, status.id)?);
        }
        (None, Some(remote)) if is_newer => return store(app, conn, status, remote),
        _ => return Ok(()),
    };
    let options = storage::polls::options(conn, &[known.id])?;
    let titles: Vec<String> = options.into_iter().map(|option| option.title).collect();
    if titles != remote.titles() || known.multiple != remote.multiple {
        if !is_newer {
            return Ok(());
        }
        storage::polls::delete_of_status(conn, status.id)?;
        return store(app, conn, status, remote);
    }
    let counts = remote.counts();
    let sum = counts
        .iter()
        .fold(0_i64, |sum, count| count.saturating_add(sum));
    if sum < known.votes_count {
        return Ok(());
    }
    let end = remote.end(app.now());
    if end != known.expires_at
        && let Some(end) = end
    {
        enqueue_at(app, conn, &Job::ClosePoll { poll: known.id }, end)?;
    }
    let poll = Poll {
        expires_at: end,
        votes_count: sum,
        voters_count: remote
            .voters()
            .max(known.voters_count.filter(|_| remote.voters.is_some())),
        ..known
    };
    Ok(storage::polls::update(conn, &poll, &counts)?)
}

/// Somebody elsewhere chooses an option of a poll of ours.
pub(super) fn vote(
    app: &App,
    conn: &mut DbConnection,
    by: AccountId,
    uri: &str,
    of: &str,
    title: &str,
) -> Result<()> {
    let Some(status) = living(conn, of)?.filter(|row| row.local && row.account_id != by) else {
        return Ok(());
    };
    let Some(poll) = storage::polls::of_status(conn, status.id)? else {
        return Ok(());
    };
    if poll.is_over(app.now()) || !is_visible(conn, by, status.id)? {
        return Ok(());
    }
    let options = storage::polls::options(conn, &[poll.id])?;
    let Some(chosen) = options.iter().find(|option| option.title == title) else {
        return Ok(());
    };
    if cast(app, conn, &poll, by, chosen.position, uri.to_owned())? {
        announce_later(app, conn, &poll)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_count_is_so_large_that_ours_cannot_be_added() {
        let told = |count: i64| RemotePoll {
            multiple: true,
            options: vec![("Tea".to_owned(), count); 100],
            expires_at: None,
            is_closed: false,
            voters: Some(count),
        };
        for (count, kept) in [(i64::MAX, MOST), (i64::MIN, 0), (7, 7)] {
            let poll = told(count);
            assert_eq!(poll.counts(), vec![kept; limits::REMOTE_POLL_OPTIONS]);
            assert_eq!(poll.voters(), Some(kept));
            let sum = poll.counts().iter().sum::<i64>();
            assert!(sum.checked_add(1).is_some());
        }
    }
}
