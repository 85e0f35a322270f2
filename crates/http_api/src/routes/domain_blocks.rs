//! <https://docs.joinmastodon.org/methods/domain_blocks/>

use actix_web::HttpRequest;
use actix_web::web::{self, Data};
use serde::{Deserialize, Serialize};
use service::{App, domain_blocks};
use utoipa::ToSchema;

use super::{Answer, json, nothing, page};
use crate::entities::DomainBlockPreview;
use crate::extract::scope::{ReadBlocks, WriteBlocks};
use crate::extract::{Caller, PageParams, Params};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at(
            "/v1/domain_blocks",
            [
                web::get().to(list),
                web::post().to(block),
                web::delete().to(unblock),
            ],
        )
        .at("/v1/domain_blocks/preview", [web::get().to(preview)]);
}

pub(super) fn operations(api: &mut Operations) {
    api.get("/v1/domain_blocks", "Which servers you block", list)
        .pages::<String>();
    api.get(
        "/v1/domain_blocks/preview",
        "How many follows would end with a block",
        preview,
    )
    .answers::<DomainBlockPreview>();
    api.post("/v1/domain_blocks", "Block a server", block)
        .says_nothing();
    api.delete("/v1/domain_blocks", "Block a server no longer", unblock)
        .says_nothing();
}

#[derive(Deserialize, Serialize, ToSchema)]
struct Named {
    #[serde(default)]
    domain: String,
}

async fn list(
    request: HttpRequest,
    caller: Caller<ReadBlocks>,
    params: Params<PageParams>,
    app: Data<App>,
) -> Answer {
    let found = domain_blocks::page(&app, &caller.person, params.0.page(100, 200)).await?;
    page::<_, String>(&request, &app, found)
}

async fn preview(caller: Caller<WriteBlocks>, named: Params<Named>, app: Data<App>) -> Answer {
    json(DomainBlockPreview::from(
        domain_blocks::ending(&app, &caller.person, &named.0.domain).await?,
    ))
}

async fn block(caller: Caller<WriteBlocks>, named: Params<Named>, app: Data<App>) -> Answer {
    domain_blocks::block(&app, &caller.person, &named.0.domain).await?;
    nothing()
}

async fn unblock(caller: Caller<WriteBlocks>, named: Params<Named>, app: Data<App>) -> Answer {
    domain_blocks::unblock(&app, &caller.person, &named.0.domain).await?;
    nothing()
}
