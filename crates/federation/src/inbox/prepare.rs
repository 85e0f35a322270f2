//! What each activity means, and what has to be looked up elsewhere to do it: W3C ActivityPub section 7.
//!
//! Its sender is known to be its actor; what it says of others is not believed. Nothing is decided here that
//! another activity may change which is not applied yet: only what stays as it is, such as that a status
//! or an account is known, counts as a reason to look no further.

use std::collections::HashSet;

use domain::{AccountId, Host, Visibility};
use serde_json::Value;
use service::App;
use service::incoming::{Deed, Featuring, Restored, Thread, Undo, Undone};
use service::quarantine;
use service::reports::Flag;
use storage::accounts::Identity;
use url::Url;

use super::stewards::addressed;
use super::{key, pages};
use crate::convert::collection::is_collection;
use crate::convert::note::{author_of, is_post, mentioned};
use crate::convert::poll;
use crate::fetch::{is_known, known_actor, read_database};
use crate::net::Budget;
use crate::origin::Origin;
use crate::protocol::addressing::as_told;
use crate::protocol::read::{self, id_of, kind};
use crate::protocol::vocabulary::Activity;
use crate::{Federation, Refusal};

/// Accounts and statuses of one report.
const REPORTED: usize = 100;

pub(super) type Outcome<T> = Result<T, Refusal>;

/// An activity at work, with its actor.
pub(super) struct Context<'a> {
    pub federation: &'a Federation,
    pub app: &'a App,
    pub budget: &'a Budget,
    pub actor: Identity,
    /// Of the activity; made up where it has none.
    pub id: &'a str,
    /// Whether the same was said before, and taken back or not.
    pub anew: bool,
    pub activity: &'a Value,
    pub coming: &'a HashSet<String>,
}

/// What an activity kept under `key` says was done, and by whom. `coming` are ids of posts that activities tell of which were
/// received before. Unknown kinds are nothing to us.
pub(super) async fn prepare(
    federation: &Federation,
    app: &App,
    budget: &Budget,
    key: &str,
    activity: &Value,
    coming: &HashSet<String>,
) -> Outcome<(AccountId, Deed)> {
    let (id, anew) = key::id_of(key);
    let told = pages::by_ids(activity, app.addresses());
    let activity: &Value = &told;
    let actor = read::id(activity, "actor").unwrap_or_default();
    let Some(actor) = known_actor(app, actor).await? else {
        return Err(refuse("its actor is not known any more"));
    };
    let by = actor.id;
    let context = Context {
        federation,
        app,
        budget,
        actor,
        id,
        anew,
        activity,
        coming,
    };
    let Some(activity) = Activity::of(activity) else {
        return Ok((by, unknown(kind(activity))));
    };
    let deed = match activity {
        Activity::Create => context.create().await?,
        Activity::Update => context.update().await?,
        Activity::Delete => context.delete().await?,
        Activity::Announce => return context.announce().await,
        Activity::Like | Activity::EmojiReact => context.favourite()?,
        Activity::Add => context.feature(true).await?,
        Activity::Remove => context.feature(false).await?,
        Activity::Follow => context.follow().await?,
        Activity::Move => context.moved().await?,
        Activity::QuoteRequest => context.quote_request().await?,
        Activity::FeatureRequest => context.feature_request().await?,
        Activity::Accept => context.answer(context.object()?, true).await?,
        Activity::Reject => context.answer(context.object()?, false).await?,
        Activity::Block => context.block().await?,
        Activity::Flag => context.flag().await?,
        Activity::Undo => context.undo().await?,
    };
    Ok((by, deed))
}

/// The id of the post that an activity brings along, if its word for it counts.
pub(super) fn brings(activity: &Value) -> Option<&str> {
    if kind(activity) != "Create" {
        return None;
    }
    let id = id_of(read::one(activity, "object").filter(|object| object.is_object())?)?;
    let origin = Origin::parse(id)?;
    (Some(origin) == Origin::parse(read::id(activity, "actor")?)).then_some(id)
}

pub(super) fn refuse(reason: &str) -> Refusal {
    Refusal::Permanent(reason.to_owned())
}

/// Whether a post is addressed to somebody of ours, or mentions them.
pub(super) fn names_us(app: &App, object: &Value) -> bool {
    let ours = app.addresses().base();
    let is_ours = |id: &str| {
        id.strip_prefix(ours)
            .is_some_and(|rest| rest.starts_with('/'))
    };
    ["to", "cc"]
        .iter()
        .flat_map(|key| read::ids(object, key))
        .any(is_ours)
        || mentioned(object, app.addresses())
            .iter()
            .any(|uri| is_ours(uri))
}

/// Whether a post that names none of ours may be wanted when its turn comes: it answers what is known or `coming`, or
/// its author, if known, is of interest.
pub(super) async fn may_concern_us(
    app: &App,
    object: &Value,
    author: Option<AccountId>,
    coming: &HashSet<String>,
) -> Outcome<bool> {
    let answered = read::id(object, "inReplyTo").map(str::to_owned);
    if answered.as_ref().is_some_and(|uri| coming.contains(uri)) {
        return Ok(true);
    }
    read_database(app, move |conn| {
        let answers = match &answered {
            Some(uri) => !storage::statuses::known_among(conn, &[uri.as_str()])?.is_empty(),
            None => false,
        };
        let interests = match author {
            Some(author) if !answers => storage::follows::is_local_interest(conn, author)?,
            _ => false,
        };
        Ok(answers || interests)
    })
    .await
}

/// What is of a kind that means nothing to us stays without effect, and is counted.
pub(super) fn unknown(kind: &str) -> Deed {
    metrics::counter!("staffroom_inbox_unknown_total").increment(1);
    tracing::debug!(kind, "something of a kind that means nothing to us");
    Deed::Nothing
}

impl Context<'_> {
    pub(super) fn object(&self) -> Outcome<&Value> {
        read::one(self.activity, "object").ok_or_else(|| refuse("it has no object"))
    }

    pub(super) fn object_id(&self) -> Outcome<&str> {
        let id = id_of(self.object()?).filter(|id| id.len() <= super::ID);
        id.ok_or_else(|| refuse("its object has no id, or too long a one"))
    }

    /// Whether an id is of the actor's own server.
    pub(super) fn is_theirs(&self, id: &str) -> bool {
        let origin = Origin::parse(id);
        origin.is_some() && origin == Origin::parse(&self.actor.uri)
    }

    /// The object as its own server tells it: as sent if the sender is that server, otherwise fetched.
    pub(super) async fn own_word(&self) -> Outcome<Value> {
        if let Some(object) = self.embedded()? {
            return Ok(object.clone());
        }
        self.federation
            .object(self.app, self.budget, self.object_id()?)
            .await
    }

    /// The same of what they wrote, of which the activity may say by whom and for whom it is.
    async fn own_post(&self) -> Outcome<Value> {
        match self.embedded()? {
            Some(object) => Ok(as_told(object, self.activity)),
            None => self.own_word().await,
        }
    }

    fn embedded(&self) -> Outcome<Option<&Value>> {
        let (object, id) = (self.object()?, self.object_id()?);
        Ok((object.is_object() && self.is_theirs(id)).then_some(object))
    }

    async fn create(&self) -> Outcome<Deed> {
        let uri = self.object_id()?;
        if is_known(self.app, uri).await? {
            return Ok(Deed::Known(uri.to_owned()));
        }
        let mut object = self.own_post().await?;
        self.name_receiver(&mut object);
        if author_of(&object) != Some(self.actor.uri.as_str()) {
            return Err(refuse("it is not its actor's"));
        }
        if let Some((of, title)) = poll::choice(&object) {
            return Ok(Deed::Vote {
                uri: read::text(&object, "id").unwrap_or_default().to_owned(),
                of: of.to_owned(),
                title: title.to_owned(),
            });
        }
        if !is_post(&object) {
            return Ok(unknown(kind(&object)));
        }
        let names_us = names_us(self.app, &object);
        if !(names_us || self.may_concern_us(&object).await?) {
            return Ok(Deed::Nothing);
        }
        let mut posts = self
            .federation
            .thread(self.app, self.budget, object, self.coming)
            .await?;
        if let Some(post) = posts.last_mut()
            && post.visibility == Visibility::Direct
            && quarantine::may_hold_of_group(self.app, self.actor.id).await?
        {
            post.moderators = self.our_moderators().await?;
        }
        Ok(Deed::Post(Thread { posts, names_us }))
    }

    /// Those of ours whom the actor, a group, names as its moderators (FEP-1b12).
    async fn our_moderators(&self) -> Outcome<Vec<AccountId>> {
        let named = self
            .federation
            .moderators(self.app, self.budget, &self.actor.uri);
        // What cannot be had now is no reason to lose the message.
        let named = named.await.unwrap_or_default();
        let ours = read_database(self.app, move |conn| {
            let uris: Vec<&str> = named.iter().map(String::as_str).collect();
            storage::accounts::identities(conn, &uris)
        });
        let ours = ours.await?.into_iter();
        Ok(ours
            .filter(|row| row.host.is_none())
            .map(|row| row.id)
            .collect())
    }

    /// Whether a post that names none of ours may be wanted when its turn comes.
    async fn may_concern_us(&self, object: &Value) -> Outcome<bool> {
        may_concern_us(self.app, object, Some(self.actor.id), self.coming).await
    }

    pub(super) async fn is_of_interest(&self) -> Outcome<bool> {
        let actor = self.actor.id;
        read_database(self.app, move |conn| {
            storage::follows::is_local_interest(conn, actor)
        })
        .await
    }

    async fn update(&self) -> Outcome<Deed> {
        let object = self.object()?;
        let uri = self.object_id()?;
        if uri == self.actor.uri {
            let fetched;
            let document = if object.is_object() {
                object
            } else {
                fetched = self.federation.object(self.app, self.budget, uri).await?;
                &fetched
            };
            let profile = self
                .federation
                .profile(self.app, self.budget, document)
                .await?;
            return Ok(Deed::Profile(Box::new(profile)));
        }
        let is_expected = self.coming.contains(uri) || is_known(self.app, uri).await?;
        let document = self.own_post().await?;
        if author_of(&document) != Some(self.actor.uri.as_str()) {
            return Err(refuse("it is not its actor's"));
        }
        if is_collection(&document) {
            return self.collection(&document).await;
        }
        let names_us = names_us(self.app, &document);
        if !is_post(&document)
            || !(is_expected || names_us || self.may_concern_us(&document).await?)
        {
            return Ok(Deed::Nothing);
        }
        let posts = if is_expected {
            let post = self
                .federation
                .understood(self.app, self.budget, &document)
                .await?;
            vec![post]
        } else {
            self.federation
                .thread(self.app, self.budget, document, self.coming)
                .await?
        };
        Ok(Deed::Edit(Thread { posts, names_us }))
    }

    pub(super) async fn delete(&self) -> Outcome<Deed> {
        let uri = self.object_id()?;
        if uri == self.actor.uri {
            return Ok(Deed::Leave);
        }
        let removal = self.removal(self.activity, Some(self.id.to_owned()), false);
        if let Some(deed) = removal.await? {
            return Ok(deed);
        }
        if !self.is_theirs(uri) {
            return Err(refuse("it is not its actor's"));
        }
        Ok(Deed::Delete(uri.to_owned()))
    }

    pub(super) fn favourite(&self) -> Outcome<Deed> {
        Ok(Deed::Favourite {
            uri: self.id.to_owned(),
            of: self.object_id()?.to_owned(),
        })
    }

    async fn announce(&self) -> Outcome<(AccountId, Deed)> {
        let by = self.actor.id;
        let object = self.object()?;
        if !kind(object).is_empty() && !is_post(object) {
            return self.relayed(object).await;
        }
        let of = self.object_id()?.to_owned();
        let mut posts = Vec::new();
        if !is_known(self.app, &of).await? {
            if !self.is_of_interest().await? {
                return Ok((by, Deed::Nothing));
            }
            let document = self.own_word().await?;
            if !is_post(&document) {
                return self.relayed(&document).await;
            }
            posts = self
                .federation
                .thread(self.app, self.budget, document, self.coming)
                .await?;
        }
        // Found under another address, it is known by its own.
        let of = posts.last().map_or(of, |post| post.uri.clone());
        Ok((by, Deed::Boost(self.boost_of(of, posts))))
    }

    /// Add and Remove: of a post of theirs to the top of their profile, of one to what came of a post of theirs, of what
    /// has to do with collections of people, or by stewards of networks of ours. Hashtags are featured in the same way, and moderators
    /// of other groups made so; that means nothing to us.
    async fn feature(&self, pinned: bool) -> Outcome<Deed> {
        let object = self.object()?;
        if let Some(deed) = self.stewarding(pinned).await? {
            return Ok(deed);
        }
        if let Some(deed) = self.recommended(object, pinned).await? {
            return Ok(deed);
        }
        let is_post_or_id = kind(object).is_empty() || is_post(object);
        let target = read::id(self.activity, "target").filter(|_| is_post_or_id);
        let Some(target) = target.map(str::to_owned) else {
            return Ok(unknown(kind(self.activity)));
        };
        let of = self.object_id()?.to_owned();
        // What came of a post of theirs: the collection is asked, whatever this says.
        let is_list = target.ends_with("/derivations") || !self.is_theirs(&of);
        if is_list && self.is_theirs(&target) {
            return Ok(Deed::List(of));
        }
        if !self.is_theirs(&of) {
            return Err(refuse("it is not its actor's"));
        }
        let mut posts = Vec::new();
        if pinned && !is_known(self.app, &of).await? {
            if !self.is_of_interest().await? {
                return Ok(Deed::Nothing);
            }
            let document = self.own_word().await?;
            if !is_post(&document) || author_of(&document) != Some(self.actor.uri.as_str()) {
                return Err(refuse("it is not its actor's"));
            }
            posts = self
                .federation
                .thread(self.app, self.budget, document, self.coming)
                .await?;
        }
        Ok(Deed::Feature(Featuring {
            target,
            of,
            posts,
            pinned,
        }))
    }

    async fn follow(&self) -> Outcome<Deed> {
        let Some(account) = self.our_account(self.object_id()?).await? else {
            return Ok(Deed::Nothing);
        };
        let network = read_database(self.app, move |conn| storage::networks::find(conn, account));
        if network.await?.is_some() {
            self.learn_software().await?;
        }
        Ok(Deed::Follow {
            uri: self.id.to_owned(),
            account,
            anew: self.anew,
        })
    }

    /// What the server of the actor runs decides in which form a network tells it things.
    async fn learn_software(&self) -> Outcome<()> {
        let host = Url::parse(&self.actor.uri).ok();
        let host = host.and_then(|url| Host::of(&url).ok());
        let host = host.ok_or_else(|| refuse("its actor has no host"))?;
        Ok(service::software::learn(self.app, host.as_str()).await?)
    }

    pub(super) async fn our_account(&self, uri: &str) -> Outcome<Option<AccountId>> {
        Ok(known_actor(self.app, uri)
            .await?
            .filter(|account| account.host.is_none())
            .map(|account| account.id))
    }

    /// Accept and Reject: of the Follow that one of ours sent, by its id or embedded.
    async fn answer(&self, object: &Value, yes: bool) -> Outcome<Deed> {
        if let Some(deed) = self.stamped(object, yes) {
            return Ok(deed);
        }
        if let Some(deed) = self.refused_claim(object).filter(|_| !yes) {
            return Ok(deed);
        }
        let repeats =
            kind(object) == "Follow" && read::id(object, "object") == Some(self.actor.uri.as_str());
        let follower = match read::id(object, "actor") {
            Some(actor) if repeats => self.our_account(actor).await?,
            _ => None,
        };
        Ok(Deed::Answer {
            uri: id_of(object).unwrap_or_default().to_owned(),
            follower,
            yes,
        })
    }

    /// `Reject` of a post that is said to come from one of theirs, with the collection in which it is not as target.
    fn refused_claim(&self, object: &Value) -> Option<Deed> {
        let is_post_or_id = kind(object).is_empty() || is_post(object);
        let target = read::id(self.activity, "target").filter(|target| self.is_theirs(target))?;
        let source = target.strip_suffix("/derivations")?;
        Some(Deed::Refuse {
            derived: id_of(object).filter(|_| is_post_or_id)?.to_owned(),
            source: source.to_owned(),
        })
    }

    /// They moved: to an account that its own server describes now, since the alias there may be new.
    async fn moved(&self) -> Outcome<Deed> {
        if self.object_id()? != self.actor.uri {
            return Err(refuse("it moves somebody else"));
        }
        if !self.is_of_interest().await? {
            return Ok(Deed::Nothing);
        }
        let target = read::id(self.activity, "target");
        let target = target.ok_or_else(|| refuse("it has no target"))?;
        let to = match self.our_account(target).await? {
            Some(ours) => ours,
            None => {
                let found = self.federation.fetch_actor(self.app, self.budget, target);
                found.await?.id
            }
        };
        Ok(Deed::Move { to })
    }

    /// <https://docs.joinmastodon.org/spec/activitypub/#Flag>
    async fn flag(&self) -> Outcome<Deed> {
        let objects = read::ids(self.activity, "object");
        let ours = self.app.addresses().base();
        let networks = self.ours_among(&addressed(self.activity)).await?;
        Ok(Deed::Flag(Flag {
            uri: self.id.to_owned(),
            // Lemmy says in the summary why.
            comment: ["content", "summary"]
                .into_iter()
                .find_map(|key| read::text(self.activity, key).filter(|text| !text.is_empty()))
                .unwrap_or_default()
                .to_owned(),
            objects: objects
                .into_iter()
                // What a network passed on may be anybody's.
                .filter(|id| !networks.is_empty() || id.starts_with(ours))
                .take(REPORTED)
                .map(str::to_owned)
                .collect(),
            networks,
        }))
    }

    async fn block(&self) -> Outcome<Deed> {
        if !self.is_personal(self.activity) {
            let uri = Some(self.id.to_owned());
            return self.ban(self.activity, uri, false).await;
        }
        Ok(match self.our_account(self.object_id()?).await? {
            Some(target) => Deed::Block {
                uri: self.id.to_owned(),
                target,
            },
            None => Deed::Nothing,
        })
    }

    /// Takes back what the actor did: the activity embedded, or named by its id.
    pub(super) async fn undo(&self) -> Outcome<Deed> {
        let undone = self.object()?;
        if undone.is_object()
            && read::id(undone, "actor").is_some_and(|actor| actor != self.actor.uri)
        {
            return Err(refuse("it undoes what somebody else did"));
        }
        let target = read::id(undone, "object").unwrap_or_default();
        let uri = id_of(undone)
            .filter(|uri| uri.len() <= super::ID && self.is_theirs(uri))
            .map(str::to_owned);
        let what = match kind(undone) {
            "Follow" => match self.our_account(target).await? {
                Some(account) => Undone::Follow(account),
                None => Undone::Named,
            },
            "Block" if !self.is_personal(undone) => return self.ban(undone, uri, true).await,
            "Block" => match self.our_account(target).await? {
                Some(account) => Undone::Block(account),
                None => Undone::Named,
            },
            "Delete" => {
                return match self.removal(undone, uri, true).await? {
                    Some(deed) => Ok(deed),
                    None => self.restored(target).await,
                };
            }
            "Like" | "EmojiReact" => Undone::Favourite(target.to_owned()),
            "Announce" => Undone::Boost(target.to_owned()),
            // Whom they let follow they turn away.
            "Accept" => match read::one(undone, "object") {
                Some(question) => return self.answer(question, false).await,
                None => return Ok(Deed::Nothing),
            },
            "" => Undone::Named,
            other => return Ok(unknown(other)),
        };
        Ok(Deed::Undo(Undo { uri, what }))
    }

    /// They take back that they deleted a post, as Lemmy's people can: its own server has it again, or it stays away.
    async fn restored(&self, uri: &str) -> Outcome<Deed> {
        if !self.is_theirs(uri) {
            return Err(refuse("it is not its actor's"));
        }
        if !(is_known(self.app, uri).await? || self.is_of_interest().await?) {
            return Ok(Deed::Nothing);
        }
        let document = self.federation.object(self.app, self.budget, uri).await?;
        let is_own = author_of(&document) == Some(self.actor.uri.as_str());
        if !is_own || id_of(&document) != Some(uri) || !is_post(&document) {
            return Err(refuse("it is not its actor's, or not there"));
        }
        let names_us = names_us(self.app, &document);
        let posts = self
            .federation
            .thread(self.app, self.budget, document, self.coming)
            .await?;
        Ok(Deed::Restore(Box::new(Restored {
            author: self.actor.id,
            thread: Thread { posts, names_us },
            boost: None,
        })))
    }
}
