//! How people elsewhere stand to ours.

use domain::{AccountId, AccountKind};
use storage::DbConnection;
use storage::accounts::Account;
use storage::follows::Follow;

use super::retractions::{forget, is_taken_back};
use crate::accounts::is_waiting;
use crate::audience::blocked_among;
use crate::domain_blocks::is_blocked;
use crate::follows::{accept, begin, remove, tell, turn_away};
use crate::jobs::{Outgoing, federate};
use crate::{App, Result, blocks, networks};

/// Somebody elsewhere asks to follow somebody of ours. Asked again, we answer again; asked `anew`, also if they took it back.
pub(super) fn follow(
    app: &App,
    conn: &mut DbConnection,
    asking: &Account,
    account: AccountId,
    uri: &str,
    anew: bool,
) -> Result<()> {
    let (follower, uri) = (asking.id, uri.to_owned());
    if anew {
        forget(conn, follower, &uri)?;
    } else if is_taken_back(conn, follower, &uri)? {
        return Ok(());
    }
    let Some(asked) =
        storage::accounts::find(conn, account)?.filter(|row| row.is_local() && !row.is_gone())
    else {
        return Ok(());
    };
    if is_waiting(conn, &asked)? {
        return Ok(());
    }
    let known = storage::follows::find(conn, follower, account)?;
    // Who followed before they moved may ask again.
    let has_moved = asked.moved_to_uri.is_some() && known.is_none();
    if asked.kind == AccountKind::Application
        || has_moved
        || !networks::may_join(conn, &asked, follower)?
        || !blocked_among(conn, account, &[follower])?.is_empty()
        || is_blocked(conn, account, follower)?
    {
        let refusal = Outgoing::Reject {
            follower,
            account,
            uri,
        };
        return federate(app, conn, refusal);
    }
    if let Some(known) = known {
        storage::follows::set_uri(conn, known.id, &uri)?;
        if known.pending {
            return Ok(());
        }
        let answer = Outgoing::Accept {
            follower,
            account,
            uri,
        };
        return federate(app, conn, answer);
    }
    let follow = Follow {
        id: app.next_id(),
        follower_id: follower,
        account_id: account,
        uri,
        pending: true,
        show_reblogs: true,
        notify: false,
        languages: None,
        created_at: app.now(),
    };
    storage::follows::insert(conn, follow.clone())?;
    if asking.silenced_at.is_some()
        || (!networks::comes_along(app, conn, &asked, follower)? && asked.locked)
    {
        return tell(app, conn, &follow, &asked);
    }
    accept(app, conn, &follow, asking)?;
    let accepted = Follow {
        pending: false,
        ..follow
    };
    tell(app, conn, &accepted, &asked)
}

/// Somebody elsewhere lets one of ours follow, or turns them down, or away.
pub(super) fn answer(
    conn: &mut DbConnection,
    by: AccountId,
    uri: &str,
    follower: Option<AccountId>,
    yes: bool,
) -> Result<()> {
    let named = storage::follows::with_uri(conn, uri)?;
    let follow = match (named, follower) {
        (Some(named), _) => Some(named).filter(|named| named.account_id == by),
        (None, Some(follower)) => storage::follows::find(conn, follower, by)?,
        (None, None) => None,
    };
    let Some(follow) = follow else {
        return Ok(());
    };
    if !yes {
        return remove(conn, follow.follower_id, by).map(drop);
    }
    if storage::follows::accept(conn, follow.follower_id, by)? {
        begin(conn, &follow)?;
    }
    Ok(())
}

/// Somebody elsewhere wants nothing to do with one of ours.
pub(super) fn block(
    app: &App,
    conn: &mut DbConnection,
    by: AccountId,
    target: AccountId,
    uri: &str,
) -> Result<()> {
    let ours = storage::accounts::find(conn, target)?.is_some_and(|row| row.is_local());
    if !ours || is_taken_back(conn, by, uri)? || storage::blocks::find(conn, by, target)?.is_some()
    {
        return Ok(());
    }
    remove(conn, target, by)?;
    turn_away(app, conn, by, target)?;
    blocks::add(app, conn, app.next_id(), by, target, uri.to_owned())
}

/// Takes back the follow or block of that id: true if there was one.
pub(super) fn undo_named(conn: &mut DbConnection, by: AccountId, uri: &str) -> Result<bool> {
    if let Some(known) = storage::follows::with_uri(conn, uri)?
        && known.follower_id == by
    {
        remove(conn, by, known.account_id)?;
        return Ok(true);
    }
    match storage::blocks::with_uri(conn, uri)? {
        Some(known) if known.account_id == by => {
            storage::blocks::delete(conn, by, known.target_id)?;
            Ok(true)
        }
        _ => Ok(false),
    }
}
