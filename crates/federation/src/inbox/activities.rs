//! What each activity means. Its sender is known to be its actor; what it says of others is not believed.
//! W3C ActivityPub section 7.

use domain::{AccountId, StatusId};
use serde_json::Value;
use service::{App, incoming};
use storage::accounts::Account;

use crate::fetch::{Budget, known_account, known_status, read_database};
use crate::origin::Origin;
use crate::protocol::addressing::visibility;
use crate::protocol::read::{self, id_of, kind, text};
use crate::{Federation, Refusal};

type Outcome = Result<(), Refusal>;

/// An activity at work, with the account of its actor.
struct Context<'a> {
    federation: &'a Federation,
    app: &'a App,
    budget: Budget,
    actor: Account,
    activity: &'a Value,
}

/// Does what an activity says. Unknown kinds are nothing to us.
pub(super) async fn handle(federation: &Federation, app: &App, body: &str) -> Outcome {
    let activity: Value =
        serde_json::from_str(body).map_err(|error| Refusal::Permanent(error.to_string()))?;
    let actor = read::id(&activity, "actor").unwrap_or_default();
    let Some(actor) = known_account(app, actor).await? else {
        return Err(Refusal::Permanent(
            "its actor is not known any more".to_owned(),
        ));
    };
    if actor.is_gone() && kind(&activity) != "Update" {
        return Ok(());
    }
    let context = Context {
        federation,
        app,
        budget: Budget::new(),
        actor,
        activity: &activity,
    };
    match kind(&activity) {
        "Create" => context.create().await,
        "Update" => context.update().await,
        "Delete" => context.delete().await,
        "Announce" => context.announce().await,
        "Like" => context.like().await,
        "Follow" => context.follow().await,
        "Accept" => context.answer(true).await,
        "Reject" => context.answer(false).await,
        "Block" => context.block().await,
        "Undo" => context.undo().await,
        other => {
            tracing::debug!(
                kind = other,
                "an activity of a kind that means nothing to us"
            );
            Ok(())
        }
    }
}

impl Context<'_> {
    /// The id of the activity itself.
    fn id(&self) -> &str {
        text(self.activity, "id").unwrap_or_default()
    }

    fn object(&self) -> Result<&Value, Refusal> {
        read::one(self.activity, "object")
            .ok_or_else(|| Refusal::Permanent("it has no object".to_owned()))
    }

    fn object_id(&self) -> Result<&str, Refusal> {
        id_of(self.object()?).ok_or_else(|| Refusal::Permanent("its object has no id".to_owned()))
    }

    /// Whether an id is of the actor's own server.
    fn is_theirs(&self, id: &str) -> bool {
        let origin = Origin::parse(id);
        origin.is_some() && origin == Origin::parse(&self.actor.uri)
    }

    /// The object as its own server tells it: as sent if the sender is that server, otherwise fetched.
    async fn own_word(&self) -> Result<Value, Refusal> {
        let object = self.object()?;
        if object.is_object() && self.is_theirs(self.object_id()?) {
            return Ok(object.clone());
        }
        self.federation
            .object(self.app, &self.budget, self.object_id()?)
            .await
    }

    async fn create(&self) -> Outcome {
        let uri = self.object_id()?;
        if known_status(self.app, uri).await?.is_some() {
            return Ok(());
        }
        let object = self.own_word().await?;
        if read::id(&object, "attributedTo") != Some(self.actor.uri.as_str()) {
            return Err(Refusal::Permanent("it is not its actor's".to_owned()));
        }
        if !self.concerns_us(&object).await? {
            return Ok(());
        }
        self.federation
            .take_post(self.app, &self.budget, &object)
            .await
            .map(drop)
    }

    /// Whether somebody of ours follows the author, is mentioned, or is answered: other posts are not kept.
    async fn concerns_us(&self, object: &Value) -> Result<bool, Refusal> {
        let ours = self.app.addresses().base().to_owned();
        let is_ours = |id: &str| {
            id.strip_prefix(ours.as_str())
                .is_some_and(|rest| rest.starts_with('/'))
        };
        let addressed = ["to", "cc"]
            .iter()
            .flat_map(|key| read::ids(object, key))
            .any(is_ours);
        let mentioned = crate::convert::note::mentioned(object)
            .iter()
            .any(|uri| is_ours(uri));
        let answered = match read::id(object, "inReplyTo") {
            Some(uri) => known_status(self.app, uri).await?.is_some(),
            None => false,
        };
        if addressed || mentioned || answered {
            return Ok(true);
        }
        let author = self.actor.id;
        read_database(self.app, move |conn| {
            storage::follows::has_local_followers(conn, author)
        })
        .await
    }

    async fn update(&self) -> Outcome {
        let object = self.object()?;
        let uri = self.object_id()?;
        if uri == self.actor.uri {
            let document = if object.is_object() {
                object.clone()
            } else {
                self.federation.object(self.app, &self.budget, uri).await?
            };
            return self
                .federation
                .store_actor(self.app, &self.budget, &document)
                .await
                .map(drop);
        }
        if known_status(self.app, uri).await?.is_none() {
            return Ok(());
        }
        let document = self.own_word().await?;
        let remote = self
            .federation
            .understood(self.app, &self.budget, &document)
            .await?;
        if remote.author != self.actor.id {
            return Err(Refusal::Permanent("it is not its actor's".to_owned()));
        }
        Ok(incoming::update_status(self.app, remote).await?)
    }

    async fn delete(&self) -> Outcome {
        let uri = self.object_id()?;
        if uri == self.actor.uri {
            return Ok(incoming::delete_account(self.app, self.actor.id).await?);
        }
        if !self.is_theirs(uri) {
            return Err(Refusal::Permanent("it is not its actor's".to_owned()));
        }
        Ok(incoming::delete_status(self.app, self.actor.id, uri).await?)
    }

    async fn announce(&self) -> Outcome {
        let object = self.object()?;
        // A group announces activities of its members (FEP-1b12): those are told to us by their own servers.
        if object.is_object() && !crate::convert::note::is_post(object) {
            return Ok(());
        }
        let uri = self.object_id()?;
        let is_wanted = match known_status(self.app, uri).await? {
            Some(_) => true,
            None => {
                let actor = self.actor.id;
                read_database(self.app, move |conn| {
                    storage::follows::has_local_followers(conn, actor)
                })
                .await?
            }
        };
        if !is_wanted {
            return Ok(());
        }
        let Some(of) = self.federation.post(self.app, &self.budget, uri).await? else {
            return Ok(());
        };
        let seen_by = visibility(self.activity, &self.actor.followers_uri);
        let published = read::time(self.activity, "published");
        Ok(
            incoming::receive_boost(self.app, self.actor.id, self.id(), of, published, seen_by)
                .await?,
        )
    }

    async fn like(&self) -> Outcome {
        match self.our_status(self.object_id()?).await? {
            Some(of) => {
                Ok(incoming::receive_favourite(self.app, self.actor.id, of, self.id()).await?)
            }
            None => Ok(()),
        }
    }

    async fn our_status(&self, uri: &str) -> Result<Option<StatusId>, Refusal> {
        Ok(known_status(self.app, uri).await?.flatten())
    }

    async fn follow(&self) -> Outcome {
        match self.our_account(self.object_id()?).await? {
            Some(asked) => {
                Ok(incoming::receive_follow(self.app, self.actor.id, asked, self.id()).await?)
            }
            None => Ok(()),
        }
    }

    async fn our_account(&self, uri: &str) -> Result<Option<AccountId>, Refusal> {
        Ok(known_account(self.app, uri)
            .await?
            .filter(Account::is_local)
            .map(|account| account.id))
    }

    /// Accept and Reject: of the Follow that one of ours sent, by its id or embedded.
    async fn answer(&self, yes: bool) -> Outcome {
        let object = self.object()?;
        let uri = id_of(object).unwrap_or_default().to_owned();
        let by_id =
            read_database(self.app, move |conn| storage::follows::with_uri(conn, &uri)).await?;
        let follower = match by_id {
            Some(follow) if follow.account_id == self.actor.id => Some(follow.follower_id),
            Some(_) => None,
            None if kind(object) == "Follow"
                && read::id(object, "object") == Some(self.actor.uri.as_str()) =>
            {
                self.our_account(read::id(object, "actor").unwrap_or_default())
                    .await?
            }
            None => None,
        };
        let Some(follower) = follower else {
            return Ok(());
        };
        if yes {
            return Ok(incoming::follow_accepted(self.app, follower, self.actor.id).await?);
        }
        Ok(incoming::follow_rejected(self.app, follower, self.actor.id).await?)
    }

    async fn block(&self) -> Outcome {
        match self.our_account(self.object_id()?).await? {
            Some(target) => {
                Ok(incoming::receive_block(self.app, self.actor.id, target, self.id()).await?)
            }
            None => Ok(()),
        }
    }

    /// Takes back what the actor did: the activity embedded, or named by its id.
    async fn undo(&self) -> Outcome {
        let undone = self.object()?;
        if undone.is_object()
            && read::id(undone, "actor").is_some_and(|actor| actor != self.actor.uri)
        {
            return Err(Refusal::Permanent(
                "it undoes what somebody else did".to_owned(),
            ));
        }
        let uri = id_of(undone).unwrap_or_default();
        let target = read::id(undone, "object").unwrap_or_default();
        let (app, by) = (self.app, self.actor.id);
        match kind(undone) {
            "Follow" => {
                if let Some(account) = self.our_account(target).await? {
                    incoming::undo_follow(app, by, account).await?;
                }
            }
            "Like" | "EmojiReact" => {
                let of = self.our_status(target).await?;
                incoming::undo_favourite(app, by, of, Some(uri)).await?;
            }
            "Announce" => {
                let of = self.our_status(target).await?;
                incoming::undo_boost(app, by, uri, of).await?;
            }
            "Block" => {
                if let Some(account) = self.our_account(target).await? {
                    incoming::undo_block(app, by, account).await?;
                }
            }
            "" => {
                let named = uri.to_owned();
                let follow =
                    read_database(app, move |conn| storage::follows::with_uri(conn, &named))
                        .await?;
                if let Some(follow) = follow.filter(|follow| follow.follower_id == by) {
                    incoming::undo_follow(app, by, follow.account_id).await?;
                }
                incoming::undo_favourite(app, by, None, Some(uri)).await?;
                incoming::undo_boost(app, by, uri, None).await?;
            }
            _ => {}
        }
        Ok(())
    }
}
