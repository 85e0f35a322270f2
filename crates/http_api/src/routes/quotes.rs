//! <https://docs.joinmastodon.org/methods/statuses/#quotes>

use actix_web::HttpRequest;
use actix_web::web::{self, Data, Path};
use domain::{QuotePolicy, StatusId};
use serde::{Deserialize, Serialize};
use service::{App, quotes};
use utoipa::ToSchema;

use super::{Answer, json, page, put_or_patch};
use crate::ApiError;
use crate::entities::Status;
use crate::extract::scope::{ReadStatuses, WriteStatuses};
use crate::extract::{Caller, PageParams, Params, PathId, Text};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at("/v1/statuses/{id}/quotes", [web::get().to(list)])
        .at(
            "/v1/statuses/{id}/quotes/{quoting_status_id}/revoke",
            [web::post().to(revoke)],
        )
        .at(
            "/v1/statuses/{id}/interaction_policy",
            [put_or_patch().to(set_policy)],
        );
}

pub(super) fn operations(api: &mut Operations) {
    api.get(
        "/v1/statuses/{id}/quotes",
        "What quotes a post of yours",
        list,
    )
    .pages::<Status>();
    api.post(
        "/v1/statuses/{id}/quotes/{quoting_status_id}/revoke",
        "Take back the leave to quote a post of yours",
        revoke,
    )
    .answers::<Status>();
    api.put_or_patch(
        "/v1/statuses/{id}/interaction_policy",
        "Change who may quote a post of yours",
        set_policy,
    )
    .answers::<Status>();
}

/// `public`, `followers` or `nobody`; none if it is not said.
pub(super) fn policy(said: &Text) -> Result<Option<QuotePolicy>, ApiError> {
    let unknown = || {
        let reason = "Validation failed: Quote approval policy is not included in the list";
        ApiError::Unprocessable(reason.to_owned())
    };
    let named = |name: &str| QuotePolicy::named(name).ok_or_else(unknown);
    said.filled().map(named).transpose()
}

async fn list(
    request: HttpRequest,
    caller: Caller<ReadStatuses>,
    id: PathId<StatusId>,
    params: Params<PageParams>,
    app: Data<App>,
) -> Answer {
    let found = quotes::page(&app, &caller.person, id.0, params.0.page(20, 40)).await?;
    page::<_, Status>(&request, &app, found)
}

async fn revoke(
    caller: Caller<WriteStatuses>,
    path: Path<(String, String)>,
    app: Data<App>,
) -> Answer {
    let id = |text: &str| text.parse().map_err(|_| ApiError::NotFound);
    let (quoted, quoting) = (id(&path.0)?, id(&path.1)?);
    json(Status::from(
        quotes::revoke(&app, &caller.person, quoted, quoting).await?,
    ))
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Policy {
    quote_approval_policy: Text,
}

async fn set_policy(
    caller: Caller<WriteStatuses>,
    id: PathId<StatusId>,
    params: Params<Policy>,
    app: Data<App>,
) -> Answer {
    let said = &params.0.quote_approval_policy;
    let wanted = policy(said)?.unwrap_or(caller.person.user.default_quote_policy);
    json(Status::from(
        quotes::set_policy(&app, &caller.person, id.0, wanted).await?,
    ))
}
