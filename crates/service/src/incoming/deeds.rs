//! What people elsewhere do with statuses.

use domain::{AccountId, AccountKind, NotificationKind, Page, StatusId, Visibility, limits};
use storage::DbConnection;
use storage::accounts::Account;
use storage::favourites::Favourite;
use storage::statuses::{Counts, OfAccount, Status};

use super::retractions::is_taken_back;
use super::statuses::receive_all;
use super::{Boost, Featuring, collections, settled};
use crate::audience::find_visible;
use crate::domain_blocks::is_blocked;
use crate::notify::notify;
use crate::statuses::{add_boost, remove_boost};
use crate::{App, Error, Result, networks, practice};

/// Somebody elsewhere passes a status on. What is not open is passed on by its own author only.
pub(super) fn boost(app: &App, conn: &mut DbConnection, by: &Account, boost: &Boost) -> Result<()> {
    let followed = storage::follows::has_local_followers(conn, by.id)?;
    pass_on(app, conn, by, boost, followed)
}

/// What a group elsewhere passed on before: somebody of ours looks at its profile.
///
/// # Errors
/// If the database fails.
pub async fn receive_boost(app: &App, by: AccountId, boost: Boost) -> Result<()> {
    settled(app, move |app, conn| {
        let group =
            storage::accounts::hold(conn, by)?.filter(|row| !row.is_local() && !row.is_gone());
        match group {
            Some(group) => pass_on(app, conn, &group, &boost, true),
            None => Ok(()),
        }
    })
    .await
}

/// `wanted` says that somebody of ours follows who passes it on, or looks at what they did.
fn pass_on(
    app: &App,
    conn: &mut DbConnection,
    by: &Account,
    boost: &Boost,
    wanted: bool,
) -> Result<()> {
    if is_taken_back(conn, by.id, &boost.uri)?
        || !storage::statuses::known_among(conn, &[boost.uri.as_str()])?.is_empty()
    {
        return Ok(());
    }
    let mut status = storage::statuses::with_uri(conn, &boost.of)?;
    if status.is_none() && wanted {
        receive_all(app, conn, &boost.posts)?;
        status = storage::statuses::with_uri(conn, &boost.of)?;
    }
    let Some(status) = status.filter(|row| row.deleted_at.is_none()) else {
        return Ok(());
    };
    let may = status.visibility.is_open()
        || (status.visibility == Visibility::FollowersOnly && status.account_id == by.id);
    if !may
        || !(status.local || wanted)
        || storage::statuses::boost_by(conn, by.id, status.id)?.is_some()
        || !is_visible(conn, by.id, status.id)?
    {
        return Ok(());
    }
    let now = app.now();
    let created_at = boost.published.unwrap_or(now).min(now);
    let id = StatusId(app.id_at(created_at));
    let uri = boost.uri.clone();
    add_boost(
        app,
        conn,
        by,
        &status,
        id,
        uri,
        boost.visibility,
        created_at,
    )?;
    if by.kind == AccountKind::Group {
        networks::reindex(conn, by, &status)?;
        practice::reconsider(app, conn, &status)?;
    }
    Ok(())
}

/// Somebody elsewhere takes a boost back.
pub(super) fn undo_boost(
    app: &App,
    conn: &mut DbConnection,
    by: AccountId,
    of: &str,
) -> Result<()> {
    let Some(of) = storage::statuses::with_uri(conn, of)? else {
        return Ok(());
    };
    match storage::statuses::boost_by(conn, by, of.id)? {
        Some(boost) => remove_boost(app, conn, &boost),
        None => Ok(()),
    }
}

/// Somebody elsewhere puts a status of theirs at the top of their profile, or takes it off. What they take out of anything
/// else may be out of a collection of people.
pub(super) fn feature(
    app: &App,
    conn: &mut DbConnection,
    by: &Account,
    featuring: &Featuring,
) -> Result<()> {
    let (target, of) = (&featuring.target, &featuring.of);
    if by.featured_uri.as_ref() != Some(target) {
        return if featuring.pinned {
            Ok(())
        } else {
            collections::remove(app, conn, by.id, target, of)
        };
    }
    let mut status = living(conn, &featuring.of)?;
    if status.is_none() && storage::follows::has_local_followers(conn, by.id)? {
        receive_all(app, conn, &featuring.posts)?;
        status = living(conn, &featuring.of)?;
    }
    let is_theirs = |row: &Status| {
        row.account_id == by.id
            && row.reblog_of_id.is_none()
            && row.visibility != Visibility::Direct
    };
    let Some(status) = status.filter(is_theirs) else {
        return Ok(());
    };
    let full = storage::statuses::count_pinned(conn, by.id)? >= limits::REMOTE_PINNED;
    if featuring.pinned == status.pinned_at.is_some() || (featuring.pinned && full) {
        return Ok(());
    }
    let at = featuring.pinned.then(|| app.now());
    Ok(storage::statuses::set_pinned(conn, status.id, at)?)
}

/// What somebody elsewhere has at the top of their profile, among the statuses that are known; nothing else stays there.
pub async fn feature_only(app: &App, by: AccountId, uris: Vec<String>) -> Result<()> {
    settled(app, move |app, conn| {
        let account =
            storage::accounts::hold(conn, by)?.filter(|row| !row.is_local() && !row.is_gone());
        let Some(account) = account else {
            return Ok(());
        };
        let pinned = OfAccount {
            seen: vec![
                Visibility::Public,
                Visibility::Unlisted,
                Visibility::FollowersOnly,
            ],
            only_pinned: true,
            ..OfAccount::default()
        };
        let page = Page::newest(limits::REMOTE_PINNED);
        for row in storage::statuses::page_of_account(conn, by, &pinned, &page)? {
            if !uris.contains(&row.uri) {
                storage::statuses::set_pinned(conn, row.id, None)?;
            }
        }
        for uri in &uris {
            let featuring = Featuring {
                target: account.featured_uri.clone().unwrap_or_default(),
                of: uri.clone(),
                posts: Vec::new(),
                pinned: true,
            };
            feature(app, conn, &account, &featuring)?;
        }
        Ok(())
    })
    .await
}

/// Somebody elsewhere likes a status that they may see.
pub(super) fn favourite(
    app: &App,
    conn: &mut DbConnection,
    by: AccountId,
    uri: &str,
    of: &str,
) -> Result<()> {
    if is_taken_back(conn, by, uri)? {
        return Ok(());
    }
    let Some(status) = living(conn, of)? else {
        return Ok(());
    };
    if !is_visible(conn, by, status.id)? {
        return Ok(());
    }
    let favourite = Favourite {
        id: app.next_id(),
        account_id: by,
        status_id: status.id,
        uri: uri.to_owned(),
        created_at: app.now(),
    };
    if !storage::favourites::insert(conn, favourite)? {
        // Done again: from now on it is this one that may be taken back.
        if let Some(known) = storage::favourites::find(conn, by, status.id)?
            && storage::favourites::with_uri(conn, uri)?.is_none()
        {
            storage::favourites::set_uri(conn, known.id, uri)?;
        }
        return Ok(());
    }
    count(conn, status.id, 1)?;
    if status.local {
        let (to, kind) = (status.account_id, NotificationKind::Favourite);
        notify(app, conn, to, by, kind, Some(status.id))?;
    }
    Ok(())
}

/// Somebody elsewhere likes a status no more.
pub(super) fn undo_favourite(conn: &mut DbConnection, by: AccountId, of: &str) -> Result<()> {
    match storage::statuses::with_uri(conn, of)? {
        Some(of) => remove_favourite(conn, by, of.id),
        None => Ok(()),
    }
}

/// Takes back the favourite or boost of that id: true if there was one.
pub(super) fn undo_named(
    app: &App,
    conn: &mut DbConnection,
    by: AccountId,
    uri: &str,
) -> Result<bool> {
    if let Some(known) = storage::favourites::with_uri(conn, uri)?
        && known.account_id == by
    {
        remove_favourite(conn, by, known.status_id)?;
        return Ok(true);
    }
    match living(conn, uri)? {
        Some(boost) if boost.account_id == by && boost.reblog_of_id.is_some() => {
            remove_boost(app, conn, &boost)?;
            Ok(true)
        }
        _ => Ok(false),
    }
}

fn remove_favourite(conn: &mut DbConnection, by: AccountId, of: StatusId) -> Result<()> {
    if storage::favourites::delete(conn, by, of)?.is_none() {
        return Ok(());
    }
    count(conn, of, -1)?;
    if let Some(status) = storage::statuses::find(conn, of)? {
        let (to, kind) = (status.account_id, NotificationKind::Favourite);
        storage::notifications::withdraw(conn, to, by, kind, Some(of))?;
    }
    Ok(())
}

fn count(conn: &mut DbConnection, of: StatusId, change: i64) -> Result<()> {
    let change = Counts {
        favourites: change,
        ..Counts::default()
    };
    Ok(storage::statuses::add_to_counts(conn, of, change)?)
}

pub(super) fn living(conn: &mut DbConnection, uri: &str) -> Result<Option<Status>> {
    Ok(storage::statuses::with_uri(conn, uri)?.filter(|row| row.deleted_at.is_none()))
}

pub(super) fn is_visible(conn: &mut DbConnection, viewer: AccountId, id: StatusId) -> Result<bool> {
    match find_visible(conn, Some(viewer), id) {
        // Who wants to hear nothing of a server is not heard there either.
        Ok(status) => Ok(!is_blocked(conn, status.account_id, viewer)?),
        Err(Error::NotFound) => Ok(false),
        Err(error) => Err(error),
    }
}
