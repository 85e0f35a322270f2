//! What goes wrong, as apps are told: `{"error": "…"}` and a status.
//! <https://docs.joinmastodon.org/entities/Error/>

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use service::Mistake;

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
    /// The same of something that the request names besides.
    #[error("{0}")]
    Missing(&'static str),
    #[error("Record gone")]
    Gone,
    #[error("The request is too large")]
    PayloadTooLarge,
    /// The request was read and asks for something that cannot be.
    #[error("{0}")]
    Unprocessable(String),
    #[error("Too many requests")]
    TooManyRequests,
    /// The same, and apps are shown what stands in the way, by that name.
    #[error("{message}")]
    Because {
        message: String,
        name: &'static str,
        what: serde_json::Value,
    },
    /// A form with mistakes, told field by field.
    #[error("{message}")]
    Validation {
        message: String,
        details: Vec<Mistake>,
    },
    /// For now; what was asked may be asked again.
    #[error("The server is busy; please try again in a moment")]
    Unavailable,
    #[error("The document could not be checked for viruses; please try again later")]
    Unchecked,
    #[error("There is no room left on this server")]
    Full,
    /// Our own fault; the log says which.
    #[error("Something went wrong")]
    Server,
}

impl From<service::Error> for ApiError {
    fn from(error: service::Error) -> Self {
        use service::Error;
        match error {
            Error::NotFound => Self::NotFound,
            Error::Gone => Self::Gone,
            Error::Unauthorized(text) => Self::Unauthorized(text),
            Error::Forbidden(text) => Self::Forbidden(text),
            Error::Invalid(text) | Error::Conflict(text) => Self::Unprocessable(text),
            Error::Validation { message, details } => Self::Validation { message, details },
            Error::BadRequest(text) => Self::BadRequest(text),
            Error::TooMany => Self::TooManyRequests,
            Error::TooLarge => Self::PayloadTooLarge,
            Error::Unavailable(reason) => {
                tracing::warn!(reason, "a request could not be answered now");
                Self::Unavailable
            }
            Error::Unchecked(reason) => {
                tracing::error!(reason, "a document could not be checked for viruses");
                Self::Unchecked
            }
            Error::Full => Self::Full,
            Error::Internal(reason) => {
                tracing::error!(reason, "a request failed");
                Self::Server
            }
        }
    }
}

impl ApiError {
    /// A token was sent and is not, or no longer, one of ours.
    pub const INVALID_TOKEN: Self = Self::Unauthorized("The access token is invalid");
    /// No token was sent where only somebody signed in may go.
    pub const NO_TOKEN: Self = Self::INVALID_TOKEN;

    /// It cannot be because of `what`, which the answer has under `name`.
    #[must_use]
    pub fn because(message: &str, name: &'static str, what: &impl Serialize) -> Self {
        Self::Because {
            message: message.to_owned(),
            name,
            what: serde_json::to_value(what).unwrap_or_default(),
        }
    }

    /// A parameter that must be there is not, in the words of Rails.
    #[must_use]
    pub fn no_parameter(name: &str) -> Self {
        Self::BadRequest(format!("param is missing or the value is empty: {name}"))
    }

    /// The token is an application's own, and only a person may go here.
    #[must_use]
    pub fn no_person() -> Self {
        Self::Unprocessable("This method requires an authenticated user".to_owned())
    }

    /// The token is good, but not for this.
    #[must_use]
    pub fn outside_scopes() -> Self {
        Self::Forbidden("This action is outside the authorized scopes".to_owned())
    }

    /// The token is good, but not whoever holds it.
    #[must_use]
    pub fn not_allowed() -> Self {
        Self::Forbidden("This action is not allowed".to_owned())
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::Unauthorized(_) => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::NotFound | Self::Missing(_) => StatusCode::NOT_FOUND,
            Self::Gone => StatusCode::GONE,
            Self::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unprocessable(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            Self::Because { .. } | Self::Validation { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Unavailable | Self::Unchecked => StatusCode::SERVICE_UNAVAILABLE,
            Self::Full => StatusCode::INSUFFICIENT_STORAGE,
            Self::Server => StatusCode::INTERNAL_SERVER_ERROR,
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
        if *self == Self::Unavailable {
            response.insert_header((header::RETRY_AFTER, "5"));
        }
        if *self == Self::Unchecked {
            response.insert_header((header::RETRY_AFTER, "60"));
        }
        match self {
            Self::Validation { message, details } => response.json(with_details(message, details)),
            Self::Because {
                message,
                name,
                what,
            } => response.json(serde_json::json!({ "error": message, (*name): what })),
            other => response.json(body(&other.to_string())),
        }
    }
}

/// <https://docs.joinmastodon.org/methods/accounts/#422-unprocessable-entity>
fn with_details(message: &str, details: &[Mistake]) -> serde_json::Value {
    let mut fields = serde_json::Map::new();
    for mistake in details {
        let said = serde_json::json!({ "error": mistake.code, "description": mistake.text });
        match fields
            .entry(mistake.field)
            .or_insert_with(|| serde_json::json!([]))
        {
            serde_json::Value::Array(list) => list.push(said),
            _ => continue,
        }
    }
    serde_json::json!({ "error": message, "details": fields })
}

/// The body of every refusal.
pub(crate) fn body(text: &str) -> serde_json::Value {
    serde_json::json!({ "error": text })
}
