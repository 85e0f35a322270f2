//! Client programs and their tokens.
//! <https://docs.joinmastodon.org/entities/Application/>

use domain::ApplicationId;
use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Application {
    pub id: ApplicationId,
    pub name: String,
    pub website: Option<String>,
    pub scopes: Vec<&'static str>,
    /// All addresses, one per line.
    pub redirect_uri: String,
    pub redirect_uris: Vec<String>,
    /// Out of use, but some apps still read it.
    pub vapid_key: String,
}

/// An application as it is told to itself, once.
#[derive(Clone, PartialEq, Serialize)]
pub struct CredentialApplication {
    #[serde(flatten)]
    pub application: Application,
    pub client_id: String,
    pub client_secret: String,
    /// 0: never.
    pub client_secret_expires_at: i64,
}

/// <https://docs.joinmastodon.org/entities/Token/>
#[derive(Clone, PartialEq, Serialize)]
pub struct Token {
    pub access_token: String,
    pub token_type: &'static str,
    pub scope: String,
    /// Seconds since 1970.
    pub created_at: i64,
}
