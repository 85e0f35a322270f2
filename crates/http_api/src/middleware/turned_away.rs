//! Networks to which nothing is answered.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, ResponseError};
use service::App;
use service::moderation::ip_blocks;

use super::client_address::client_address;
use crate::ApiError;

/// Refuses whoever asks from such a network, for `wrap(from_fn(turned_away))`.
///
/// # Errors
/// Only what the layers below return.
pub async fn turned_away<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let address = client_address(request.request());
    if let Some(app) = request.app_data::<Data<App>>()
        && ip_blocks::turns_away(app, address)
    {
        let refusal = ApiError::not_allowed().error_response();
        return Ok(request.into_response(refusal).map_into_right_body());
    }
    Ok(next.call(request).await?.map_into_left_body())
}
