//! What a line asks for, done.

use domain::{AccountId, ImportKind, ListId, RepliesPolicy, StatusId, limits};
use storage::DbConnection;
use storage::accounts::Account;
use storage::lists::List;

use super::parse::Fields;
use crate::error::invalid;
use crate::follows::FollowWishes;
use crate::mutes::MuteWishes;
use crate::{App, Error, Result, accounts, blocks, domain_blocks, follows, lists, mutes, statuses};

/// Whom or what a line is about.
pub(super) enum Target {
    Account(AccountId),
    Status(StatusId),
    Host(String),
}

/// Does what a line asks for: false if it was so before.
pub(super) fn deed(
    app: &App,
    conn: &mut DbConnection,
    kind: ImportKind,
    me: &Account,
    fields: Fields,
    target: Target,
) -> Result<bool> {
    let other = match target {
        Target::Host(host) => return domain_blocks::set(app, conn, me.id, &host),
        Target::Status(id) => {
            let status = statuses::original(conn, me.id, id)?;
            return statuses::keep(app, conn, me.id, &status);
        }
        Target::Account(id) => accounts::find(conn, id)?,
    };
    match kind {
        ImportKind::Following => {
            let wishes = FollowWishes {
                reblogs: fields.boosts,
                notify: fields.notify,
                languages: fields.languages,
            };
            follows::want(app, conn, me, &other, wishes)
        }
        ImportKind::Blocks => blocks::set(app, conn, me, &other),
        ImportKind::Mutes => mute(app, conn, me.id, other.id, fields.hidden.unwrap_or(true)),
        ImportKind::Lists => list(app, conn, me, &other, &fields.list.unwrap_or_default()),
        ImportKind::Bookmarks | ImportKind::DomainBlocks => Err(Error::NotFound),
    }
}

fn mute(
    app: &App,
    conn: &mut DbConnection,
    me: AccountId,
    other: AccountId,
    notifications: bool,
) -> Result<bool> {
    let known = storage::mutes::among_targets(conn, me, &[other], app.now())?;
    let is_same = |mute: &storage::mutes::Mute| {
        mute.notifications == notifications && mute.expires_at.is_none()
    };
    if known.iter().any(is_same) {
        return Ok(false);
    }
    let wishes = MuteWishes {
        notifications,
        duration: 0,
    };
    mutes::set(app, conn, me, other, wishes)?;
    Ok(true)
}

/// As in Mastodon, whoever is put into a list is followed.
fn list(
    app: &App,
    conn: &mut DbConnection,
    me: &Account,
    other: &Account,
    title: &str,
) -> Result<bool> {
    let title = lists::title(title)?;
    let list = match storage::lists::titled(conn, me.id, &title)? {
        Some(list) => list,
        None => {
            if storage::lists::of_account(conn, me.id)?.len() >= limits::LISTS {
                return Err(invalid("You have reached the maximum amount of lists"));
            }
            let list = List {
                id: ListId(app.next_id()),
                account_id: me.id,
                title,
                replies_policy: RepliesPolicy::List,
                exclusive: false,
                created_at: app.now(),
            };
            storage::lists::insert(conn, list.clone())?;
            list
        }
    };
    if !storage::lists::among_members(conn, list.id, &[other.id])?.is_empty() {
        return Ok(false);
    }
    if other.id != me.id && storage::follows::find(conn, me.id, other.id)?.is_none() {
        follows::want(app, conn, me, other, FollowWishes::default())?;
    }
    storage::lists::add(conn, list.id, &[other.id], || app.next_id())?;
    Ok(true)
}
