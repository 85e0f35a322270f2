//! How often anyone may ask, told in `X-RateLimit-*`.
//! <https://docs.joinmastodon.org/api/rate-limits/>

mod counters;
mod rules;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpRequest, ResponseError};
use chrono::{DateTime, SecondsFormat};
use domain::AccountId;

pub use counters::RateLimiter;
use counters::{Asker, Counted};
pub use rules::RateLimits;
use rules::UPLOADS;
use service::App;
use service::oauth;

use crate::ApiError;
use crate::extract::Bearer;
use crate::middleware::client_address::client_address;

/// Counts the request and refuses it beyond the limit, for `wrap(from_fn(rate_limit))`.
///
/// Without a `Data<RateLimiter>` there are no limits.
///
/// # Errors
/// Only what the layers below return; a refusal is a response.
pub async fn rate_limit<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let Some(limiter) = request.app_data::<Data<RateLimiter>>().cloned() else {
        return Ok(next.call(request).await?.map_into_left_body());
    };
    let asker = asker(&limiter, request.request()).await;
    let standing = limiter.count(&counted(request.request()), asker);
    let mut response = if standing.refused {
        request
            .into_response(ApiError::TooManyRequests.error_response())
            .map_into_right_body()
    } else {
        next.call(request).await?.map_into_left_body()
    };
    standing.tell(response.headers_mut());
    Ok(response)
}

/// Counts a request that does not go through [`rate_limit`]: false if it is one too many.
#[must_use]
pub fn is_admitted(request: &HttpRequest) -> bool {
    is_within(request, &counted(request), Asker::Nobody)
}

/// The same of a form that somebody sends who is signed in on a page.
#[must_use]
pub fn is_visitor_admitted(request: &HttpRequest, account: AccountId) -> bool {
    is_within(request, &counted(request), Asker::Visitor(account))
}

/// Counts a file in such a form like an upload by an app, so that nobody has both.
#[must_use]
pub fn is_upload_admitted(request: &HttpRequest, account: AccountId) -> bool {
    let upload = Counted {
        method: &Method::POST,
        path: UPLOADS,
        query: "",
        address: client_address(request),
    };
    is_within(request, &upload, Asker::Visitor(account))
}

fn is_within(request: &HttpRequest, counted: &Counted<'_>, asker: Asker) -> bool {
    request
        .app_data::<Data<RateLimiter>>()
        .is_none_or(|limiter| !limiter.count(counted, asker).refused)
}

fn counted(request: &HttpRequest) -> Counted<'_> {
    Counted {
        method: request.method(),
        path: request.match_info().as_str(),
        query: request.query_string(),
        address: client_address(request),
    }
}

/// Who asks. The database is asked once in a while for each token that is one.
async fn asker(limiter: &RateLimiter, request: &HttpRequest) -> Asker {
    let Some(bearer) = Bearer::of(request) else {
        return Asker::Nobody;
    };
    let token = limiter.fingerprint(&bearer);
    if let Some(owner) = limiter.known(token) {
        return Asker::Holder(token, owner);
    }
    let Some(app) = request.app_data::<Data<App>>() else {
        return Asker::Nobody;
    };
    match oauth::token_owner(app, bearer.token()).await {
        Ok(Some(owner)) => {
            limiter.remember(token, owner);
            Asker::Holder(token, owner)
        }
        // Whoever answers the request meets the same error, and says so.
        Ok(None) | Err(_) => Asker::Nobody,
    }
}

/// Where the caller stands under the rule that binds it most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    limit: u32,
    remaining: u32,
    /// Seconds since 1970.
    reset: i64,
    refused: bool,
}

impl Standing {
    fn tell(self, headers: &mut HeaderMap) {
        let reset = DateTime::from_timestamp(self.reset, 0)
            .unwrap_or_default()
            .to_rfc3339_opts(SecondsFormat::Micros, true);
        for (name, value) in [
            ("x-ratelimit-limit", self.limit.to_string()),
            ("x-ratelimit-remaining", self.remaining.to_string()),
            ("x-ratelimit-reset", reset),
        ] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
}

#[cfg(test)]
mod tests;
