//! What a group passes on of what its members do: `Announce` of an activity, FEP-1b12.
//!
//! A group's server speaks for its own people only. What others did is asked of their servers.

use domain::AccountId;
use serde_json::Value;
use service::App;
use service::incoming::{self, Boost, Deed, RemoteStatus, Restored, Thread, Undone};

use super::prepare::{Context, Outcome, refuse, unknown};
use crate::convert::note::is_post;
use crate::fetch::{is_known, read_database};
use crate::origin::Origin;
use crate::protocol::addressing::visibility;
use crate::protocol::read::{self, kind};
use crate::protocol::vocabulary::Relayed;

impl Context<'_> {
    /// What follows from an activity that the actor passes on, and whose deed that is.
    pub(super) async fn relayed(&self, activity: &Value) -> Outcome<(AccountId, Deed)> {
        use Relayed::{Create, Delete, EmojiReact, Like, Undo, Update};
        let removal = read::one(activity, "object").filter(|undone| is_moderation(undone));
        match (Relayed::of(activity), removal) {
            (Some(Create), _) => Ok((self.actor.id, self.relayed_post(activity).await?)),
            (Some(Undo), Some(removal)) => Ok((self.actor.id, self.relayed_post(removal).await?)),
            (Some(Delete), _) if is_moderation(activity) => {
                Ok((self.actor.id, taken_out(activity)?))
            }
            (Some(Update), _) => Ok((self.actor.id, self.relayed_edit(activity).await?)),
            (Some(Like | EmojiReact | Delete | Undo), _) => self.relayed_deed(activity).await,
            (None, _) => Ok((self.actor.id, unknown(kind(activity)))),
        }
    }

    /// The object of an activity that is passed on, as its own server tells it.
    async fn relayed_object(&self, activity: &Value) -> Outcome<Value> {
        let object = read::one(activity, "object").ok_or_else(|| refuse("it has no object"))?;
        let id = read::id_of(object).ok_or_else(|| refuse("its object has no id"))?;
        if object.is_object() && self.is_theirs(id) {
            return Ok(object.clone());
        }
        self.federation.object(self.app, self.budget, id).await
    }

    /// What begins a thread is to those who follow the group as if it had been boosted, since some software sends nothing
    /// else; answers are taken in below it.
    async fn relayed_post(&self, activity: &Value) -> Outcome<Deed> {
        let id = read::id(activity, "object").ok_or_else(|| refuse("its object has no id"))?;
        if !self.is_of_interest().await? {
            return Ok(Deed::Nothing);
        }
        if is_known(self.app, id).await? {
            return Ok(if begins_thread(self.app, id).await? {
                Deed::Boost(self.boost_of(id.to_owned(), Vec::new()))
            } else {
                Deed::Nothing
            });
        }
        let document = self.relayed_object(activity).await?;
        if !is_post(&document) {
            return Ok(unknown(kind(&document)));
        }
        let is_first = read::id(&document, "inReplyTo").is_none();
        let posts = self
            .federation
            .thread(self.app, self.budget, document, self.coming)
            .await?;
        let of = posts.last().map(|post| post.uri.clone());
        Ok(match of {
            Some(of) if is_first => Deed::Boost(self.boost_of(of, posts)),
            _ => Deed::Post(Thread {
                posts,
                names_us: false,
            }),
        })
    }

    pub(super) fn boost_of(&self, of: String, posts: Vec<RemoteStatus>) -> Boost {
        Boost {
            uri: self.id.to_owned(),
            of,
            posts,
            published: read::time(self.activity, "published"),
            visibility: visibility(self.activity, &self.actor.followers_uri),
        }
    }

    async fn relayed_edit(&self, activity: &Value) -> Outcome<Deed> {
        let id = read::id(activity, "object").ok_or_else(|| refuse("its object has no id"))?;
        if !is_known(self.app, id).await? {
            return Ok(Deed::Nothing);
        }
        let document = self.relayed_object(activity).await?;
        if !is_post(&document) {
            return Ok(unknown(kind(&document)));
        }
        let post = self
            .federation
            .understood(self.app, self.budget, &document)
            .await?;
        let (posts, names_us) = (vec![post], false);
        Ok(Deed::Edit(Thread { posts, names_us }))
    }

    /// A like, a deletion, or one of these taken back, of a status that is known.
    async fn relayed_deed(&self, activity: &Value) -> Outcome<(AccountId, Deed)> {
        let nothing = (self.actor.id, Deed::Nothing);
        let id = read::text(activity, "id").ok_or_else(|| refuse("what it passes on has no id"))?;
        let by =
            read::id(activity, "actor").ok_or_else(|| refuse("what it passes on is nobody's"))?;
        let origin = Origin::parse(id);
        if origin.is_none() || origin != Origin::parse(by) || by == self.actor.uri {
            return Err(refuse("what it passes on is not its actor's"));
        }
        let object = read::one(activity, "object");
        let of = match kind(activity) {
            "Undo" => object.and_then(|undone| read::id(undone, "object")),
            _ => object.and_then(read::id_of),
        };
        match of {
            Some(of) if is_known(self.app, of).await? => {}
            _ => return Ok(nothing),
        }
        let fetched;
        let own_word = if self.is_theirs(id) {
            activity
        } else {
            fetched = self.federation.object(self.app, self.budget, id).await?;
            &fetched
        };
        if read::id(own_word, "actor") != Some(by) || kind(own_word) != kind(activity) {
            return Err(refuse("what it passes on is not its actor's"));
        }
        let actor = self.federation.actor(self.app, self.budget, by).await?;
        let member = Context {
            actor,
            id,
            activity: own_word,
            ..*self
        };
        let deed = match kind(own_word) {
            "Delete" => member.delete().await?,
            "Undo" => member.undo().await?,
            _ => member.favourite()?,
        };
        Ok(match deed {
            Deed::Restore(restored) => (self.actor.id, self.passed_on_again(restored)),
            deed => (member.actor.id, deed),
        })
    }

    /// What its author deleted, and takes that back: if it begins a thread, the group passes it on again.
    fn passed_on_again(&self, mut restored: Box<Restored>) -> Deed {
        let post = restored.thread.posts.last();
        let first = post.filter(|post| post.in_reply_to_uri.is_none());
        restored.boost = first.map(|post| self.boost_of(post.uri.clone(), Vec::new()));
        Deed::Restore(restored)
    }
}

/// Whether it is a moderator who takes something out of a group: of its author's own Delete, Lemmy gives no reason, not
/// even an empty one.
pub(super) fn is_moderation(activity: &Value) -> bool {
    kind(activity) == "Delete" && activity.get("summary").is_some_and(Value::is_string)
}

/// What a moderator takes out the group does not pass on any more. The post is its author's, and stays.
fn taken_out(delete: &Value) -> Outcome<Deed> {
    let of = read::id(delete, "object").ok_or_else(|| refuse("its object has no id"))?;
    Ok(Deed::Undo(incoming::Undo {
        uri: None,
        what: Undone::Boost(of.to_owned()),
    }))
}

/// Whether a status that is known answers none.
async fn begins_thread(app: &App, uri: &str) -> Outcome<bool> {
    let uri = uri.to_owned();
    let found = read_database(app, move |conn| storage::statuses::with_uri(conn, &uri)).await?;
    Ok(found.is_some_and(|row| row.in_reply_to_uri.is_none()))
}
