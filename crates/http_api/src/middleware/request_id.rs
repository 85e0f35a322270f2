//! `X-Request-Id`: what a person can quote when something went wrong.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use tracing::Instrument;

const NAME: HeaderName = HeaderName::from_static("x-request-id");

/// Names the request in the log and in its answer, for `wrap(from_fn(request_id))`.
///
/// A name that the client brought is not taken: it could pass for somebody else's.
///
/// # Errors
/// Only what the layers below return.
pub async fn request_id<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let id = format!("{:032x}", rand::random::<u128>());
    let span = tracing::info_span!("request", id);
    let mut response = next.call(request).instrument(span).await?;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(NAME, value);
    }
    Ok(response)
}
