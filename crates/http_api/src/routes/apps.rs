//! <https://docs.joinmastodon.org/methods/apps/>

use actix_web::web::{self, Data};
use serde::{Deserialize, Serialize};
use service::App;
use service::oauth::{self, NewApplication};
use service::push;
use utoipa::ToSchema;

use super::{Answer, json};
use crate::entities::{Application, CredentialApplication};
use crate::extract::{Holder, Params, Text, Words};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at("/v1/apps", [web::post().to(create)])
        .at("/v1/apps/verify_credentials", [web::get().to(verify)]);
}

pub(super) fn operations(api: &mut Operations) {
    api.post("/v1/apps", "Register an app", create)
        .answers::<CredentialApplication>();
    api.get(
        "/v1/apps/verify_credentials",
        "Which app the token belongs to",
        verify,
    )
    .answers::<Application>();
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Create {
    client_name: Text,
    /// One, several, or several in one text with line ends between them.
    redirect_uris: Words,
    scopes: Text,
    website: Text,
}

async fn create(params: Params<Create>, app: Data<App>) -> Answer {
    let params = params.into_inner();
    let uris = params
        .redirect_uris
        .as_slice()
        .iter()
        .flat_map(|text| text.split_whitespace());
    let registered = oauth::register_application(
        &app,
        NewApplication {
            name: params.client_name.0.unwrap_or_default(),
            redirect_uris: uris.map(str::to_owned).collect(),
            scopes: params.scopes.0,
            website: params.website.0,
        },
    )
    .await?;
    let client_id = registered.application.client_id.clone();
    let vapid_key = push::server_key(&app).await?.shown();
    json(CredentialApplication {
        application: entity(registered.application, vapid_key),
        client_id,
        client_secret: registered.client_secret,
        client_secret_expires_at: 0,
    })
}

async fn verify(holder: Holder, app: Data<App>) -> Answer {
    let found = oauth::application(&app, holder.0.application).await?;
    json(entity(found, push::server_key(&app).await?.shown()))
}

fn entity(row: oauth::Application, vapid_key: String) -> Application {
    let scopes = domain::Scopes::parse(&row.scopes)
        .map(|scopes| scopes.names().collect())
        .unwrap_or_default();
    Application {
        id: row.id,
        name: row.name,
        website: row.website,
        scopes,
        redirect_uri: row.redirect_uris.join("\n"),
        redirect_uris: row.redirect_uris,
        vapid_key,
    }
}
