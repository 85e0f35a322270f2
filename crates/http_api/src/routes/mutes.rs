//! <https://docs.joinmastodon.org/methods/mutes/>

use actix_web::HttpRequest;
use actix_web::web::{self, Data};
use domain::AccountId;
use serde::{Deserialize, Serialize};
use service::App;
use service::mutes::{self, MuteWishes};
use utoipa::ToSchema;

use super::{Answer, json, page};
use crate::entities::{MutedAccount, Relationship};
use crate::extract::scope::{ReadMutes, WriteMutes};
use crate::extract::{Caller, Flag, Number, PageParams, Params, PathId};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at("/v1/mutes", [web::get().to(list)])
        .at("/v1/accounts/{id}/mute", [web::post().to(mute)])
        .at("/v1/accounts/{id}/unmute", [web::post().to(unmute)]);
}

pub(super) fn operations(api: &mut Operations) {
    api.get("/v1/mutes", "Whom you mute", list)
        .pages::<MutedAccount>();
    api.post("/v1/accounts/{id}/mute", "Mute", mute)
        .answers::<Relationship>();
    api.post("/v1/accounts/{id}/unmute", "Mute no longer", unmute)
        .answers::<Relationship>();
}

async fn list(
    request: HttpRequest,
    caller: Caller<ReadMutes>,
    params: Params<PageParams>,
    app: Data<App>,
) -> Answer {
    let found = mutes::page(&app, &caller.person, params.0.page(40, 80)).await?;
    page::<_, MutedAccount>(&request, &app, found)
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Wishes {
    notifications: Flag,
    duration: Number,
}

async fn mute(
    caller: Caller<WriteMutes>,
    id: PathId<AccountId>,
    params: Params<Wishes>,
    app: Data<App>,
) -> Answer {
    let wishes = MuteWishes {
        notifications: params.0.notifications.0.unwrap_or(true),
        duration: params.0.duration.0.unwrap_or(0),
    };
    let view = mutes::mute(&app, &caller.person, id.0, wishes).await?;
    json(Relationship::from(view))
}

async fn unmute(caller: Caller<WriteMutes>, id: PathId<AccountId>, app: Data<App>) -> Answer {
    let view = mutes::unmute(&app, &caller.person, id.0).await?;
    json(Relationship::from(view))
}
