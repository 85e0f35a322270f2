//! Who is told of what, and as what they see it. For one event a fixed number of queries, however many listen.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use domain::{AccountId, NotificationId, StatusId, TokenId, Visibility};
use storage::DbConnection;
use storage::statuses::Status;

use super::hub::{Listener, Present};
use super::{Event, Readers, Receiver, Stream, Told, What, statuses};
use crate::{App, Result, announcements, conversations, custom_emojis, notifications};

/// What becomes of events: who is told of each in this process, now that it is committed, whose token is still good.
pub async fn told(app: &App, events: Vec<Event>) -> Result<Vec<Told>> {
    let present = app.streaming().present();
    if present.is_empty() {
        return Ok(Vec::new());
    }
    app.read(move |app, conn| {
        let mut told = Vec::new();
        for event in events {
            told.extend(of_event(app, conn, &present, event)?);
        }
        let listeners = told.iter().flat_map(|told| &told.to);
        let listeners: Vec<&Arc<Listener>> = listeners.map(|to| &to.listener).collect();
        let good = good(app, conn, &listeners)?;
        for told in &mut told {
            told.to.retain(|to| good.contains(&to.listener.who.token));
        }
        Ok(told)
    })
    .await
}

/// Lets those go whose token is good no more, though nothing is to be told to them.
pub async fn keep_good(app: &App) -> Result<()> {
    let everybody = app.streaming().everybody();
    if everybody.is_empty() {
        return Ok(());
    }
    app.read(move |app, conn| {
        let everybody: Vec<&Arc<Listener>> = everybody.iter().collect();
        good(app, conn, &everybody).map(drop)
    })
    .await
}

/// The tokens that are good; whoever listens with another is let go.
fn good(
    app: &App,
    conn: &mut DbConnection,
    listeners: &[&Arc<Listener>],
) -> Result<HashSet<TokenId>> {
    let tokens: HashSet<TokenId> = listeners.iter().map(|one| one.who.token).collect();
    let tokens: Vec<TokenId> = tokens.into_iter().collect();
    let good = storage::applications::good_among(conn, &tokens)?;
    let good: HashSet<TokenId> = good.into_iter().collect();
    for listener in listeners {
        if !good.contains(&listener.who.token) {
            app.streaming().let_go(listener);
        }
    }
    Ok(good)
}

fn of_event(
    app: &App,
    conn: &mut DbConnection,
    present: &Present,
    event: Event,
) -> Result<Vec<Told>> {
    match event {
        Event::Arrived { status, part } => statuses::arrived(app, conn, present, status, part),
        Event::Edited(status) => statuses::edited(app, conn, present, status),
        Event::Deleted {
            status,
            readers,
            tags,
        } => deleted(conn, present, status, readers, &tags),
        Event::Notified {
            account,
            notification,
        } => notified(app, conn, present, account, notification),
        Event::Merged(account) => {
            let to = told_of_notifications(present, account);
            Ok(one(What::NotificationsMerged, to))
        }
        Event::FiltersChanged(account) => {
            let to = of_account(present, &Stream::User, account);
            Ok(one(What::FiltersChanged, to))
        }
        Event::Said { thread, accounts } => said(app, conn, present, thread, &accounts),
        Event::Announced(id) => {
            let to = receivers(present, &Stream::User);
            if to.is_empty() {
                return Ok(Vec::new());
            }
            let announcement = announcements::to_everybody(app, conn, id)?;
            let what = announcement.map(|view| What::Announcement(Box::new(view)));
            Ok(what.map(|what| Told { what, to }).into_iter().collect())
        }
        Event::Reacted { announcement, name } => {
            let to = receivers(present, &Stream::User);
            if to.is_empty() {
                return Ok(Vec::new());
            }
            let count = storage::announcements::count_reactions(conn, announcement, &name)?;
            let named = [name.clone()];
            let emoji = custom_emojis::of_names(app, conn, &named)?.pop();
            let what = What::AnnouncementReaction {
                announcement,
                name,
                count,
                emoji,
            };
            Ok(one(what, to))
        }
        Event::Unannounced(id) => Ok(one(
            What::AnnouncementDelete(id),
            receivers(present, &Stream::User),
        )),
    }
}

fn one(what: What, to: Vec<Receiver>) -> Vec<Told> {
    if to.is_empty() {
        return Vec::new();
    }
    vec![Told { what, to }]
}

/// Everybody in a stream.
pub(super) fn receivers(present: &Present, stream: &Stream) -> Vec<Receiver> {
    let listeners = present.get(stream).into_iter().flatten();
    listeners
        .map(|listener| Receiver {
            listener: listener.clone(),
            stream: stream.clone(),
        })
        .collect()
}

fn of_account(present: &Present, stream: &Stream, account: AccountId) -> Vec<Receiver> {
    let mut to = receivers(present, stream);
    to.retain(|to| to.account() == account);
    to
}

/// In the stream of notifications, and where the home timeline is listened to with a token that is good for both.
fn told_of_notifications(present: &Present, account: AccountId) -> Vec<Receiver> {
    let mut to = of_account(present, &Stream::User, account);
    to.retain(|to| Stream::UserNotification.is_within(to.listener.who.scopes));
    to.extend(of_account(present, &Stream::UserNotification, account));
    to
}

fn notified(
    app: &App,
    conn: &mut DbConnection,
    present: &Present,
    account: AccountId,
    id: NotificationId,
) -> Result<Vec<Told>> {
    let to = told_of_notifications(present, account);
    if to.is_empty() {
        return Ok(Vec::new());
    }
    // One that was taken back since is not there.
    let Some(row) = storage::notifications::find(conn, account, id)? else {
        return Ok(Vec::new());
    };
    let view = notifications::show(app, conn, account, vec![row])?.pop();
    let what = view.map(|view| What::Notification(Box::new(view)));
    Ok(what.map(|what| Told { what, to }).into_iter().collect())
}

/// The last word of a conversation, as each who takes part in it sees it.
fn said(
    app: &App,
    conn: &mut DbConnection,
    present: &Present,
    thread: StatusId,
    accounts: &[AccountId],
) -> Result<Vec<Told>> {
    let mut to = receivers(present, &Stream::Direct);
    to.retain(|to| accounts.contains(&to.account()));
    if to.is_empty() {
        return Ok(Vec::new());
    }
    let viewers = viewers(&to);
    let seen = conversations::of_many(app, conn, &viewers, thread)?;
    Ok(split(to, seen, |view| What::Conversation(Box::new(view))))
}

/// Where a status was, it is told that it is gone.
fn deleted(
    conn: &mut DbConnection,
    present: &Present,
    id: StatusId,
    readers: Readers,
    tags: &[i64],
) -> Result<Vec<Told>> {
    let Some(status) = storage::statuses::with_ids_deleted(conn, &[id])?.pop() else {
        return Ok(Vec::new());
    };
    let mut to = Vec::new();
    if status.visibility == Visibility::Public && status.reblog_of_id.is_none() {
        to = statuses::in_public(present, &status);
        to.extend(statuses::in_media(present, &status));
        let names = if statuses::has_hashtags(present) {
            storage::tags::names(conn, tags)?
        } else {
            Vec::new()
        };
        to.extend(statuses::in_hashtags(present, &status, &names));
    }
    let home = receivers(present, &Stream::User);
    let lists = statuses::in_lists(conn, present, &status)?;
    let at_home: Vec<Receiver> = home.into_iter().chain(lists).collect();
    if !at_home.is_empty() {
        let readers = readers_among(conn, &status, readers, &viewers(&at_home))?;
        to.extend(
            at_home
                .into_iter()
                .filter(|to| readers.contains(&to.account())),
        );
    }
    Ok(one(What::Delete(id), to))
}

fn readers_among(
    conn: &mut DbConnection,
    status: &Status,
    readers: Readers,
    viewers: &[AccountId],
) -> Result<HashSet<AccountId>> {
    Ok(match readers {
        Readers::These(readers) => readers.into_iter().collect(),
        Readers::Many => {
            let followers = storage::follows::followers_among(conn, status.account_id, viewers)?;
            followers.into_iter().chain([status.account_id]).collect()
        }
    })
}

/// The accounts of these, each once.
pub(super) fn viewers(to: &[Receiver]) -> Vec<AccountId> {
    let accounts: HashSet<AccountId> = to.iter().map(Receiver::account).collect();
    accounts.into_iter().collect()
}

/// Gives each what they see of a thing. Who sees nothing is told nothing.
pub(super) fn split<V>(
    to: Vec<Receiver>,
    seen: Vec<(V, Vec<AccountId>)>,
    what: impl Fn(V) -> What,
) -> Vec<Told> {
    let mut places: HashMap<AccountId, usize> = HashMap::new();
    let mut told: Vec<Told> = Vec::with_capacity(seen.len());
    for (view, accounts) in seen {
        places.extend(accounts.into_iter().map(|account| (account, told.len())));
        let what = what(view);
        told.push(Told {
            what,
            to: Vec::new(),
        });
    }
    for receiver in to {
        let place = places.get(&receiver.account());
        if let Some(told) = place.and_then(|place| told.get_mut(*place)) {
            told.to.push(receiver);
        }
    }
    told
}
