//! Asking what came of a post elsewhere. Its collection only says what its author agrees to: each post is asked for at its
//! own server, and believed about itself.

use std::time::Duration;

use serde_json::Value;
use service::{App, Derived};
use tokio::time::timeout;
use url::Url;

use crate::completing::{Search, entries};
use crate::convert::lineage::had_derivation;
use crate::fetch::Outcome;
use crate::origin::Origin;
use crate::protocol::read::{self, id_of};
use crate::{Federation, Refusal};

/// Less than the lease of a job.
const PATIENCE: Duration = Duration::from_secs(30);
/// Pages of one collection.
const PAGES: usize = 25;
/// Posts that one collection names.
const NAMED: usize = 500;
/// Posts that are not known and are fetched because one collection names them.
const FETCHED: usize = 30;

impl Federation {
    /// What the server of a post lists as coming from it, with the posts stored that were not known. None if it
    /// lists nothing, or not at its own address.
    pub(crate) async fn derivations_of(&self, app: &App, uri: &str) -> Outcome<Option<Derived>> {
        let mut search = Search::new(self, app);
        let work = async {
            let document = search.object(uri).await?;
            let (Some(collection), Some(theirs)) =
                (had_derivation(&document).cloned(), Origin::parse(uri))
            else {
                return Ok(None);
            };
            let Some(derived) = listed(&search, collection, &theirs).await else {
                return Ok(None);
            };
            let listed = search.unknown_first(derived.uris.clone()).await?;
            let unknown = listed.into_iter().filter(|(_, is_known)| !is_known);
            for (uri, _) in unknown.take(FETCHED) {
                if let Some(document) = search.document(&uri).await {
                    search.store(document).await?;
                }
            }
            Ok::<_, Refusal>(Some(derived))
        };
        let slow = Refusal::Transient("it took too long".to_owned());
        timeout(PATIENCE, work).await.unwrap_or(Err(slow))
    }
}

/// The ids that a collection names, which is at the same origin with all of its pages; none if it is not.
async fn listed(search: &Search<'_>, collection: Value, theirs: &Origin) -> Option<Derived> {
    let mut found = Derived::default();
    let mut page = Some(collection);
    for _ in 0..PAGES {
        let Some(here) = page.take() else { break };
        let here = match here.as_str() {
            Some(address) => {
                if Origin::parse(address).as_ref() != Some(theirs) {
                    return None;
                }
                let fetched = search.collection(address).await?;
                if Origin::of(&fetched.url).as_ref() != Some(theirs) {
                    return None;
                }
                fetched.json
            }
            None => here,
        };
        let named = entries(&here).filter_map(id_of);
        found
            .uris
            .extend(named.filter(|uri| is_address(uri)).map(str::to_owned));
        let next = read::one(&here, "first").or_else(|| read::one(&here, "next"));
        page = next.cloned();
        if found.uris.len() > NAMED {
            found.uris.truncate(NAMED);
            return Some(found);
        }
    }
    found.is_whole = page.is_none();
    Some(found)
}

fn is_address(uri: &str) -> bool {
    uri.len() <= 2_048 && Url::parse(uri).is_ok()
}
