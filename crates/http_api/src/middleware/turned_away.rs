//! Networks to which nothing is answered.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Data;
use service::App;
use service::moderation::ip_blocks;

use super::client_address::client_address;
use crate::ApiError;

/// Refuses whoever asks from such a network, for `wrap(from_fn(turned_away))`.
///
/// # Errors
/// Forbidden for them.
pub async fn turned_away<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let address = client_address(request.request());
    if let Some(app) = request.app_data::<Data<App>>()
        && ip_blocks::turns_away(app, address)
    {
        return Err(ApiError::not_allowed().into());
    }
    next.call(request).await
}
