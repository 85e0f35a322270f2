//! Who asks for a document: authorised fetch, by the signature of a GET.
//!
//! Whose signature cannot be checked is nobody, or refused where nobody may ask (`federation.authorized_fetch`).

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use chrono::TimeDelta;
use domain::AccountKind;
use http::{HeaderMap, HeaderName, HeaderValue};
use service::App;
use service::audience::Viewer;
use storage::DbConnection;
use storage::keys::Holder;

use crate::Federation;
use crate::documents::Failure;
use crate::fetch::REQUESTS;
use crate::net::Budget;
use crate::origin::Origin;
use crate::signatures::{Check, Checked, check};

/// A request for a document, and what is needed to find out whose it is.
pub struct Asking {
    request: HttpRequest,
    app: Data<App>,
    federation: Data<Federation>,
}

/// What is known of whoever asks before anything is fetched.
enum Who {
    Known(Viewer),
    Nobody,
    /// Signed with a key that is not known, or not by the one that we know.
    Stranger(Checked),
}

impl FromRequest for Asking {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let parts = request
            .app_data::<Data<App>>()
            .zip(request.app_data::<Data<Federation>>());
        ready(match parts {
            Some((app, federation)) => Ok(Self {
                app: app.clone(),
                federation: federation.clone(),
                request: request.clone(),
            }),
            None => Err(Failure::Server("the site is not set up".to_owned())),
        })
    }
}

impl Asking {
    pub(crate) fn request(&self) -> &HttpRequest {
        &self.request
    }

    pub(crate) fn app(&self) -> &App {
        &self.app
    }

    pub(crate) fn is_signed(&self) -> bool {
        self.request.headers().contains_key("signature")
    }

    /// Whether there is an answer for nobody in particular. Where few are allowed, nobody is believed to be one of them.
    pub(crate) fn is_open(&self) -> bool {
        !self.federation.settings().authorized_fetch && !self.app.settings().is_limited()
    }

    /// Who asks, fetched if they are not known.
    ///
    /// # Errors
    /// [`Failure::Unauthorized`] for nobody, where only somebody may ask.
    pub(crate) async fn viewer(&self) -> Result<Viewer, Failure> {
        let viewer = match self.who().await? {
            Who::Known(viewer) => Some(viewer),
            Who::Nobody => None,
            Who::Stranger(checked) => self.introduced(&checked).await,
        };
        self.let_in(viewer)
    }

    /// Which server asks.
    ///
    /// # Errors
    /// [`Failure::Unauthorized`] without a signature that fits.
    pub(crate) async fn server(&self) -> Result<Origin, Failure> {
        if self.viewer().await? == Viewer::Nobody {
            return Err(Failure::Unauthorized);
        }
        // A key belongs to the server of its holder.
        checked(&self.request, None, &self.app, &self.federation)
            .ok()
            .and_then(|checked| Origin::parse(checked.key_id()))
            .ok_or(Failure::Unauthorized)
    }

    /// Asks the database in the name of whoever asks us. An unknown server is only fetched if nobody gets no answer.
    ///
    /// # Errors
    /// Those of the question, and of [`Self::viewer`].
    pub(crate) async fn answer<T: Send + 'static>(
        &self,
        question: impl FnOnce(&App, &mut DbConnection, Viewer) -> Result<T, Failure>
        + Clone
        + Send
        + 'static,
    ) -> Result<T, Failure> {
        let ask = |viewer: Viewer| {
            let question = question.clone();
            self.read(move |app, conn| question(app, conn, viewer))
        };
        match self.who().await? {
            Who::Known(viewer) => ask(viewer).await,
            Who::Nobody => ask(self.let_in(None)?).await,
            Who::Stranger(checked) => {
                if self.is_open() {
                    match ask(Viewer::Nobody).await {
                        Err(Failure::NotFound) => {}
                        answer => return answer,
                    }
                }
                let viewer = self.introduced(&checked).await;
                ask(self.let_in(viewer)?).await
            }
        }
    }

    /// Asks the database.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&App, &mut DbConnection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let app = self.app().clone();
        self.app
            .database()
            .read(move |conn| question(&app, conn))
            .await
    }

    fn let_in(&self, viewer: Option<Viewer>) -> Result<Viewer, Failure> {
        match viewer {
            Some(viewer) => Ok(viewer),
            None if self.is_open() => Ok(Viewer::Nobody),
            None => Err(Failure::Unauthorized),
        }
    }

    async fn who(&self) -> Result<Who, Failure> {
        if !self.is_signed() {
            return Ok(Who::Nobody);
        }
        let checked = match checked(&self.request, None, &self.app, &self.federation) {
            Ok(checked) => checked,
            Err(reason) => {
                tracing::debug!(reason, "a signed request for a document was not believed");
                return Ok(Who::Nobody);
            }
        };
        let holder = self.federation.holder(&self.app, &checked).await;
        let holder = holder.map_err(|refusal| Failure::Server(refusal.to_string()))?;
        Ok(match holder {
            Some(holder) => viewer(holder).map_or(Who::Nobody, Who::Known),
            None => Who::Stranger(checked),
        })
    }

    /// Fetches whoever says that the key is theirs. None if it is not, or they cannot be fetched.
    async fn introduced(&self, checked: &Checked) -> Option<Viewer> {
        let budget = Budget::of(REQUESTS);
        let found = self.federation.signed_by(&self.app, &budget, checked).await;
        match found {
            Ok(holder) => viewer(holder),
            Err(refusal) => {
                let key = checked.key_id();
                tracing::debug!(key, %refusal, "whoever asks could not be found out");
                None
            }
        }
    }
}

/// As whom somebody looks. Our own people do not ask this way, and who is suspended is nobody.
fn viewer(holder: Holder) -> Option<Viewer> {
    let host = holder.host?;
    if holder.suspended_at.is_some() || holder.deleted_at.is_some() {
        return None;
    }
    Some(if holder.kind == AccountKind::Application {
        Viewer::Server(host)
    } else {
        Viewer::Guest(holder.account_id, host)
    })
}

/// Checks all of a request's signature that can be checked without its key.
///
/// # Errors
/// The reason why it is not believed.
pub(crate) fn checked(
    request: &HttpRequest,
    body: Option<&[u8]>,
    app: &App,
    federation: &Federation,
) -> Result<Checked, String> {
    let origin = Origin::of(&app.settings().public_url).ok_or("we have no address")?;
    let headers = headers(request);
    let path_and_query = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str());
    check(&Check {
        method: request.method().as_str(),
        path_and_query,
        headers: &headers,
        body,
        origin: &origin,
        now: app.now(),
        max_age: TimeDelta::from_std(federation.settings().signature_max_age)
            .unwrap_or(TimeDelta::hours(12)),
    })
    .map_err(|error| error.to_string())
}

/// actix has its own type of headers.
fn headers(request: &HttpRequest) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in request.headers() {
        let name = HeaderName::from_bytes(name.as_str().as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value.as_bytes())) {
            headers.append(name, value);
        }
    }
    headers
}
