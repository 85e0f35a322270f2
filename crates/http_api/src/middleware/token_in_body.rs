//! A token that stands among the parameters of a body, as OAuth lets apps send it.
//! <https://www.rfc-editor.org/rfc/rfc6750#section-2.2>

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, ResponseError};

use crate::extract::{self, Bearer};

/// Bytes of a body that is looked into, before anybody counts who asks: the longest post is shorter.
const LONGEST: usize = 64 * 1024;

/// Finds it where there is no other, for `wrap(from_fn(token_in_body))` around the rate limits. Who says not how long the
/// body is, or sends a file of some size, says the token elsewhere.
///
/// The request must not be cloned here: actix panics in its router while there is a second one.
///
/// # Errors
/// Only what the layers below return; a body that cannot be read is a response.
pub async fn token_in_body<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    if is_short(&request) && Bearer::of(request.request()).is_none() {
        let body = match extract::bytes(request.take_payload()).await {
            Ok(body) => body.freeze(),
            Err(error) => {
                let refusal = error.error_response();
                return Ok(request.into_response(refusal).map_into_right_body());
            }
        };
        let found = Bearer::in_body(request.request(), body.clone()).await;
        request.set_payload(Payload::from(body));
        if let Some(bearer) = found {
            request.extensions_mut().insert(bearer);
        }
    }
    Ok(next.call(request).await?.map_into_left_body())
}

fn is_short(request: &ServiceRequest) -> bool {
    let length = request.headers().get(CONTENT_LENGTH);
    let length = length.and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    length.is_some_and(|length| (1..=LONGEST).contains(&length))
}
