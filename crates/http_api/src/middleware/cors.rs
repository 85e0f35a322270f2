//! Which pages of other origins may call us: all of them, without cookies.
//! <https://docs.joinmastodon.org/client/intro/>; exposed headers as in Mastodon's `cors.rb`.

use actix_cors::Cors;

const EXPOSED: [&str; 5] = [
    "Link",
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

/// For `/.well-known` and the NodeInfo documents.
pub fn documents() -> Cors {
    open(&["GET", "OPTIONS"])
}

fn open(methods: &[&'static str]) -> Cors {
    Cors::default()
        .allow_any_origin()
        .send_wildcard()
        .allow_any_header()
        .allowed_methods(methods.iter().copied())
        .max_age(7_200)
}
