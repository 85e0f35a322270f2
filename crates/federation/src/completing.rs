//! Making threads and profiles whole. Collections only say what to ask for: each post is asked for at its own server,
//! and believed about itself. FEP-7888 and FEP-f228 (`context`), and `replies` as W3C ActivityPub knows them.

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use domain::AccountKind;
use serde_json::Value;
use service::App;
use service::incoming::{Boost, RemoteStatus};
use storage::accounts::{Account, Totals};
use tokio::time::timeout;
use url::Url;

use crate::convert::note::{author_of, is_post, totals};
use crate::fetch::{Outcome, REQUESTS, is_known, read_database};
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
    /// Stores what is missing of a thread, above and below `status`, as far as it can be had. An error is one of our own
    /// database.
    pub(crate) async fn complete_thread(
        &self,
        app: &App,
        status: &str,
        above: Option<&str>,
    ) -> Outcome<()> {
        let mut search = Search::new(self, app);
        let work = async {
            if let Some(above) = above
                && let Some(document) = search.document(above).await
            {
                search.store(document).await?;
            }
            search.below(status).await
        };
        timeout(PATIENCE, work).await.unwrap_or_else(|_| {
            tracing::debug!(status, "a thread could not be completed in time");
            Ok(())
        })
    }

    /// Stores what somebody posted last, what they have at the top of their profile, and whom they recommend; of a group also
    /// what it passed on last; where numbers are shown, how many posts, followers and followed they have in all.
    pub(crate) async fn complete_profile(&self, app: &App, account: &Account) -> Outcome<()> {
        let search = Search::new(self, app);
        let work = async {
            let outbox = search.collection(&account.outbox_uri).await;
            let posted = outbox.as_ref().and_then(|found| total(account, found));
            let outbox = match outbox {
                Some(found) => search.page_of(account, found).await,
                None => None,
            };
            let featured = match &account.featured_uri {
                Some(featured) => search.first_page(account, featured).await,
                None => None,
            };
            let mut posts = Vec::new();
            let mut pinned = Vec::new();
            if let Some(page) = &featured {
                for (uri, post) in search.posts_of(account, page, RECENT).await? {
                    pinned.push(uri);
                    posts.extend(post);
                }
            }
            if let Some(page) = &outbox {
                posts.extend(search.recent(account, page.clone()).await?);
            }
            posts.sort_by_key(|post| post.published);
            service::incoming::receive_thread(app, posts).await?;
            if featured.is_some() {
                service::incoming::feature_only(app, account.id, pinned).await?;
            }
            if account.kind == AccountKind::Group
                && let Some(page) = &outbox
            {
                search.store_passed_on(account, page).await?;
            }
            if app.settings().show_counts {
                let totals = search.totals(account, posted).await;
                service::incoming::note_totals_of_account(app, account.id, totals).await?;
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

    /// Stores a post and those above it. What is not taken in is missing, and is no reason to stop; a database that does
    /// not answer is.
    pub(crate) async fn store(&self, document: Value) -> Outcome<()> {
        let above = HashSet::new();
        let posts = self
            .federation
            .thread(self.app, &self.budget, document, &above)
            .await;
        let posts = match posts {
            Ok(posts) => posts,
            Err(refusal) => {
                tracing::debug!(%refusal, "a post of a thread was not understood");
                return Ok(());
            }
        };
        match service::incoming::receive_thread(self.app, posts).await {
            Err(error @ (service::Error::Unavailable(_) | service::Error::Full)) => {
                Err(error.into())
            }
            Err(error) => {
                tracing::debug!(%error, "a post of a thread was not taken");
                Ok(())
            }
            Ok(_) => Ok(()),
        }
    }

    /// Stores the answers to a post: all that the collection of the thread names or, where there is none, the answers
    /// to it and to each of them.
    async fn below(&mut self, status: &str) -> Outcome<()> {
        let Some(document) = self.document(status).await else {
            return Ok(());
        };
        if self.app.settings().show_counts {
            let totals = totals(&document);
            service::incoming::note_totals_of_status(self.app, status, totals).await?;
        }
        if let Some(context) = read::id(&document, "context").and_then(read::web_address) {
            let named = self.items(&Value::from(context)).await;
            if !named.is_empty() {
                for (uri, is_known) in self.unknown_first(named).await? {
                    if !is_known {
                        self.answer(&uri).await?;
                    }
                }
                return Ok(());
            }
        }
        let mut open = VecDeque::from([(document, 0)]);
        while let Some((document, depth)) = open.pop_front() {
            // PeerTube has another name for them.
            let replies = read::one(&document, "replies");
            let Some(replies) = replies.or_else(|| read::one(&document, "comments")) else {
                continue;
            };
            let named = self.items(replies).await;
            for (uri, is_known) in self.unknown_first(named).await? {
                let found = if is_known {
                    self.document(&uri).await
                } else {
                    self.answer(&uri).await?
                };
                open.extend(
                    found
                        .filter(|_| depth + 1 < DEPTH)
                        .map(|found| (found, depth + 1)),
                );
            }
        }
        Ok(())
    }

    /// Fetches and stores a post if it answers another one.
    async fn answer(&mut self, uri: &str) -> Outcome<Option<Value>> {
        let found = self.document(uri).await;
        let answer = found.filter(|document| read::id(document, "inReplyTo").is_some());
        if let Some(document) = &answer {
            self.store(document.clone()).await?;
        }
        Ok(answer)
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
    pub(crate) async fn unknown_first(&self, uris: Vec<String>) -> Outcome<Vec<(String, bool)>> {
        let asked = uris.clone();
        let known = read_database(self.app, move |conn| {
            let uris: Vec<&str> = asked.iter().map(String::as_str).collect();
            storage::statuses::known_among(conn, &uris)
        })
        .await?;
        let known: HashSet<String> = known.into_iter().collect();
        let mut uris: Vec<(String, bool)> = uris
            .into_iter()
            .map(|uri| {
                let is_known = known.contains(&uri);
                (uri, is_known)
            })
            .collect();
        uris.sort_by_key(|(_, is_known)| *is_known);
        Ok(uris)
    }

    /// The first page of a collection of somebody's. None if there is no such collection at their server.
    async fn first_page(&self, account: &Account, collection: &str) -> Option<Value> {
        let found = self.collection(collection).await?;
        self.page_of(account, found).await
    }

    /// The same of a collection that was fetched.
    async fn page_of(&self, account: &Account, mut found: Fetched) -> Option<Value> {
        let theirs = Origin::parse(&account.uri)?;
        let first = read::one(&found.json, "first").cloned();
        match first {
            Some(Value::String(address)) => found = self.collection(&address).await?,
            Some(page) => found.json = page,
            None => {}
        }
        (Origin::of(&found.url) == Some(theirs)).then_some(found.json)
    }

    /// How much somebody posted, as was found, and how many follow them and are followed.
    async fn totals(&self, account: &Account, posted: Option<i64>) -> Totals {
        Totals {
            statuses: posted,
            followers: self.total_at(account, &account.followers_uri).await,
            following: self.total_at(account, &account.following_uri).await,
        }
    }

    async fn total_at(&self, account: &Account, collection: &str) -> Option<i64> {
        let found = self.collection(collection).await?;
        total(account, &found)
    }

    /// What somebody posted last and is news to us, from the first page of their outbox on: pages may be full of boosts.
    async fn recent(&self, account: &Account, first: Value) -> Outcome<Vec<RemoteStatus>> {
        let (mut posts, mut seen) = (Vec::new(), 0);
        let mut page = Some(first);
        for _ in 0..PAGES {
            let Some(here) = page.take() else { break };
            let found = self.posts_of(account, &here, RECENT - seen).await?;
            seen += found.len();
            posts.extend(found.into_iter().filter_map(|(_, post)| post));
            if seen >= RECENT {
                break;
            }
            page = self.next_page(account, &here).await;
        }
        Ok(posts)
    }

    /// The page after this one. None if there is none at the account's server.
    async fn next_page(&self, account: &Account, page: &Value) -> Option<Value> {
        let found = self.collection(read::id(page, "next")?).await?;
        (Origin::of(&found.url) == Some(Origin::parse(&account.uri)?)).then_some(found.json)
    }

    /// The ids of up to `most` of somebody's posts that a page of a collection of theirs names, each with the post if it is
    /// news to us.
    async fn posts_of(
        &self,
        account: &Account,
        page: &Value,
        most: usize,
    ) -> Outcome<Vec<(String, Option<RemoteStatus>)>> {
        let theirs = Origin::parse(&account.uri);
        let is_theirs = |id: &str| theirs.is_some() && Origin::parse(id) == theirs;
        let entries: Vec<&Value> = entries(page)
            .filter_map(|entry| match kind(entry) {
                "Create" => read::one(entry, "object"),
                "Announce" => None,
                _ => Some(entry),
            })
            .filter(|entry| id_of(entry).is_some_and(is_theirs))
            .take(most)
            .collect();
        let uris = entries.iter().filter_map(|entry| id_of(entry));
        let known: HashSet<String> = self
            .unknown_first(uris.map(str::to_owned).collect())
            .await?
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
        Ok(posts)
    }

    /// Stores what a group passed on last, as a page of its outbox says: its posts are those of others.
    async fn store_passed_on(&self, group: &Account, page: &Value) -> Outcome<()> {
        let theirs = Origin::parse(&group.uri);
        let is_theirs = |entry: &&Value| {
            kind(entry) == "Announce"
                && read::id(entry, "actor") == Some(group.uri.as_str())
                && theirs.is_some()
                && id_of(entry).and_then(Origin::parse) == theirs
        };
        let announces: Vec<&Value> = entries(page).filter(is_theirs).take(RECENT).collect();
        for announce in announces {
            if let Some(boost) = self.passed_on(group, announce).await {
                service::incoming::receive_boost(self.app, group.id, boost).await?;
            }
        }
        Ok(())
    }

    /// What an Announce of a group's passes on: a post, or the Create of one that begins a thread (FEP-1b12).
    async fn passed_on(&self, group: &Account, announce: &Value) -> Option<Boost> {
        let told = read::one(announce, "object")?;
        let is_create = kind(told) == "Create";
        let object = if is_create {
            read::one(told, "object")?
        } else {
            told
        };
        let uri = id_of(object)?;
        let fetched;
        let document = if is_known(self.app, uri).await.ok()? {
            None
        } else if is_post(object) && Origin::parse(uri) == Origin::parse(&group.uri) {
            Some(object)
        } else {
            fetched = self.object(uri).await.ok()?;
            Some(&fetched)
        };
        let said = document.unwrap_or(object);
        if is_create && read::id(said, "inReplyTo").is_some() {
            return None;
        }
        let mut posts = Vec::new();
        if let Some(document) = document {
            if !is_open(document) {
                return None;
            }
            let post = self
                .federation
                .understood(self.app, &self.budget, document)
                .await;
            posts.push(post.ok()?);
        }
        Some(Boost {
            uri: id_of(announce)?.to_owned(),
            of: posts
                .last()
                .map_or(uri, |post| post.uri.as_str())
                .to_owned(),
            // Lemmy does not say when it passed something on.
            published: read::time(announce, "published").or_else(|| read::time(said, "published")),
            visibility: visibility(announce, &group.followers_uri),
            posts,
        })
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

/// How much a collection of somebody's holds, if it is their own server that says so.
fn total(account: &Account, found: &Fetched) -> Option<i64> {
    let theirs = Origin::parse(&account.uri)?;
    read::total(&found.json).filter(|_| Origin::of(&found.url) == Some(theirs))
}

pub(crate) fn entries(page: &Value) -> impl Iterator<Item = &Value> {
    let ordered = read::many(page, "orderedItems").into_iter();
    ordered.chain(read::many(page, "items"))
}

/// Whether it is a post that everybody may read.
fn is_open(document: &Value) -> bool {
    is_post(document) && visibility(document, "").is_open()
}
