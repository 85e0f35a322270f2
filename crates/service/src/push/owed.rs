//! Which messages are owed to whom, and what they say.

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;
use domain::{AccountId, NotificationId, NotificationKind, PushPolicy, limits};
use storage::DbConnection;
use storage::follows::Follow;
use storage::notifications::Notification;
use storage::push_subscriptions::Subscription;
use storage::pushes::{Key, Push};

use crate::oauth::Person;
use crate::text::plain_text;
use crate::users::check_may_enter;
use crate::views::NotificationView;
use crate::{App, Result, notifications};

/// For how long a message is worth sending, from us and from the push service on; as Mastodon.
pub const LIFE: TimeDelta = TimeDelta::hours(48);
/// Characters of a message's text; as Mastodon.
const BODY: usize = 140;
/// Bytes of the address of a picture: all in all a message has to fit into four kilobytes.
const ICON: usize = 1_000;
/// The language of what this server says itself.
const LOCALE: &str = "en";

/// A message to be encrypted and sent.
#[derive(Clone)]
pub struct Message {
    pub push: Push,
    pub subscription: Subscription,
    /// Of the reader.
    pub locale: String,
    pub kind: NotificationKind,
    /// Address of a picture of whose deed it is.
    pub icon: Option<String>,
    pub title: String,
    /// Plain text.
    pub body: String,
}

/// Owes somebody's client programs word of what they are told, unless it is held back.
pub(crate) fn owe(app: &App, conn: &mut DbConnection, notification: &Notification) -> Result<()> {
    if !notification.filtered && storage::pushes::owe(conn, notification, app.now())? > 0 {
        app.leave_pushes();
    }
    Ok(())
}

/// Forgets messages that are too old.
pub(crate) fn expire(app: &App, conn: &mut DbConnection) -> Result<()> {
    storage::pushes::prune(conn, app.now() - LIFE)?;
    Ok(())
}

/// What is to be sent of these, as of now: nothing for who may not come in any more, or may not see it any more, or from
/// whom the subscription does not want to hear.
pub async fn messages(app: &App, pushes: Vec<Push>) -> Result<Vec<Message>> {
    app.read(move |app, conn| {
        let fresh = app.now() - LIFE;
        let pushes: Vec<Push> = pushes
            .into_iter()
            .filter(|push| push.created_at > fresh)
            .collect();
        let tokens: Vec<_> = pushes.iter().map(|push| push.token_id).collect();
        let subscriptions: HashMap<_, Subscription> =
            storage::push_subscriptions::with_tokens(conn, &tokens)?
                .into_iter()
                .map(|row| (row.token_id, row))
                .collect();
        let readers = readers(conn, &tokens)?;
        let views = views(app, conn, &pushes)?;
        let wanted = wanted(conn, &subscriptions, &views)?;
        Ok(pushes
            .into_iter()
            .filter_map(|push| {
                let subscription = subscriptions.get(&push.token_id)?.clone();
                let reader = readers.get(&subscription.account_id)?;
                let view = views.get(&push.notification_id)?;
                let key = push.key();
                wanted
                    .contains(&key)
                    .then(|| message(push, subscription, &reader.user.locale, view))
            })
            .collect())
    })
    .await
}

/// Those who may use these tokens.
fn readers(
    conn: &mut DbConnection,
    tokens: &[domain::TokenId],
) -> Result<HashMap<AccountId, Person>> {
    let holders = storage::applications::holders(conn, tokens)?;
    Ok(holders
        .into_iter()
        .filter_map(|holder| {
            let (user, account) = holder.user.zip(holder.account)?;
            Some(Person { user, account })
        })
        .filter(|person| check_may_enter(person).is_ok())
        .map(|person| (person.id(), person))
        .collect())
}

/// The notifications as their readers see them. So many queries for each reader.
fn views(
    app: &App,
    conn: &mut DbConnection,
    pushes: &[Push],
) -> Result<HashMap<NotificationId, NotificationView>> {
    let mut ids: Vec<_> = pushes.iter().map(|push| push.notification_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut by_reader: HashMap<AccountId, Vec<Notification>> = HashMap::new();
    for row in storage::notifications::with_ids(conn, &ids)? {
        by_reader.entry(row.account_id).or_default().push(row);
    }
    let mut found = HashMap::new();
    for (reader, rows) in by_reader {
        for view in notifications::show(app, conn, reader, rows)? {
            found.insert(view.notification.id, view);
        }
    }
    Ok(found)
}

/// Which messages come from whom a subscription wants to hear.
fn wanted(
    conn: &mut DbConnection,
    subscriptions: &HashMap<domain::TokenId, Subscription>,
    views: &HashMap<NotificationId, NotificationView>,
) -> Result<HashSet<Key>> {
    let mut known: HashMap<AccountId, Vec<Follow>> = HashMap::new();
    let mut wanted = HashSet::new();
    for subscription in subscriptions.values() {
        let me = subscription.account_id;
        let told = views
            .values()
            .map(|view| &view.notification)
            .filter(|row| row.account_id == me);
        if matches!(
            subscription.policy,
            PushPolicy::Followed | PushPolicy::Follower
        ) && !known.contains_key(&me)
        {
            let others: Vec<AccountId> = told.clone().map(|row| row.from_account_id).collect();
            known.insert(me, storage::follows::between(conn, me, &others)?);
        }
        let follows = |follower: AccountId, followed: AccountId| {
            known.get(&me).is_some_and(|rows| {
                rows.iter().any(|row| {
                    row.follower_id == follower && row.account_id == followed && !row.pending
                })
            })
        };
        for row in told {
            let from = row.from_account_id;
            let is_wanted = match subscription.policy {
                PushPolicy::All => true,
                PushPolicy::Followed => follows(me, from),
                PushPolicy::Follower => follows(from, me),
                PushPolicy::None => false,
            };
            let alert = row.kind.name();
            if is_wanted && subscription.alerts.iter().any(|name| name == alert) {
                wanted.insert((subscription.token_id, row.id));
            }
        }
    }
    Ok(wanted)
}

fn message(
    push: Push,
    subscription: Subscription,
    locale: &str,
    view: &NotificationView,
) -> Message {
    let account = &view.account.account;
    let name = match account.display_name.trim() {
        "" => &account.username,
        name => name,
    };
    let name = limits::cut(name, limits::DISPLAY_NAME);
    let said = match &view.status {
        Some(status) if !status.status.spoiler_text.is_empty() => {
            status.status.spoiler_text.clone()
        }
        Some(status) => plain_text(&status.status.content),
        None => plain_text(&account.note),
    };
    let kind = view.notification.kind;
    Message {
        push,
        subscription,
        locale: match locale {
            "" => LOCALE.to_owned(),
            locale => locale.to_owned(),
        },
        kind,
        icon: Some(view.account.avatar.clone()).filter(|address| address.len() <= ICON),
        title: notifications::headline_in(kind, name, locale),
        body: shortened(&said),
    }
}

fn shortened(text: &str) -> String {
    let text = text.trim();
    let short = limits::cut(text, BODY);
    if short.len() == text.len() {
        return text.to_owned();
    }
    format!("{}…", limits::cut(text, BODY - 1).trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_at_a_character() {
        assert_eq!(shortened(" short "), "short");
        let long = shortened(&"ü".repeat(500));
        assert_eq!(long.chars().count(), BODY);
        assert!(long.ends_with("ü…"));
        assert_eq!(shortened(&"ü".repeat(BODY)).chars().count(), BODY);
    }
}
