//! How people elsewhere stand to ours.

use domain::AccountId;
use storage::follows::Follow;

use crate::audience::blocked_among;
use crate::follows::{accept, begin, remove, tell, turn_away};
use crate::jobs::{Outgoing, federate};
use crate::{App, Error, Result, blocks};

/// Somebody elsewhere asks to follow somebody of ours. Asked again, we answer again.
pub async fn receive_follow(
    app: &App,
    follower: AccountId,
    account: AccountId,
    uri: &str,
) -> Result<()> {
    let uri = uri.to_owned();
    app.transaction(move |app, conn| {
        let Some(asking) = storage::accounts::find(conn, follower)?.filter(|row| !row.is_gone())
        else {
            return Ok(());
        };
        let Some(asked) =
            storage::accounts::find(conn, account)?.filter(|row| row.is_local() && !row.is_gone())
        else {
            return Ok(());
        };
        if !blocked_among(conn, account, &[follower])?.is_empty()
            || asked.kind == domain::AccountKind::Application
        {
            return federate(
                app,
                conn,
                Outgoing::Reject {
                    follower,
                    account,
                    uri,
                },
            );
        }
        if let Some(known) = storage::follows::find(conn, follower, account)? {
            storage::follows::set_uri(conn, known.id, &uri)?;
            if !known.pending {
                return federate(
                    app,
                    conn,
                    Outgoing::Accept {
                        follower,
                        account,
                        uri,
                    },
                );
            }
            return Ok(());
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
        if asked.locked {
            return tell(app, conn, &follow);
        }
        accept(app, conn, &follow, &asking)?;
        tell(
            app,
            conn,
            &Follow {
                pending: false,
                ..follow
            },
        )
    })
    .await
}

/// Somebody elsewhere stops following, or takes the request back.
pub async fn undo_follow(app: &App, follower: AccountId, account: AccountId) -> Result<()> {
    app.transaction(move |_, conn| remove(conn, follower, account).map(drop))
        .await
}

/// Somebody elsewhere lets one of ours follow.
pub async fn follow_accepted(app: &App, follower: AccountId, account: AccountId) -> Result<()> {
    app.transaction(move |_, conn| {
        let Some(follow) = storage::follows::find(conn, follower, account)? else {
            return Ok(());
        };
        if storage::follows::accept(conn, follower, account)? {
            begin(conn, &follow)?;
        }
        Ok(())
    })
    .await
}

/// Somebody elsewhere turns one of ours down, or away.
pub async fn follow_rejected(app: &App, follower: AccountId, account: AccountId) -> Result<()> {
    app.transaction(move |_, conn| remove(conn, follower, account).map(drop))
        .await
}

/// Somebody elsewhere wants nothing to do with one of ours.
pub async fn receive_block(app: &App, by: AccountId, target: AccountId, uri: &str) -> Result<()> {
    let uri = uri.to_owned();
    let done = app
        .transaction(move |app, conn| {
            let ours = storage::accounts::find(conn, target)?.is_some_and(|row| row.is_local());
            if !ours || storage::blocks::find(conn, by, target)?.is_some() {
                return Ok(());
            }
            remove(conn, target, by)?;
            turn_away(app, conn, by, target)?;
            blocks::add(app, conn, app.next_id(), by, target, uri)
        })
        .await;
    match done {
        Err(Error::Conflict(_)) => Ok(()),
        other => other,
    }
}

/// Somebody elsewhere lifts a block.
pub async fn undo_block(app: &App, by: AccountId, target: AccountId) -> Result<()> {
    app.transaction(move |_, conn| Ok(storage::blocks::delete(conn, by, target).map(drop)?))
        .await
}
