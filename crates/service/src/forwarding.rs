//! Answers from elsewhere to posts of ours go on to those elsewhere who read these: W3C ActivityPub section 7.1.2.

use domain::AccountId;
use storage::DbConnection;

use crate::incoming::Deed;
use crate::jobs::{Job, Outgoing, enqueue};
use crate::{App, Result};

/// Somebody elsewhere answered a post of ours, or changed or deleted their answer, and `body` is the activity as their
/// server sent it, which others can check: it goes on to the followers of whom they answered, if both posts are for
/// everybody.
///
/// # Errors
/// If the database does not take it.
pub fn forward(
    app: &App,
    conn: &mut DbConnection,
    by: AccountId,
    deed: &Deed,
    body: &str,
) -> Result<()> {
    let ours = app.addresses().base();
    if let Deed::Post(thread) | Deed::Edit(thread) = deed
        && thread.answered().is_none_or(|uri| !uri.starts_with(ours))
    {
        return Ok(());
    }
    let Some(uri) = deed.post() else {
        return Ok(());
    };
    let answer = storage::statuses::with_uri(conn, uri)?
        .filter(|row| row.account_id == by && row.visibility.is_open() && row.held_at.is_none());
    let Some(above) = answer.and_then(|row| row.in_reply_to_id) else {
        return Ok(());
    };
    let above = storage::statuses::find(conn, above)?
        .filter(|row| row.local && row.visibility.is_open() && !row.local_only);
    let Some(above) = above else { return Ok(()) };
    let answered = above.account_id;
    let is_end = matches!(deed, Deed::Delete(_));
    if !is_end && is_unwanted(conn, by, answered)? {
        return Ok(());
    }
    to_followers(app, conn, answered, body)
}

/// What somebody elsewhere did goes on to the followers of an account of ours: JSON, as their server sent it.
pub(crate) fn to_followers(
    app: &App,
    conn: &mut DbConnection,
    followed: AccountId,
    body: &str,
) -> Result<()> {
    let body = body.to_owned();
    enqueue(
        app,
        conn,
        &Job::Federate(Outgoing::Forward { followed, body }),
    )
}

/// What those say whom moderators silenced, or who are blocked, goes no further.
fn is_unwanted(conn: &mut DbConnection, by: AccountId, answered: AccountId) -> Result<bool> {
    let author = storage::accounts::find(conn, by)?;
    let is_limited = author.is_none_or(|row| row.silenced_at.is_some() || row.is_gone());
    Ok(is_limited || !storage::blocks::between(conn, answered, &[by])?.is_empty())
}
