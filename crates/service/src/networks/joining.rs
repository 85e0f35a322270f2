//! Becoming a member, and being one no more.

use domain::{AccountId, Membership};
use storage::DbConnection;
use storage::accounts::Account;
use storage::networks;

use super::saying::{full, say_to_stewards};
use super::{find, is_group};
use crate::{App, Error, Result};

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
    if networks::is_banned(conn, account.id, by)? {
        return refuse("The stewards of this network do not let you join");
    }
    if network.membership == Membership::Closed
        && !networks::is_invited(conn, account.id, by)?
        && !networks::is_steward(conn, account.id, by)?
    {
        return refuse("This network is closed: its stewards invite those who may join");
    }
    Ok(())
}

/// Somebody asks to join: the stewards are told.
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
    let name = full(app, &follower);
    let handle = name.trim_start_matches('@');
    let text = format!("{name} asks to join. Answer \"accept {handle}\" or \"decline {handle}\".");
    say_to_stewards(app, conn, &network, Some(follower.id), &text)
}
