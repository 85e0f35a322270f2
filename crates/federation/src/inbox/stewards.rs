//! What those who look after networks of ours do as moderators of Lemmy's communities do it: FEP-1b12.

use domain::network::Deed as PostDeed;
use domain::{AccountId, limits};
use serde_json::Value;
use service::incoming::Deed;
use service::networks::{PersonDeed, Stewarded, Stewarding};

use super::prepare::{Context, Outcome, refuse};
use super::relayed::is_moderation;
use crate::fetch::read_database;
use crate::protocol::read::{self, id_of};

impl Context<'_> {
    /// Whether a Block is between two people. With another target than its actor it is somebody's ban there, as Lemmy says it
    /// of communities and servers.
    pub(super) fn is_personal(&self, block: &Value) -> bool {
        read::one(block, "target")
            .is_none_or(|target| id_of(target) == Some(self.actor.uri.as_str()))
    }

    /// A ban from a network of ours, or its end. Bans elsewhere are nothing to us. `uri` is the id of the Block.
    pub(super) async fn ban(
        &self,
        block: &Value,
        uri: Option<String>,
        undone: bool,
    ) -> Outcome<Deed> {
        let target = read::id(block, "target").unwrap_or_default();
        let Some(network) = self.stewarded(&[target]).await? else {
            return Ok(Deed::Nothing);
        };
        let who = read::id(block, "object").ok_or_else(|| refuse("its object has no id"))?;
        let who = self.federation.actor(self.app, self.budget, who).await?.id;
        let deed = if undone {
            PersonDeed::Unban
        } else {
            PersonDeed::Ban
        };
        Ok(Deed::Steward(Stewarding {
            network,
            what: Stewarded::Person { who, deed },
            uri,
            undone,
        }))
    }

    /// A post of somebody else's is taken out of a network of ours, or put back; none of anything else. `uri` is the id of the
    /// Delete.
    pub(super) async fn removal(
        &self,
        delete: &Value,
        uri: Option<String>,
        undone: bool,
    ) -> Outcome<Option<Deed>> {
        if !is_moderation(delete) {
            return Ok(None);
        }
        let mut groups = addressed(delete);
        groups.extend(addressed(self.activity));
        let Some(network) = self.stewarded(&groups).await? else {
            return Ok(None);
        };
        let of = read::id(delete, "object").ok_or_else(|| refuse("its object has no id"))?;
        let asked = of.to_owned();
        let found = read_database(self.app, move |conn| {
            storage::statuses::with_uri(conn, &asked)
        });
        if found
            .await?
            .is_some_and(|row| row.account_id == self.actor.id)
        {
            return Ok(None);
        }
        let what = Stewarded::Post {
            uri: of.to_owned(),
            deed: if undone {
                PostDeed::Restore
            } else {
                PostDeed::Remove
            },
            activity: self.activity.to_string(),
        };
        Ok(Some(Deed::Steward(Stewarding {
            network,
            what,
            uri,
            undone,
        })))
    }

    /// `Add` and `Remove`: of a post at the top of a network of ours, or of somebody among those who look after it; none of
    /// anything else.
    pub(super) async fn stewarding(&self, added: bool) -> Outcome<Option<Deed>> {
        let target = read::id(self.activity, "target").unwrap_or_default();
        let addresses = self.app.addresses();
        let name = target
            .strip_prefix(addresses.base())
            .and_then(|path| path.strip_prefix("/users/")?.split('/').next())
            .unwrap_or_default();
        let is_pin = target == addresses.featured(name);
        let group = addresses.account(name);
        if !is_pin && target != addresses.moderators(name) {
            return Ok(None);
        }
        let Some(network) = self.stewarded(&[group.as_str()]).await? else {
            return Ok(None);
        };
        let object = self.object_id()?;
        let what = if is_pin {
            Stewarded::Post {
                uri: object.to_owned(),
                deed: if added {
                    PostDeed::Pin
                } else {
                    PostDeed::Unpin
                },
                activity: self.activity.to_string(),
            }
        } else {
            let who = self.federation.actor(self.app, self.budget, object);
            Stewarded::Person {
                who: who.await?.id,
                deed: if added {
                    PersonDeed::AddSteward
                } else {
                    PersonDeed::RemoveSteward
                },
            }
        };
        Ok(Some(Deed::Steward(Stewarding {
            network,
            what,
            uri: Some(self.id.to_owned()),
            undone: false,
        })))
    }

    /// The network of ours among these actors that the actor looks after.
    async fn stewarded(&self, uris: &[&str]) -> Outcome<Option<AccountId>> {
        let ids = self.ours_among(uris).await?;
        if ids.is_empty() {
            return Ok(None);
        }
        let by = self.actor.id;
        read_database(self.app, move |conn| {
            storage::networks::stewarded_among(conn, by, &ids)
        })
        .await
    }

    /// Those of ours among these actors.
    pub(super) async fn ours_among(&self, uris: &[&str]) -> Outcome<Vec<AccountId>> {
        let ours = self.app.addresses().base();
        let uris = uris.iter().filter(|uri| uri.starts_with(ours));
        let uris = uris.take(limits::MENTIONS);
        let uris: Vec<String> = uris.map(|uri| (*uri).to_owned()).collect();
        if uris.is_empty() {
            return Ok(Vec::new());
        }
        let found = read_database(self.app, move |conn| {
            let uris: Vec<&str> = uris.iter().map(String::as_str).collect();
            storage::accounts::identities(conn, &uris)
        });
        Ok(found.await?.into_iter().map(|row| row.id).collect())
    }
}

/// The ids of all whom an activity is for.
pub(super) fn addressed(activity: &Value) -> Vec<&str> {
    ["audience", "to", "cc"]
        .into_iter()
        .flat_map(|key| read::ids(activity, key))
        .collect()
}
