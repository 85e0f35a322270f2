//! A person lets an application in: RFC 6749 section 4.1, with RFC 7636 (PKCE).

use domain::{ApplicationId, Scopes};
use storage::applications::{Application, AuthorizationCode};

use super::{Failure, OAuthError, Person};
use crate::passwords::{random_token, token_hash};
use crate::{App, Result};

/// RFC 6749 asks for at most ten minutes.
const CODE_MINUTES: i64 = 10;

/// What an application asks for when it sends somebody to us.
#[derive(Debug, Clone, Default)]
pub struct AuthorizationRequest {
    pub client_id: String,
    pub redirect_uri: Option<String>,
    pub response_type: String,
    pub scope: Option<String>,
    pub state: Option<String>,
    pub code_challenge: Option<String>,
    pub code_challenge_method: Option<String>,
}

/// A request that may be shown to the person.
#[derive(Debug, Clone)]
pub struct Checked {
    pub application: Application,
    pub redirect_uri: String,
    pub scopes: Scopes,
    pub state: Option<String>,
    pub code_challenge: Option<String>,
}

/// Checks a request. Its errors are shown on a page: an address that was not registered is never followed.
pub async fn check_authorization(
    app: &App,
    request: AuthorizationRequest,
) -> std::result::Result<Checked, Failure> {
    let client_id = request.client_id.replace('\0', "");
    let application = app
        .read(move |_, conn| Ok(storage::applications::with_client_id(conn, &client_id)?))
        .await?
        .ok_or_else(OAuthError::client)?;
    let redirect_uri = match (request.redirect_uri, application.redirect_uris.as_slice()) {
        (Some(uri), known) if known.contains(&uri) => uri,
        (None, [only]) => only.clone(),
        _ => {
            return Err(OAuthError::new(
                "invalid_redirect_uri",
                "The requested redirect uri is malformed or doesn't match client redirect URI.",
            )
            .into());
        }
    };
    if request.response_type != "code" {
        return Err(OAuthError::new(
            "unsupported_response_type",
            "The authorization server does not support this response type.",
        )
        .into());
    }
    let scopes = scopes(&application, request.scope.as_deref())?;
    let code_challenge = request
        .code_challenge
        .filter(|challenge| !challenge.is_empty());
    if let Some(challenge) = &code_challenge {
        let method = request.code_challenge_method.as_deref();
        let shape = challenge.len() == 43
            && challenge
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if method != Some("S256") || !shape {
            return Err(OAuthError::new(
                "invalid_request",
                "The code_challenge_method must be S256, and the challenge 43 characters long.",
            )
            .into());
        }
    }
    Ok(Checked {
        application,
        redirect_uri,
        scopes,
        state: request.state,
        code_challenge,
    })
}

/// What is asked for, if the application registered it; `read` if nothing is named.
pub(super) fn scopes(
    application: &Application,
    asked: Option<&str>,
) -> std::result::Result<Scopes, OAuthError> {
    let registered: Scopes = application
        .scopes
        .parse()
        .map_err(|_| OAuthError::scope())?;
    let asked: Scopes = match asked.map(str::trim).filter(|text| !text.is_empty()) {
        Some(text) => text.parse().map_err(|_| OAuthError::scope())?,
        None => Scopes::read(),
    };
    if asked.is_subset_of(registered) {
        Ok(asked)
    } else {
        Err(OAuthError::scope())
    }
}

/// The person said yes: a code that the application exchanges for a token.
pub async fn issue_code(app: &App, person: &Person, checked: &Checked) -> Result<String> {
    let code = random_token();
    let row = AuthorizationCode {
        code_hash: token_hash(&code),
        application_id: ApplicationId(checked.application.id.0),
        user_id: person.user.id,
        redirect_uri: checked.redirect_uri.clone(),
        scopes: checked.scopes.to_string(),
        code_challenge: checked.code_challenge.clone(),
        expires_at: app.now() + chrono::Duration::minutes(CODE_MINUTES),
        token_id: None,
    };
    app.transaction(move |_, conn| Ok(storage::applications::insert_code(conn, row)?))
        .await?;
    Ok(code)
}
