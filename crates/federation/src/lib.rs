//! Federation with other servers over ActivityPub: what arrives from them, and what we send and ask.

mod archived;
mod asking;
mod completing;
mod convert;
mod delivery;
mod discovery;
mod documents;
mod fetch;
#[doc(hidden)]
pub mod fuzzed;
mod gates;
mod inbox;
mod knock;
mod lineage;
pub mod net;
mod nodeinfo;
pub mod origin;
mod outgoing;
pub mod proofs;
mod protocol;
mod push;
mod recommending;
mod signatory;
pub mod signatures;
mod synchronising;
mod way;
mod webfinger;

use std::collections::{HashMap, HashSet};
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::web::{self, ServiceConfig};
use domain::{AccountId, ActivityId};
use moka::sync::Cache;
use service::App;
use tokio::sync::{OnceCell, Semaphore, watch};

use crate::inbox::Visitors;
use crate::net::{
    BuildError, FetchError, OutboundClient, OutboundSettings, Translator, TranslatorSettings,
};
use crate::origin::Origin;
use crate::signatures::{PrivateKey, PublicKey, Signer};

pub use archived::ARCHIVED;
pub use asking::Asking;
pub use documents::{account_document, status_document, wants_activity_json};
pub use gates::serve_whom_we_may;
pub use way::Step;

/// Activities that are taken in at the same time; whoever sends more is asked to come again. Fewer than may wait for the
/// database, so that our own people always find room.
const ARRIVING: usize = 256;

/// Documents that are read at the same time.
const READING: usize = 2;

/// What the administrator chose about federation.
#[derive(Clone, Debug)]
pub struct FederationSettings {
    pub outbound: OutboundSettings,
    /// How old a signature may be.
    pub signature_max_age: Duration,
    /// Whether only those whose signature fits get documents.
    pub authorized_fetch: bool,
    /// To how many hosts is delivered at the same time.
    pub parallel_hosts: usize,
    /// When a delivery that never succeeds is given up.
    pub give_up_after: Duration,
    /// For how long a host that failed for the first time is left alone.
    pub first_retry: Duration,
    pub translator: Option<TranslatorSettings>,
}

/// Everything that federation keeps in memory. Cheap to clone.
#[derive(Clone)]
pub struct Federation(Arc<Inner>);

struct Inner {
    settings: FederationSettings,
    client: OutboundClient,
    translator: Option<Translator>,
    signers: Cache<AccountId, Signer>,
    /// Public keys by their text.
    public_keys: Cache<String, PublicKey>,
    /// Of activities that are being sent: for each server the digest of its people who follow.
    digests: Cache<ActivityId, Arc<HashMap<Origin, String>>>,
    /// About how many received activities wait to be worked off.
    waiting: AtomicI64,
    /// Servers of which more wait than may still come of all others: they are asked to come again.
    crowding: Mutex<HashSet<String>>,
    /// What was fetched a short while ago because a signature did not fit: the keys there.
    refreshed: Cache<String, Arc<[(String, String)]>>,
    /// Hosts that were heard from a short while ago.
    heard: Cache<String, ()>,
    /// What arrives at the same time.
    door: Semaphore,
    visitors: Visitors,
    /// What is read at the same time.
    reading: Arc<Semaphore>,
    /// Set when what earlier processes knew of signatures was read.
    recalled: OnceCell<()>,
}

/// Why something from elsewhere was not taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It may be taken in later.
    #[error("for now: {0}")]
    Transient(String),
    /// There is no server of that name, or none yet.
    #[error("{0}")]
    Nowhere(String),
    /// What was asked for is not there, or not any more: 404, 410.
    #[error("{0}")]
    Gone(String),
    #[error("{0}")]
    Permanent(String),
}

impl Refusal {
    /// Whether it is worth while to try again.
    fn may_pass(&self) -> bool {
        matches!(self, Self::Transient(_) | Self::Nowhere(_))
    }
}

impl From<service::Error> for Refusal {
    fn from(error: service::Error) -> Self {
        use service::Error::{Conflict, Full, Internal, Unavailable};
        match error {
            Unavailable(_) | Full | Internal(_) | Conflict(_) => Self::Transient(error.to_string()),
            other => Self::Permanent(other.to_string()),
        }
    }
}

impl From<FetchError> for Refusal {
    fn from(error: FetchError) -> Self {
        let reason = error.to_string();
        match error {
            FetchError::Timeout
            | FetchError::Unreachable
            | FetchError::Unresolved
            | FetchError::Tls
            | FetchError::Busy
            | FetchError::Status(429 | 500..=599) => Self::Transient(reason),
            FetchError::UnknownHost => Self::Nowhere(reason),
            FetchError::NotFound | FetchError::Gone => Self::Gone(reason),
            _ => Self::Permanent(reason),
        }
    }
}

impl From<Refusal> for service::Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Transient(reason) | Refusal::Nowhere(reason) => Self::Unavailable(reason),
            Refusal::Gone(reason) | Refusal::Permanent(reason) => Self::Invalid(reason),
        }
    }
}

impl Federation {
    /// # Errors
    /// If the outbound client cannot be set up.
    pub fn new(settings: FederationSettings) -> Result<Self, BuildError> {
        let client = OutboundClient::new(&settings.outbound)?;
        let translator = settings.translator.as_ref().map(Translator::new);
        let translator = translator.transpose()?;
        let first_retry = settings.first_retry;
        Ok(Self(Arc::new(Inner {
            settings,
            client,
            translator,
            signers: Cache::new(10_000),
            public_keys: Cache::new(10_000),
            digests: Cache::builder()
                .max_capacity(100)
                .time_to_live(Duration::from_secs(60))
                .build(),
            waiting: AtomicI64::new(0),
            refreshed: Cache::builder()
                .max_capacity(signatory::REMEMBERED)
                .weigher(|address: &String, keys| signatory::weight(address, keys))
                .time_to_live(Duration::from_secs(300))
                .build(),
            heard: Cache::builder()
                .max_capacity(10_000)
                .time_to_live(first_retry.min(Duration::from_secs(5)))
                .build(),
            crowding: Mutex::default(),
            door: Semaphore::new(ARRIVING),
            visitors: Visitors::default(),
            reading: Arc::new(Semaphore::new(READING)),
            recalled: OnceCell::new(),
        })))
    }

    fn settings(&self) -> &FederationSettings {
        &self.0.settings
    }

    fn client(&self) -> &OutboundClient {
        &self.0.client
    }

    fn translator(&self) -> Result<&Translator, service::Error> {
        self.0.translator.as_ref().ok_or(service::Error::NotFound)
    }

    /// What signs for one of our accounts; an account's key does not change.
    async fn signer(&self, app: &App, account: AccountId) -> Result<Signer, service::Error> {
        if let Some(signer) = self.0.signers.get(&account) {
            return Ok(signer);
        }
        let key = service::keys::of_account(app, account).await?;
        let private = key.private_pem.as_deref().unwrap_or_default();
        let private = PrivateKey::from_pem(private)
            .map_err(|error| service::Error::Internal(error.to_string()))?;
        let signer = Signer::new(key.uri, private);
        self.0.signers.insert(account, signer.clone());
        Ok(signer)
    }

    /// Does what a job of ours says: see [`service::jobs::Outgoing`].
    ///
    /// # Errors
    /// If the database does not take it; the job may be tried again.
    pub async fn tell(
        &self,
        app: &App,
        job: domain::JobId,
        outgoing: service::jobs::Outgoing,
    ) -> Result<(), service::Error> {
        outgoing::tell(self, app, job, outgoing).await
    }

    /// Delivers what is owed, until `stop` says to stop.
    pub async fn deliver(self, app: App, stop: watch::Receiver<bool>) {
        delivery::run(self, app, stop).await;
    }

    /// Sends messages that are owed to client programs, until `stop` says to stop.
    pub async fn push(self, app: App, stop: watch::Receiver<bool>) {
        push::run(self, app, stop).await;
    }

    /// Works off what arrived, until `stop` says to stop.
    pub async fn receive(self, app: App, stop: watch::Receiver<bool>) {
        inbox::work::run(self, app, stop).await;
    }
}

/// The addresses that other servers use. `Data<App>` and `Data<Federation>` must be there.
pub fn configure(config: &mut ServiceConfig) {
    config
        .service(web::resource("/inbox").route(web::post().to(inbox::receive)))
        .service(web::resource("/actor").route(web::get().to(documents::instance_actor)))
        .service(web::resource("/actor/inbox").route(web::post().to(inbox::receive)))
        .service(
            web::resource("/actor/{collection:outbox|followers|following}")
                .route(web::get().to(documents::instance_collection)),
        )
        .service(web::resource("/users/{name}").route(web::get().to(documents::account)))
        .service(web::resource("/users/{name}/inbox").route(web::post().to(inbox::receive)))
        .service(
            web::resource("/users/{name}/outbox")
                .route(web::get().to(documents::collections::outbox)),
        )
        .service(
            web::resource("/users/{name}/followers")
                .route(web::get().to(documents::collections::followers)),
        )
        .service(
            web::resource("/users/{name}/followers_synchronization")
                .route(web::get().to(documents::collections::followers_of_asker)),
        )
        .service(
            web::resource("/users/{name}/following")
                .route(web::get().to(documents::collections::following)),
        )
        .service(
            web::resource("/users/{name}/collections/featured")
                .route(web::get().to(documents::collections::featured)),
        )
        .service(
            web::resource("/users/{name}/collections/moderators")
                .route(web::get().to(documents::collections::moderators)),
        )
        .service(
            web::resource("/users/{name}/collections/tags")
                .route(web::get().to(documents::featured_tags)),
        )
        .service(
            web::resource("/users/{name}/collections")
                .route(web::get().to(documents::recommended::all)),
        )
        .service(
            web::resource("/users/{name}/collections/{id}")
                .route(web::get().to(documents::recommended::one)),
        )
        .service(
            web::resource("/users/{name}/feature_authorizations/{id}")
                .route(web::get().to(documents::recommended::authorization)),
        )
        .service(
            web::resource("/users/{name}/statuses/{id}").route(web::get().to(documents::status)),
        )
        .service(
            web::resource("/users/{name}/statuses/{id}/activity")
                .route(web::get().to(documents::activity)),
        )
        .service(
            web::resource("/users/{name}/statuses/{id}/replies")
                .route(web::get().to(documents::threads::replies)),
        )
        .service(
            web::resource("/users/{name}/statuses/{id}/context")
                .route(web::get().to(documents::threads::context)),
        )
        .service(
            web::resource("/users/{name}/statuses/{id}/likes")
                .route(web::get().to(documents::echoes::likes)),
        )
        .service(
            web::resource("/users/{name}/statuses/{id}/shares")
                .route(web::get().to(documents::echoes::shares)),
        )
        .service(
            web::resource("/users/{name}/statuses/{id}/derivations")
                .route(web::get().to(documents::threads::derivations)),
        )
        .service(
            web::resource("/users/{name}/quote_authorizations/{id}")
                .route(web::get().to(documents::quote_authorization)),
        )
        .service(web::resource("/emojis/{name}").route(web::get().to(documents::custom_emoji)))
        .service(web::resource("/.well-known/webfinger").route(web::get().to(discovery::webfinger)))
        .service(web::resource("/.well-known/host-meta").route(web::get().to(discovery::host_meta)))
        .service(
            web::resource("/.well-known/nodeinfo").route(web::get().to(discovery::nodeinfo_links)),
        )
        .service(web::resource("/nodeinfo/{version}").route(web::get().to(discovery::nodeinfo)));
}
