//! Whose key made a signature. What is fetched to find out is stored only if the signature fits it: whoever lies
//! leaves nothing behind.

use std::sync::Arc;

use serde_json::Value;
use service::App;
use storage::accounts::Account;
use storage::keys::{Holder, Signatory};

use crate::convert::actor;
use crate::fetch::{Outcome, read_database};
use crate::net::Budget;
use crate::protocol::read::{self, text};
use crate::signatures::{Checked, PublicKey};
use crate::{Federation, Refusal};

/// Bytes of keys that are remembered because a signature did not fit them.
pub(crate) const REMEMBERED: u64 = 16 * 1024 * 1024;

/// What it costs to remember the keys found at an address.
pub(crate) fn weight(address: &str, keys: &Arc<[(String, String)]>) -> u32 {
    let keys: usize = keys.iter().map(|(id, pem)| id.len() + pem.len()).sum();
    u32::try_from(100 + address.len() + keys).unwrap_or(u32::MAX)
}

impl Federation {
    /// Who made the signature: whoever is known to hold the key or, if nobody is or it was not theirs, whose document lists
    /// it.
    ///
    /// # Errors
    /// If nobody did, as far as can be found out.
    pub(crate) async fn signed_by(
        &self,
        app: &App,
        budget: &Budget,
        checked: &Checked,
    ) -> Outcome<Holder> {
        let key = checked.key_id();
        if let Some(holder) = self.holder(app, checked).await? {
            return Ok(holder);
        }
        let fits = |pem: &str| self.is_made_by(checked, pem);
        if self
            .introduce(app, budget, None, key, fits)
            .await?
            .is_some()
            && let Some(holder) = self.holder(app, checked).await?
        {
            return Ok(holder);
        }
        Err(Refusal::Permanent(
            "the signature was made by another key".to_owned(),
        ))
    }

    /// Who is known to hold the key that made the signature.
    pub(crate) async fn holder(&self, app: &App, checked: &Checked) -> Outcome<Option<Holder>> {
        let key = checked.key_id().to_owned();
        let holders = read_database(app, move |conn| storage::keys::holders(conn, &key)).await?;
        Ok(holders
            .into_iter()
            .find(|holder| self.is_made_by(checked, &holder.public_pem)))
    }

    /// Fetches an actor, or whose document lists the key if it is not said who that is, and stores them if the key fits.
    /// None if it does not, as it did not a short while ago.
    pub(crate) async fn introduce(
        &self,
        app: &App,
        budget: &Budget,
        actor: Option<&str>,
        key: &str,
        fits: impl Fn(&str) -> bool,
    ) -> Outcome<Option<Account>> {
        let address = actor.unwrap_or(key);
        let lists = |keys: &[(String, String)]| keys.iter().any(|(id, pem)| id == key && fits(pem));
        let refreshed = &self.0.refreshed;
        if refreshed.get(address).is_some_and(|keys| !lists(&keys)) {
            return Ok(None);
        }
        let asked = app.now();
        let found = match actor {
            Some(actor) => self.object(app, budget, actor).await,
            None => self.holder_document(app, budget, key).await,
        };
        if let Err(Refusal::Permanent(_)) = found {
            refreshed.insert(address.to_owned(), Arc::new([]));
        }
        let mut document = found?;
        self.embed(app, budget, &mut document, key).await?;
        let uri = text(&document, "id").unwrap_or_default();
        let keys = actor::keys(&document, uri);
        if lists(&keys) && actor.is_none_or(|actor| actor == uri) {
            let stored = self.store_actor(app, budget, &document, asked).await;
            return stored.map(Some);
        }
        refreshed.insert(address.to_owned(), keys.into());
        Ok(None)
    }

    /// Puts a key that has a document of its own where an actor lists its id.
    async fn embed(&self, app: &App, budget: &Budget, actor: &mut Value, key: &str) -> Outcome<()> {
        for list in ["publicKey", "assertionMethod"] {
            let is_named = |named: &&Value| named.as_str() == Some(key);
            if !read::many(actor, list).iter().any(is_named) {
                continue;
            }
            let found = self.object(app, budget, key).await?;
            match actor.get_mut(list) {
                Some(Value::Array(keys)) => {
                    for named in keys.iter_mut().filter(|named| named.as_str() == Some(key)) {
                        *named = found.clone();
                    }
                }
                Some(named) => *named = found,
                None => {}
            }
        }
        Ok(())
    }

    /// The document of whoever holds a key. A key is a part of it, or has a document of its own that names the holder.
    async fn holder_document(&self, app: &App, budget: &Budget, key: &str) -> Outcome<Value> {
        let (address, _) = key.split_once('#').unwrap_or((key, ""));
        let document = self.object(app, budget, address).await?;
        match read::id(&document, "owner").or_else(|| read::id(&document, "controller")) {
            Some(holder) => self.object(app, budget, holder).await,
            None => Ok(document),
        }
    }

    /// Who is known by the actor's id, with the key of this id, if it is theirs.
    pub(crate) async fn signatory(
        &self,
        app: &App,
        actor: &str,
        key: &str,
    ) -> Outcome<Option<Signatory>> {
        let (actor, key) = (actor.to_owned(), key.to_owned());
        read_database(app, move |conn| {
            storage::keys::signatory(conn, &actor, &key)
        })
        .await
    }

    /// Whether the key made the signature. A key is read from its text once; which text is whose is asked of the
    /// database each time, so that a new key counts at once.
    pub(crate) fn is_made_by(&self, checked: &Checked, pem: &str) -> bool {
        self.public_key(pem)
            .is_some_and(|key| checked.verify(&key).is_ok())
    }

    pub(crate) fn public_key(&self, pem: &str) -> Option<PublicKey> {
        self.0.public_keys.get(pem).or_else(|| {
            let key = PublicKey::from_pem(pem).ok()?;
            self.0.public_keys.insert(pem.to_owned(), key.clone());
            Some(key)
        })
    }
}
