//! Which pages of other origins may call us: all of them, without cookies.
//! <https://docs.joinmastodon.org/client/intro/>; exposed headers as in Mastodon's `cors.rb`.

use actix_cors::Cors;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse};

const EXPOSED: [&str; 6] = [
    "Link",
    "Mastodon-Async-Refresh",
    "X-RateLimit-Reset",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-Request-Id",
];

/// For `/api`.
pub fn api() -> Cors {
    open(&["POST", "PUT", "DELETE", "GET", "PATCH", "OPTIONS"]).expose_headers(EXPOSED)
}

/// For `/oauth/token`, `/oauth/revoke` and `/oauth/userinfo`; the pages under `/oauth` stay closed.
pub fn oauth() -> Cors {
    open(&["GET", "POST", "OPTIONS"])
}

/// For `/.well-known/oauth-authorization-server`.
pub fn metadata() -> Cors {
    open(&["GET", "OPTIONS"])
}

/// Opens what anybody may read, for `wrap(from_fn(documents))`: `/.well-known`, NodeInfo, and people
/// under `/@ada` and `/users/ada`. By hand, since only a part of the addresses below is open.
///
/// # Errors
/// Only what the layers below return.
pub async fn documents<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if !is_open(request.path()) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    if request.method() == Method::OPTIONS {
        return Ok(request.into_response(preflight()));
    }
    let mut response = next.call(request).await?.map_into_boxed_body();
    response.headers_mut().insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    Ok(response)
}

fn preflight() -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, "GET, OPTIONS"))
        .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, "*"))
        .insert_header((header::ACCESS_CONTROL_MAX_AGE, "7200"))
        .finish()
}

fn is_open(path: &str) -> bool {
    let one_name = |prefix: &str| {
        path.strip_prefix(prefix)
            .is_some_and(|name| !name.is_empty() && !name.contains('/'))
    };
    path.starts_with("/.well-known/")
        || path.starts_with("/nodeinfo/")
        || one_name("/@")
        || one_name("/users/")
}

fn open(methods: &[&'static str]) -> Cors {
    Cors::default()
        .allow_any_origin()
        .send_wildcard()
        .allow_any_header()
        .allowed_methods(methods.iter().copied())
        .max_age(7_200)
}
