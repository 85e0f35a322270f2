//! Moving from one account to another, here or elsewhere: followers come along. FEP-7628, as Mastodon does it.

mod carrying;

use chrono::TimeDelta;
use domain::{AccountId, Handle, ListId, Time};
use storage::DbConnection;
use storage::accounts::Account;
use storage::follows::Follow;
use storage::lists::Holding;

use crate::audience::blocked_among;
use crate::error::invalid;
use crate::jobs::{Job, Outgoing, enqueue, federate};
use crate::profile::hold;
use crate::{App, Error, Result, accounts, follows, networks, users};

/// How long after a move the next one has to wait: of ours, and of others.
const REST: (TimeDelta, TimeDelta) = (TimeDelta::days(30), TimeDelta::days(7));
/// Accounts that one may be known as besides.
const ALIASES: usize = 10;
/// Followers taken along in one transaction.
const AT_ONCE: usize = 50;

/// Says that an account of ours is somebody's who is also known by `handle`, so that they can move here; or takes that back.
/// Answers the other account's id.
pub async fn set_alias(app: &App, username: &str, handle: &str, known: bool) -> Result<String> {
    let person = users::find(app, username).await?;
    let id = person.id();
    // One is taken back by its id too, whatever became of its server.
    let uri = if !known && person.account.also_known_as.iter().any(|uri| uri == handle) {
        handle.to_owned()
    } else {
        let other = resolved(app, handle).await?;
        if other.id == id {
            return Err(invalid("An account is no alias of itself"));
        }
        other.uri
    };
    let alias = uri.clone();
    app.transaction(move |app, conn| {
        let account = hold(conn, id)?;
        write_alias(app, conn, account, alias, known)
    })
    .await?;
    Ok(uri)
}

/// Writes, or takes back, that an account of ours is also known by another id.
pub(crate) fn write_alias(
    app: &App,
    conn: &mut DbConnection,
    mut account: Account,
    alias: String,
    known: bool,
) -> Result<()> {
    account.also_known_as.retain(|uri| *uri != alias);
    if known {
        if account.also_known_as.len() >= ALIASES {
            return Err(invalid(format!("There can be {ALIASES} aliases")));
        }
        account.also_known_as.push(alias);
    }
    save(app, conn, account)
}

/// Moves an account of ours to another one that names it as its alias. Followers are told, and follow the other if their
/// servers do as Mastodon does; the account stays and points to the other. Answers the other account's id.
pub async fn move_to(app: &App, username: &str, handle: &str) -> Result<String> {
    let other = resolved(app, handle).await?;
    let id = users::find(app, username).await?.id();
    let uri = other.uri.clone();
    app.transaction(move |app, conn| {
        let account = hold(conn, id)?;
        depart(app, conn, account, &other)
    })
    .await?;
    Ok(uri)
}

/// Whether an account of ours can move to another one, and why not.
pub(crate) fn check_target(
    app: &App,
    conn: &mut DbConnection,
    account: &Account,
    other: &Account,
) -> Result<()> {
    if other.id == account.id || other.is_gone() || other.moved_to_uri.is_some() {
        return Err(invalid("Nobody can move there"));
    }
    if !other.also_known_as.contains(&account.uri) {
        return Err(invalid(format!(
            "{} does not name {} as its alias: that has to be set there first",
            other.uri, account.uri
        )));
    }
    if storage::moves::last(conn, account.id)?.is_some_and(|last| app.now() - last < REST.0) {
        return Err(invalid("One can move once in thirty days"));
    }
    Ok(())
}

/// Moves an account of ours, in the transaction at hand.
pub(crate) fn depart(
    app: &App,
    conn: &mut DbConnection,
    mut account: Account,
    other: &Account,
) -> Result<()> {
    check_target(app, conn, &account, other)?;
    let from = account.id;
    storage::moves::set(conn, from, &other.uri, app.now())?;
    account.moved_to_uri = Some(other.uri.clone());
    save(app, conn, account)?;
    federate(app, conn, Outgoing::Move { account: from })?;
    let to = other.id;
    enqueue(app, conn, &Job::Refollow { from, to })
}

/// The account points nowhere else any more. Who went along stays there.
pub async fn stay(app: &App, username: &str) -> Result<()> {
    let id = users::find(app, username).await?.id();
    app.transaction(move |app, conn| {
        let account = hold(conn, id)?;
        come_back(app, conn, account)
    })
    .await
}

/// The same in the transaction at hand.
pub(crate) fn come_back(app: &App, conn: &mut DbConnection, mut account: Account) -> Result<()> {
    account.moved_to_uri = None;
    save(app, conn, account)
}

/// Whose handle it is; of somebody elsewhere as their server says now.
pub(crate) async fn resolved(app: &App, handle: &str) -> Result<Account> {
    let handle: Handle = handle
        .parse()
        .map_err(|_| invalid("That is no handle: it reads name@host"))?;
    let handle = handle.seen_from(&app.settings().host);
    let found = if handle.host.is_some() {
        app.remote().account(app, &handle).await?
    } else {
        accounts::by_handle(app, handle, false).await?
    };
    found.ok_or(Error::NotFound)
}

fn save(app: &App, conn: &mut DbConnection, mut account: Account) -> Result<()> {
    account.updated_at = app.now();
    storage::accounts::update_profile(conn, &account)?;
    let account = account.id;
    federate(app, conn, Outgoing::UpdateProfile { account })
}

/// Somebody elsewhere moved to an account that names theirs as its alias. Once a week.
pub(crate) fn receive(
    app: &App,
    conn: &mut DbConnection,
    from: &Account,
    to: AccountId,
) -> Result<()> {
    let Some(target) = storage::accounts::find(conn, to)?.filter(|row| !row.is_gone()) else {
        return Ok(());
    };
    let now = app.now();
    let rests = storage::moves::last(conn, from.id)?.is_some_and(|last| now - last < REST.1);
    if to == from.id
        || rests
        || target.moved_to_uri.is_some()
        || !target.also_known_as.contains(&from.uri)
    {
        return Ok(());
    }
    storage::moves::set(conn, from.id, &target.uri, now)?;
    storage::accounts::set_moved(conn, from.id, &target.uri)?;
    let from = from.id;
    enqueue(app, conn, &Job::Refollow { from, to })
}

/// From when on other servers listen to the next move of somebody: a day after their rest, as they may have heard late of
/// the last one.
pub(crate) fn heard_again(last: Time) -> Time {
    last + REST.1 + TimeDelta::days(1)
}

/// Takes our followers of an account along to another one, in pieces, and first what people here think of it: whoever
/// muted it does not hear of the other one either.
pub(crate) async fn refollow(app: &App, from: AccountId, to: AccountId) -> Result<()> {
    carrying::carry(app, from, to).await?;
    let mut more = true;
    while more {
        more = app
            .transaction(move |app, conn| {
                let Some((old, new)) = both(conn, from, to)? else {
                    return Ok(false);
                };
                let mut followers = storage::follows::local_followers(conn, from)?;
                let are_more = followers.len() > AT_ONCE;
                followers.truncate(AT_ONCE);
                let people: Vec<AccountId> =
                    followers.iter().map(|follow| follow.follower_id).collect();
                let held = storage::lists::holdings(conn, &people, &[from, to])?;
                for follow in &followers {
                    if take_along(app, conn, follow, &old, &new)? {
                        keep_in_lists(app, conn, follow.follower_id, &held, (from, to))?;
                    }
                }
                Ok(are_more)
            })
            .await?;
    }
    Ok(())
}

/// Who moved, and to whom, as long as that one is there.
fn both(
    conn: &mut DbConnection,
    from: AccountId,
    to: AccountId,
) -> Result<Option<(Account, Account)>> {
    let new = storage::accounts::find(conn, to)?.filter(|row| !row.is_gone());
    Ok(storage::accounts::find(conn, from)?.zip(new))
}

/// Whether the follower follows the new one then, or asks to.
fn take_along(
    app: &App,
    conn: &mut DbConnection,
    follow: &Follow,
    old: &Account,
    new: &Account,
) -> Result<bool> {
    let follower = follow.follower_id;
    follows::end(app, conn, follower, old)?;
    if storage::follows::find(conn, follower, new.id)?.is_some() {
        return Ok(true);
    }
    if follower == new.id
        || !blocked_among(conn, follower, &[new.id])?.is_empty()
        || crate::domain_blocks::is_blocked(conn, follower, new.id)?
    {
        return Ok(false);
    }
    let Some(follower) = storage::accounts::find(conn, follower)?.filter(|row| !row.is_gone())
    else {
        return Ok(false);
    };
    if !networks::may_join(conn, new, follower.id)? {
        return Ok(false);
    }
    let pending = follower.silenced_at.is_some() || follows::waits(app, conn, follower.id, new)?;
    let id = app.next_id();
    let wanted = Follow {
        id,
        account_id: new.id,
        uri: app.addresses().follow(&follower.username, id),
        pending,
        created_at: app.now(),
        ..follow.clone()
    };
    follows::place(app, conn, &wanted, new)?;
    Ok(true)
}

/// Whoever had the old one in a list has the new one in it.
fn keep_in_lists(
    app: &App,
    conn: &mut DbConnection,
    owner: AccountId,
    held: &[Holding],
    (from, to): (AccountId, AccountId),
) -> Result<()> {
    let holds = |list: ListId| {
        held.contains(&Holding {
            list,
            owner,
            target: to,
        })
    };
    for before in held {
        if before.owner == owner && before.target == from && !holds(before.list) {
            storage::lists::add(conn, before.list, &[to], || app.next_id())?;
        }
    }
    Ok(())
}
