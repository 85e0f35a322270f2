//! Quotes elsewhere, and what others say to quotes of theirs by ours.

use domain::quote::Permission;
use domain::{AccountId, QuoteState};
use storage::DbConnection;
use storage::accounts::Account;
use storage::quotes::Quote;
use storage::statuses::Status;

use super::RemoteStatus;
use super::deeds::{is_visible, living};
use super::statuses::receive;
use crate::jobs::{Outgoing, federate};
use crate::quotes::{accept, accept_ours, permission, refuse, remove};
use crate::streaming::Event;
use crate::{App, Result};

/// What a status elsewhere quotes.
#[derive(Debug, Clone)]
pub struct RemoteQuote {
    /// Id of the status quoted.
    pub uri: String,
    /// The status, if it was not known.
    pub quoted: Option<Box<RemoteStatus>>,
    /// Id of a QuoteAuthorization that was found at its own server and is of this quote, and who gave it.
    pub approval: Option<(String, String)>,
}

/// Stores what a status elsewhere quotes.
pub(super) fn store(
    app: &App,
    conn: &mut DbConnection,
    status: &Status,
    remote: &RemoteQuote,
) -> Result<()> {
    let mut quoted = living(conn, &remote.uri)?;
    if let (None, Some(post)) = (&quoted, &remote.quoted) {
        receive(app, conn, post)?;
        quoted = living(conn, &remote.uri)?;
    }
    let quoted = quoted.filter(|row| row.reblog_of_id.is_none() && row.id != status.id);
    let mut quote = Quote {
        id: app.next_id(),
        status_id: status.id,
        account_id: status.account_id,
        quoted_uri: remote.uri.clone(),
        quoted_status_id: quoted.as_ref().map(|row| row.id),
        quoted_account_id: quoted.as_ref().map(|row| row.account_id),
        state: QuoteState::Pending,
        request_uri: None,
        approval_uri: None,
        created_at: app.now(),
    };
    storage::quotes::insert(conn, quote.clone())?;
    judge(app, conn, &mut quote, remote)
}

/// Lets a quote stand that is of one's own words, of words that mention the one who quotes, or approved by the one quoted.
fn judge(
    app: &App,
    conn: &mut DbConnection,
    quote: &mut Quote,
    remote: &RemoteQuote,
) -> Result<()> {
    let (Some(quoted), Some(author)) = (quote.quoted_status_id, quote.quoted_account_id) else {
        return Ok(());
    };
    let mentioned = !storage::mentions::among(conn, quote.account_id, &[quoted])?.is_empty();
    if author == quote.account_id || (mentioned && quote.state != QuoteState::Revoked) {
        return accept(app, conn, quote, None);
    }
    let Some((stamp, by)) = &remote.approval else {
        return Ok(());
    };
    let is_theirs = storage::accounts::find(conn, author)?.is_some_and(|row| row.uri == *by);
    if is_theirs && quote.state != QuoteState::Revoked {
        accept(app, conn, quote, Some(stamp.clone()))?;
    }
    Ok(())
}

/// Writes what a newer version of a status quotes.
pub(super) fn refresh(
    app: &App,
    conn: &mut DbConnection,
    status: &Status,
    remote: Option<&RemoteQuote>,
) -> Result<()> {
    let known = storage::quotes::of_status(conn, status.id)?;
    match (known, remote) {
        (None, None) => Ok(()),
        (None, Some(remote)) => store(app, conn, status, remote),
        (Some(mut known), Some(remote)) if known.quoted_uri == remote.uri => {
            judge(app, conn, &mut known, remote)
        }
        (Some(_), remote) => {
            remove(conn, status.id)?;
            remote.map_or(Ok(()), |remote| store(app, conn, status, remote))
        }
    }
}

/// Somebody elsewhere asks to quote a status of ours.
pub(super) fn request(
    app: &App,
    conn: &mut DbConnection,
    by: &Account,
    uri: &str,
    of: &str,
    post: &RemoteStatus,
) -> Result<()> {
    let Some(quoted) = living(conn, of)?.filter(|row| row.local) else {
        return Ok(());
    };
    let mut answer = Outgoing::AnswerQuote {
        account: quoted.account_id,
        to: by.id,
        request: uri.to_owned(),
        of: quoted.uri.clone(),
        by: post.uri.clone(),
        stamp: None,
    };
    let may = is_visible(conn, by.id, quoted.id)?
        && permission(conn, by.id, &quoted)? == Permission::Automatic;
    if may
        && let Some(status) = receive(app, conn, post)?
        && let Some(mut quote) = storage::quotes::of_status(conn, status)?
        && quote.quoted_status_id == Some(quoted.id)
        && quote.state != QuoteState::Revoked
    {
        quote.request_uri = Some(uri.to_owned());
        accept_ours(app, conn, &mut quote)?;
        if let Outgoing::AnswerQuote { stamp, .. } = &mut answer {
            stamp.clone_from(&quote.approval_uri);
        }
    }
    federate(app, conn, answer)
}

/// Somebody elsewhere lets a quote by one of ours stand, or not.
pub(super) fn answer(
    app: &App,
    conn: &mut DbConnection,
    by: AccountId,
    request: &str,
    stamp: Option<&String>,
) -> Result<()> {
    let quote = storage::quotes::with_request_uri(conn, request)?;
    let Some(mut quote) = quote.filter(|quote| quote.quoted_account_id == Some(by)) else {
        return Ok(());
    };
    match stamp {
        Some(stamp) => accept(app, conn, &mut quote, Some(stamp.clone()))?,
        None => refuse(conn, &mut quote)?,
    }
    let status = quote.status_id;
    app.tell(Event::Edited(status));
    federate(app, conn, Outgoing::Renew { status })
}

/// Somebody elsewhere takes back that a quote may stand: true if this was a stamp of theirs.
pub(super) fn take_back(
    app: &App,
    conn: &mut DbConnection,
    by: AccountId,
    stamp: &str,
) -> Result<bool> {
    let quote = storage::quotes::with_approval_uri(conn, stamp)?;
    let Some(mut quote) = quote.filter(|quote| quote.quoted_account_id == Some(by)) else {
        return Ok(false);
    };
    if quote.state == QuoteState::Accepted {
        refuse(conn, &mut quote)?;
        app.tell(Event::Edited(quote.status_id));
        let status = storage::statuses::find(conn, quote.status_id)?;
        if let Some(status) = status.filter(|row| row.local) {
            federate(app, conn, Outgoing::Renew { status: status.id })?;
        }
    }
    Ok(true)
}
