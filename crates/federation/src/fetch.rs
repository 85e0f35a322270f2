//! Asking other servers: for people, by handle or id, and for posts.
//!
//! A document is believed about itself only, and only where it was found: at its own id.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use domain::{AccountId, Handle, Host, Policy, Time, limits};
use serde_json::Value;
use service::cards::Page;
use service::incoming::{RemoteAccount, RemoteQuote, RemoteStatus};
use service::software::Software;
use service::translation::{Languages, Translated};
use service::{App, Derived, RemoteFetcher};
use storage::accounts::{Account, Identity};
use url::Url;

use crate::completing::entries;
use crate::convert::quote::Quoting;
use crate::convert::{actor, note, quote};
use crate::net::{Budget, FetchError, Fetched, Found};
use crate::origin::{Origin, same_origin};
use crate::protocol::read::{self, text};
use crate::signatures::Signer;
use crate::webfinger::is_taken;
use crate::{Federation, Refusal};

/// Requests that one search may cause.
pub(crate) const REQUESTS: usize = 100;
/// Posts above one that are fetched.
const ANCESTORS: usize = 20;
/// People mentioned in one post who are fetched, if they are not known.
const MENTIONED: usize = 10;

pub(crate) type Outcome<T> = Result<T, Refusal>;

impl Federation {
    /// The object of that id, from its own server.
    pub(crate) async fn object(&self, app: &App, budget: &Budget, uri: &str) -> Outcome<Value> {
        let refuse = |reason: &str| Refusal::Permanent(format!("{uri}: {reason}"));
        let url = Url::parse(uri).map_err(|_| refuse("no address"))?;
        if Origin::of(&url) == Origin::of(&app.settings().public_url) {
            return Err(refuse("our own address"));
        }
        let Fetched { url: found, json } = self.get(app, budget, &url).await?;
        let id = text(&json, "id").ok_or_else(|| refuse("it has no id"))?;
        let id_url = Url::parse(id).map_err(|_| refuse("its id is no address"))?;
        if id_url == found || id_url == url {
            return if same_origin(&id_url, &found) {
                Ok(json)
            } else {
                Err(refuse("found elsewhere"))
            };
        }
        // A page's address leads to an object of another id: ask there, once.
        let Fetched { url: found, json } = self.get(app, budget, &id_url).await?;
        if text(&json, "id") == Some(id_url.as_str()) && same_origin(&id_url, &found) {
            return Ok(json);
        }
        Err(refuse("its id leads elsewhere"))
    }

    /// The object of which somebody found an address anywhere: its id, its page, or what leads to one of them. It is
    /// believed at its own id only.
    async fn found_at(&self, app: &App, budget: &Budget, address: &str) -> Outcome<Value> {
        let refuse = |reason: &str| Refusal::Permanent(format!("{address}: {reason}"));
        let url = Url::parse(address).map_err(|_| refuse("no address"))?;
        if Origin::of(&url) == Origin::of(&app.settings().public_url) {
            return Err(refuse("our own address"));
        }
        match self.find(app, budget, &url).await? {
            Found::Object(Fetched { url: found, json }) => {
                let id = text(&json, "id").ok_or_else(|| refuse("it has no id"))?;
                if Url::parse(id).is_ok_and(|id| id == found) {
                    return Ok(json);
                }
                self.object(app, budget, id).await
            }
            Found::Page(Some(object)) => self.object(app, budget, object.as_str()).await,
            Found::Page(None) => Err(refuse("a page of nothing that we understand")),
        }
    }

    /// Our server itself asks, so that servers that want to know who asks can be told.
    pub(crate) async fn get(&self, app: &App, budget: &Budget, url: &Url) -> Outcome<Fetched> {
        let signer = self.asking(app).await?;
        let client = self.client().within(budget);
        let fetched = client.get_activity_json(url, Some(&signer)).await;
        self.keep_formats(app).await;
        Ok(fetched?)
    }

    async fn find(&self, app: &App, budget: &Budget, url: &Url) -> Outcome<Found> {
        let signer = self.asking(app).await?;
        let client = self.client().within(budget);
        let found = client.get_found(url, Some(&signer)).await;
        self.keep_formats(app).await;
        Ok(found?)
    }

    /// What signs for our server.
    async fn asking(&self, app: &App) -> Outcome<Signer> {
        let asking = service::users::instance_actor(app).await?;
        let signer = self.signer(app, asking.id).await?;
        self.recall_formats(app).await;
        Ok(signer)
    }

    /// Who has that id, fetched if they are not known.
    pub(crate) async fn actor(&self, app: &App, budget: &Budget, uri: &str) -> Outcome<Identity> {
        match known_actor(app, uri).await? {
            Some(known) => Ok(known),
            None => Ok(self.fetch_actor(app, budget, uri).await?.into()),
        }
    }

    /// Fetches an account, known or not, and stores it.
    pub(crate) async fn fetch_actor(
        &self,
        app: &App,
        budget: &Budget,
        uri: &str,
    ) -> Outcome<Account> {
        let asked = app.now();
        let document = self.object(app, budget, uri).await?;
        self.store_actor(app, budget, &document, asked).await
    }

    /// Stores an account whose document came from its own server, which was asked at `asked`.
    pub(crate) async fn store_actor(
        &self,
        app: &App,
        budget: &Budget,
        document: &Value,
        asked: Time,
    ) -> Outcome<Account> {
        let remote = self.profile(app, budget, document).await?;
        Ok(service::incoming::upsert_account(app, remote, asked).await?)
    }

    /// What an actor's document says, which came from its own server.
    pub(crate) async fn profile(
        &self,
        app: &App,
        budget: &Budget,
        document: &Value,
    ) -> Outcome<RemoteAccount> {
        let uri = text(document, "id").unwrap_or_default();
        let known = known_actor(app, uri).await?.and_then(|known| known.host);
        let (host, is_named) = match known {
            Some(host) => {
                let host = host.parse::<Host>();
                let host = host.map_err(|_| Refusal::Permanent("its host".to_owned()))?;
                let handle = Handle {
                    username: text(document, "preferredUsername")
                        .unwrap_or_default()
                        .to_owned(),
                    host: Some(host.clone()),
                };
                // Only if another one has it: who was not asked about takes it from nobody.
                let is_named =
                    is_taken(app, &handle, uri).await? && self.leads_to(budget, &handle, uri).await;
                (host, is_named)
            }
            None => self.handle_host(budget, document).await?,
        };
        let remote = self.aside(document, move |document| {
            let remote = actor::from_json(document, host)?;
            Ok(RemoteAccount { is_named, ..remote })
        });
        let remote = remote.await?;
        if Origin::parse(&remote.inbox) == Origin::of(&app.settings().public_url) {
            return Err(Refusal::Permanent("its inbox is ours".to_owned()));
        }
        Ok(remote)
    }

    /// The account of a handle elsewhere; none if there is nobody of that name.
    async fn account_of(&self, app: &App, handle: &Handle) -> Outcome<Option<Account>> {
        let budget = Budget::of(REQUESTS);
        let document = match self.webfinger(&budget, handle).await {
            Ok(document) => document,
            Err(Refusal::Permanent(_) | Refusal::Gone(_)) => return Ok(None),
            Err(refusal) => return Err(refusal),
        };
        let Some(link) = document.actor else {
            return Ok(None);
        };
        if Origin::of(&link) == Origin::of(&app.settings().public_url) {
            return Ok(None);
        }
        let asked = app.now();
        let found = self.object(app, &budget, link.as_str()).await?;
        let mut remote = self.profile(app, &budget, &found).await?;
        // Who was met while this host did not answer is known by that of their server.
        if let Some(named) = &handle.host
            && *named != remote.host
            && Host::of(&link).is_ok_and(|own| own != *named)
            && let (there, true) = self.handle_host(&budget, &found).await?
            && there == *named
        {
            remote.host = there;
            remote.is_named = true;
        }
        let account = service::incoming::upsert_account(app, remote, asked).await?;
        // Whoever is named must say so too: a host can point at anybody, and be believed by nobody.
        let is_theirs = |subject: Handle| subject.key() == account.handle_key;
        let agreed = account.handle_key == handle.key() || document.subject.is_some_and(is_theirs);
        Ok(agreed.then_some(account))
    }

    /// A post that was found at its own id, below those above it that are neither known nor `coming`:
    /// oldest first, itself last.
    pub(crate) async fn thread(
        &self,
        app: &App,
        budget: &Budget,
        document: Value,
        coming: &HashSet<String>,
    ) -> Outcome<Vec<RemoteStatus>> {
        let answered = |document: &Value| {
            let uri = read::id(document, "inReplyTo")?;
            let of_page = app.addresses().id_of_page(uri);
            Some(of_page.unwrap_or_else(|| uri.to_owned()))
        };
        let mut above = answered(&document);
        let mut chain = vec![document];
        while let Some(uri) = above.take() {
            if chain.len() > ANCESTORS || coming.contains(&uri) || is_known(app, &uri).await? {
                break;
            }
            // What cannot be had leaves the thread shorter, and is no reason to lose the rest of it.
            let Ok(parent) = self.object(app, budget, &uri).await else {
                break;
            };
            if !note::is_post(&parent)
                || chain
                    .iter()
                    .any(|known| text(known, "id") == text(&parent, "id"))
            {
                break;
            }
            let id = text(&parent, "id").unwrap_or_default().to_owned();
            // Somebody pasted the address of a page: what it led to is answered.
            if let Some(below) = chain.last_mut().and_then(Value::as_object_mut) {
                below.insert("inReplyTo".to_owned(), Value::from(id.as_str()));
            }
            if id != uri && is_known(app, &id).await? {
                break;
            }
            above = answered(&parent);
            chain.push(parent);
        }
        let mut posts = Vec::with_capacity(chain.len());
        while let Some(document) = chain.pop() {
            match self.understood(app, budget, &document).await {
                Ok(post) => posts.push(post),
                Err(refusal) if chain.is_empty() => return Err(refusal),
                Err(refusal) => tracing::debug!(%refusal, "a post above another was not taken"),
            }
        }
        Ok(posts)
    }

    /// The ids of those whom a group names as its moderators, at its own server.
    pub(crate) async fn moderators(
        &self,
        app: &App,
        budget: &Budget,
        group: &str,
    ) -> Outcome<Vec<String>> {
        let document = self.object(app, budget, group).await?;
        let list = ["attributedTo", "moderators"]
            .iter()
            .find_map(|key| read::id(&document, key))
            .and_then(|list| Url::parse(list).ok())
            .filter(|list| Origin::of(list) == Origin::parse(group));
        let Some(list) = list else {
            return Ok(Vec::new());
        };
        let found = self.get(app, budget, &list).await?;
        if Origin::of(&found.url) != Origin::of(&list) {
            return Ok(Vec::new());
        }
        let named = entries(&found.json).filter_map(read::id_of);
        Ok(named.take(limits::STEWARDS).map(str::to_owned).collect())
    }

    /// A post with its author, those it mentions, and what it quotes.
    pub(crate) async fn understood(
        &self,
        app: &App,
        budget: &Budget,
        document: &Value,
    ) -> Outcome<RemoteStatus> {
        let mut post = self.words(app, budget, document).await?;
        if let Some(quoting) = quote::from_json(document) {
            post.quote = Some(self.quoted(app, budget, quoting, &post.uri).await?);
        }
        Ok(post)
    }

    /// What the post `by` quotes, and whether the one quoted lets it.
    async fn quoted(
        &self,
        app: &App,
        budget: &Budget,
        quoting: Quoting,
        by: &str,
    ) -> Outcome<RemoteQuote> {
        let Quoting { mut uri, stamp } = quoting;
        if let Some(id) = app.addresses().id_of_page(&uri) {
            uri = id;
        }
        let mut quoted = None;
        // What cannot be had is missing in the quote, and is no reason to lose the post.
        if !is_known(app, &uri).await?
            && let Ok(document) = self.object(app, budget, &uri).await
            && note::is_post(&document)
            && let Ok(post) = self.words(app, budget, &document).await
        {
            uri.clone_from(&post.uri);
            quoted = Some(Box::new(post));
        }
        let mut approval = None;
        if let Some(stamp) = stamp
            && let Ok(document) = self.object(app, budget, &stamp).await
            && let Some(author) = quote::authorizes(&document, &stamp, by, &uri)
        {
            approval = Some((stamp, author.to_owned()));
        }
        Ok(RemoteQuote {
            uri,
            quoted,
            approval,
        })
    }

    /// A post with its author and those it mentions.
    async fn words(&self, app: &App, budget: &Budget, document: &Value) -> Outcome<RemoteStatus> {
        let refuse = |reason: &str| Refusal::Permanent(format!("not a usable post: {reason}"));
        let uri = text(document, "id").ok_or_else(|| refuse("no id"))?;
        let by = note::author_of(document).ok_or_else(|| refuse("nobody's"))?;
        let (uri, by_url) = (Url::parse(uri), Url::parse(by));
        if !matches!((&uri, &by_url), (Ok(uri), Ok(by)) if same_origin(uri, by)) {
            return Err(refuse("its author is on another server"));
        }
        let mut known = self.known(app, by, document).await?;
        let author = match known.remove(by) {
            Some(author) => author,
            None => self.actor(app, budget, by).await?,
        };
        let mut mentions = HashMap::new();
        let mut fetched = 0;
        for uri in note::mentioned(document, app.addresses()) {
            let found = if uri == author.uri {
                Some(author.id)
            } else if let Some(known) = known.get(&uri) {
                Some(known.id)
            } else if fetched < MENTIONED {
                fetched += 1;
                self.fetch_actor(app, budget, &uri)
                    .await
                    .ok()
                    .map(|account| account.id)
            } else {
                None
            };
            mentions.extend(found.map(|id| (uri, id)));
        }
        let ours = note::addressed(document, app.addresses().base());
        mentions.extend(
            ours.into_iter()
                .filter_map(|uri| known.get(&uri).map(|row| (uri, row.id))),
        );
        mentions.extend(self.networks(app, document).await?);
        let post = self.aside(document, move |document| {
            note::from_json(document, &author, &mentions)
        });
        let mut post = post.await?;
        let answered = post.in_reply_to_uri.as_deref();
        if let Some(id) = answered.and_then(|uri| app.addresses().id_of_page(uri)) {
            post.in_reply_to_uri = Some(id);
        }
        Ok(post)
    }

    /// Reads a document where nobody waits for it, few at a time: what is hostile keeps a processor busy for a while.
    async fn aside<T: Send + 'static>(
        &self,
        document: &Value,
        read: impl FnOnce(&Value) -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        let failed = |error: String| Refusal::Transient(format!("it was not read: {error}"));
        let place = self.0.reading.clone().acquire_owned().await;
        let place = place.map_err(|error| failed(error.to_string()))?;
        let document = document.clone();
        let work = tokio::task::spawn_blocking(move || {
            let _place = place;
            read(&document)
        });
        work.await.map_err(|error| failed(error.to_string()))?
    }

    /// Networks of ours that a post is addressed to: it is as good as a mention.
    async fn networks(&self, app: &App, document: &Value) -> Outcome<Vec<(String, AccountId)>> {
        let uris = note::audience(document, app.addresses().base());
        if uris.is_empty() {
            return Ok(Vec::new());
        }
        read_database(app, move |conn| {
            let uris: Vec<&str> = uris.iter().map(String::as_str).collect();
            let known = storage::accounts::identities(conn, &uris)?;
            let ids: Vec<AccountId> = known.iter().map(|row| row.id).collect();
            let networks = storage::networks::among_accounts(conn, &ids)?;
            Ok(known
                .into_iter()
                .filter(|row| networks.iter().any(|network| network.account_id == row.id))
                .map(|row| (row.uri, row.id))
                .collect())
        })
        .await
    }

    /// Who is known of those who have to do with a post, by uri.
    async fn known(
        &self,
        app: &App,
        by: &str,
        document: &Value,
    ) -> Outcome<HashMap<String, Identity>> {
        let mut uris = note::mentioned(document, app.addresses());
        uris.extend(note::addressed(document, app.addresses().base()));
        uris.push(by.to_owned());
        let known = read_database(app, move |conn| {
            let uris: Vec<&str> = uris.iter().map(String::as_str).collect();
            storage::accounts::identities(conn, &uris)
        })
        .await?;
        Ok(known
            .into_iter()
            .map(|row| (row.uri.clone(), row))
            .collect())
    }
}

/// Who is known by that id.
pub(crate) async fn known_actor(app: &App, uri: &str) -> Outcome<Option<Identity>> {
    let uri = uri.to_owned();
    let found = read_database(app, move |conn| {
        storage::accounts::identities(conn, &[uri.as_str()])
    });
    Ok(found.await?.into_iter().next())
}

/// Whether a status of that id is known, even if it was deleted. Once known, it stays known.
pub(crate) async fn is_known(app: &App, uri: &str) -> Outcome<bool> {
    let uri = uri.to_owned();
    let found = read_database(app, move |conn| {
        storage::statuses::known_among(conn, &[uri.as_str()])
    });
    Ok(!found.await?.is_empty())
}

pub(crate) async fn read_database<T: Send + 'static>(
    app: &App,
    question: impl FnOnce(&mut storage::DbConnection) -> Result<T, storage::QueryError> + Send + 'static,
) -> Outcome<T> {
    let answer: Result<T, service::Error> =
        app.database().read(move |conn| Ok(question(conn)?)).await;
    Ok(answer?)
}

#[async_trait]
impl RemoteFetcher for Federation {
    async fn account(&self, app: &App, handle: &Handle) -> service::Result<Option<Account>> {
        Ok(self.account_of(app, handle).await?)
    }

    async fn by_url(&self, app: &App, url: &str) -> service::Result<Option<service::Found>> {
        let (budget, asked) = (Budget::of(REQUESTS), app.now());
        let document = match self.found_at(app, &budget, url).await {
            Ok(document) => document,
            Err(Refusal::Permanent(_) | Refusal::Gone(_)) => return Ok(None),
            Err(refusal) => return Err(refusal.into()),
        };
        if note::is_post(&document) {
            let posts = self.thread(app, &budget, document, &HashSet::new()).await?;
            let found = service::incoming::receive_thread(app, posts).await?;
            return Ok(found.map(service::Found::Status));
        }
        let account = self.store_actor(app, &budget, &document, asked).await?;
        Ok(Some(service::Found::Account(account.id)))
    }

    fn keep_to(&self, policy: &Arc<Policy>) {
        self.client().keep_to(policy);
    }

    async fn thread(&self, app: &App, status: &str, above: Option<&str>) -> service::Result<()> {
        Ok(self.complete_thread(app, status, above).await?)
    }

    async fn is_gone(&self, app: &App, account: &Account) -> service::Result<bool> {
        let Ok(url) = Url::parse(&account.uri) else {
            return Ok(false);
        };
        let asking = service::users::instance_actor(app).await?;
        let signer = self.signer(app, asking.id).await?;
        let answer = self.client().get_activity_json(&url, Some(&signer)).await;
        Ok(matches!(answer, Err(FetchError::Gone)))
    }

    async fn followers(
        &self,
        app: &App,
        account: &Account,
        url: &str,
    ) -> service::Result<Option<Vec<String>>> {
        Ok(self.listed_followers(app, account, url).await)
    }

    async fn posts(&self, app: &App, account: &Account) -> service::Result<()> {
        Ok(self.complete_profile(app, account).await?)
    }

    async fn renew(&self, app: &App, uri: &str) -> service::Result<()> {
        let budget = Budget::of(REQUESTS);
        let document = self.object(app, &budget, uri).await?;
        let post = self.understood(app, &budget, &document).await?;
        service::incoming::renew(app, post).await
    }

    async fn derivations(&self, app: &App, uri: &str) -> service::Result<Option<Derived>> {
        Ok(self.derivations_of(app, uri).await?)
    }

    async fn page(&self, url: &str) -> service::Result<Page> {
        let url = Url::parse(url).map_err(|_| service::Error::NotFound)?;
        match self.client().get_page(&url).await {
            Ok(page) => Ok(Page {
                url: page.url,
                html: page.html,
            }),
            Err(error) => Err(service::Error::Unavailable(error.to_string())),
        }
    }

    async fn document(&self, url: &Url) -> service::Result<Value> {
        match self.client().get_embed(url).await {
            Ok(found) => Ok(found.json),
            Err(error) => Err(service::Error::Unavailable(error.to_string())),
        }
    }

    async fn software(&self, host: &str) -> service::Result<Option<Software>> {
        self.nodeinfo(host).await
    }

    async fn translation_languages(&self) -> service::Result<Languages> {
        self.translator()?.languages().await
    }

    async fn translate(
        &self,
        texts: Vec<String>,
        from: Option<&str>,
        to: &str,
    ) -> service::Result<Translated> {
        self.translator()?.translate(texts, from, to).await
    }

    async fn file(&self, url: &str, limit: usize) -> service::Result<Bytes> {
        let url = Url::parse(url).map_err(|_| service::Error::NotFound)?;
        match self.client().get_media(&url, limit).await {
            Ok(media) => Ok(media.bytes.into()),
            Err(FetchError::NotFound | FetchError::Gone) => Err(service::Error::NotFound),
            Err(FetchError::TooLarge) => Err(service::Error::TooLarge),
            Err(error) => Err(service::Error::Unavailable(error.to_string())),
        }
    }
}
