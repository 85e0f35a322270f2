//! Telling other servers whom we take for followers, and hearing it from them: FEP-8fcf.

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::HttpRequest;
use serde_json::Value;
use service::App;
use service::synchronising::{Claim, compare, digest};
use storage::accounts::Account;
use storage::deliveries::Activity;
use url::Url;

use crate::Federation;
use crate::fetch::REQUESTS;
use crate::net::Budget;
use crate::origin::Origin;
use crate::protocol::read::{self, id_of};
use crate::signatures::field;

const HEADER: &str = "collection-synchronization";
/// Characters of the header, and parts of it.
const LONGEST: usize = 8 * 1024;
const PARTS: usize = 8;
/// Documents that one list of followers may have; asking for them takes less than the lease of a job.
const PAGES: usize = 3;

impl Federation {
    /// The header that goes with what is for followers only. Without it an activity is delivered all the same.
    pub(crate) async fn names_followers(
        &self,
        app: &App,
        activity: &Activity,
        inbox: &Url,
    ) -> Option<String> {
        if !activity.names_followers {
            return None;
        }
        let origin = Origin::of(inbox)?;
        let digests = match self.0.digests.get(&activity.id) {
            Some(digests) => digests,
            None => self.digests(app, activity).await?,
        };
        let digest = digests.get(&origin).cloned().unwrap_or_else(|| digest([]));
        let id = activity.account_id;
        let found: service::Result<Option<Account>> = app
            .database()
            .read(move |conn| Ok(storage::accounts::find(conn, id)?))
            .await;
        let account = found.ok()??;
        let url = app.addresses().followers_synchronization(&account.username);
        Some(format!(
            "collectionId=\"{}\", url=\"{url}\", digest=\"{digest}\"",
            account.followers_uri
        ))
    }

    /// The digests of all servers whose people follow, made once for each activity.
    async fn digests(
        &self,
        app: &App,
        activity: &Activity,
    ) -> Option<Arc<HashMap<Origin, String>>> {
        let id = activity.account_id;
        let followers: service::Result<Vec<String>> = app
            .database()
            .read(move |conn| Ok(storage::follows::remote_followers(conn, id)?))
            .await;
        let followers = followers
            .inspect_err(|error| tracing::warn!(%error, "followers could not be read"))
            .ok()?;
        let mut by_origin: HashMap<Origin, Vec<&str>> = HashMap::new();
        for uri in &followers {
            if let Some(origin) = Origin::parse(uri) {
                by_origin.entry(origin).or_default().push(uri);
            }
        }
        let digests: HashMap<Origin, String> = by_origin
            .into_iter()
            .map(|(origin, uris)| (origin, digest(uris)))
            .collect();
        let digests = Arc::new(digests);
        self.0.digests.insert(activity.id, digests.clone());
        Some(digests)
    }

    /// Whom the server of `account` lists as followers of theirs. None unless it is the whole list.
    pub(crate) async fn listed_followers(
        &self,
        app: &App,
        account: &Account,
        url: &str,
    ) -> Option<Vec<String>> {
        let theirs = Origin::parse(&account.uri)?;
        let budget = Budget::of(REQUESTS);
        let mut listed = Vec::new();
        let mut next = Some(Value::from(url));
        for _ in 0..PAGES {
            let Some(here) = next.take() else { break };
            let page = match here.as_str() {
                Some(address) => {
                    let address = Url::parse(address).ok()?;
                    if Origin::of(&address)? != theirs {
                        return None;
                    }
                    self.get(app, &budget, &address).await.ok()?.json
                }
                None => here,
            };
            let first = read::one(&page, "first");
            let items = page.get("orderedItems").or_else(|| page.get("items"));
            match (items, first) {
                (Some(items), _) => {
                    listed.extend(
                        items
                            .as_array()?
                            .iter()
                            .filter_map(id_of)
                            .map(str::to_owned),
                    );
                }
                (None, Some(_)) => {}
                (None, None) => return None,
            }
            next = first.or_else(|| read::one(&page, "next")).cloned();
        }
        next.is_none().then_some(listed)
    }
}

/// Somebody's own server says with an activity which of ours follow them.
pub(crate) async fn hear(app: &App, request: &HttpRequest, actor: &str) {
    let header = request.headers().get(HEADER);
    let Some(claim) = header.and_then(|value| claim(value.to_str().ok()?)) else {
        return;
    };
    let theirs = Origin::parse(actor);
    if theirs.is_none() || Origin::parse(&claim.url) != theirs {
        return;
    }
    if let Err(error) = compare(app, actor.to_owned(), claim).await {
        tracing::warn!(%error, "followers could not be compared");
    }
}

fn claim(header: &str) -> Option<Claim> {
    if header.len() > LONGEST {
        return None;
    }
    let mut said: HashMap<&str, &str> = HashMap::new();
    let mut rest = header.trim();
    while !rest.is_empty() && said.len() < PARTS {
        let (name, value, after) = field(rest)?;
        said.insert(name, value);
        rest = after;
    }
    let said = |name| said.get(name).map(|value| (*value).to_owned());
    Some(Claim {
        collection: said("collectionId")?,
        digest: said("digest")?.to_lowercase(),
        url: said("url")?,
    })
}
