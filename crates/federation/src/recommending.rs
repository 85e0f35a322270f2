//! Collections of people elsewhere: FEP-7aa9. A collection says whom it lists; whether they let it, their own servers say.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use domain::limits;
use serde_json::Value;
use service::App;
use service::incoming::{RemoteCollection, RemoteItem};
use storage::accounts::Account;
use url::Url;

use crate::completing::entries;
use crate::convert::collection::{Listed, authorizes, from_json, is_collection};
use crate::convert::note::author_of;
use crate::fetch::{Outcome, REQUESTS, known_actor, read_database};
use crate::net::Budget;
use crate::origin::Origin;
use crate::protocol::read::{self, id_of};
use crate::{Federation, Refusal};

/// For how long servers are asked because of one collection: less than an activity may ask others.
const PATIENCE: Duration = Duration::from_secs(15);
/// Pages of the list of somebody's collections.
const PAGES: usize = 5;

/// How those are looked for who stand in a collection.
struct Looking {
    /// Id of the collection.
    collection: String,
    /// Stamps that were found before, and whose they are.
    known: HashSet<(String, String)>,
    /// Whether these are asked for, too.
    anew: bool,
    until: Instant,
}

impl Federation {
    /// A collection that came from its own server, with those in it whose servers say that they agreed. Where they said so
    /// before, they are asked again only if it is to be known `anew`.
    pub(crate) async fn collection(
        &self,
        app: &App,
        budget: &Budget,
        document: &Value,
        anew: bool,
    ) -> Outcome<RemoteCollection> {
        let read = from_json(document);
        let (mut collection, listed) =
            read.ok_or_else(|| Refusal::Permanent("not a usable collection".to_owned()))?;
        let uri = collection.uri.clone();
        let known = read_database(app, move |conn| storage::collections::stamps(conn, &uri));
        let looking = Looking {
            collection: collection.uri.clone(),
            known: known.await?.into_iter().collect(),
            anew,
            until: Instant::now() + PATIENCE,
        };
        for listed in listed {
            match self.agreed(app, budget, &looking, listed).await {
                Ok(item) => collection.items.push(item),
                Err(refusal) => tracing::debug!(%refusal, "somebody listed was left out"),
            }
        }
        Ok(collection)
    }

    /// Somebody who was put into a collection, if their server says that they agreed.
    pub(crate) async fn put_in(
        &self,
        app: &App,
        budget: &Budget,
        collection: &str,
        listed: Listed,
    ) -> Outcome<RemoteItem> {
        let looking = Looking {
            collection: collection.to_owned(),
            known: HashSet::new(),
            anew: true,
            until: Instant::now() + PATIENCE,
        };
        self.agreed(app, budget, &looking, listed).await
    }

    /// Who is known and cannot be asked now stands as they did.
    async fn agreed(
        &self,
        app: &App,
        budget: &Budget,
        looking: &Looking,
        listed: Listed,
    ) -> Outcome<RemoteItem> {
        let Listed { uri, who, stamp } = listed;
        let refuse = || Refusal::Permanent("nobody says that they agreed".to_owned());
        if Origin::parse(&who) == Origin::of(&app.settings().public_url) {
            let account = known_actor(app, &who).await?.ok_or_else(refuse)?;
            return Ok(RemoteItem {
                uri,
                account: account.id,
                approval: None,
            });
        }
        let stamp = stamp.ok_or_else(refuse)?;
        let is_known = looking.known.contains(&(stamp.clone(), who.clone()));
        let late = Instant::now() > looking.until || budget.left() == 0;
        if late && !is_known {
            return Err(Refusal::Transient("there are too many to ask".to_owned()));
        }
        if !late && (looking.anew || !is_known) {
            match self.object(app, budget, &stamp).await {
                Ok(document) if authorizes(&document, &stamp, &looking.collection, &who) => {}
                Ok(_) => return Err(refuse()),
                Err(refusal) if is_known && refusal.may_pass() => {}
                Err(refusal) => return Err(refusal),
            }
        }
        let account = self.actor(app, budget, &who).await?;
        Ok(RemoteItem {
            uri,
            account: account.id,
            approval: Some(stamp),
        })
    }

    /// Stores the collections that somebody lists.
    pub(crate) async fn complete_collections(&self, app: &App, account: &Account) -> Outcome<()> {
        let Some(address) = &account.collections_uri else {
            return Ok(());
        };
        let theirs = Origin::parse(&account.uri);
        let budget = Budget::of(REQUESTS);
        let mut found: Vec<Value> = Vec::new();
        let mut page = Some(Value::from(address.as_str()));
        for _ in 0..PAGES {
            let here = match page.take() {
                Some(Value::String(address)) if Origin::parse(&address) == theirs => {
                    let Ok(address) = Url::parse(&address) else {
                        break;
                    };
                    let fetched = self.get(app, &budget, &address).await?;
                    if Origin::of(&fetched.url) != theirs {
                        break;
                    }
                    fetched.json
                }
                Some(here) if here.is_object() => here,
                _ => break,
            };
            found.extend(entries(&here).cloned());
            let next = read::one(&here, "first").or_else(|| read::one(&here, "next"));
            page = next.cloned();
        }
        let most = usize::try_from(limits::REMOTE_COLLECTIONS).unwrap_or(0);
        let is_own = |document: &&Value| {
            is_collection(document)
                && author_of(document) == Some(account.uri.as_str())
                && id_of(document).and_then(Origin::parse) == theirs
        };
        for document in found.iter().filter(is_own).take(most) {
            let remote = self.collection(app, &budget, document, true).await?;
            service::incoming::receive_collection(app, account.id, remote).await?;
        }
        Ok(())
    }
}
