//! Requests for another protocol.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{ACCEPT_ENCODING, UPGRADE};
use actix_web::middleware::Next;

/// Answers them uncompressed, for `wrap(from_fn(upgrade))` around the compression: of what it compresses there actix
/// announces chunks and sends none.
///
/// # Errors
/// Only what the layers below return.
pub async fn upgrade<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    if request.headers().contains_key(UPGRADE) {
        request.headers_mut().remove(ACCEPT_ENCODING);
    }
    next.call(request).await
}
