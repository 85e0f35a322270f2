//! Why a use case did nothing.

use storage::QueryError;

/// A refusal or a failure; whatever it is, nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing, or none that the one who asks may see.
    #[error("not found")]
    NotFound,
    /// It was there, and was deleted.
    #[error("gone")]
    Gone,
    #[error("{0}")]
    Unauthorized(&'static str),
    #[error("{0}")]
    Forbidden(String),
    /// The text is shown to the one who asked.
    #[error("{0}")]
    Invalid(String),
    /// A form with mistakes: which field, a code that apps know, and a sentence.
    #[error("{message}")]
    Validation {
        message: String,
        details: Vec<Mistake>,
    },
    #[error("{0}")]
    BadRequest(String),
    #[error("{0}")]
    Conflict(String),
    #[error("too many requests")]
    TooMany,
    #[error("too large")]
    TooLarge,
    /// For now; the same request may succeed later.
    #[error("{0}")]
    Unavailable(String),
    /// A document that the scanner neither called clean nor infected; the text is for the log.
    #[error("{0}")]
    Unchecked(String),
    /// The disk is full; reading goes on.
    #[error("there is no room left on this server")]
    Full,
    /// Our own fault; the text is for the log.
    #[error("{0}")]
    Internal(String),
}

/// One mistake in a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    pub field: &'static str,
    /// As Mastodon names it, such as `ERR_TAKEN`.
    pub code: &'static str,
    pub text: String,
}

impl From<storage::Error> for Error {
    fn from(error: storage::Error) -> Self {
        match error {
            storage::Error::Unavailable(reason) => Self::Unavailable(reason),
            storage::Error::Full => Self::Full,
            storage::Error::Query(error) if storage::is_duplicate(&error) => {
                Self::Conflict("It exists already".to_owned())
            }
            other => Self::Internal(other.to_string()),
        }
    }
}

impl From<QueryError> for Error {
    fn from(error: QueryError) -> Self {
        storage::Error::from(error).into()
    }
}

impl From<crate::mail::MailError> for Error {
    fn from(error: crate::mail::MailError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<openssl::error::ErrorStack> for Error {
    fn from(error: openssl::error::ErrorStack) -> Self {
        Self::Internal(error.to_string())
    }
}

/// `Invalid` in the words of Mastodon's forms.
pub(crate) fn invalid(text: impl Into<String>) -> Error {
    Error::Invalid(format!("Validation failed: {}", text.into()))
}
