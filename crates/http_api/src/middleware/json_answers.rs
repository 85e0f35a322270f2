//! Every answer is JSON and says so; refusals too, also those that no handler of ours wrote. No cache keeps them.
//! <https://docs.joinmastodon.org/entities/Error/>

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, ResponseError};

use crate::ApiError;
use crate::error::body;
use crate::wording;

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// Gives a refusal without a JSON body one, JSON its character set, and keeps answers out of caches, for `wrap(from_fn(json_answers))`.
///
/// The request must not be cloned here: actix panics in its router while there is a second one.
///
/// # Errors
/// Only what the layers below return; handlers and extractors have made a response of theirs.
pub async fn json_answers<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let mut response = next.call(request).await?.map_into_boxed_body();
    // As in Mastodon, an address is one with its method: there is no such thing, not a wrong method.
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        let head = response.response_mut().head_mut();
        head.status = StatusCode::NOT_FOUND;
        head.headers_mut().remove(header::ALLOW);
    }
    let status = response.status();
    if status.is_client_error() || status.is_server_error() {
        response = wording::localised(refuse_in_json(response));
    }
    keep_private(response.headers_mut());
    Ok(with_charset(response))
}

/// What is answered is for whoever asked, unless a handler says that others may have it too; as in Mastodon.
fn keep_private(headers: &mut HeaderMap) {
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, no-store"),
        );
    }
}

/// Old browsers do not know that JSON is UTF-8.
fn with_charset(mut response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let headers = response.headers_mut();
    if headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes) == Some(b"application/json") {
        headers.insert(header::CONTENT_TYPE, JSON);
    }
    response
}

fn refuse_in_json(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    if is_json(&response) {
        return response;
    }
    let status = response.status();
    let reason = match status.canonical_reason() {
        Some(_) if status == StatusCode::NOT_FOUND => "Record not found",
        Some(reason) if status.is_client_error() => reason,
        Some(_) | None => "Something went wrong",
    };
    response.map_body(|head, _| {
        head.headers_mut().insert(header::CONTENT_TYPE, JSON);
        BoxBody::new(body(reason).to_string())
    })
}

/// The answer to an address under `/api` that does not exist.
pub async fn unknown_route() -> HttpResponse {
    ApiError::NotFound.error_response()
}

fn is_json<B>(response: &ServiceResponse<B>) -> bool {
    response
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/json"))
}
