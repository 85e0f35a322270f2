//! Client programs and their tokens.
//! <https://docs.joinmastodon.org/entities/Application/>

use domain::ApplicationId;
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Application {
    #[schema(value_type = String)]
    pub id: ApplicationId,
    pub name: String,
    #[schema(required)]
    pub website: Option<String>,
    #[schema(value_type = Vec<String>)]
    pub scopes: Vec<&'static str>,
    /// All addresses, one per line.
    pub redirect_uri: String,
    pub redirect_uris: Vec<String>,
    /// Out of use, but some apps still read it.
    pub vapid_key: String,
}

/// An application as it is told to itself, once.
#[derive(Clone, PartialEq, Serialize, ToSchema)]
pub struct CredentialApplication {
    #[serde(flatten)]
    pub application: Application,
    pub client_id: String,
    pub client_secret: String,
    /// 0: never.
    pub client_secret_expires_at: i64,
}

/// <https://docs.joinmastodon.org/entities/Token/>
#[derive(Clone, PartialEq, Serialize, ToSchema)]
pub struct Token {
    pub access_token: String,
    pub token_type: &'static str,
    pub scope: String,
    /// Seconds since 1970.
    pub created_at: i64,
}

/// Who somebody is, as far as apps use OpenID.
/// <https://docs.joinmastodon.org/methods/oauth/#userinfo>
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct UserInfo {
    pub iss: String,
    pub sub: String,
    pub name: String,
    pub preferred_username: String,
    pub profile: String,
    pub picture: String,
}

/// How to get a token.
/// <https://www.rfc-editor.org/rfc/rfc8414>
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AuthorizationServer {
    pub issuer: String,
    pub service_documentation: &'static str,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    pub app_registration_endpoint: String,
    pub revocation_endpoint: String,
    pub userinfo_endpoint: String,
    #[schema(value_type = Vec<String>)]
    pub scopes_supported: Vec<&'static str>,
    #[schema(value_type = Vec<String>)]
    pub response_types_supported: &'static [&'static str],
    #[schema(value_type = Vec<String>)]
    pub response_modes_supported: &'static [&'static str],
    #[schema(value_type = Vec<String>)]
    pub grant_types_supported: &'static [&'static str],
    #[schema(value_type = Vec<String>)]
    pub token_endpoint_auth_methods_supported: &'static [&'static str],
    #[schema(value_type = Vec<String>)]
    pub code_challenge_methods_supported: &'static [&'static str],
}
