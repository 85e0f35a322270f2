//! What those who look after networks of ours do as moderators of Lemmy's communities do it: FEP-1b12.

use domain::AccountId;
use serde_json::Value;
use service::incoming::Deed;
use service::networks::{PersonDeed, Stewarded, Stewarding};

use super::prepare::{Context, Outcome, refuse};
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

    /// The network of ours among these actors that the actor looks after.
    async fn stewarded(&self, uris: &[&str]) -> Outcome<Option<AccountId>> {
        let ours = self.app.addresses().base();
        let uris = uris.iter().filter(|uri| uri.starts_with(ours));
        let uris: Vec<String> = uris.map(|uri| (*uri).to_owned()).collect();
        if uris.is_empty() {
            return Ok(None);
        }
        let by = self.actor.id;
        read_database(self.app, move |conn| {
            let uris: Vec<&str> = uris.iter().map(String::as_str).collect();
            let found = storage::accounts::identities(conn, &uris)?;
            let ids: Vec<AccountId> = found.into_iter().map(|row| row.id).collect();
            storage::networks::stewarded_among(conn, by, &ids)
        })
        .await
    }
}
