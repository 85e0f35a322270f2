//! <https://docs.joinmastodon.org/methods/oauth/>

use actix_web::http::StatusCode;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::Scopes;
use serde::{Deserialize, Serialize};
use serde_json::json;
use service::App;
use service::oauth::{self, Failure, Grant, IssuedToken, OAuthError};
use utoipa::ToSchema;
use utoipa::openapi::HttpMethod;

use super::Answer;
use crate::ApiError;
use crate::entities::{AuthorizationServer, Token, UserInfo};
use crate::extract::scope::Profile;
use crate::extract::{Caller, Params, Text};
use crate::middleware::json_answers::json_answers;
use crate::middleware::rate_limit::rate_limit;
use crate::middleware::token_in_body::token_in_body;
use crate::openapi::Operations;

pub(super) fn routes(config: &mut ServiceConfig) {
    let cors = crate::middleware::cors::oauth;
    config
        .service(
            web::resource("/oauth/token")
                .wrap(from_fn(rate_limit))
                .wrap(from_fn(json_answers))
                .wrap(cors())
                .route(web::post().to(token)),
        )
        .service(
            web::resource("/oauth/revoke")
                .wrap(from_fn(rate_limit))
                .wrap(from_fn(json_answers))
                .wrap(cors())
                .route(web::post().to(revoke)),
        )
        .service(
            web::resource("/oauth/userinfo")
                .wrap(from_fn(rate_limit))
                .wrap(from_fn(token_in_body))
                .wrap(from_fn(json_answers))
                .wrap(cors())
                .route(web::get().to(user_info))
                .route(web::post().to(user_info)),
        )
        .service(
            web::resource("/.well-known/oauth-authorization-server")
                .wrap(crate::middleware::cors::metadata())
                .route(web::get().to(metadata)),
        );
}

pub(super) fn operations(api: &mut Operations) {
    api.add(
        HttpMethod::Post,
        "/oauth/token",
        "Exchange a code, or an app's secret, for a token",
        token,
    )
    .answers::<Token>();
    api.add(
        HttpMethod::Post,
        "/oauth/revoke",
        "Give a token back",
        revoke,
    )
    .says_nothing();
    api.add(
        HttpMethod::Get,
        "/oauth/userinfo",
        "Who you are, as OpenID has it",
        user_info,
    )
    .answers::<UserInfo>();
    api.add(
        HttpMethod::Post,
        "/oauth/userinfo",
        "Who you are, as OpenID has it",
        user_info,
    )
    .answers::<UserInfo>();
    api.add(
        HttpMethod::Get,
        "/.well-known/oauth-authorization-server",
        "How to get a token (RFC 8414)",
        metadata,
    )
    .answers::<AuthorizationServer>();
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct TokenRequest {
    grant_type: Text,
    client_id: Text,
    client_secret: Text,
    code: Text,
    redirect_uri: Text,
    code_verifier: Text,
    scope: Text,
}

/// RFC 6749 section 5.2.
fn refusal(error: &OAuthError) -> HttpResponse {
    let status = match error.code {
        "invalid_client" => StatusCode::UNAUTHORIZED,
        "unauthorized_client" => StatusCode::FORBIDDEN,
        _ => StatusCode::BAD_REQUEST,
    };
    HttpResponse::build(status)
        .insert_header(("Cache-Control", "no-store"))
        .json(json!({ "error": error.code, "error_description": error.description }))
}

fn answer(failure: Failure) -> Answer {
    match failure {
        Failure::OAuth(error) => Ok(refusal(&error)),
        Failure::Service(error) => Err(ApiError::from(error)),
    }
}

/// The application's name and secret: from the body, or by HTTP Basic (RFC 6749 section 2.3.1), besides which some name
/// themselves in the body, too.
fn client(request: &HttpRequest, id: &Text, secret: Text) -> (String, Option<String>) {
    let secret = secret.0.filter(|text| !text.is_empty());
    match (id.filled(), basic(request)) {
        (Some(id), Some((named, proof))) if secret.is_none() && id == named => (named, Some(proof)),
        (Some(id), _) => (id.to_owned(), secret),
        (None, Some((named, proof))) => (named, Some(proof)),
        (None, None) => (String::new(), None),
    }
}

fn basic(request: &HttpRequest) -> Option<(String, String)> {
    let value = request.headers().get("authorization")?.to_str().ok()?;
    let (scheme, coded) = value.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(coded.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

pub(crate) fn token_entity(issued: &IssuedToken) -> Token {
    Token {
        access_token: issued.access_token.clone(),
        token_type: "Bearer",
        scope: issued.scopes.to_string(),
        created_at: issued.created_at.and_utc().timestamp(),
    }
}

async fn token(request: HttpRequest, params: Params<TokenRequest>, app: Data<App>) -> Answer {
    let params = params.into_inner();
    let (client_id, secret) = client(&request, &params.client_id, params.client_secret);
    let grant = match params.grant_type.filled() {
        Some("authorization_code") => Grant::Code {
            code: params.code.0.unwrap_or_default(),
            redirect_uri: params.redirect_uri.0.unwrap_or_default(),
            code_verifier: params.code_verifier.0,
        },
        Some("client_credentials") => Grant::ClientCredentials {
            scope: params.scope.0,
        },
        None => return Ok(refusal(&OAuthError::missing("grant_type"))),
        Some(_) => return Ok(refusal(&OAuthError::unsupported_grant())),
    };
    match oauth::exchange(&app, &client_id, secret.as_deref(), grant).await {
        Ok(issued) => Ok(HttpResponse::Ok()
            .insert_header(("Cache-Control", "no-store"))
            .json(token_entity(&issued))),
        Err(failure) => answer(failure),
    }
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Revocation {
    client_id: Text,
    client_secret: Text,
    token: Text,
}

async fn revoke(request: HttpRequest, params: Params<Revocation>, app: Data<App>) -> Answer {
    let params = params.into_inner();
    let (client_id, secret) = client(&request, &params.client_id, params.client_secret);
    let token = params.token.0.unwrap_or_default();
    match oauth::revoke(&app, &client_id, secret.as_deref(), &token).await {
        Ok(()) => super::nothing(),
        Err(failure) => answer(failure),
    }
}

/// OpenID's idea of who somebody is, as far as apps use it.
async fn user_info(caller: Caller<Profile>, app: Data<App>) -> Answer {
    let (view, _) = service::accounts::own(&app, &caller.person).await?;
    let name = if view.account.display_name.is_empty() {
        &view.account.username
    } else {
        &view.account.display_name
    };
    super::json(UserInfo {
        iss: app.addresses().join("/"),
        name: name.clone(),
        sub: view.account.uri,
        preferred_username: view.account.username,
        profile: view.account.url,
        picture: view.avatar,
    })
}

/// RFC 8414.
async fn metadata(app: Data<App>) -> Answer {
    let at = |path: &str| app.addresses().join(path);
    super::json(AuthorizationServer {
        issuer: at("/"),
        service_documentation: "https://docs.joinmastodon.org/",
        authorization_endpoint: at("/oauth/authorize"),
        token_endpoint: at("/oauth/token"),
        app_registration_endpoint: at("/api/v1/apps"),
        revocation_endpoint: at("/oauth/revoke"),
        userinfo_endpoint: at("/oauth/userinfo"),
        scopes_supported: Scopes::all_names().collect(),
        response_types_supported: &["code"],
        response_modes_supported: &["query"],
        grant_types_supported: &["authorization_code", "client_credentials"],
        token_endpoint_auth_methods_supported: &[
            "client_secret_basic",
            "client_secret_post",
            "none",
        ],
        code_challenge_methods_supported: &["S256"],
    })
}
