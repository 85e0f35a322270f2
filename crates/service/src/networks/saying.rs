//! What a network says itself: direct messages, to one person or a few.

use domain::AccountId;
use storage::DbConnection;
use storage::accounts::Account;
use storage::statuses::Status;

use super::Known;
use crate::{App, Result, word};

/// Writes somebody a direct message.
pub(super) fn say(
    app: &App,
    conn: &mut DbConnection,
    by: &Known,
    to: &Account,
    text: &str,
) -> Result<()> {
    word::say(app, conn, &by.account, to, None, false, text).map(drop)
}

/// Answers a direct message; where that stayed here, so does the answer.
pub(super) fn answer(
    app: &App,
    conn: &mut DbConnection,
    by: &Known,
    to: &Account,
    message: &Status,
    text: &str,
) -> Result<()> {
    let stays = message.local_only;
    word::say(app, conn, &by.account, to, Some(message), stays, text).map(drop)
}

/// Writes each steward but one a direct message.
pub(super) fn say_to_stewards(
    app: &App,
    conn: &mut DbConnection,
    by: &Known,
    but: Option<AccountId>,
    text: &str,
) -> Result<()> {
    for steward in storage::networks::stewards(conn, by.id())? {
        if Some(steward.id) != but {
            say(app, conn, by, &steward, text)?;
        }
    }
    Ok(())
}

/// What a network says to somebody who becomes its steward.
pub(super) fn welcome(network: &str) -> String {
    format!("You look after {network} from now on. Write \"help\" here to see what you can do.")
}

/// What somebody is called everywhere: some who read it live elsewhere.
pub(crate) fn full(app: &App, account: &Account) -> String {
    let ours = app.settings().host.as_str();
    let host = account.host.as_deref().unwrap_or(ours);
    format!("@{}@{host}", account.username)
}
