//! `HEAD` is answered as `GET`, without the body: RFC 9110 section 9.3.2.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;

/// Lets handlers of `GET` answer `HEAD`, for `wrap(from_fn(head))`. The server leaves the body out.
///
/// # Errors
/// Only what the layers below return.
pub async fn head<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    next.call(request).await
}
