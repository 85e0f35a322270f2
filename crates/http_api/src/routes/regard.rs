//! Notes about people, and people shown on profiles: <https://docs.joinmastodon.org/methods/accounts/>,
//! <https://docs.joinmastodon.org/methods/endorsements/>

use actix_web::HttpRequest;
use actix_web::web::{self, Data};
use domain::AccountId;
use serde::{Deserialize, Serialize};
use service::{App, regard};
use utoipa::ToSchema;

use super::{Answer, json, page};
use crate::entities::{Account, FamiliarFollowers, Relationship};
use crate::extract::scope::{ReadAccounts, ReadFollows, WriteAccounts};
use crate::extract::{Anyone, Caller, PageParams, Params, PathId, Text, Words};
use crate::openapi::Operations;
use crate::routes::Routes;
use crate::views::account_ids;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at("/v1/endorsements", [web::get().to(own)])
        .at("/v1/accounts/familiar_followers", [web::get().to(familiar)])
        .at("/v1/accounts/{id}/note", [web::post().to(note)])
        .at("/v1/accounts/{id}/endorsements", [web::get().to(endorsed)]);
    // As Mastodon named them until 4.4, too.
    for (endorse_path, unendorse_path) in [
        ("/v1/accounts/{id}/endorse", "/v1/accounts/{id}/unendorse"),
        ("/v1/accounts/{id}/pin", "/v1/accounts/{id}/unpin"),
    ] {
        routes
            .at(endorse_path, [web::post().to(endorse)])
            .at(unendorse_path, [web::post().to(unendorse)]);
    }
}

pub(super) fn operations(api: &mut Operations) {
    api.get("/v1/endorsements", "Whom you recommend", own)
        .pages::<Account>();
    api.get(
        "/v1/accounts/familiar_followers",
        "Who of those you follow follows some people",
        familiar,
    )
    .lists::<FamiliarFollowers>();
    api.post(
        "/v1/accounts/{id}/note",
        "Write a note about somebody that only you see",
        note,
    )
    .answers::<Relationship>();
    api.get(
        "/v1/accounts/{id}/endorsements",
        "Whom somebody recommends",
        endorsed,
    )
    .pages::<Account>();
    api.post(
        "/v1/accounts/{id}/endorse",
        "Recommend somebody on your profile",
        endorse,
    )
    .answers::<Relationship>();
    api.post(
        "/v1/accounts/{id}/pin",
        "Recommend somebody on your profile",
        endorse,
    )
    .answers::<Relationship>()
    .deprecated();
    api.post(
        "/v1/accounts/{id}/unendorse",
        "Recommend somebody no longer",
        unendorse,
    )
    .answers::<Relationship>();
    api.post(
        "/v1/accounts/{id}/unpin",
        "Recommend somebody no longer",
        unendorse,
    )
    .answers::<Relationship>()
    .deprecated();
}

/// As at Mastodon, whoever asks for none of those whom they recommend gets all.
const ALL: i64 = 10_000;

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Note {
    comment: Text,
}

async fn note(
    caller: Caller<WriteAccounts>,
    id: PathId<AccountId>,
    params: Params<Note>,
    app: Data<App>,
) -> Answer {
    let comment = params.into_inner().comment.0.unwrap_or_default();
    let view = regard::note(&app, &caller.person, id.0, comment).await?;
    json(Relationship::from(view))
}

async fn endorse(caller: Caller<WriteAccounts>, id: PathId<AccountId>, app: Data<App>) -> Answer {
    let view = regard::endorse(&app, &caller.person, id.0).await?;
    json(Relationship::from(view))
}

async fn unendorse(caller: Caller<WriteAccounts>, id: PathId<AccountId>, app: Data<App>) -> Answer {
    let view = regard::unendorse(&app, &caller.person, id.0).await?;
    json(Relationship::from(view))
}

async fn own(
    request: HttpRequest,
    caller: Caller<ReadAccounts>,
    params: Params<PageParams>,
    app: Data<App>,
) -> Answer {
    let me = &caller.person;
    let mut wanted = params.0.page(40, 80);
    if wanted.limit == 0 {
        wanted.limit = ALL;
    }
    let found = regard::endorsed(&app, Some(me), me.account.id, wanted).await?;
    page::<_, Account>(&request, &app, found)
}

async fn endorsed(
    request: HttpRequest,
    caller: Anyone<ReadAccounts>,
    id: PathId<AccountId>,
    params: Params<PageParams>,
    app: Data<App>,
) -> Answer {
    let found = regard::endorsed(&app, caller.person(), id.0, params.0.page(40, 80)).await?;
    page::<_, Account>(&request, &app, found)
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Ids {
    id: Words,
}

async fn familiar(caller: Caller<ReadFollows>, params: Params<Ids>, app: Data<App>) -> Answer {
    let found = regard::familiar(&app, &caller.person, account_ids(&params.0.id)).await?;
    json(
        found
            .into_iter()
            .map(FamiliarFollowers::from)
            .collect::<Vec<_>>(),
    )
}
