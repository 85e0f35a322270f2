//! Quoting a status: whether one may, what the one quoted says to it, and taking that back.
//! FEP-044f, and <https://docs.joinmastodon.org/client/quotes/>

use domain::quote::{Permission, Quoter};
use domain::{AccountId, NotificationKind, Page, QuotePolicy, QuoteState, StatusId};
use storage::DbConnection;
use storage::accounts::Account;
use storage::quotes::Quote;
use storage::statuses::{Counts, Status};

use crate::audience::{find_visible, visible_to};
use crate::jobs::{Outgoing, federate};
use crate::notify::notify;
use crate::oauth::Person;
use crate::statuses::own;
use crate::streaming::Event;
use crate::views::{self, StatusView};
use crate::{App, Error, Paged, Result};

/// What a policy says to somebody who may see the status.
pub(crate) fn permission(
    conn: &mut DbConnection,
    by: AccountId,
    quoted: &Status,
) -> Result<Permission> {
    let quoter = quoter(conn, by, quoted.account_id)?;
    Ok(quoted.quote_policy.permits(quoter, quoted.visibility))
}

/// How somebody stands to the author of what they want to quote, or to whom they want to recommend.
pub(crate) fn quoter(conn: &mut DbConnection, by: AccountId, author: AccountId) -> Result<Quoter> {
    let follows = |conn: &mut DbConnection, follower, account| {
        let found = storage::follows::find(conn, follower, account)?;
        Ok::<_, Error>(found.is_some_and(|follow| !follow.pending))
    };
    Ok(Quoter {
        is_author: by == author,
        is_follower: follows(conn, by, author)?,
        is_followed: follows(conn, author, by)?,
    })
}

/// The status that somebody wants to quote. [`Error::NotFound`] if they may not, as if it were not there.
pub(crate) fn quotable(conn: &mut DbConnection, by: AccountId, id: StatusId) -> Result<Status> {
    let mut quoted = find_visible(conn, Some(by), id)?;
    if let Some(boosted) = quoted.reblog_of_id {
        quoted = find_visible(conn, Some(by), boosted)?;
    }
    match permission(conn, by, &quoted)? {
        Permission::Automatic | Permission::Manual => Ok(quoted),
        Permission::Unknown | Permission::Denied => Err(Error::NotFound),
    }
}

/// Lets a new status of ours quote another one. Somebody elsewhere is asked for it.
pub(crate) fn attach(
    app: &App,
    conn: &mut DbConnection,
    by: &Account,
    quoting: &Status,
    quoted: &Status,
) -> Result<()> {
    let id = app.next_id();
    let mut quote = Quote {
        id,
        status_id: quoting.id,
        account_id: by.id,
        quoted_uri: quoted.uri.clone(),
        quoted_status_id: Some(quoted.id),
        quoted_account_id: Some(quoted.account_id),
        state: QuoteState::Pending,
        request_uri: Some(app.addresses().quote_request(&by.username, id)),
        approval_uri: None,
        created_at: app.now(),
    };
    storage::quotes::insert(conn, quote.clone())?;
    if !quoted.local {
        let status = quoting.id;
        return federate(app, conn, Outgoing::QuoteRequest { status });
    }
    accept_ours(app, conn, &mut quote)
}

/// Lets a quote of a status of ours stand, by a stamp that its author's server serves.
pub(crate) fn accept_ours(app: &App, conn: &mut DbConnection, quote: &mut Quote) -> Result<()> {
    let author = match quote.quoted_account_id {
        Some(id) => storage::accounts::find(conn, id)?.ok_or(Error::NotFound)?,
        None => return Err(Error::NotFound),
    };
    let stamp = app
        .addresses()
        .quote_authorization(&author.username, quote.id);
    accept(app, conn, quote, Some(stamp))
}

/// Writes that a quote may stand, and tells the one quoted, if ours. What somebody else decided at this moment stays.
pub(crate) fn accept(
    app: &App,
    conn: &mut DbConnection,
    quote: &mut Quote,
    stamp: Option<String>,
) -> Result<()> {
    if quote.state == QuoteState::Accepted {
        // It stood without a stamp, as a quote by somebody does who is mentioned in what they quote.
        if quote.approval_uri.is_none() && stamp.is_some() {
            quote.approval_uri = stamp;
            storage::quotes::update(conn, quote, QuoteState::Accepted)?;
        }
        return Ok(());
    }
    let was = std::mem::replace(&mut quote.state, QuoteState::Accepted);
    quote.approval_uri = stamp;
    if !storage::quotes::update(conn, quote, was)? {
        return Ok(());
    }
    count(conn, quote, 1)?;
    if let Some(author) = quote.quoted_account_id
        && storage::accounts::find(conn, author)?.is_some_and(|row| row.is_local())
    {
        let (kind, status) = (NotificationKind::Quote, Some(quote.status_id));
        notify(app, conn, author, quote.account_id, kind, status)?;
    }
    Ok(())
}

/// Writes that a quote may not stand, or not any more; it is not counted any more only once.
pub(crate) fn refuse(conn: &mut DbConnection, quote: &mut Quote) -> Result<()> {
    let was = quote.state;
    quote.state = if was == QuoteState::Accepted {
        QuoteState::Revoked
    } else {
        QuoteState::Rejected
    };
    if storage::quotes::update(conn, quote, was)? && was == QuoteState::Accepted {
        count(conn, quote, -1)?;
    }
    Ok(())
}

/// The status that quotes is deleted, and counts no more. What it quoted is still known, to tell its author.
pub(crate) fn end(conn: &mut DbConnection, status: StatusId) -> Result<()> {
    match storage::quotes::of_status(conn, status)? {
        Some(mut quote) if quote.state == QuoteState::Accepted => refuse(conn, &mut quote),
        _ => Ok(()),
    }
}

/// The status that quotes says now that it does not.
pub(crate) fn remove(conn: &mut DbConnection, status: StatusId) -> Result<()> {
    end(conn, status)?;
    Ok(storage::quotes::delete_of_status(conn, status)?)
}

fn count(conn: &mut DbConnection, quote: &Quote, change: i64) -> Result<()> {
    let Some(quoted) = quote.quoted_status_id else {
        return Ok(());
    };
    let change = Counts {
        quotes: change,
        ..Counts::default()
    };
    Ok(storage::statuses::add_to_counts(conn, quoted, change)?)
}

/// One page of the statuses that quote one, as far as the viewer may see them.
pub async fn page(
    app: &App,
    person: &Person,
    id: StatusId,
    page: Page,
) -> Result<Paged<StatusView>> {
    let me = person.id();
    app.read(move |app, conn| {
        find_visible(conn, Some(me), id)?;
        let rows = storage::quotes::page_of_quoted(conn, id, &page)?;
        let cursors: Vec<i64> = rows.iter().map(|row| row.id.0).collect();
        let rows = visible_to(conn, Some(me), rows)?;
        let items = views::statuses(app, conn, Some(me), rows)?;
        Ok(Paged::new(items, cursors, &page))
    })
    .await
}

/// Takes one's own status out of somebody's quote; answers the status that quoted.
pub async fn revoke(
    app: &App,
    person: &Person,
    id: StatusId,
    quoting: StatusId,
) -> Result<StatusView> {
    let me = person.id();
    app.transaction(move |app, conn| {
        if find_visible(conn, Some(me), id)?.account_id != me {
            return Err(Error::Forbidden("This action is not allowed".to_owned()));
        }
        let quote = storage::quotes::of_status(conn, quoting)?;
        let is_of_it = |quote: &Quote| quote.quoted_status_id == Some(id);
        let mut quote = quote.filter(is_of_it).ok_or(Error::NotFound)?;
        let status = find_visible(conn, Some(me), quoting)?;
        if quote.state == QuoteState::Accepted {
            refuse(conn, &mut quote)?;
            storage::notifications::withdraw(
                conn,
                me,
                quote.account_id,
                NotificationKind::Quote,
                Some(quoting),
            )?;
            federate(app, conn, Outgoing::RevokeQuote { quote: quote.id })?;
            app.tell(Event::Edited(quoting));
            if status.local {
                federate(app, conn, Outgoing::Renew { status: quoting })?;
            }
        }
        views::statuses(app, conn, Some(me), vec![status])?
            .pop()
            .ok_or(Error::NotFound)
    })
    .await
}

/// Says anew who may quote one's own status.
pub async fn set_policy(
    app: &App,
    person: &Person,
    id: StatusId,
    policy: QuotePolicy,
) -> Result<StatusView> {
    let me = person.id();
    app.transaction(move |app, conn| {
        let status = own(conn, &me, id)?;
        let policy = policy.within(status.visibility);
        if policy != status.quote_policy {
            storage::statuses::set_quote_policy(conn, id, policy)?;
            federate(app, conn, Outgoing::Renew { status: id })?;
        }
        let status = find_visible(conn, Some(me), id)?;
        views::statuses(app, conn, Some(me), vec![status])?
            .pop()
            .ok_or(Error::NotFound)
    })
    .await
}
