//! What goes wrong, as apps are told: `{"error": "…"}` and a status.
//! <https://docs.joinmastodon.org/entities/Error/>

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, ResponseError};

/// A refusal; its text is shown to people as it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApiError {
    /// The request cannot be read at all.
    #[error("{0}")]
    BadRequest(String),
    #[error("{0}")]
    Unauthorized(&'static str),
    #[error("{0}")]
    Forbidden(String),
    /// There is no such thing, or none that the caller may see.
    #[error("Record not found")]
    NotFound,
    #[error("Record gone")]
    Gone,
    #[error("The request is too large")]
    PayloadTooLarge,
    /// The request was read and asks for something that cannot be.
    #[error("{0}")]
    Unprocessable(String),
    #[error("Too many requests")]
    TooManyRequests,
}

impl ApiError {
    /// A token was sent and is not, or no longer, one of ours.
    pub const INVALID_TOKEN: Self = Self::Unauthorized("The access token is invalid");
    /// No token was sent where only somebody signed in may go.
    pub const NO_TOKEN: Self = Self::Unauthorized("This method requires an authenticated user");

    /// The token is good, but not for this.
    #[must_use]
    pub fn outside_scopes() -> Self {
        Self::Forbidden("This action is outside the authorized scopes".to_owned())
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::Unauthorized(_) => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Gone => StatusCode::GONE,
            Self::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unprocessable(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        if matches!(self, Self::Unauthorized(_)) {
            response.insert_header((
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"Staffroom\", error=\"invalid_token\""),
            ));
        }
        response.json(body(&self.to_string()))
    }
}

/// The body of every refusal.
pub(crate) fn body(text: &str) -> serde_json::Value {
    serde_json::json!({ "error": text })
}
