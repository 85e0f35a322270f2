//! <https://docs.joinmastodon.org/methods/admin/canonical_email_blocks/>

use actix_web::HttpRequest;
use actix_web::web::{self, Data};
use serde::{Deserialize, Serialize};
use service::App;
use service::moderation::email_blocks;
use utoipa::ToSchema;

use super::super::{Answer, json, nothing, page};
use super::mistake;
use crate::entities::AdminCanonicalEmailBlock;
use crate::extract::scope::{AdminReadCanonicalEmailBlocks, AdminWriteCanonicalEmailBlocks};
use crate::extract::{Caller, PageParams, Params, PathId, Text};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at(
            "/v1/admin/canonical_email_blocks",
            [web::get().to(list), web::post().to(block)],
        )
        .at(
            "/v1/admin/canonical_email_blocks/test",
            [web::post().to(test)],
        )
        .at(
            "/v1/admin/canonical_email_blocks/{id}",
            [web::get().to(show), web::delete().to(unblock)],
        );
}

pub(super) fn operations(api: &mut Operations) {
    api.get(
        "/v1/admin/canonical_email_blocks",
        "Addresses that cannot sign up, as hashes",
        list,
    )
    .pages::<AdminCanonicalEmailBlock>();
    api.post(
        "/v1/admin/canonical_email_blocks",
        "Let nobody sign up with an address",
        block,
    )
    .answers::<AdminCanonicalEmailBlock>();
    api.post(
        "/v1/admin/canonical_email_blocks/test",
        "Whether an address is shut out",
        test,
    )
    .lists::<AdminCanonicalEmailBlock>();
    api.get(
        "/v1/admin/canonical_email_blocks/{id}",
        "One address that cannot sign up",
        show,
    )
    .answers::<AdminCanonicalEmailBlock>();
    api.delete(
        "/v1/admin/canonical_email_blocks/{id}",
        "Let an address sign up again",
        unblock,
    )
    .says_nothing();
}

async fn list(
    request: HttpRequest,
    _: Caller<AdminReadCanonicalEmailBlocks>,
    params: Params<PageParams>,
    app: Data<App>,
) -> Answer {
    let found = email_blocks::page_of_canonical(&app, params.0.page(100, 200)).await?;
    page::<_, AdminCanonicalEmailBlock>(&request, &app, found)
}

async fn show(_: Caller<AdminReadCanonicalEmailBlocks>, id: PathId<i64>, app: Data<App>) -> Answer {
    json(AdminCanonicalEmailBlock::from(
        email_blocks::find_canonical(&app, id.0).await?,
    ))
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Named {
    email: Text,
    canonical_email_hash: Text,
}

async fn block(
    caller: Caller<AdminWriteCanonicalEmailBlocks>,
    params: Params<Named>,
    app: Data<App>,
) -> Answer {
    let named = params.0;
    let hash = match named.email.filled() {
        Some(email) => email_blocks::canonical_hash(email),
        None => named.canonical_email_hash.0,
    };
    let hash = hash.ok_or_else(|| mistake("Email is invalid"))?;
    let made = email_blocks::block_canonical(&app, &caller.person, hash).await?;
    json(AdminCanonicalEmailBlock::from(made))
}

async fn unblock(
    caller: Caller<AdminWriteCanonicalEmailBlocks>,
    id: PathId<i64>,
    app: Data<App>,
) -> Answer {
    email_blocks::unblock_canonical(&app, &caller.person, id.0).await?;
    nothing()
}

async fn test(
    _: Caller<AdminReadCanonicalEmailBlocks>,
    params: Params<Named>,
    app: Data<App>,
) -> Answer {
    let email = params.0.email.0.unwrap_or_default();
    let found = email_blocks::test_canonical(&app, &email).await?;
    let found = found.into_iter().map(AdminCanonicalEmailBlock::from);
    json(found.collect::<Vec<_>>())
}
