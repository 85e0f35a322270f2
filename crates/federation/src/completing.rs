//! Making threads and profiles whole. Collections only say what to ask for: each post is asked for at its own server,
//! and believed about itself. FEP-7888 and FEP-f228 (`context`), and `replies` as W3C ActivityPub knows them.

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use serde_json::Value;
use service::App;
use service::incoming::RemoteStatus;
use storage::accounts::Account;
use tokio::time::timeout;
use url::Url;

use crate::convert::note::{author_of, is_post};
use crate::fetch::{Outcome, REQUESTS, read_database};
use crate::net::{Budget, Fetched};
use crate::origin::Origin;
use crate::protocol::addressing::visibility;
use crate::protocol::read::{self, id_of, kind};
use crate::{Federation, Refusal};

/// Less than the lease of a job.
const PATIENCE: Duration = Duration::from_secs(30);
/// How far below the post that was opened answers are looked for.
const DEPTH: usize = 8;
/// Pages of one collection.
const PAGES: usize = 5;
/// Posts that one collection names.
const NAMED: usize = 200;
/// Servers that are asked because of one thread.
const HOSTS: usize = 20;
/// Posts of one profile.
const RECENT: usize = 20;

impl Federation {
    /// Stores what is missing of a thread, above and below `status`, as far as it can be had.
    pub(crate) async fn complete_thread(&self, app: &App, status: &str, above: Option<&str>) {
        let mut search = Search::new(self, app);
        let work = async {
            if let Some(above) = above
                && let Some(document) = search.document(above).await
            {
                search.store(document).await;
            }
            search.below(status).await;
        };
        if timeout(PATIENCE, work).await.is_err() {
            tracing::debug!(status, "a thread could not be completed in time");
        }
    }

    /// Stores what somebody posted last, what they have at the top of their profile, and whom they recommend.
    pub(crate) async fn complete_profile(&self, app: &App, account: &Account) -> Outcome<()> {
        let search = Search::new(self, app);
        let work = async {
            let recent = search.posts_of(account, &account.outbox_uri).await;
            let featured = match &account.featured_uri {
                Some(featured) => search.posts_of(account, featured).await,
                None => None,
            };
            let mut posts = Vec::new();
            let mut pinned = Vec::new();
            for (uri, post) in featured.iter().flatten() {
                pinned.push(uri.clone());
                posts.extend(post.clone());
            }
            posts.extend(recent.into_iter().flatten().filter_map(|(_, post)| post));
            posts.sort_by_key(|post| post.published);
            service::incoming::receive_thread(app, posts).await?;
            if featured.is_some() {
                service::incoming::feature_only(app, account.id, pinned).await?;
            }
            if let Err(refusal) = self.complete_collections(app, account).await {
                tracing::debug!(%refusal, "the collections of a profile were not taken");
            }
            Ok::<(), Refusal>(())
        };
        timeout(PATIENCE, work).await.unwrap_or(Ok(()))
    }
}

/// One search, and how far it may go.
pub(crate) struct Search<'a> {
    federation: &'a Federation,
    app: &'a App,
    budget: Budget,
    /// The posts that were asked for.
    asked: HashSet<String>,
    hosts: HashSet<Origin>,
}

impl<'a> Search<'a> {
    pub(crate) fn new(federation: &'a Federation, app: &'a App) -> Self {
        Self {
            federation,
            app,
            budget: Budget::of(REQUESTS),
            asked: HashSet::new(),
            hosts: HashSet::new(),
        }
    }

    /// Whatever has that id, from its own server.
    pub(crate) async fn object(&self, uri: &str) -> Outcome<Value> {
        self.federation.object(self.app, &self.budget, uri).await
    }

    /// The post of that id, from its own server; none if it was asked for before or cannot be had.
    pub(crate) async fn document(&mut self, uri: &str) -> Option<Value> {
        let origin = Origin::parse(uri)?;
        if !self.hosts.contains(&origin) {
            if self.hosts.len() >= HOSTS {
                return None;
            }
            self.hosts.insert(origin);
        }
        if !self.asked.insert(uri.to_owned()) {
            return None;
        }
        self.object(uri).await.ok().filter(is_open)
    }

    /// Stores a post and those above it. What is not taken in is missing, and is no reason to stop.
    pub(crate) async fn store(&self, document: Value) {
        let above = HashSet::new();
        let posts = self
            .federation
            .thread(self.app, &self.budget, document, &above)
            .await;
        let stored = match posts {
            Ok(posts) => service::incoming::receive_thread(self.app, posts)
                .await
                .map(drop)
                .map_err(Into::into),
            Err(refusal) => Err(refusal),
        };
        if let Err(refusal) = stored {
            tracing::debug!(%refusal, "a post of a thread was not taken");
        }
    }

    /// Stores the answers to a post: all that the collection of the thread names or, where there is none, the answers
    /// to it and to each of them.
    async fn below(&mut self, status: &str) {
        let Some(document) = self.document(status).await else {
            return;
        };
        if let Some(context) = read::id(&document, "context").and_then(read::web_address) {
            let named = self.items(&Value::from(context)).await;
            if !named.is_empty() {
                for (uri, is_known) in self.unknown_first(named).await {
                    if !is_known {
                        self.answer(&uri).await;
                    }
                }
                return;
            }
        }
        let mut open = VecDeque::from([(document, 0)]);
        while let Some((document, depth)) = open.pop_front() {
            let Some(replies) = read::one(&document, "replies") else {
                continue;
            };
            let named = self.items(replies).await;
            for (uri, is_known) in self.unknown_first(named).await {
                let found = if is_known {
                    self.document(&uri).await
                } else {
                    self.answer(&uri).await
                };
                open.extend(
                    found
                        .filter(|_| depth + 1 < DEPTH)
                        .map(|found| (found, depth + 1)),
                );
            }
        }
    }

    /// Fetches and stores a post if it answers another one.
    async fn answer(&mut self, uri: &str) -> Option<Value> {
        let document = self.document(uri).await?;
        read::id(&document, "inReplyTo")?;
        self.store(document.clone()).await;
        Some(document)
    }

    /// The ids that a collection names, given by its address or embedded.
    async fn items(&self, collection: &Value) -> Vec<String> {
        let mut named: Vec<String> = Vec::new();
        let mut page = Some(collection.clone());
        for _ in 0..PAGES {
            let Some(here) = page.take() else { break };
            let here = match here.as_str() {
                Some(address) => match self.collection(address).await {
                    Some(fetched) => fetched.json,
                    None => break,
                },
                None => here,
            };
            named.extend(entries(&here).filter_map(id_of).map(str::to_owned));
            if named.len() >= NAMED {
                break;
            }
            let next = read::one(&here, "first").or_else(|| read::one(&here, "next"));
            page = next.cloned();
        }
        named.truncate(NAMED);
        named
    }

    /// A collection, or a page of one, at an address of another server.
    pub(crate) async fn collection(&self, address: &str) -> Option<Fetched> {
        let url = Url::parse(address).ok()?;
        if Origin::of(&url) == Origin::of(&self.app.settings().public_url) {
            return None;
        }
        self.federation.get(self.app, &self.budget, &url).await.ok()
    }

    /// The ids, each with whether we know it; those that are news to us first.
    pub(crate) async fn unknown_first(&self, uris: Vec<String>) -> Vec<(String, bool)> {
        let asked = uris.clone();
        let known = read_database(self.app, move |conn| {
            let uris: Vec<&str> = asked.iter().map(String::as_str).collect();
            storage::statuses::known_among(conn, &uris)
        })
        .await;
        let known: HashSet<String> = match known {
            Ok(known) => known.into_iter().collect(),
            Err(refusal) => {
                tracing::debug!(%refusal, "what is known of a thread could not be read");
                return Vec::new();
            }
        };
        let mut uris: Vec<(String, bool)> = uris
            .into_iter()
            .map(|uri| {
                let is_known = known.contains(&uri);
                (uri, is_known)
            })
            .collect();
        uris.sort_by_key(|(_, is_known)| *is_known);
        uris
    }

    /// The ids of somebody's posts that the first page of a collection of theirs names, each with the post if it is
    /// news to us. None if there is no such collection at their server.
    async fn posts_of(
        &self,
        account: &Account,
        collection: &str,
    ) -> Option<Vec<(String, Option<RemoteStatus>)>> {
        let theirs = Origin::parse(&account.uri)?;
        let mut found = self.collection(collection).await?;
        let first = read::one(&found.json, "first").cloned();
        match first {
            Some(Value::String(address)) => found = self.collection(&address).await?,
            Some(page) => found.json = page,
            None => {}
        }
        if Origin::of(&found.url) != Some(theirs.clone()) {
            return None;
        }
        let entries: Vec<&Value> = entries(&found.json)
            .filter_map(|entry| match kind(entry) {
                "Create" => read::one(entry, "object"),
                "Announce" => None,
                _ => Some(entry),
            })
            .filter(|entry| id_of(entry).and_then(Origin::parse) == Some(theirs.clone()))
            .take(RECENT)
            .collect();
        let uris = entries.iter().filter_map(|entry| id_of(entry));
        let known: HashSet<String> = self
            .unknown_first(uris.map(str::to_owned).collect())
            .await
            .into_iter()
            .filter_map(|(uri, is_known)| is_known.then_some(uri))
            .collect();
        let mut posts = Vec::new();
        for entry in entries {
            let Some(uri) = id_of(entry) else { continue };
            let news = if known.contains(uri) {
                None
            } else {
                self.own_post(account, entry, uri).await
            };
            posts.push((uri.to_owned(), news));
        }
        Some(posts)
    }

    /// A post of the account's, as its server lists it or, where it is only named there, fetched.
    async fn own_post(&self, account: &Account, entry: &Value, uri: &str) -> Option<RemoteStatus> {
        let fetched;
        let document = if entry.is_object() && is_post(entry) {
            entry
        } else {
            fetched = self
                .federation
                .object(self.app, &self.budget, uri)
                .await
                .ok()?;
            &fetched
        };
        if !is_open(document) || author_of(document) != Some(account.uri.as_str()) {
            return None;
        }
        let post = self
            .federation
            .understood(self.app, &self.budget, document)
            .await;
        post.ok()
    }
}

pub(crate) fn entries(page: &Value) -> impl Iterator<Item = &Value> {
    let ordered = read::many(page, "orderedItems").into_iter();
    ordered.chain(read::many(page, "items"))
}

/// Whether it is a post that everybody may read.
fn is_open(document: &Value) -> bool {
    is_post(document) && visibility(document, "").is_open()
}
