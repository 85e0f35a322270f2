//! Having nothing to do with somebody.

use domain::{AccountId, Page};
use storage::DbConnection;
use storage::accounts::Account;
use storage::blocks::Block;

use crate::accounts::{accounts_page, relationship};
use crate::jobs::{Outgoing, federate};
use crate::oauth::Person;
use crate::views::{AccountView, RelationshipView};
use crate::{App, Error, Paged, Result, accounts, collections, follows};

/// Blocks somebody: both stop following, and neither sees the other's words.
pub async fn block(app: &App, person: &Person, id: AccountId) -> Result<RelationshipView> {
    let me = person.account.clone();
    app.transaction(move |app, conn| {
        let other = accounts::known(conn, id)?;
        set(app, conn, &me, &other)?;
        relationship(app, conn, me.id, other.id)
    })
    .await
}

/// The same in the transaction at hand: true for a new block.
pub(crate) fn set(
    app: &App,
    conn: &mut DbConnection,
    me: &Account,
    other: &Account,
) -> Result<bool> {
    if other.id == me.id {
        return Err(Error::Forbidden("You cannot block yourself".to_owned()));
    }
    if storage::blocks::find(conn, me.id, other.id)?.is_some() {
        return Ok(false);
    }
    let row_id = app.next_id();
    let uri = app.addresses().block(&me.username, row_id);
    follows::end(app, conn, me.id, other)?;
    follows::turn_away(app, conn, other.id, me.id)?;
    add(app, conn, row_id, me.id, other.id, uri.clone())?;
    if !other.is_local() {
        let told = Outgoing::Block {
            account: me.id,
            target: other.id,
            uri,
        };
        federate(app, conn, told)?;
    }
    Ok(true)
}

/// Lifts a block.
pub async fn unblock(app: &App, person: &Person, id: AccountId) -> Result<RelationshipView> {
    let me = person.id();
    app.transaction(move |app, conn| {
        let other = storage::accounts::find(conn, id)?.ok_or(Error::NotFound)?;
        lift(app, conn, me, &other)?;
        relationship(app, conn, me, other.id)
    })
    .await
}

/// The same in the transaction at hand.
pub(crate) fn lift(
    app: &App,
    conn: &mut DbConnection,
    me: AccountId,
    other: &Account,
) -> Result<()> {
    if let Some(block) = storage::blocks::delete(conn, me, other.id)?
        && !other.is_local()
    {
        let told = Outgoing::Unblock {
            account: me,
            target: other.id,
            uri: block.uri,
        };
        federate(app, conn, told)?;
    }
    Ok(())
}

/// One page of those whom the viewer has blocked.
pub async fn page(app: &App, person: &Person, page: Page) -> Result<Paged<AccountView>> {
    let me = person.id();
    app.read(move |app, conn| {
        Ok(accounts_page(
            app,
            Some(me),
            storage::blocks::page(conn, me, &page)?,
            &page,
        ))
    })
    .await
}

/// Writes a block, and takes the one's words out of the other's sight.
pub(crate) fn add(
    app: &App,
    conn: &mut DbConnection,
    id: i64,
    account: AccountId,
    target: AccountId,
    uri: String,
) -> Result<()> {
    storage::blocks::insert(
        conn,
        Block {
            id,
            account_id: account,
            target_id: target,
            uri,
            created_at: app.now(),
        },
    )?;
    for (reader, author) in [(account, target), (target, account)] {
        storage::home_feed::delete_author(conn, reader, author)?;
        collections::part(app, conn, reader, author)?;
    }
    storage::notifications::withdraw_all(conn, account, target)?;
    storage::notification_requests::forbid(conn, account, target)?;
    storage::conversations::delete_with(conn, account, target)?;
    Ok(())
}
