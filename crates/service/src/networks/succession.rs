//! A network moves to another server, or one from another server moves here.

use domain::{AccountId, AccountKind, StatusId};
use storage::DbConnection;
use storage::accounts::Account;

use super::commands::in_words;
use super::saying::{answer, full, say};
use super::stewarding::{PersonDeed, check_is_steward, invalid, person_deed};
use super::{Known, find};
use crate::views::acct;
use crate::{App, Error, Result, moving};

fn check_is_elsewhere(other: &Account) -> Result<()> {
    if other.kind == AccountKind::Group && !other.is_local() {
        return Ok(());
    }
    Err(invalid("That is no network on another server"))
}

/// Says that a network elsewhere may move here, or may not any more.
pub(super) fn set_alias(
    app: &App,
    conn: &mut DbConnection,
    of: &Known,
    other: &Account,
    known: bool,
) -> Result<String> {
    if known {
        check_is_elsewhere(other)?;
    }
    let account = storage::accounts::hold(conn, of.id())?.ok_or(Error::NotFound)?;
    moving::write_alias(app, conn, account, other.uri.clone(), known)?;
    let name = full(app, other);
    Ok(if known {
        format!("{name} can move here now. That is decided there.")
    } else {
        format!("{name} cannot move here any more.")
    })
}

/// Before a steward proposes to move somewhere: what is known of aliases there may be old.
pub(super) async fn look_at(
    app: &App,
    me: AccountId,
    network: AccountId,
    target: AccountId,
) -> Result<()> {
    let target = app
        .read(move |_, conn| {
            let of = find(conn, network)?;
            check_is_steward(conn, &of, me)?;
            crate::accounts::find(conn, target)
        })
        .await?;
    let handle = acct(&target.username, target.host.as_deref());
    moving::resolved(app, &handle).await.map(drop)
}

/// Proposes to move where a steward said by a message, after a look there, and answers the message.
pub(crate) async fn propose_move(
    app: &App,
    network: AccountId,
    by: AccountId,
    message: StatusId,
    target: &str,
) -> Result<()> {
    let target = match moving::resolved(app, target).await {
        Err(Error::Unavailable(_)) => Err(invalid("That server does not answer now")),
        found => found,
    };
    app.transaction(move |app, conn| {
        let of = find(conn, network)?;
        let by = crate::accounts::find(conn, by)?;
        let done =
            target.and_then(|target| person_deed(app, conn, &of, &by, &target, PersonDeed::Move));
        let said = in_words(done)?;
        match storage::statuses::find(conn, message)? {
            Some(message) => answer(app, conn, &of, &by, &message, &said),
            None => say(app, conn, &of, &by, &said),
        }
    })
    .await
}

/// Whether a network can move to another one, and why not.
pub(super) fn check_target(
    app: &App,
    conn: &mut DbConnection,
    of: &Known,
    target: &Account,
) -> Result<()> {
    check_is_elsewhere(target)?;
    moving::check_target(app, conn, &of.account, target)
}

/// Whether there is a move to be taken back.
pub(super) fn check_has_moved(of: &Known) -> Result<()> {
    match of.account.moved_to_uri {
        Some(_) => Ok(()),
        None => Err(invalid("This network has not moved")),
    }
}

/// Takes a move back; whoever wants it holds its account. Who went along is elsewhere, and is not fetched from there.
pub(super) fn come_back(app: &App, conn: &mut DbConnection, of: &Known) -> Result<String> {
    let account = crate::accounts::find(conn, of.id())?;
    moving::come_back(app, conn, account)?;
    Ok(
        "The move is taken back: this network takes posts and members again. Who went along comes back by following it."
            .to_owned(),
    )
}

/// Moves a network; whoever wants it holds its account.
pub(super) fn leave(
    app: &App,
    conn: &mut DbConnection,
    of: &Known,
    target: &Account,
) -> Result<String> {
    let account = crate::accounts::find(conn, of.id())?;
    moving::depart(app, conn, account, target)?;
    Ok(format!(
        "This network moves to {}: its members are told, and go along.",
        full(app, target)
    ))
}
