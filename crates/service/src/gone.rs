//! Followers elsewhere whose inbox is gone. A server that says so by mistake must not lose all whom they follow: each
//! follower is asked for, and once more a day later, and only who is gone both times follows nobody of ours any more.

use chrono::TimeDelta;
use domain::AccountId;
use storage::DbConnection;

use crate::jobs::{Job, enqueue, enqueue_at};
use crate::{App, Result, follows};

/// How long until somebody who is gone is asked for once more; for as long the same inbox is not looked into again.
const DOUBT: TimeDelta = TimeDelta::days(1);
/// Followers of one inbox that are asked for because of one delivery.
const ASKED: i64 = 1_000;

/// A delivery was answered with 410.
pub fn inbox_is_gone(app: &App, conn: &mut DbConnection, inbox: &str) -> Result<()> {
    let now = app.now();
    if !storage::lookups::begin(conn, &format!("inbox {inbox}"), now, now - DOUBT)? {
        return Ok(());
    }
    for account in storage::follows::followers_behind(conn, inbox, ASKED)? {
        let again = false;
        enqueue(app, conn, &Job::CheckGone { account, again })?;
    }
    Ok(())
}

pub(crate) async fn check(app: &App, id: AccountId, again: bool) -> Result<()> {
    let found = app
        .read(move |_, conn| Ok(storage::accounts::find(conn, id)?))
        .await?;
    let Some(account) = found.filter(|row| !row.is_local() && row.deleted_at.is_none()) else {
        return Ok(());
    };
    if !app.remote().is_gone(app, &account).await? {
        return Ok(());
    }
    app.transaction(move |app, conn| {
        if !again {
            let job = Job::CheckGone {
                account: id,
                again: true,
            };
            return enqueue_at(app, conn, &job, app.now() + DOUBT);
        }
        for follow in storage::follows::all_of(conn, id)? {
            if follow.follower_id == id {
                follows::remove(conn, id, follow.account_id)?;
            }
        }
        Ok(())
    })
    .await
}
