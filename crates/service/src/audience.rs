//! Who may see which statuses: the rule of `domain::audience`, asked for many statuses at once.

use std::collections::HashSet;

use domain::audience::{Tie, may_see};
use domain::{AccountId, StatusId};
use storage::DbConnection;
use storage::statuses::Status;

use crate::{Error, Result};

/// Who looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Viewer {
    Nobody,
    /// Somebody, here or elsewhere.
    Person(AccountId),
    /// Somebody elsewhere, and the host in their handle.
    Guest(AccountId, String),
    /// Another server for its people: its host in their handles.
    Server(String),
}

impl From<Option<AccountId>> for Viewer {
    fn from(account: Option<AccountId>) -> Self {
        account.map_or(Self::Nobody, Self::Person)
    }
}

/// Leaves out what the viewer may not see. Three queries for somebody signed in, four for somebody elsewhere, three for a server,
/// none otherwise; one more where something stays on this server.
pub fn visible_to(
    conn: &mut DbConnection,
    viewer: impl Into<Viewer>,
    mut statuses: Vec<Status>,
) -> Result<Vec<Status>> {
    // What is held back as likely spam is for nobody.
    statuses.retain(|status| status.held_at.is_none());
    match viewer.into() {
        Viewer::Nobody => Ok(statuses
            .into_iter()
            .filter(|status| may_see(status.visibility, status.local_only, Tie::default()))
            .collect()),
        Viewer::Person(viewer) => visible_to_person(conn, viewer, statuses),
        Viewer::Guest(viewer, host) => {
            let statuses = visible_to_person(conn, viewer, statuses)?;
            of_who_bears(conn, &host, statuses)
        }
        Viewer::Server(host) => {
            let statuses = visible_to_server(conn, &host, statuses)?;
            of_who_bears(conn, &host, statuses)
        }
    }
}

/// Without what is by those of ours who want to have nothing to do with a server.
fn of_who_bears(
    conn: &mut DbConnection,
    host: &str,
    mut statuses: Vec<Status>,
) -> Result<Vec<Status>> {
    let authors: Vec<AccountId> = statuses.iter().map(|status| status.account_id).collect();
    let blockers = storage::account_domain_blocks::blockers(conn, host, &authors)?;
    statuses.retain(|status| !blockers.contains(&status.account_id));
    Ok(statuses)
}

/// What any of a server's people sees.
fn visible_to_server(
    conn: &mut DbConnection,
    host: &str,
    mut statuses: Vec<Status>,
) -> Result<Vec<Status>> {
    statuses.retain(|status| !status.local_only);
    let closed = statuses
        .iter()
        .filter(|status| !status.visibility.is_open());
    let (ids, authors): (Vec<StatusId>, Vec<AccountId>) =
        closed.map(|status| (status.id, status.account_id)).unzip();
    if ids.is_empty() {
        return Ok(statuses);
    }
    let followed: HashSet<AccountId> =
        HashSet::from_iter(storage::follows::followed_from(conn, host, &authors)?);
    let mentioning: HashSet<StatusId> =
        HashSet::from_iter(storage::mentions::among_of_host(conn, host, &ids)?);
    Ok(statuses
        .into_iter()
        .filter(|status| {
            let tie = Tie {
                is_mentioned: mentioning.contains(&status.id),
                is_follower: followed.contains(&status.account_id),
                ..Tie::default()
            };
            may_see(status.visibility, status.local_only, tie)
        })
        .collect())
}

fn visible_to_person(
    conn: &mut DbConnection,
    viewer: AccountId,
    statuses: Vec<Status>,
) -> Result<Vec<Status>> {
    let authors = authors_of(&statuses);
    let blocked = blocked_among(conn, viewer, &authors)?;
    visible_but_for(conn, viewer, statuses, &blocked)
}

/// What somebody may report: what they might see if nobody had blocked anybody. Who is harassed blocks first, and reports then.
pub(crate) fn visible_without_blocks(
    conn: &mut DbConnection,
    viewer: AccountId,
    mut statuses: Vec<Status>,
) -> Result<Vec<Status>> {
    statuses.retain(|status| status.held_at.is_none());
    visible_but_for(conn, viewer, statuses, &HashSet::new())
}

fn authors_of(statuses: &[Status]) -> Vec<AccountId> {
    let mut authors: Vec<AccountId> = statuses.iter().map(|status| status.account_id).collect();
    authors.sort_unstable();
    authors.dedup();
    authors
}

fn visible_but_for(
    conn: &mut DbConnection,
    viewer: AccountId,
    statuses: Vec<Status>,
    blocked: &HashSet<AccountId>,
) -> Result<Vec<Status>> {
    let authors = authors_of(&statuses);
    let closed: Vec<&Status> = statuses
        .iter()
        .filter(|status| !status.visibility.is_open())
        .collect();
    let is_ours = statuses.iter().any(|status| status.local_only)
        && storage::users::of_account(conn, viewer)?.is_some();
    let (followed, mentioning) = if closed.is_empty() {
        (HashSet::new(), HashSet::new())
    } else {
        let ids: Vec<StatusId> = closed.iter().map(|status| status.id).collect();
        let followed = storage::follows::followed_among(conn, viewer, &authors)?;
        let mentioning = storage::mentions::among(conn, viewer, &ids)?;
        (
            followed.into_iter().collect::<HashSet<_>>(),
            mentioning.into_iter().collect::<HashSet<_>>(),
        )
    };
    Ok(statuses
        .into_iter()
        .filter(|status| {
            let tie = Tie {
                is_author: status.account_id == viewer,
                is_mentioned: mentioning.contains(&status.id),
                is_follower: followed.contains(&status.account_id),
                is_blocked: blocked.contains(&status.account_id),
                is_ours,
            };
            may_see(status.visibility, status.local_only, tie)
        })
        .collect())
}

/// Those of `viewers`, who are signed in here, who may see a status: the same rule for many people and one status.
/// Three queries at most.
pub(crate) fn viewers_of(
    conn: &mut DbConnection,
    status: &Status,
    viewers: Vec<AccountId>,
) -> Result<Vec<AccountId>> {
    if status.held_at.is_some() || viewers.is_empty() {
        return Ok(Vec::new());
    }
    let author = status.account_id;
    let blocked = blocked_among(conn, author, &viewers)?;
    let (followers, mentioned) = if status.visibility.is_open() {
        (HashSet::new(), HashSet::new())
    } else {
        let followers = storage::follows::followers_among(conn, author, &viewers)?;
        let mentioned = storage::mentions::of_status(conn, status.id)?;
        (
            followers.into_iter().collect::<HashSet<_>>(),
            mentioned.into_iter().collect(),
        )
    };
    Ok(viewers
        .into_iter()
        .filter(|viewer| {
            let tie = Tie {
                is_author: *viewer == author,
                is_mentioned: mentioned.contains(viewer),
                is_follower: followers.contains(viewer),
                is_blocked: blocked.contains(viewer),
                is_ours: true,
            };
            may_see(status.visibility, status.local_only, tie)
        })
        .collect())
}

/// Which of `others` have blocked `account`, or were blocked by it.
pub(crate) fn blocked_among(
    conn: &mut DbConnection,
    account: AccountId,
    others: &[AccountId],
) -> Result<HashSet<AccountId>> {
    let blocks = storage::blocks::between(conn, account, others)?;
    Ok(blocks
        .into_iter()
        .map(|block| {
            if block.account_id == account {
                block.target_id
            } else {
                block.account_id
            }
        })
        .collect())
}

/// The status of that id, if the viewer may see it; of a boost, also what it repeats.
pub(crate) fn find_visible(
    conn: &mut DbConnection,
    viewer: Option<AccountId>,
    id: StatusId,
) -> Result<Status> {
    let status = find_one(conn, viewer, id)?;
    if let Some(boosted) = status.reblog_of_id {
        find_one(conn, viewer, boosted)?;
    }
    Ok(status)
}

fn find_one(conn: &mut DbConnection, viewer: Option<AccountId>, id: StatusId) -> Result<Status> {
    let status = storage::statuses::find(conn, id)?.ok_or(Error::NotFound)?;
    crate::accounts::find(conn, status.account_id)?;
    visible_to(conn, viewer, vec![status])?
        .pop()
        .ok_or(Error::NotFound)
}
