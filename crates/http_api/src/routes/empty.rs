//! What apps ask for and this server truly has none of.

use actix_web::web::{self, Data};
use domain::AccountId;
use serde_json::json as object;
use service::App;

use super::{Answer, json};
use crate::extract::scope::AnyScope;
use crate::extract::{Caller, PathId};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes.at(
        "/v1/accounts/{id}/identity_proofs",
        [web::get().to(no_proofs)],
    );
}

pub(super) fn operations(api: &mut Operations) {
    api.get(
        "/v1/accounts/{id}/identity_proofs",
        "Proofs of identity, which no longer exist",
        no_proofs,
    )
    .answers_schema(crate::openapi::empty_list())
    .deprecated();
}

/// Mastodon knows none since version 4: rows of a profile are checked instead.
async fn no_proofs(caller: Caller<AnyScope>, id: PathId<AccountId>, app: Data<App>) -> Answer {
    service::accounts::view(&app, Some(&caller.person), id.0).await?;
    json(object!([]))
}
