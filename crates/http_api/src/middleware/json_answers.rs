//! Every refusal is JSON, also those that no handler of ours wrote.
//! <https://docs.joinmastodon.org/entities/Error/>

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, ResponseError};

use crate::error::body;

/// Gives a refusal without a JSON body one, for `wrap(from_fn(json_errors))`.
///
/// The request must not be cloned here: actix panics in its router while there is a second one.
///
/// # Errors
/// Only what the layers below return; handlers and extractors have made a response of theirs.
pub async fn json_errors<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let response = next.call(request).await?.map_into_boxed_body();
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) || is_json(&response) {
        return Ok(response);
    }
    let reason = match status.canonical_reason() {
        Some(reason) if status.is_client_error() => reason,
        Some(_) | None => "Something went wrong",
    };
    Ok(response.map_body(|head, _| {
        head.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        BoxBody::new(body(reason).to_string())
    }))
}

/// The answer to an address under `/api` that does not exist.
pub async fn unknown_route() -> HttpResponse {
    crate::ApiError::NotFound.error_response()
}

fn is_json<B>(response: &ServiceResponse<B>) -> bool {
    response
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/json"))
}
