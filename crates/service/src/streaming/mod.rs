//! What happens, told at once to those who listen.
//! <https://docs.joinmastodon.org/methods/streaming/>
//!
//! Use cases say what happened within their transaction ([`crate::App::tell`]); after its commit that is an [`Event`] of
//! ids. Who may hear it is asked then, for all who listen in this process at once (docs/adr/0070).

mod event;
mod hub;
mod routing;
mod statuses;

use std::fmt;
use std::sync::Arc;

use domain::{AccountId, CustomEmoji, ListId, Scopes, StatusId, TokenId};
use storage::DbConnection;
use storage::signals::{self, Heard};

use crate::announcements::AnnouncementView;
use crate::conversations::ConversationView;
use crate::jobs::{Job, enqueue};
use crate::oauth::{Authenticated, Person};
use crate::views::{NotificationView, StatusView};
use crate::{App, Error, Result, lists};

pub use event::{Event, Part, Readers};
pub use hub::{Connection, Hub, Listener};
pub use routing::{keep_good, told};

/// What can be listened to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stream {
    /// One's home timeline, and what one is told.
    User,
    UserNotification,
    Public {
        part: PublicPart,
        only_media: bool,
    },
    Hashtag {
        /// As it is found.
        name: String,
        /// As it was asked for.
        asked: String,
        only_local: bool,
    },
    List(ListId),
    /// One's conversations.
    Direct,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PublicPart {
    All,
    Local,
    Remote,
}

impl Stream {
    /// Whether a token is good for it.
    #[must_use]
    pub fn is_within(&self, scopes: Scopes) -> bool {
        scopes.covers(match self {
            Self::UserNotification => "read:notifications",
            _ => "read:statuses",
        })
    }
}

/// As what somebody listens, which decides how a thing is written for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    EventStream,
    WebSocket,
}

/// Something that happened, as those who are told of it see it.
#[derive(Debug, Clone)]
pub enum What {
    Update(Box<StatusView>),
    StatusUpdate(Box<StatusView>),
    Delete(StatusId),
    Notification(Box<NotificationView>),
    NotificationsMerged,
    FiltersChanged,
    Conversation(Box<ConversationView>),
    Announcement(Box<AnnouncementView>),
    AnnouncementReaction {
        announcement: i64,
        name: String,
        count: i64,
        /// If it is a custom emoji.
        emoji: Option<CustomEmoji>,
    },
    AnnouncementDelete(i64),
}

/// Something for somebody.
#[derive(Debug, Clone)]
pub struct Told {
    pub what: What,
    pub to: Vec<Receiver>,
}

/// Somebody who is told of a thing, in one of the streams they listen to.
#[derive(Clone)]
pub struct Receiver {
    pub listener: Arc<Listener>,
    pub stream: Stream,
}

impl Receiver {
    fn account(&self) -> AccountId {
        self.listener.account()
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {:?}", self.account(), self.stream)
    }
}

/// Somebody begins to listen, to nothing as yet. [`Error::TooMany`] if they listen in many places already.
pub fn connect(app: &App, who: &Authenticated, person: &Person, form: Form) -> Result<Connection> {
    let identity = Identity {
        account: person.id(),
        token: who.token,
        scopes: who.scopes,
    };
    hub::connect(app, identity, form)
}

/// Who listens, and what they may hear.
#[derive(Debug, Clone, Copy)]
struct Identity {
    account: AccountId,
    token: TokenId,
    scopes: Scopes,
}

impl Connection {
    /// Begins to listen to a stream. [`Error::Forbidden`] if the token is not good for it, [`Error::NotFound`] for a list
    /// of somebody else, [`Error::TooMany`] beyond a number of streams.
    pub async fn subscribe(&self, stream: Stream) -> Result<()> {
        if !stream.is_within(self.who.scopes) {
            let text = "Access token does not have the required scopes";
            return Err(Error::Forbidden(text.to_owned()));
        }
        if let Stream::List(id) = stream {
            let me = self.who.account;
            self.app
                .read(move |_, conn| lists::own(conn, me, id))
                .await?;
        }
        self.add(stream)
    }
}

/// Leaves what happened in the transaction at hand for other processes, where there are any: on PostgreSQL it is said, in
/// as few texts as it takes; beside a SQLite file a command leaves it as work for the server.
pub(crate) fn leave(app: &App, conn: &mut DbConnection) -> Result<()> {
    if signals::are_heard(conn) {
        for text in event::texts(&app.take_events())? {
            signals::send(conn, &text)?;
        }
    } else if app.database().is_single() {
        let events = app.take_events();
        if !events.is_empty() {
            enqueue(app, conn, &Job::Tell(events))?;
        }
    }
    Ok(())
}

/// Hears what other processes say, where there may be others.
pub fn listen(app: &App) -> Result<()> {
    let (hearing, waiting) = (app.clone(), app.clone());
    let hear = move |heard| match heard {
        Heard::Text(text) if hearing.streaming().is_listened_to() => match event::of_text(&text) {
            Ok(events) => hearing.streaming().publish(events),
            Err(error) => tracing::warn!(%error, "another process says what is not understood"),
        },
        Heard::Text(_) => {}
        Heard::Interrupted(reason) => {
            tracing::warn!(reason, "what other processes say is not heard");
            hearing.streaming().deafen();
        }
        Heard::Resumed => hearing.streaming().undeafen(),
    };
    let pause = move || waiting.streaming().pause();
    Ok(app.database().listen(hear, pause)?)
}
