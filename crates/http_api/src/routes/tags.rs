//! <https://docs.joinmastodon.org/methods/tags/>

use actix_web::HttpRequest;
use actix_web::web::{self, Data, Path};
use service::{App, tags};

use super::{Answer, json, page};
use crate::entities::Tag;
use crate::extract::scope::{AnyScope, ReadFollows, WriteAccounts, WriteFollows};
use crate::extract::{Anyone, Caller, PageParams, Params};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at("/v1/followed_tags", [web::get().to(followed)])
        .at("/v1/tags/{name}", [web::get().to(show)])
        .at("/v1/tags/{name}/follow", [web::post().to(follow)])
        .at("/v1/tags/{name}/unfollow", [web::post().to(unfollow)])
        .at("/v1/tags/{name}/feature", [web::post().to(feature)])
        .at("/v1/tags/{name}/unfeature", [web::post().to(unfeature)]);
}

pub(super) fn operations(api: &mut Operations) {
    api.get("/v1/followed_tags", "The tags that you follow", followed)
        .pages::<Tag>();
    api.get("/v1/tags/{name}", "One tag", show).answers::<Tag>();
    api.post("/v1/tags/{name}/follow", "Follow a tag", follow)
        .answers::<Tag>();
    api.post(
        "/v1/tags/{name}/unfollow",
        "Follow a tag no longer",
        unfollow,
    )
    .answers::<Tag>();
    api.post(
        "/v1/tags/{name}/feature",
        "Put a tag on your profile",
        feature,
    )
    .answers::<Tag>();
    api.post(
        "/v1/tags/{name}/unfeature",
        "Take a tag off your profile",
        unfeature,
    )
    .answers::<Tag>();
}

async fn followed(
    request: HttpRequest,
    caller: Caller<ReadFollows>,
    params: Params<PageParams>,
    app: Data<App>,
) -> Answer {
    let found = tags::followed(&app, &caller.person, params.0.page(100, 200)).await?;
    page::<_, Tag>(&request, &app, found)
}

async fn show(caller: Anyone<AnyScope>, name: Path<String>, app: Data<App>) -> Answer {
    json(Tag::from(tags::find(&app, caller.person(), &name).await?))
}

async fn follow(caller: Caller<WriteFollows>, name: Path<String>, app: Data<App>) -> Answer {
    json(Tag::from(tags::follow(&app, &caller.person, &name).await?))
}

async fn unfollow(caller: Caller<WriteFollows>, name: Path<String>, app: Data<App>) -> Answer {
    json(Tag::from(
        tags::unfollow(&app, &caller.person, &name).await?,
    ))
}

async fn feature(caller: Caller<WriteAccounts>, name: Path<String>, app: Data<App>) -> Answer {
    json(Tag::from(tags::feature(&app, &caller.person, &name).await?))
}

async fn unfeature(caller: Caller<WriteAccounts>, name: Path<String>, app: Data<App>) -> Answer {
    json(Tag::from(
        tags::unfeature(&app, &caller.person, &name).await?,
    ))
}
