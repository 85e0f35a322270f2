//! <https://docs.joinmastodon.org/methods/announcements/>

use actix_web::web::{self, Data, Path};
use serde::Deserialize;
use service::{App, announcements};

use super::{Answer, json, nothing, put_or_patch};
use crate::entities::Announcement;
use crate::extract::scope::{AnyScope, WriteAccounts, WriteFavourites};
use crate::extract::{Caller, PathId};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at("/v1/announcements", [web::get().to(list)])
        .at("/v1/announcements/{id}/dismiss", [web::post().to(dismiss)])
        .at(
            "/v1/announcements/{id}/reactions/{name}",
            [put_or_patch().to(react), web::delete().to(take_back)],
        );
}

pub(super) fn operations(api: &mut Operations) {
    api.get("/v1/announcements", "What the server has to tell", list)
        .lists::<Announcement>();
    api.post(
        "/v1/announcements/{id}/dismiss",
        "Mark an announcement as read",
        dismiss,
    )
    .says_nothing();
    api.put_or_patch(
        "/v1/announcements/{id}/reactions/{name}",
        "React with an emoji",
        react,
    )
    .says_nothing();
    api.delete(
        "/v1/announcements/{id}/reactions/{name}",
        "Take a reaction back",
        take_back,
    )
    .says_nothing();
}

async fn list(caller: Caller<AnyScope>, app: Data<App>) -> Answer {
    let found = announcements::current(&app, &caller.person).await?;
    json(
        found
            .into_iter()
            .map(Announcement::from)
            .collect::<Vec<_>>(),
    )
}

async fn dismiss(caller: Caller<WriteAccounts>, id: PathId<i64>, app: Data<App>) -> Answer {
    announcements::dismiss(&app, &caller.person, id.0).await?;
    nothing()
}

#[derive(Deserialize)]
struct Emoji {
    name: String,
}

async fn react(
    caller: Caller<WriteFavourites>,
    id: PathId<i64>,
    emoji: Path<Emoji>,
    app: Data<App>,
) -> Answer {
    announcements::react(&app, &caller.person, id.0, emoji.into_inner().name).await?;
    nothing()
}

async fn take_back(
    caller: Caller<WriteFavourites>,
    id: PathId<i64>,
    emoji: Path<Emoji>,
    app: Data<App>,
) -> Answer {
    announcements::take_back(&app, &caller.person, id.0, emoji.into_inner().name).await?;
    nothing()
}
