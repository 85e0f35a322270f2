//! Collections of people elsewhere, and asking to have somebody in one: FEP-7aa9.

use serde_json::Value;
use service::incoming::{Deed, FeatureRequest, Featuring};

use super::prepare::{Context, Outcome, refuse};
use crate::convert::collection::{is_collection, listed_in};
use crate::convert::note::author_of;
use crate::fetch::read_database;
use crate::protocol::read::{self, id_of, kind};

impl Context<'_> {
    /// `Add` and `Remove` of a collection of theirs, or of somebody in it; none if they are of something else. What is removed
    /// may be named by its id alone, as Mastodon does: that is done like a post.
    pub(super) async fn recommended(&self, object: &Value, added: bool) -> Outcome<Option<Deed>> {
        let target = read::id(self.activity, "target").unwrap_or_default();
        Ok(match (kind(object), added) {
            ("FeaturedCollection", true) => Some(self.collection(&self.own_word().await?).await?),
            ("FeaturedItem", true) => Some(self.put_in(object, target).await?),
            ("FeaturedCollection" | "FeaturedItem", false) => Some(Deed::Feature(Featuring {
                target: target.to_owned(),
                of: self.object_id()?.to_owned(),
                posts: Vec::new(),
                pinned: false,
            })),
            _ => None,
        })
    }

    /// A collection of theirs as its own server tells it, if somebody here reads them, or it was known.
    pub(super) async fn collection(&self, document: &Value) -> Outcome<Deed> {
        let uri = id_of(document).ok_or_else(|| refuse("its object has no id"))?;
        let is_own = author_of(document) == Some(self.actor.uri.as_str());
        if !is_own || !self.is_theirs(uri) || !is_collection(document) {
            return Err(refuse("it is not its actor's"));
        }
        if !(self.is_of_interest().await? || self.knows_collection(uri).await?) {
            return Ok(Deed::Nothing);
        }
        let found = self
            .federation
            .collection(self.app, self.budget, document, false);
        Ok(Deed::Collection(Box::new(found.await?)))
    }

    /// Somebody is in a collection of theirs now.
    async fn put_in(&self, object: &Value, target: &str) -> Outcome<Deed> {
        let listed = listed_in(target, object).filter(|_| self.is_theirs(target));
        let listed = listed.ok_or_else(|| refuse("it is not its actor's"))?;
        if !(self.is_of_interest().await? || self.knows_collection(target).await?) {
            return Ok(Deed::Nothing);
        }
        let item = self
            .federation
            .put_in(self.app, self.budget, target, listed);
        Ok(Deed::PutIn {
            collection: target.to_owned(),
            item: item.await?,
        })
    }

    async fn knows_collection(&self, uri: &str) -> Outcome<bool> {
        let (uri, by) = (uri.to_owned(), self.actor.id);
        let found = read_database(self.app, move |conn| {
            storage::collections::with_uri(conn, &uri)
        });
        Ok(found.await?.is_some_and(|row| row.account_id == by))
    }

    /// `FeatureRequest`: of one of ours, for a collection of theirs.
    pub(super) async fn feature_request(&self) -> Outcome<Deed> {
        let Some(account) = self.our_account(self.object_id()?).await? else {
            return Ok(Deed::Nothing);
        };
        let collection = read::id(self.activity, "instrument");
        let collection = collection.ok_or_else(|| refuse("it has no instrument"))?;
        if !self.is_theirs(collection) {
            return Err(refuse("it is not its actor's"));
        }
        let mut found = None;
        if !self.knows_collection(collection).await? {
            let document = self.federation.object(self.app, self.budget, collection);
            let document = document.await?;
            let is_own = author_of(&document) == Some(self.actor.uri.as_str());
            if !is_own || id_of(&document) != Some(collection) || !is_collection(&document) {
                return Err(refuse("it is not its actor's"));
            }
            let read = self
                .federation
                .collection(self.app, self.budget, &document, false);
            found = Some(Box::new(read.await?));
        }
        Ok(Deed::FeatureRequest(FeatureRequest {
            uri: self.id.to_owned(),
            account,
            collection: collection.to_owned(),
            found,
        }))
    }
}
