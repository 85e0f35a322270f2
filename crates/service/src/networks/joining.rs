//! Becoming a member, and being one no more.

use chrono::TimeDelta;
use domain::{AccountId, Membership, Page};
use storage::DbConnection;
use storage::accounts::Account;
use storage::networks;

use super::saying::{full, say_to_stewards};
use super::{find, is_group};
use crate::{App, Error, Result};

/// How many ask to join while stewards are told of each; of more they see when they look.
const TOLD: i64 = 20;
/// For how long stewards are not told again of the same person, who may ask and take it back as often as they like.
const REST: TimeDelta = TimeDelta::days(1);

/// Whether somebody may follow an account: where that is a network, its stewards decide.
pub(crate) fn check_may_join(
    conn: &mut DbConnection,
    account: &Account,
    by: AccountId,
) -> Result<()> {
    if !is_group(account) {
        return Ok(());
    }
    let Some(network) = networks::find(conn, account.id)? else {
        return Ok(());
    };
    let refuse = |text: &str| Err(Error::Forbidden(text.to_owned()));
    if let Some(target) = &account.moved_to_uri {
        return refuse(&format!("This network has moved to {target}"));
    }
    if networks::is_banned(conn, account.id, by)? {
        return refuse("The stewards of this network do not let you join");
    }
    if network.membership == Membership::Closed
        && !networks::is_invited(conn, account.id, by)?
        && !networks::is_steward(conn, account.id, by)?
        && !networks::is_awaited(conn, account.id, by)?
    {
        return refuse("This network is closed: its stewards invite those who may join");
    }
    Ok(())
}

/// The same as an answer, for those who are not told why.
pub(crate) fn may_join(conn: &mut DbConnection, account: &Account, by: AccountId) -> Result<bool> {
    match check_may_join(conn, account, by) {
        Ok(()) => Ok(true),
        Err(Error::Forbidden(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether somebody who follows was a member of what goes on as this network, and need not be let in anew: true once. In a
/// closed one they count as invited.
pub(crate) fn comes_along(
    app: &App,
    conn: &mut DbConnection,
    account: &Account,
    by: AccountId,
) -> Result<bool> {
    if !is_group(account) || !networks::has_come(conn, account.id, by)? {
        return Ok(false);
    }
    let network = networks::find(conn, account.id)?;
    if network.is_some_and(|network| network.membership == Membership::Closed) {
        networks::invite(conn, account.id, by, app.now())?;
    }
    Ok(true)
}

/// Somebody asks to join: the stewards are told, unless that is no news.
pub(crate) fn asked(
    app: &App,
    conn: &mut DbConnection,
    account: &Account,
    follower: AccountId,
) -> Result<()> {
    if !is_group(account) {
        return Ok(());
    }
    let network = find(conn, account.id)?;
    let Some(follower) = storage::accounts::find(conn, follower)? else {
        return Ok(());
    };
    let (what, now) = (
        format!("asked to join {}: {}", account.id, follower.id),
        app.now(),
    );
    let waiting = storage::follows::requests(conn, account.id, &Page::newest(TOLD + 1))?;
    let are_many = i64::try_from(waiting.len()).is_ok_and(|waiting| waiting > TOLD);
    if are_many || !storage::lookups::begin(conn, &what, now, now - REST)? {
        return Ok(());
    }
    let name = full(app, &follower);
    let handle = name.trim_start_matches('@');
    let text = format!("{name} asks to join. Answer \"accept {handle}\" or \"decline {handle}\".");
    say_to_stewards(app, conn, &network, Some(follower.id), &text)
}
