//! <https://docs.joinmastodon.org/methods/reports/>

use actix_web::web::{self, Data};
use domain::AccountId;
use serde::{Deserialize, Serialize};
use service::App;
use service::reports::{self, NewReport};
use utoipa::ToSchema;

use super::{Answer, json};
use crate::ApiError;
use crate::entities::Report;
use crate::extract::scope::WriteReports;
use crate::extract::{Caller, Flag, Params, Text, Words};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes.at("/v1/reports", [web::post().to(create)]);
}

pub(super) fn operations(api: &mut Operations) {
    api.post(
        "/v1/reports",
        "Report somebody to those who look after the server",
        create,
    )
    .answers::<Report>();
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct ReportParams {
    account_id: Text,
    status_ids: Words,
    collection_ids: Words,
    comment: Text,
    forward: Flag,
    forward_to_domains: Words,
    category: Text,
    rule_ids: Words,
}

async fn create(
    caller: Caller<WriteReports>,
    params: Params<ReportParams>,
    app: Data<App>,
) -> Answer {
    let params = params.0;
    let account: AccountId = params
        .account_id
        .filled()
        .and_then(|id| id.parse().ok())
        .ok_or(ApiError::NotFound)?;
    let new = NewReport {
        account,
        statuses: params.status_ids.ids().collect(),
        collections: params.collection_ids.ids().collect(),
        comment: params.comment.0.unwrap_or_default(),
        category: params.category.0,
        forward: params.forward.is_set(),
        forward_to: params.forward_to_domains.0,
        rules: params.rule_ids.as_slice().to_vec(),
    };
    json(Report::from(
        reports::report(&app, &caller.person, new).await?,
    ))
}
