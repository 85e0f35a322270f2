//! <https://docs.joinmastodon.org/methods/follow_requests/>

use actix_web::HttpRequest;
use actix_web::web::{self, Data};
use domain::AccountId;
use service::{App, follows};

use super::{Answer, json, page};
use crate::entities::{Account, Relationship};
use crate::extract::scope::{ReadFollows, WriteFollows};
use crate::extract::{Caller, PageParams, Params, PathId};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at("/v1/follow_requests", [web::get().to(list)])
        .at(
            "/v1/follow_requests/{id}/authorize",
            [web::post().to(authorize)],
        )
        .at("/v1/follow_requests/{id}/reject", [web::post().to(reject)]);
}

pub(super) fn operations(api: &mut Operations) {
    api.get("/v1/follow_requests", "Who asks to follow you", list)
        .pages::<Account>();
    api.post(
        "/v1/follow_requests/{id}/authorize",
        "Let somebody follow you",
        authorize,
    )
    .answers::<Relationship>();
    api.post(
        "/v1/follow_requests/{id}/reject",
        "Do not let somebody follow you",
        reject,
    )
    .answers::<Relationship>();
}

async fn list(
    request: HttpRequest,
    caller: Caller<ReadFollows>,
    params: Params<PageParams>,
    app: Data<App>,
) -> Answer {
    let found = follows::requests(&app, &caller.person, params.0.page(40, 80)).await?;
    page::<_, Account>(&request, &app, found)
}

async fn authorize(caller: Caller<WriteFollows>, id: PathId<AccountId>, app: Data<App>) -> Answer {
    json(Relationship::from(
        follows::authorize(&app, &caller.person, id.0).await?,
    ))
}

async fn reject(caller: Caller<WriteFollows>, id: PathId<AccountId>, app: Data<App>) -> Answer {
    json(Relationship::from(
        follows::reject(&app, &caller.person, id.0).await?,
    ))
}
