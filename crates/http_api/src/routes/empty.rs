//! What apps ask for and this server truly has none of.

use actix_web::web::{self, Data, ServiceConfig};
use domain::AccountId;
use serde_json::json as object;
use service::App;

use super::{Answer, json};
use crate::extract::scope::AnyScope;
use crate::extract::{Caller, PathId};

pub(super) fn routes(config: &mut ServiceConfig) {
    // For everybody.
    for path in [
        "/v1/trends",
        "/v1/trends/tags",
        "/v1/trends/statuses",
        "/v1/trends/links",
    ] {
        config.service(web::resource(path).route(web::get().to(none)));
    }
    config.service(
        web::resource("/v1/accounts/{id}/identity_proofs").route(web::get().to(no_proofs)),
    );
}

async fn none() -> Answer {
    json(object!([]))
}

/// Mastodon knows none since version 4: rows of a profile are checked instead.
async fn no_proofs(caller: Caller<AnyScope>, id: PathId<AccountId>, app: Data<App>) -> Answer {
    service::accounts::view(&app, Some(&caller.person), id.0).await?;
    none().await
}
