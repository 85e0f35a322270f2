//! How often anyone may ask, told in `X-RateLimit-*`.
//! <https://docs.joinmastodon.org/api/rate-limits/>

mod counters;
mod rules;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpRequest, ResponseError};
use chrono::{DateTime, SecondsFormat};

pub use counters::RateLimiter;
pub use rules::RateLimits;

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
    let standing = limiter.count(
        request.method(),
        // Decoded as the router sees it: `/api/v2/med%69a` is an upload too.
        request.match_info().as_str(),
        client_address(request.request()),
        Bearer::of(request.request()).as_ref(),
    );
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
    request
        .app_data::<Data<RateLimiter>>()
        .is_none_or(|limiter| {
            let address = client_address(request);
            !limiter
                .count(
                    request.method(),
                    request.match_info().as_str(),
                    address,
                    None,
                )
                .refused
        })
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
