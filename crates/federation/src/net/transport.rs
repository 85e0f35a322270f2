//! How a request travels: admission, signature, redirects, and the time it may take.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use bytes::Bytes;
use chrono::Utc;
use domain::Policy;
use http::{HeaderMap, Method, header};
use reqwest::{Client, Response};
use tokio::time::{Instant, timeout};
use url::{Host, Url};

use super::{
    Budget, FetchError,
    address::Guard,
    formats::{Formats, may_be_misread},
    gate::{Gates, Pass},
};
use crate::{
    origin::Origin,
    signatures::{Format, Outgoing, Signer, unsigned},
};

const REDIRECTS: usize = 3;
const URL_LIMIT: usize = 2048;
const ACTIVITY_JSON: &str = "application/activity+json";

pub(super) struct Transport {
    pub(super) client: Client,
    pub(super) guard: Guard,
    pub(super) allow_http: bool,
    pub(super) gates: Gates,
    /// Whom we ask at all.
    pub(super) policy: RwLock<Arc<Policy>>,
    pub(super) formats: Formats,
}

pub(super) struct Request<'a> {
    pub(super) method: Method,
    pub(super) accept: &'static str,
    pub(super) body: Option<Bytes>,
    pub(super) signer: Option<&'a Signer>,
    /// As in [`Outgoing`].
    pub(super) followers: Option<&'a str>,
    /// Those of a message to a push service, with which we do not federate: the rules about servers say nothing of it.
    pub(super) push: Option<&'a HeaderMap>,
    /// What it counts against, each time that it is sent.
    pub(super) budget: Option<&'a Budget>,
}

/// An answer that is no redirect. The pass is kept until its body is read.
pub(super) struct Answer {
    pub(super) url: Url,
    pub(super) response: Response,
    pub(super) pass: Pass,
}

impl Transport {
    /// Sends the request, and again wherever it is redirected to, signed anew each time.
    pub(super) async fn send(
        &self,
        url: &Url,
        request: &Request<'_>,
        time: &mut Time,
    ) -> Result<Answer, FetchError> {
        let mut url = url.clone();
        for _ in 0..=REDIRECTS {
            let answer = self.send_once(url, request, time).await?;
            let Some(next) = redirected(&answer, &request.method)? else {
                return Ok(answer);
            };
            url = next;
        }
        Err(FetchError::Redirect)
    }

    async fn send_once(
        &self,
        mut url: Url,
        request: &Request<'_>,
        time: &mut Time,
    ) -> Result<Answer, FetchError> {
        url.set_fragment(None);
        let origin = self.admit(&url, request.push.is_none())?;
        let pass = self.gates.enter(origin.clone()).await?;
        let response = self.knock(&url, &origin, request, time).await?;
        Ok(Answer {
            url,
            response,
            pass,
        })
    }

    /// Sends with the signature that the server is likely to read, and again with the other if it refuses that.
    async fn knock(
        &self,
        url: &Url,
        origin: &Origin,
        request: &Request<'_>,
        time: &mut Time,
    ) -> Result<Response, FetchError> {
        let known = self.formats.of(origin);
        let format = known.unwrap_or(Format::Message);
        let first = self.attempt(url, origin, request, format, time).await?;
        if request.signer.is_none() {
            return Ok(first);
        }
        if !may_be_misread(first.status(), &request.method, known) {
            // A document that is given to everybody says nothing of what its server reads.
            if first.status().is_success() && request.method == Method::POST {
                self.formats.learn(origin, format);
            }
            return Ok(first);
        }
        let second = self
            .attempt(url, origin, request, format.other(), time)
            .await?;
        if second.status().is_success() {
            self.formats.learn(origin, format.other());
            return Ok(second);
        }
        // Refused both ways: the answer to what they are known to read counts, or to what all have read for years.
        let redirected = second.status().is_redirection();
        Ok(if known.is_none() || redirected {
            second
        } else {
            first
        })
    }

    async fn attempt(
        &self,
        url: &Url,
        origin: &Origin,
        request: &Request<'_>,
        format: Format,
        time: &mut Time,
    ) -> Result<Response, FetchError> {
        if let Some(budget) = request.budget {
            budget.spend()?;
        }
        let outgoing = Outgoing {
            method: request.method.as_str(),
            url,
            accept: request.accept,
            body: request.body.as_deref().map(|body| (body, ACTIVITY_JSON)),
            followers: request.followers,
        };
        let mut headers = match request.signer {
            // The real time, whatever the clock of the rest of the program says: the other server compares it with its own.
            Some(signer) => signer.sign(&outgoing, format, Utc::now().naive_utc()),
            None => unsigned(&outgoing, origin),
        }
        .map_err(|_| FetchError::Unsigned)?;
        headers.extend(request.push.cloned().unwrap_or_default());
        let mut sending = self
            .client
            .request(request.method.clone(), url.clone())
            .headers(headers);
        if let Some(body) = &request.body {
            sending = sending.body(body.clone());
        }
        let again = sending.try_clone();
        time.spend(async {
            let answered = match (sending.send().await, again) {
                (Err(error), Some(again)) if was_closed(&error) => {
                    if let Some(budget) = request.budget {
                        budget.spend()?;
                    }
                    again.send().await
                }
                (answered, _) => answered,
            };
            answered.map_err(|error| FetchError::of(&error))
        })
        .await
    }

    /// Whether we ask this address at all. Names are checked once more when they are resolved; for
    /// addresses that are numbers no resolver is called.
    fn admit(&self, url: &Url, by_the_rules: bool) -> Result<Origin, FetchError> {
        let origin = Origin::of(url).ok_or(FetchError::InvalidUrl)?;
        let secure = url.scheme() == "https";
        let credentials = !url.username().is_empty() || url.password().is_some();
        if (!secure && !self.allow_http) || credentials || url.as_str().len() > URL_LIMIT {
            return Err(FetchError::InvalidUrl);
        }
        let policy = self.policy.read().unwrap_or_else(PoisonError::into_inner);
        if by_the_rules && policy.refuses(&origin.authority()) {
            return Err(FetchError::Refused);
        }
        drop(policy);
        let address = match url.host() {
            Some(Host::Ipv4(address)) => address.into(),
            Some(Host::Ipv6(address)) => address.into(),
            Some(Host::Domain(_)) | None => return Ok(origin),
        };
        if self.guard.permits(address) {
            Ok(origin)
        } else {
            Err(FetchError::Blocked(address))
        }
    }
}

/// Whether a connection ended without an answer: most likely one that was kept, and that the server closed just as it was
/// used again (RFC 9112, section 9.3.1).
fn was_closed(error: &reqwest::Error) -> bool {
    error.is_request() && !error.is_connect() && !error.is_timeout()
}

/// Where the answer sends us, if it is a redirect that we follow.
fn redirected(answer: &Answer, method: &Method) -> Result<Option<Url>, FetchError> {
    let follows = match answer.response.status().as_u16() {
        307 | 308 => true,
        // After these an activity would have to be sent on as a GET, which delivers nothing.
        301..=303 => method == Method::GET,
        _ => false,
    };
    if !follows {
        return Ok(None);
    }
    let location = text(answer.response.headers(), header::LOCATION).ok_or(FetchError::Redirect)?;
    let next = answer
        .url
        .join(location)
        .map_err(|_| FetchError::Redirect)?;
    if answer.url.scheme() == "https" && next.scheme() != "https" {
        return Err(FetchError::Redirect);
    }
    Ok(Some(next))
}

pub(super) fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// The time that a request may take in all, over redirects and until the last byte. Waiting for our own
/// turn does not count, so that it is never taken for slowness of the other.
pub(super) struct Time {
    left: Duration,
}

impl Time {
    pub(super) fn new(left: Duration) -> Self {
        Self { left }
    }

    pub(super) async fn spend<T>(
        &mut self,
        work: impl Future<Output = Result<T, FetchError>>,
    ) -> Result<T, FetchError> {
        let start = Instant::now();
        let result = timeout(self.left, work).await;
        self.left = self.left.saturating_sub(start.elapsed());
        result.unwrap_or(Err(FetchError::Timeout))
    }
}
