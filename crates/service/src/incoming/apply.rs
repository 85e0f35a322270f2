//! What people elsewhere did, one deed at a time.

use domain::{AccountId, Time, Visibility};
use storage::DbConnection;
use storage::accounts::Account;

use super::statuses::{receive_all, revise};
use super::{
    FeatureRequest, RemoteAccount, RemoteCollection, RemoteItem, RemoteStatus, Restored, accounts,
    collections, deeds, polls, quotes, relations, restoring, retractions, statuses,
};
use crate::networks::Stewarding;
use crate::reports::Flag;
use crate::{App, Result, follows, lineage, moving, networks, reports};

/// What somebody elsewhere did, with all that had to be looked up elsewhere.
#[derive(Debug, Clone)]
pub enum Deed {
    /// Nothing that means anything to us.
    Nothing,
    Post(Thread),
    /// They tell of the post of this id, which was found before.
    Known(String),
    /// A newer version of a post; of a young one that is not known, its first.
    Edit(Thread),
    Profile(Box<RemoteAccount>),
    /// They are gone, with all they wrote.
    Leave,
    /// They deleted the status of this id.
    Delete(String),
    /// Its author takes back that they deleted it.
    Restore(Box<Restored>),
    Boost(Boost),
    Feature(Featuring),
    Favourite {
        uri: String,
        /// Id of a status.
        of: String,
    },
    Vote {
        uri: String,
        /// Id of a status.
        of: String,
        title: String,
    },
    /// They ask to quote a status of ours.
    QuoteRequest {
        uri: String,
        /// Id of the status of ours.
        of: String,
        /// The status that quotes it.
        post: Box<RemoteStatus>,
    },
    /// They let a quote by one of ours stand, or not.
    QuoteAnswer {
        /// Id of the QuoteRequest.
        request: String,
        /// Id of the QuoteAuthorization; none for a no.
        stamp: Option<String>,
    },
    /// A collection of theirs, or what is new about it.
    Collection(Box<RemoteCollection>),
    /// They put somebody into a collection of theirs.
    PutIn {
        /// Id of the collection.
        collection: String,
        item: RemoteItem,
    },
    /// They ask to have one of ours in a collection of theirs.
    FeatureRequest(FeatureRequest),
    /// They let one of ours have them in a collection, or not.
    FeatureAnswer {
        /// Id of the FeatureRequest.
        request: String,
        /// Id of the FeatureAuthorization; none for a no.
        stamp: Option<String>,
    },
    /// They list the status of this id as one that comes from theirs, or do not any more.
    List(String),
    /// They say no to what is said to come from a status of theirs; both by their ids.
    Refuse {
        derived: String,
        source: String,
    },
    /// They look after a network of ours.
    Steward(Stewarding),
    /// They ask our moderators to look at something.
    Flag(Flag),
    /// They moved to another account.
    Move {
        to: AccountId,
    },
    Follow {
        uri: String,
        account: AccountId,
        /// They asked before, with the same id, and may have taken it back since.
        anew: bool,
    },
    /// Yes or no to somebody of ours who asked to follow.
    Answer {
        /// Id of the Follow.
        uri: String,
        /// Who asked, where the answer repeats the question.
        follower: Option<AccountId>,
        yes: bool,
    },
    Block {
        uri: String,
        target: AccountId,
    },
    Undo(Undo),
}

impl Deed {
    /// Id of the post that they wrote, changed or deleted.
    pub(crate) fn post(&self) -> Option<&str> {
        match self {
            Self::Post(thread) | Self::Edit(thread) => {
                thread.posts.last().map(|post| post.uri.as_str())
            }
            Self::Delete(uri) => Some(uri),
            _ => None,
        }
    }
}

/// A post below those it answers.
#[derive(Debug, Clone)]
pub struct Thread {
    /// Oldest first; the post itself is the last.
    pub posts: Vec<RemoteStatus>,
    /// Whether it names somebody of ours. Otherwise it is taken in if it answers what is known, or if
    /// its author has followers here.
    pub names_us: bool,
}

impl Thread {
    /// Id of what the post answers.
    pub(crate) fn answered(&self) -> Option<&str> {
        self.posts.last()?.in_reply_to_uri.as_deref()
    }
}

/// A status passed on.
#[derive(Debug, Clone)]
pub struct Boost {
    pub uri: String,
    /// Id of the status.
    pub of: String,
    /// The status with those above it, as in [`Thread`]; empty if it was known.
    pub posts: Vec<RemoteStatus>,
    pub published: Option<Time>,
    pub visibility: Visibility,
}

/// A status put at the top of its author's profile, or taken off; or something that was taken out of a collection of people.
#[derive(Debug, Clone)]
pub struct Featuring {
    /// Id of the collection.
    pub target: String,
    /// Id of the status.
    pub of: String,
    /// As in [`Boost`].
    pub posts: Vec<RemoteStatus>,
    pub pinned: bool,
}

/// Something is taken back.
#[derive(Debug, Clone)]
pub struct Undo {
    /// Id of what is taken back, if it has one of their own server.
    pub uri: Option<String>,
    pub what: Undone,
}

/// What is taken back, as far as an Undo repeats it. Statuses by their ids.
#[derive(Debug, Clone)]
pub enum Undone {
    Follow(AccountId),
    Favourite(String),
    Boost(String),
    Block(AccountId),
    /// Whatever has the id.
    Named,
}

/// Does what follows from a deed of an account elsewhere, in the transaction at hand.
///
/// # Errors
/// [`crate::Error::Conflict`] if another process wrote the same at that moment: once more is different.
pub fn apply(app: &App, conn: &mut DbConnection, by: AccountId, deed: &Deed) -> Result<()> {
    // Held, so that what one person did is not applied by two processes at once.
    let Some(account) = storage::accounts::hold(conn, by)?.filter(|row| !row.is_local()) else {
        return Ok(());
    };
    if let Deed::Profile(profile) = deed {
        return accounts::told(app, conn, &account, profile);
    }
    if account.is_gone() {
        return Ok(());
    }
    match deed {
        Deed::Nothing | Deed::Known(_) | Deed::Profile(_) => Ok(()),
        Deed::Post(thread) => post(app, conn, by, thread),
        Deed::Edit(thread) => edit(app, conn, by, thread),
        Deed::Flag(flag) => reports::receive(app, conn, &account, flag),
        Deed::Leave => super::leave(app, conn, &account),
        Deed::Delete(uri) => statuses::take_back(app, conn, by, uri),
        Deed::Restore(restored) => restoring::restore(app, conn, &account, restored),
        Deed::Boost(boost) => deeds::boost(app, conn, &account, boost),
        Deed::Feature(featuring) => deeds::feature(app, conn, &account, featuring),
        Deed::Favourite { uri, of } => deeds::favourite(app, conn, by, uri, of),
        Deed::Vote { uri, of, title } => polls::vote(app, conn, by, uri, of, title),
        Deed::QuoteRequest { uri, of, post } => quotes::request(app, conn, &account, uri, of, post),
        Deed::QuoteAnswer { request, stamp } => {
            quotes::answer(app, conn, by, request, stamp.as_ref())
        }
        Deed::Collection(remote) => collections::receive(app, conn, &account, remote).map(drop),
        Deed::PutIn { collection, item } => collections::add(app, conn, by, collection, item),
        Deed::FeatureRequest(request) => collections::request(app, conn, &account, request),
        Deed::FeatureAnswer { request, stamp } => {
            collections::answer(app, conn, by, request, stamp.as_ref())
        }
        Deed::List(derived) => lineage::listed(app, conn, by, derived),
        Deed::Refuse { derived, source } => lineage::refused(app, conn, by, derived, source),
        Deed::Steward(told) => steward(app, conn, &account, told),
        Deed::Move { to } => moving::receive(app, conn, &account, *to),
        Deed::Follow {
            uri,
            account: asked,
            anew,
        } => relations::follow(app, conn, &account, *asked, uri, *anew),
        Deed::Answer { uri, follower, yes } => relations::answer(conn, by, uri, *follower, *yes),
        Deed::Block { uri, target } => relations::block(app, conn, by, *target, uri),
        Deed::Undo(undo) => take_back(app, conn, by, undo),
    }
}

pub(super) fn post(
    app: &App,
    conn: &mut DbConnection,
    by: AccountId,
    thread: &Thread,
) -> Result<()> {
    if concerns_us(conn, by, thread)? {
        receive_all(app, conn, &thread.posts)?;
    }
    Ok(())
}

fn edit(app: &App, conn: &mut DbConnection, by: AccountId, thread: &Thread) -> Result<()> {
    let Some(newest) = thread.posts.last() else {
        return Ok(());
    };
    match storage::statuses::with_uri(conn, &newest.uri)? {
        Some(known) => revise(app, conn, known.id, newest),
        // It may have come before what it changes; old posts that we never had stay unknown.
        None if newest
            .published
            .is_some_and(|time| app.now() - time < retractions::REMEMBERED) =>
        {
            post(app, conn, by, thread)
        }
        None => Ok(()),
    }
}

/// Whether somebody of ours follows the author, is named, or is answered: other posts are not kept.
fn concerns_us(conn: &mut DbConnection, by: AccountId, thread: &Thread) -> Result<bool> {
    let answers_known = match thread.answered() {
        Some(uri) if !thread.names_us => !storage::statuses::known_among(conn, &[uri])?.is_empty(),
        _ => false,
    };
    Ok(thread.names_us || answers_known || storage::follows::has_local_followers(conn, by)?)
}

fn steward(app: &App, conn: &mut DbConnection, by: &Account, told: &Stewarding) -> Result<()> {
    if let Some(uri) = &told.uri {
        if told.undone {
            retractions::remember(app, conn, by.id, uri)?;
        } else if retractions::is_taken_back(conn, by.id, uri)? {
            return Ok(());
        }
    }
    networks::told(app, conn, by, told)
}

fn take_back(app: &App, conn: &mut DbConnection, by: AccountId, undo: &Undo) -> Result<()> {
    if let Some(uri) = &undo.uri {
        retractions::remember(app, conn, by, uri)?;
        if relations::undo_named(conn, by, uri)? || deeds::undo_named(app, conn, by, uri)? {
            return Ok(());
        }
        // Some servers make up a new id for what they take back. One that did come before is of a deed that
        // was done again since, which stays.
        if storage::inbox::was_received(conn, uri)? {
            return Ok(());
        }
    }
    match &undo.what {
        Undone::Follow(account) => follows::remove(conn, by, *account).map(drop),
        Undone::Block(target) => Ok(storage::blocks::delete(conn, by, *target).map(drop)?),
        Undone::Favourite(of) => deeds::undo_favourite(conn, by, of),
        Undone::Boost(of) => deeds::undo_boost(app, conn, by, of),
        Undone::Named => Ok(()),
    }
}
