//! Asking to quote, answering, and taking the answer back.

use domain::StatusId;
use serde_json::{Value, json};
use service::App;
use storage::DbConnection;
use storage::accounts::Account;

use super::{Told, people};
use crate::convert::{note, quote};
use crate::protocol::vocabulary::Activity;

/// Asks the author of what a status of ours quotes.
pub(super) fn request(
    app: &App,
    conn: &mut DbConnection,
    id: StatusId,
) -> Result<Option<Told>, service::Error> {
    let Some(row) = storage::statuses::find(conn, id)? else {
        return Ok(None);
    };
    let Some(post) = note::load(app, conn, vec![row])?.pop() else {
        return Ok(None);
    };
    let asked = post.quote.as_ref();
    let (Some(request), Some(author)) = (
        asked.and_then(|quote| quote.request_uri.clone()),
        asked.and_then(|quote| quote.quoted_account_id),
    ) else {
        return Ok(None);
    };
    let Some(author) = storage::accounts::find(conn, author)? else {
        return Ok(None);
    };
    let activity = json!({
        "id": request,
        "type": Activity::QuoteRequest,
        "actor": post.author.uri,
        "to": [author.uri],
        "object": asked.map(|quote| &quote.quoted_uri),
        "instrument": post.note(app),
    });
    Ok(Some(Told::to(post.author, activity, vec![author])))
}

/// Whose words a post shows, or showed: they have it, and must hear what becomes of it.
pub(super) fn quoted_author(
    conn: &mut DbConnection,
    post: &note::Post,
) -> Result<Option<Account>, service::Error> {
    let quote = post
        .quote
        .as_ref()
        .filter(|quote| quote.approval_uri.is_some());
    match quote.and_then(|quote| quote.quoted_account_id) {
        Some(author) => Ok(storage::accounts::find(conn, author)?),
        None => Ok(None),
    }
}

/// Says whether a quote may stand: with its stamp, or not.
pub(super) fn answer(
    app: &App,
    author: &Account,
    quoter: &Account,
    request: &str,
    of: &str,
    by: &str,
    stamp: Option<&str>,
) -> Value {
    let asked = json!({
        "id": request,
        "type": Activity::QuoteRequest,
        "actor": quoter.uri,
        "object": of,
        "instrument": by,
    });
    people::stamped(app, "quotes", author, quoter, &asked, stamp)
}

/// What a quote that everybody may read quotes.
pub(super) fn openly_quoted(
    conn: &mut DbConnection,
    id: i64,
) -> Result<Option<StatusId>, service::Error> {
    let Some(row) = storage::quotes::find(conn, id)? else {
        return Ok(None);
    };
    let by = storage::statuses::find(conn, row.status_id)?;
    let is_open = by.is_some_and(|by| by.visibility.is_open());
    Ok(row.quoted_status_id.filter(|_| is_open))
}

/// Tells somebody elsewhere that their quote may not stand any more. Readers of what it quotes may have it before them, too,
/// and its own server may not say so to theirs.
pub(super) fn revocation(conn: &mut DbConnection, id: i64) -> Result<Option<Told>, service::Error> {
    let Some(row) = storage::quotes::find(conn, id)? else {
        return Ok(None);
    };
    let (Some(stamp), Some(author)) = (&row.approval_uri, row.quoted_account_id) else {
        return Ok(None);
    };
    let author = storage::accounts::find(conn, author)?;
    let quoter = storage::accounts::find(conn, row.account_id)?;
    let by = storage::statuses::find(conn, row.status_id)?;
    let (Some(author), Some(quoter), Some(by)) = (author, quoter, by) else {
        return Ok(None);
    };
    let activity = json!({
        "id": format!("{stamp}#delete"),
        "type": Activity::Delete,
        "actor": author.uri,
        "to": [quoter.uri],
        "object": quote::authorization(stamp, &author.uri, &by.uri, &row.quoted_uri),
    });
    Ok(Some(Told {
        to_followers: by.visibility.is_open(),
        ..Told::to(author, activity, vec![quoter])
    }))
}
