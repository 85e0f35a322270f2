//! The outbound client: which requests are made, and how far each may go.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use bytes::Bytes;
use chrono::Utc;
use domain::Policy;
use http::{HeaderMap, Method, header};
use moka::sync::Cache;
use reqwest::{Certificate, Client, redirect};
use serde_json::Value;
use url::Url;

use super::{
    Budget, BuildError, FetchError, Reply,
    address::Guard,
    body,
    content_type::{essence, is_activity_json, is_page, is_plain_json, is_xml},
    formats::Formats,
    gate::Gates,
    html, links,
    resolver::GuardedResolver,
    transport::{Answer, Request, Time, Transport, text},
    xml,
};
use crate::origin::Origin;
use crate::signatures::{Format, Signer, parse_http_date};

const CONNECT: Duration = Duration::from_secs(5);
const JSON_TIME: Duration = Duration::from_secs(15);
/// What a page says of itself stands at its beginning.
const PAGE_LIMIT: usize = 512 * 1024;
const MEDIA_TIME: Duration = Duration::from_secs(60);
const JSON_LIMIT: usize = 1024 * 1024;
/// Of a reply to a delivery only the status matters; this much is read so that the connection can be used again.
const REPLY_LIMIT: usize = 16 * 1024;
const REMEMBERED_FAILURES: u64 = 10_000;
const LONGEST_RETRY_AFTER: u64 = 7 * 24 * 60 * 60;

const ACCEPT_ACTIVITY: &str = r#"application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams""#;
const ACCEPT_JSON: &str = "application/jrd+json, application/json";
const ACCEPT_HOST_META: &str = "application/xrd+xml";
const ACCEPT_EMBED: &str = "application/json, text/xml;q=0.9, application/xml;q=0.9";
const ACCEPT_ACTIVITY_OR_PAGE: &str = r#"application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams", text/html;q=0.1"#;
const ACCEPT_PAGE: &str = "text/html, application/xhtml+xml";
const ACCEPT_ANY: &str = "*/*";

#[derive(Clone, Debug)]
pub struct OutboundSettings {
    /// Our own address, by which others recognise who asks.
    pub public_url: Url,
    /// Whether this machine and its own network may be asked; for tests and several servers on one machine.
    pub allow_loopback: bool,
    /// Whether plain http may be used; for the same.
    pub allow_http: bool,
    /// Certificates to trust besides those of the system, in PEM.
    pub ca_file: Option<PathBuf>,
    /// For how long an address that failed is not asked again.
    pub failure_memory: Duration,
}

/// Everything we ask of other servers goes through here. Cheap to clone.
#[derive(Clone)]
pub struct OutboundClient {
    inner: Arc<Inner>,
    budget: Option<Budget>,
}

struct Inner {
    transport: Transport,
    failures: Cache<String, FetchError>,
}

/// A JSON document and the address that it was found at in the end.
#[derive(Clone, Debug)]
pub struct Fetched {
    pub url: Url,
    pub json: Value,
}

/// A file, and what its server says that it is.
#[derive(Clone, Debug)]
pub struct Media {
    pub bytes: Vec<u8>,
    /// Without parameters, in lower case; empty if the server did not say.
    pub content_type: String,
}

/// A web page, and the address that it was found at in the end.
#[derive(Clone, Debug)]
pub struct Page {
    pub url: Url,
    pub html: String,
}

/// What is at an address that somebody found anywhere.
#[derive(Clone, Debug)]
pub enum Found {
    Object(Fetched),
    /// A page, with where its server or itself says that its ActivityPub object is.
    Page(Option<Url>),
}

/// What is asked for, and what is taken for an answer.
#[derive(Clone, Copy)]
struct Wanted {
    accept: &'static str,
    takes: fn(&str) -> bool,
    limit: usize,
    time: Duration,
    /// Whether the host asked first must be the one that answers.
    same_host: bool,
    /// Whether what is beyond the limit is left unread, and no reason to refuse the rest.
    cut: bool,
}

impl OutboundClient {
    /// # Errors
    /// When the CA file cannot be read, or TLS or name resolution cannot be set up.
    pub fn new(settings: &OutboundSettings) -> Result<Self, BuildError> {
        let guard = Guard {
            allow_loopback: settings.allow_loopback,
        };
        // The system's CA store is found by native-tls, also with a bundled OpenSSL, and through SSL_CERT_FILE.
        let mut builder = Client::builder()
            .user_agent(format!(
                "Staffroom/{} (+{})",
                env!("CARGO_PKG_VERSION"),
                settings.public_url
            ))
            .redirect(redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .connect_timeout(CONNECT)
            .pool_idle_timeout(Duration::from_secs(30))
            .pool_max_idle_per_host(2)
            .dns_resolver(Arc::new(GuardedResolver::new(guard)?));
        if let Some(path) = &settings.ca_file {
            builder = builder.tls_certs_merge(certificates(path)?);
        }
        let inner = Inner {
            transport: Transport {
                client: builder.build()?,
                guard,
                allow_http: settings.allow_http,
                gates: Gates::new(),
                policy: RwLock::new(Arc::new(Policy::open())),
                formats: Formats::new(),
            },
            failures: Cache::builder()
                .max_capacity(REMEMBERED_FAILURES)
                .time_to_live(settings.failure_memory)
                .build(),
        };
        Ok(Self {
            inner: Arc::new(inner),
            budget: None,
        })
    }

    /// The same client, for requests that count against `budget`.
    #[must_use]
    pub fn within(&self, budget: &Budget) -> Self {
        Self {
            inner: self.inner.clone(),
            budget: Some(budget.clone()),
        }
    }

    /// From now on nobody is asked, and nothing is delivered to anybody, whom these rules refuse.
    pub fn keep_to(&self, policy: &Arc<Policy>) {
        let mut kept = self
            .inner
            .transport
            .policy
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        kept.clone_from(policy);
    }

    /// Which signature the server at this origin reads, as another process found out.
    pub fn recall_format(&self, origin: String, format: Format) {
        self.inner.transport.formats.recall(origin, format);
    }

    /// Whether it is known which signature the server at this origin reads, or was found lately that nobody knows.
    pub(crate) fn knows_format(&self, origin: &Origin) -> bool {
        let formats = &self.inner.transport.formats;
        formats.of(origin).is_some() || formats.doubts(origin)
    }

    /// Notes that the server at this origin does not say what it runs, so that its yes proves nothing.
    pub(crate) fn doubt_format(&self, origin: &Origin) {
        self.inner.transport.formats.doubt(origin);
    }

    /// Notes which signature the server at this origin reads.
    pub(crate) fn learn_format(&self, origin: &Origin, format: Format) {
        self.inner.transport.formats.learn(origin, format);
    }

    /// Which signatures servers read, as far as it was found out since this was asked last.
    #[must_use]
    pub fn learnt_formats(&self) -> Vec<(String, Format)> {
        self.inner.transport.formats.take_learnt()
    }

    /// Fetches an ActivityPub object, which only its own host may serve.
    ///
    /// # Errors
    /// See [`FetchError`]; the same address then fails at once for a while.
    pub async fn get_activity_json(
        &self,
        url: &Url,
        signer: Option<&Signer>,
    ) -> Result<Fetched, FetchError> {
        let wanted = Wanted {
            accept: ACCEPT_ACTIVITY,
            takes: is_activity_json,
            limit: JSON_LIMIT,
            time: JSON_TIME,
            same_host: true,
            cut: false,
        };
        self.get(url, signer, wanted, as_json).await
    }

    /// Fetches a WebFinger document. Many are mere files, of whose type their server knows nothing.
    ///
    /// # Errors
    /// As [`Self::get_activity_json`].
    pub async fn get_webfinger(&self, url: &Url) -> Result<Fetched, FetchError> {
        let wanted = Wanted {
            accept: ACCEPT_JSON,
            takes: |_| true,
            limit: JSON_LIMIT,
            time: JSON_TIME,
            same_host: false,
            cut: false,
        };
        self.get(url, None, wanted, |document| {
            let is_page = is_page(&document.content_type);
            match as_json(document) {
                Err(FetchError::NotJson) if is_page => Err(FetchError::WrongType),
                found => found,
            }
        })
        .await
    }

    /// Fetches the host-meta of a server (RFC 6415): where it has WebFinger, with `{uri}` in it.
    ///
    /// # Errors
    /// As [`Self::get_activity_json`].
    pub async fn get_host_meta(&self, url: &Url) -> Result<String, FetchError> {
        let wanted = Wanted {
            accept: ACCEPT_HOST_META,
            takes: |_| true,
            limit: PAGE_LIMIT,
            time: JSON_TIME,
            same_host: false,
            cut: true,
        };
        self.get(url, None, wanted, |document| {
            let text = html::decoded(&document.body, &document.content_type);
            html::template(&text).ok_or(FetchError::NotFound)
        })
        .await
    }

    /// Fetches a NodeInfo document.
    ///
    /// # Errors
    /// As [`Self::get_activity_json`].
    pub async fn get_json(&self, url: &Url) -> Result<Fetched, FetchError> {
        let wanted = Wanted {
            accept: ACCEPT_JSON,
            takes: is_plain_json,
            limit: JSON_LIMIT,
            time: JSON_TIME,
            same_host: false,
            cut: false,
        };
        self.get(url, None, wanted, as_json).await
    }

    /// Fetches an oEmbed document, in JSON or as XML that is read as such.
    ///
    /// # Errors
    /// As [`Self::get_activity_json`].
    pub async fn get_embed(&self, url: &Url) -> Result<Fetched, FetchError> {
        let wanted = Wanted {
            accept: ACCEPT_EMBED,
            takes: |kind| is_plain_json(kind) || is_xml(kind),
            limit: JSON_LIMIT,
            time: JSON_TIME,
            same_host: false,
            cut: false,
        };
        self.get(url, None, wanted, |document| {
            if is_plain_json(&document.content_type) {
                return as_json(document);
            }
            let text = html::decoded(&document.body, &document.content_type);
            let json = xml::as_json(&text).ok_or(FetchError::NotJson)?;
            let url = document.url;
            Ok(Fetched { url, json })
        })
        .await
    }

    /// Fetches what is at an address, wherever that leads in the end: an ActivityPub object, or a page of one.
    ///
    /// # Errors
    /// As [`Self::get_activity_json`].
    pub async fn get_found(&self, url: &Url, signer: Option<&Signer>) -> Result<Found, FetchError> {
        let wanted = Wanted {
            accept: ACCEPT_ACTIVITY_OR_PAGE,
            takes: |kind| is_activity_json(kind) || is_page(kind),
            limit: JSON_LIMIT,
            time: JSON_TIME,
            same_host: false,
            cut: true,
        };
        self.get(url, signer, wanted, |document| {
            if is_activity_json(&document.content_type) {
                return as_json(document).map(Found::Object);
            }
            let html = html::decoded(&document.body, &document.content_type);
            let named = document.object.or_else(|| html::object(&html));
            Ok(Found::Page(
                named.and_then(|address| document.url.join(&address).ok()),
            ))
        })
        .await
    }

    /// Fetches the beginning of a web page.
    ///
    /// # Errors
    /// As [`Self::get_activity_json`].
    pub async fn get_page(&self, url: &Url) -> Result<Page, FetchError> {
        let wanted = Wanted {
            accept: ACCEPT_PAGE,
            takes: is_page,
            limit: PAGE_LIMIT,
            time: JSON_TIME,
            same_host: false,
            cut: true,
        };
        self.get(url, None, wanted, |document| {
            Ok(Page {
                html: html::decoded(&document.body, &document.content_type),
                url: document.url,
            })
        })
        .await
    }

    /// Fetches a file of at most `limit` bytes.
    ///
    /// # Errors
    /// As [`Self::get_activity_json`].
    pub async fn get_media(&self, url: &Url, limit: usize) -> Result<Media, FetchError> {
        let wanted = Wanted {
            accept: ACCEPT_ANY,
            takes: |_| true,
            limit,
            time: MEDIA_TIME,
            same_host: false,
            cut: false,
        };
        self.get(url, None, wanted, |answer| {
            Ok(Media {
                bytes: answer.body,
                content_type: essence(&answer.content_type),
            })
        })
        .await
    }

    /// Delivers an activity.
    pub async fn post_signed(&self, inbox: &Url, activity: Bytes, signer: &Signer) -> Reply {
        self.deliver(inbox, activity, signer, None).await
    }

    /// Delivers an activity, with a word on who follows its actor (FEP-8fcf).
    pub async fn deliver(
        &self,
        inbox: &Url,
        activity: Bytes,
        signer: &Signer,
        followers: Option<&str>,
    ) -> Reply {
        let delivery = Request {
            method: Method::POST,
            accept: ACCEPT_ANY,
            body: Some(activity),
            signer: Some(signer),
            followers,
            push: None,
            budget: None,
        };
        self.post(inbox, &delivery).await
    }

    /// Gives an encrypted message to a push service.
    pub async fn push(&self, endpoint: &Url, headers: &HeaderMap, message: Bytes) -> Reply {
        let message = Request {
            method: Method::POST,
            accept: ACCEPT_ANY,
            body: Some(message),
            signer: None,
            followers: None,
            push: Some(headers),
            budget: None,
        };
        self.post(endpoint, &message).await
    }

    async fn post(&self, url: &Url, request: &Request<'_>) -> Reply {
        let mut time = Time::new(JSON_TIME);
        match self.inner.transport.send(url, request, &mut time).await {
            Err(error) => Reply::of_error(error),
            Ok(Answer { response, pass, .. }) => {
                let reply =
                    Reply::of_status(response.status().as_u16(), retry_after(response.headers()));
                // The status is the answer; a body that does not come changes nothing.
                let _ = time.spend(body::read(response, REPLY_LIMIT, true)).await;
                drop(pass);
                reply
            }
        }
    }

    async fn get<T>(
        &self,
        url: &Url,
        signer: Option<&Signer>,
        wanted: Wanted,
        finish: impl FnOnce(Document) -> Result<T, FetchError>,
    ) -> Result<T, FetchError> {
        let key = format!(
            "{} {} {} {url}",
            wanted.accept,
            wanted.limit,
            signer.is_some()
        );
        if let Some(failure) = self.inner.failures.get(&key) {
            return Err(failure);
        }
        let result = self
            .inner
            .transport
            .document(url, signer, self.budget.as_ref(), wanted)
            .await
            .and_then(finish);
        if let Err(error) = &result
            && error.is_about_the_address()
        {
            self.inner.failures.insert(key, error.clone());
        }
        result
    }
}

/// The certificates of a PEM file.
///
/// # Errors
/// If it cannot be read, or holds none.
pub fn certificates(path: &Path) -> Result<Vec<Certificate>, BuildError> {
    let pem = std::fs::read(path).map_err(|error| BuildError::CaFile(path.to_owned(), error))?;
    // The client would take a file without a certificate for an empty list of them.
    let found = openssl::x509::X509::stack_from_pem(&pem).unwrap_or_default();
    if found.is_empty() {
        return Err(BuildError::NoCertificate(path.to_owned()));
    }
    Ok(Certificate::from_pem_bundle(&pem)?)
}

impl Transport {
    /// Fetches a document, and takes it only as `wanted`.
    async fn document(
        &self,
        url: &Url,
        signer: Option<&Signer>,
        budget: Option<&Budget>,
        wanted: Wanted,
    ) -> Result<Document, FetchError> {
        let mut time = Time::new(wanted.time);
        let request = Request {
            method: Method::GET,
            accept: wanted.accept,
            body: None,
            signer,
            followers: None,
            push: None,
            budget,
        };
        let Answer {
            url: found,
            response,
            pass,
        } = self.send(url, &request, &mut time).await?;
        if !response.status().is_success() {
            return Err(FetchError::of_status(response.status().as_u16()));
        }
        if wanted.same_host && !same_host(url, &found) {
            return Err(FetchError::ForeignHost);
        }
        let content_type = text(response.headers(), header::CONTENT_TYPE)
            .unwrap_or_default()
            .to_owned();
        if !(wanted.takes)(&content_type) {
            return Err(FetchError::WrongType);
        }
        let object = response
            .headers()
            .get_all(header::LINK)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .find_map(links::object);
        let limit = if is_page(&content_type) {
            wanted.limit.min(PAGE_LIMIT)
        } else {
            wanted.limit
        };
        let reading = body::read(response, limit, wanted.cut);
        let body = time.spend(reading).await?;
        drop(pass);
        Ok(Document {
            url: found,
            content_type,
            object,
            body,
        })
    }
}

/// A document as it came.
struct Document {
    url: Url,
    content_type: String,
    /// Where its server says that the ActivityPub object is of which it is a page.
    object: Option<String>,
    body: Vec<u8>,
}

fn as_json(document: Document) -> Result<Fetched, FetchError> {
    Ok(Fetched {
        json: body::parse_json(&document.body)?,
        url: document.url,
    })
}

/// Both addresses name one host, though one may be http and the other https.
fn same_host(asked: &Url, found: &Url) -> bool {
    asked.host() == found.host() && asked.port() == found.port()
}

/// RFC 9110, section 10.2.3: seconds, or a date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = text(headers, header::RETRY_AFTER)?.trim();
    let seconds = match value.parse::<u64>() {
        Ok(seconds) => seconds,
        Err(_) => {
            let wait = parse_http_date(value)?.signed_duration_since(Utc::now().naive_utc());
            u64::try_from(wait.num_seconds()).unwrap_or(0)
        }
    };
    Some(Duration::from_secs(seconds.min(LONGEST_RETRY_AFTER)))
}
