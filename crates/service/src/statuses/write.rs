//! The one way in which a status comes to be, from here or from elsewhere.

use chrono::TimeDelta;
use domain::{AccountId, NotificationKind, Visibility};
use storage::DbConnection;
use storage::accounts::Account;
use storage::statuses::{Counts, Status};

use crate::jobs::{Job, enqueue};
use crate::notify::notify;
use crate::streaming::Event;
use crate::{App, Result, conversations, home, networks};

/// What is older was fetched because somebody looked for it, and is no news.
pub(crate) const NEWS: TimeDelta = TimeDelta::hours(6);

/// A status that is about to be stored, and what belongs to it.
pub(crate) struct Draft<'a> {
    pub status: Status,
    pub author: &'a Account,
    pub mentioned: &'a [Account],
    pub tags: &'a [String],
}

/// Stores a status, and lets it arrive unless it is held back.
pub(crate) fn insert(app: &App, conn: &mut DbConnection, draft: Draft<'_>) -> Result<Status> {
    let Draft {
        status,
        author,
        mentioned,
        tags,
    } = draft;
    storage::statuses::insert(conn, status.clone())?;
    let ids: Vec<AccountId> = mentioned.iter().map(|account| account.id).collect();
    if !ids.is_empty() {
        storage::mentions::insert(conn, status.id, &ids)?;
    }
    storage::tags::insert(conn, status.id, tags, status.created_at, || app.next_id())?;
    if status.held_at.is_none() {
        arrive(app, conn, &status, author, mentioned)?;
    }
    Ok(status)
}

/// Stores a status of long ago that its author brought along: it is in its place for whoever looks there, and nobody is
/// told of it.
pub(crate) fn insert_quietly(
    app: &App,
    conn: &mut DbConnection,
    status: Status,
    tags: &[String],
) -> Result<()> {
    if status.visibility != Visibility::Direct {
        let one = storage::accounts::Counts {
            statuses: 1,
            ..storage::accounts::Counts::default()
        };
        storage::accounts::add_to_counts(conn, status.account_id, one)?;
    }
    if let Some(parent) = status.in_reply_to_id
        && status.visibility.is_open()
    {
        let one = Counts {
            replies: 1,
            ..Counts::default()
        };
        storage::statuses::add_to_counts(conn, parent, one)?;
    }
    let (id, created_at) = (status.id, status.created_at);
    storage::statuses::insert(conn, status)?;
    storage::tags::insert(conn, id, tags, created_at, || app.next_id())?;
    Ok(())
}

/// Ties a status to its thread and conversations, tells those of ours whom it concerns, and puts it into home timelines.
pub(crate) fn arrive(
    app: &App,
    conn: &mut DbConnection,
    status: &Status,
    author: &Account,
    mentioned: &[Account],
) -> Result<()> {
    let ids: Vec<AccountId> = mentioned.iter().map(|account| account.id).collect();
    if status.visibility != Visibility::Direct {
        storage::accounts::posted(conn, author.id, status.created_at)?;
    }
    if let Some(parent) = status.in_reply_to_id
        && status.visibility.is_open()
    {
        storage::statuses::add_to_counts(
            conn,
            parent,
            Counts {
                replies: 1,
                ..Counts::default()
            },
        )?;
    }
    let adopted = storage::statuses::adopt_answers(conn, status)?;
    if adopted > 0 {
        let replies = i64::try_from(adopted).unwrap_or(0);
        storage::statuses::add_to_counts(
            conn,
            status.id,
            Counts {
                replies,
                ..Counts::default()
            },
        )?;
    }
    storage::quotes::adopt(conn, status)?;
    if storage::derivations::adopt(conn, status)? && !status.local {
        enqueue(app, conn, &Job::LookForDerivations { source: status.id })?;
    }
    for account in mentioned.iter().filter(|account| account.has_home()) {
        notify(
            app,
            conn,
            account.id,
            author.id,
            NotificationKind::Mention,
            Some(status.id),
        )?;
    }
    conversations::note(app, conn, status, author, mentioned)?;
    tell_subscribers(app, conn, status, &ids)?;
    home::fan_out(app, conn, status, author.has_home())?;
    // After the post itself, which a boost of it does not repeat.
    networks::arrived(app, conn, status, author, mentioned)
}

/// Tells those who asked to hear of each post of the author, also where the author goes on with their own words; a mention
/// has told already.
fn tell_subscribers(
    app: &App,
    conn: &mut DbConnection,
    status: &Status,
    mentioned: &[AccountId],
) -> Result<()> {
    let is_old = app.now() - status.created_at > NEWS;
    let answers_another = status.in_reply_to_uri.is_some()
        && status.in_reply_to_account_id != Some(status.account_id);
    if is_old || answers_another || status.visibility == Visibility::Direct {
        return Ok(());
    }
    for follow in storage::follows::subscribers(conn, status.account_id)? {
        if !mentioned.contains(&follow) {
            notify(
                app,
                conn,
                follow,
                status.account_id,
                NotificationKind::Status,
                Some(status.id),
            )?;
        }
    }
    Ok(())
}

/// Tells those of ours who boosted or quoted a status, and those who listen, that it reads differently now.
pub(crate) fn tell_of_edit(app: &App, conn: &mut DbConnection, status: &Status) -> Result<()> {
    app.tell(Event::Edited(status.id));
    let quoters = storage::quotes::local_quoters(conn, status.id)?.into_iter();
    let quoters = quoters.map(|quoter| (quoter, NotificationKind::QuotedUpdate));
    let boosts = storage::statuses::boosts_of(conn, status.id)?.into_iter();
    let boosters = boosts
        .filter(|boost| boost.local)
        .map(|boost| (boost.account_id, NotificationKind::Update));
    let by = status.account_id;
    for (to, kind) in quoters.chain(boosters) {
        // As in Mastodon, the last edit is told in the place of those before.
        storage::notifications::withdraw(conn, to, by, kind, Some(status.id))?;
        notify(app, conn, to, by, kind, Some(status.id))?;
    }
    Ok(())
}
