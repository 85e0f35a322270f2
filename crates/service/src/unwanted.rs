//! What somebody does not want to see in what is shown to them: words of those they mute, and of servers they block.

use std::collections::HashSet;

use domain::AccountId;
use storage::DbConnection;
use storage::statuses::Status;
use storage::wishes::Wishes;

use crate::audience::{blocked_among, viewers_of};
use crate::views::StatusView;
use crate::{App, Result};

/// What must be looked at before something is shown to the viewer. One query for somebody signed in.
pub(crate) fn wishes(conn: &mut DbConnection, viewer: Option<AccountId>) -> Result<Wishes> {
    Ok(match viewer {
        None => Wishes::default(),
        Some(viewer) => storage::wishes::of(conn, viewer)?,
    })
}

/// Leaves out what the viewer does not want to see. No query for somebody without wishes.
pub(crate) fn without_unwanted(
    app: &App,
    conn: &mut DbConnection,
    viewer: Option<AccountId>,
    wishes: Wishes,
    mut statuses: Vec<StatusView>,
) -> Result<Vec<StatusView>> {
    let is_to_be_asked = wishes.blocks_servers || wishes.mutes;
    let Some(viewer) = viewer.filter(|_| is_to_be_asked && !statuses.is_empty()) else {
        return Ok(statuses);
    };
    let hosts: HashSet<String> = storage::account_domain_blocks::hosts(conn, viewer)?
        .into_iter()
        .collect();
    let authors: HashSet<AccountId> = statuses.iter().flat_map(StatusView::authors).collect();
    let authors: Vec<AccountId> = authors.into_iter().collect();
    let muted: HashSet<AccountId> =
        storage::mutes::among_targets(conn, viewer, &authors, app.now())?
            .into_iter()
            .map(|mute| mute.target_id)
            .collect();
    if hosts.is_empty() && muted.is_empty() {
        return Ok(statuses);
    }
    let is_unwanted = |view: &StatusView| {
        let account = &view.author.account;
        muted.contains(&account.id)
            || account
                .host
                .as_ref()
                .is_some_and(|host| hosts.contains(host))
    };
    statuses.retain(|view| !is_unwanted(view) && !view.boosted.as_deref().is_some_and(is_unwanted));
    Ok(statuses)
}

/// Which of these people are not shown to the viewer among others: those whom they mute, and where one has blocked the other.
pub(crate) fn avoided(
    app: &App,
    conn: &mut DbConnection,
    viewer: Option<AccountId>,
    people: &[AccountId],
) -> Result<HashSet<AccountId>> {
    let Some(viewer) = viewer.filter(|_| !people.is_empty()) else {
        return Ok(HashSet::new());
    };
    let mut avoided = blocked_among(conn, viewer, people)?;
    let mutes = storage::mutes::among_targets(conn, viewer, people, app.now())?;
    avoided.extend(mutes.into_iter().map(|mute| mute.target_id));
    Ok(avoided)
}

/// Leaves out the words of those whom moderators have silenced, but for the viewer's own and those of people whom they
/// follow. No query where nobody is.
pub(crate) fn without_silenced(
    conn: &mut DbConnection,
    viewer: Option<AccountId>,
    mut statuses: Vec<StatusView>,
) -> Result<Vec<StatusView>> {
    let is_quiet = |view: &StatusView| {
        let account = &view.author.account;
        account.silenced_at.is_some() && Some(account.id) != viewer
    };
    let quiet: Vec<AccountId> = statuses
        .iter()
        .filter(|view| is_quiet(view))
        .map(|view| view.status.account_id)
        .collect();
    if quiet.is_empty() {
        return Ok(statuses);
    }
    let followed: HashSet<AccountId> = match viewer {
        Some(viewer) => HashSet::from_iter(storage::follows::followed_among(conn, viewer, &quiet)?),
        None => HashSet::new(),
    };
    statuses.retain(|view| !is_quiet(view) || followed.contains(&view.status.account_id));
    Ok(statuses)
}

/// Those of these people of ours who may see a status, and what it repeats, and want to. A fixed number of queries,
/// however many they are.
pub(crate) fn willing(
    app: &App,
    conn: &mut DbConnection,
    status: &Status,
    viewers: Vec<AccountId>,
) -> Result<Vec<AccountId>> {
    let mut viewers = viewers_of(conn, status, viewers)?;
    let mut authors = vec![status.account_id];
    if let Some(id) = status.reblog_of_id {
        let Some(boosted) = storage::statuses::find(conn, id)? else {
            return Ok(Vec::new());
        };
        viewers = viewers_of(conn, &boosted, viewers)?;
        authors.push(boosted.account_id);
    }
    let mut unwilling: HashSet<AccountId> =
        storage::mutes::muting(conn, &authors, &viewers, app.now())?
            .into_iter()
            .collect();
    for author in storage::accounts::with_ids(conn, &authors)? {
        if let Some(host) = author.host {
            let blockers = storage::account_domain_blocks::blockers(conn, &host, &viewers)?;
            unwilling.extend(blockers);
        }
    }
    viewers.retain(|viewer| !unwilling.contains(viewer));
    Ok(viewers)
}
