//! <https://docs.joinmastodon.org/methods/admin/email_domain_blocks/>

use actix_web::HttpRequest;
use actix_web::web::{self, Data};
use serde::{Deserialize, Serialize};
use service::App;
use service::moderation::email_blocks;
use utoipa::ToSchema;

use super::super::{Answer, json, nothing, page};
use super::host;
use crate::entities::AdminEmailDomainBlock;
use crate::extract::scope::{AdminReadEmailDomainBlocks, AdminWriteEmailDomainBlocks};
use crate::extract::{Caller, PageParams, Params, PathId, Text};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at(
            "/v1/admin/email_domain_blocks",
            [web::get().to(list), web::post().to(block)],
        )
        .at(
            "/v1/admin/email_domain_blocks/{id}",
            [web::get().to(show), web::delete().to(unblock)],
        );
}

pub(super) fn operations(api: &mut Operations) {
    api.get(
        "/v1/admin/email_domain_blocks",
        "Mail servers whose addresses cannot sign up",
        list,
    )
    .pages::<AdminEmailDomainBlock>();
    api.post(
        "/v1/admin/email_domain_blocks",
        "Let nobody sign up from a mail server",
        block,
    )
    .answers::<AdminEmailDomainBlock>();
    api.get(
        "/v1/admin/email_domain_blocks/{id}",
        "One mail server that is shut out",
        show,
    )
    .answers::<AdminEmailDomainBlock>();
    api.delete(
        "/v1/admin/email_domain_blocks/{id}",
        "Let people of a mail server sign up again",
        unblock,
    )
    .says_nothing();
}

async fn list(
    request: HttpRequest,
    _: Caller<AdminReadEmailDomainBlocks>,
    params: Params<PageParams>,
    app: Data<App>,
) -> Answer {
    let found = email_blocks::page_of_domains(&app, params.0.page(100, 200)).await?;
    page::<_, AdminEmailDomainBlock>(&request, &app, found)
}

async fn show(_: Caller<AdminReadEmailDomainBlocks>, id: PathId<i64>, app: Data<App>) -> Answer {
    json(AdminEmailDomainBlock::from(
        email_blocks::find_domain(&app, id.0).await?,
    ))
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Named {
    domain: Text,
}

async fn block(
    caller: Caller<AdminWriteEmailDomainBlocks>,
    params: Params<Named>,
    app: Data<App>,
) -> Answer {
    let made = email_blocks::block_domain(&app, &caller.person, host(&params.0.domain)?).await?;
    json(AdminEmailDomainBlock::from(made))
}

async fn unblock(
    caller: Caller<AdminWriteEmailDomainBlocks>,
    id: PathId<i64>,
    app: Data<App>,
) -> Answer {
    email_blocks::unblock_domain(&app, &caller.person, id.0).await?;
    nothing()
}
