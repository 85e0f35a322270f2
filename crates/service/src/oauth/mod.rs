//! OAuth 2: client programs, what people let them do, and tokens.
//! <https://docs.joinmastodon.org/spec/oauth/>

mod applications;
mod authorize;
mod tokens;

use std::fmt;

use domain::{AccountId, ApplicationId, Scopes, TokenId};
use storage::accounts::Account;
use storage::users::User;

pub use applications::{NewApplication, Registered, application, register_application};
pub use authorize::{AuthorizationRequest, Checked, check_authorization, issue_code};
pub use tokens::{
    Grant, IssuedToken, authenticate, authenticate_newcomer, create_token, exchange, revoke,
    token_owner,
};

pub(crate) use tokens::issue;

/// A client program.
pub use storage::applications::Application;

/// Where the code is shown to the person, who copies it (RFC 6749 has no word for it).
pub const OUT_OF_BAND: &str = "urn:ietf:wg:oauth:2.0:oob";

/// Somebody signed in here.
#[derive(Debug, Clone)]
pub struct Person {
    pub user: User,
    pub account: Account,
}

impl Person {
    #[must_use]
    pub fn id(&self) -> AccountId {
        self.account.id
    }
}

/// Whoever shows a good token.
#[derive(Debug, Clone)]
pub struct Authenticated {
    pub token: TokenId,
    pub application: ApplicationId,
    pub scopes: Scopes,
    /// None where the application acts for itself.
    pub person: Option<Person>,
}

/// Whose a token is: somebody's, or an application's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenOwner {
    Account(AccountId),
    Application,
}

/// A refusal in the words of RFC 6749, sections 4.1.2.1 and 5.2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OAuthError {
    pub code: &'static str,
    pub description: String,
}

impl OAuthError {
    pub(crate) fn new(code: &'static str, description: &str) -> Self {
        Self {
            code,
            description: description.to_owned(),
        }
    }

    /// The application is not known, or did not prove itself.
    pub(crate) fn client() -> Self {
        Self::new(
            "invalid_client",
            "Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method.",
        )
    }

    pub(crate) fn grant() -> Self {
        Self::new(
            "invalid_grant",
            "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client.",
        )
    }

    /// A parameter that must be there is not.
    #[must_use]
    pub fn missing(parameter: &str) -> Self {
        Self::new(
            "invalid_request",
            &format!("Missing required parameter: {parameter}."),
        )
    }

    #[must_use]
    pub fn unsupported_grant() -> Self {
        Self::new(
            "unsupported_grant_type",
            "The authorization grant type is not supported by the authorization server.",
        )
    }

    pub(crate) fn scope() -> Self {
        Self::new(
            "invalid_scope",
            "The requested scope is invalid, unknown, or malformed.",
        )
    }
}

impl fmt::Display for OAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.description)
    }
}

/// What goes wrong in an OAuth request: its own errors, or ours.
#[derive(Debug)]
pub enum Failure {
    OAuth(OAuthError),
    Service(crate::Error),
}

impl From<OAuthError> for Failure {
    fn from(error: OAuthError) -> Self {
        Self::OAuth(error)
    }
}

impl<E: Into<crate::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Service(error.into())
    }
}

/// Whether two secrets are the same, in the same time whatever they are.
pub(crate) fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && openssl::memcmp::eq(a.as_bytes(), b.as_bytes())
}
