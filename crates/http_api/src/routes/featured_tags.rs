//! <https://docs.joinmastodon.org/methods/featured_tags/>

use actix_web::web::{self, Data};
use domain::AccountId;
use serde::{Deserialize, Serialize};
use service::oauth::Person;
use service::{App, featured_tags};
use utoipa::ToSchema;

use super::{Answer, json, nothing};
use crate::ApiError;
use crate::entities::{FeaturedTag, Tag};
use crate::extract::scope::{AnyScope, ReadAccounts, WriteAccounts};
use crate::extract::{Anyone, Caller, Params, PathId, Text};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at(
            "/v1/featured_tags",
            [web::get().to(own), web::post().to(feature)],
        )
        .at(
            "/v1/featured_tags/suggestions",
            [web::get().to(suggestions)],
        )
        .at("/v1/featured_tags/{id}", [web::delete().to(unfeature)])
        .at(
            "/v1/accounts/{id}/featured_tags",
            [web::get().to(of_account)],
        );
}

pub(super) fn operations(api: &mut Operations) {
    api.get("/v1/featured_tags", "The tags on your profile", own)
        .lists::<FeaturedTag>();
    api.post("/v1/featured_tags", "Put a tag on your profile", feature)
        .answers::<FeaturedTag>();
    api.get(
        "/v1/featured_tags/suggestions",
        "Tags that you used lately",
        suggestions,
    )
    .lists::<Tag>();
    api.delete(
        "/v1/featured_tags/{id}",
        "Take a tag off your profile",
        unfeature,
    )
    .says_nothing();
    api.get(
        "/v1/accounts/{id}/featured_tags",
        "The tags on a profile",
        of_account,
    )
    .lists::<FeaturedTag>();
}

async fn listed(app: &App, viewer: Option<&Person>, id: AccountId) -> Answer {
    let found = featured_tags::list(app, viewer, id).await?;
    json(found.into_iter().map(FeaturedTag::from).collect::<Vec<_>>())
}

async fn own(caller: Caller<ReadAccounts>, app: Data<App>) -> Answer {
    listed(&app, Some(&caller.person), caller.person.id()).await
}

async fn of_account(caller: Anyone<AnyScope>, id: PathId<AccountId>, app: Data<App>) -> Answer {
    listed(&app, caller.person(), id.0).await
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Name {
    name: Text,
}

async fn feature(caller: Caller<WriteAccounts>, params: Params<Name>, app: Data<App>) -> Answer {
    let name = params.0.name.filled();
    let name = name.ok_or_else(|| ApiError::no_parameter("name"))?;
    json(FeaturedTag::from(
        featured_tags::feature(&app, &caller.person, name).await?,
    ))
}

async fn unfeature(caller: Caller<WriteAccounts>, id: PathId<i64>, app: Data<App>) -> Answer {
    featured_tags::unfeature(&app, &caller.person, id.0).await?;
    nothing()
}

async fn suggestions(caller: Caller<ReadAccounts>, app: Data<App>) -> Answer {
    let found = featured_tags::suggestions(&app, &caller.person).await?;
    json(found.into_iter().map(Tag::from).collect::<Vec<_>>())
}
