//! <https://docs.joinmastodon.org/methods/admin/domain_allows/>

use actix_web::HttpRequest;
use actix_web::web::{self, Data};
use serde::{Deserialize, Serialize};
use service::{App, domains};
use utoipa::ToSchema;

use super::super::{Answer, json, nothing, page};
use super::host;
use crate::entities::AdminDomainAllow;
use crate::extract::scope::{AdminReadDomainAllows, AdminWriteDomainAllows};
use crate::extract::{Caller, PageParams, Params, PathId, Text};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at(
            "/v1/admin/domain_allows",
            [web::get().to(list), web::post().to(allow)],
        )
        .at(
            "/v1/admin/domain_allows/{id}",
            [web::get().to(show), web::delete().to(disallow)],
        );
}

pub(super) fn operations(api: &mut Operations) {
    api.get("/v1/admin/domain_allows", "Servers that are let in", list)
        .pages::<AdminDomainAllow>();
    api.post("/v1/admin/domain_allows", "Let a server in", allow)
        .answers::<AdminDomainAllow>();
    api.get(
        "/v1/admin/domain_allows/{id}",
        "One server that is let in",
        show,
    )
    .answers::<AdminDomainAllow>();
    api.delete(
        "/v1/admin/domain_allows/{id}",
        "Let a server in no longer",
        disallow,
    )
    .says_nothing();
}

async fn list(
    request: HttpRequest,
    _: Caller<AdminReadDomainAllows>,
    params: Params<PageParams>,
    app: Data<App>,
) -> Answer {
    let found = domains::page_of_allows(&app, params.0.page(100, 200)).await?;
    page::<_, AdminDomainAllow>(&request, &app, found)
}

async fn show(_: Caller<AdminReadDomainAllows>, id: PathId<i64>, app: Data<App>) -> Answer {
    json(AdminDomainAllow::from(
        domains::find_allow(&app, id.0).await?,
    ))
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Named {
    domain: Text,
}

async fn allow(
    caller: Caller<AdminWriteDomainAllows>,
    params: Params<Named>,
    app: Data<App>,
) -> Answer {
    let allowed = domains::add_allow(&app, &caller.person, &host(&params.0.domain)?).await?;
    json(AdminDomainAllow::from(allowed))
}

async fn disallow(
    caller: Caller<AdminWriteDomainAllows>,
    id: PathId<i64>,
    app: Data<App>,
) -> Answer {
    domains::remove_allow(&app, &caller.person, id.0).await?;
    nothing()
}
