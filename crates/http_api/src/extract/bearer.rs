//! The access token that came with a request.
//! <https://www.rfc-editor.org/rfc/rfc6750#section-2>

use std::fmt;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use serde_json::Value;

use super::body::{self, TEXT_LIMIT};
use super::multipart::Room;

/// What it is called among parameters, as in Doorkeeper.
const NAMES: [&str; 2] = ["access_token", "bearer_token"];
/// Bytes of a token that are looked at; ours are shorter.
const LONGEST: usize = 256;

/// A token as it was sent, not yet looked up.
#[derive(Clone, PartialEq, Eq)]
pub struct Bearer(String);

impl Bearer {
    /// The token of the `Authorization` header, else of the query's `access_token`, else that of the body
    /// (`middleware::token_in_body`), else the protocol of a WebSocket, since a browser sends no other header with one.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Option<Self> {
        from_header(request)
            .or_else(|| from_query(request.query_string()))
            .or_else(|| request.extensions().get::<Self>().cloned())
            .or_else(|| from_protocol(request))
    }

    /// The token among the parameters of this body.
    pub(crate) async fn in_body(request: &HttpRequest, body: Bytes) -> Option<Self> {
        let room = Room::Memory(TEXT_LIMIT);
        let said = body::read(request, Payload::from(body), room).await.ok()?;
        NAMES.iter().find_map(|name| match said.params.get(*name) {
            Some(Value::String(token)) if !token.is_empty() => Some(bearer(token)),
            _ => None,
        })
    }

    #[must_use]
    pub fn token(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Bearer {
    /// Tokens never reach a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bearer(***)")
    }
}

impl FromRequest for Bearer {
    type Error = crate::ApiError;
    type Future = Ready<Result<Self, crate::ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request).ok_or(crate::ApiError::NO_TOKEN))
    }
}

fn from_header(request: &HttpRequest) -> Option<Bearer> {
    let value = request
        .headers()
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?;
    let (scheme, token) = value.trim().split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| bearer(token.trim()))
}

fn from_query(query: &str) -> Option<Bearer> {
    NAMES.iter().find_map(|wanted| {
        url::form_urlencoded::parse(query.as_bytes())
            .find(|(name, token)| name == wanted && !token.is_empty())
            .map(|(_, token)| bearer(&token))
    })
}

fn from_protocol(request: &HttpRequest) -> Option<Bearer> {
    let value = request.headers().get(header::SEC_WEBSOCKET_PROTOCOL)?;
    let first = value.to_str().ok()?.split(',').next()?.trim();
    (!first.is_empty()).then(|| bearer(first))
}

fn bearer(token: &str) -> Bearer {
    Bearer(domain::limits::cut_bytes(token, LONGEST).to_owned())
}
