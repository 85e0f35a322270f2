//! What would trend; nothing is ranked on this server.
//! <https://docs.joinmastodon.org/methods/admin/trends/>

use actix_web::web::{self, Data, Path};
use domain::{CardId, StatusId};
use serde::Serialize;
use service::App;
use service::moderation::trends::{self, Review};
use utoipa::ToSchema;

use super::super::{Answer, json};
use crate::entities::{Empty, PreviewCard, Status, Tag};
use crate::extract::scope::{AdminReadAll, AdminWriteAll};
use crate::extract::{Caller, PathId};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at("/v1/admin/trends/links", [web::get().to(nothing)])
        .at(
            "/v1/admin/trends/links/publishers",
            [web::get().to(nothing)],
        )
        .at(
            "/v1/admin/trends/links/{id}/approve",
            [web::post().to(approve_link)],
        )
        .at(
            "/v1/admin/trends/links/{id}/reject",
            [web::post().to(reject_link)],
        )
        .at("/v1/admin/trends/statuses", [web::get().to(nothing)])
        .at(
            "/v1/admin/trends/statuses/{id}/approve",
            [web::post().to(approve_status)],
        )
        .at(
            "/v1/admin/trends/statuses/{id}/reject",
            [web::post().to(reject_status)],
        )
        .at("/v1/admin/trends/tags", [web::get().to(nothing)])
        .at(
            "/v1/admin/trends/tags/{id}/approve",
            [web::post().to(approve_tag)],
        )
        .at(
            "/v1/admin/trends/tags/{id}/reject",
            [web::post().to(reject_tag)],
        );
}

pub(super) fn operations(api: &mut Operations) {
    api.get(
        "/v1/admin/trends/links",
        "Trending links to review: none, since nothing is ranked here",
        nothing,
    )
    .lists::<PreviewCard>();
    api.get(
        "/v1/admin/trends/links/publishers",
        "Publishers of trending links to review: none, since nothing is ranked here",
        nothing,
    )
    .answers_schema(crate::openapi::empty_list());
    api.get(
        "/v1/admin/trends/statuses",
        "Trending posts to review: none, since nothing is ranked here",
        nothing,
    )
    .lists::<Status>();
    api.get(
        "/v1/admin/trends/tags",
        "Trending tags to review: none, since nothing is ranked here",
        nothing,
    )
    .lists::<Tag>();
    api.post(
        "/v1/admin/trends/links/{id}/approve",
        "Say that a link may trend",
        approve_link,
    )
    .answers::<AdminLink>();
    api.post(
        "/v1/admin/trends/links/{id}/reject",
        "Say that a link may not trend",
        reject_link,
    )
    .answers::<AdminLink>();
    api.post(
        "/v1/admin/trends/statuses/{id}/approve",
        "Say that a post may trend",
        approve_status,
    )
    .answers::<ReviewedStatus>();
    api.post(
        "/v1/admin/trends/statuses/{id}/reject",
        "Say that a post may not trend",
        reject_status,
    )
    .answers::<ReviewedStatus>();
    api.post(
        "/v1/admin/trends/tags/{id}/approve",
        "Say that a tag may trend",
        approve_tag,
    )
    .answers::<AdminTag>();
    api.post(
        "/v1/admin/trends/tags/{id}/reject",
        "Say that a tag may not trend",
        reject_tag,
    )
    .answers::<AdminTag>();
}

async fn nothing(_: Caller<AdminReadAll>) -> Answer {
    json([(); 0])
}

/// A post of which a moderator just said whether it may trend.
#[derive(Serialize, ToSchema)]
struct ReviewedStatus {
    #[serde(flatten)]
    status: Status,
    requires_review: bool,
}

/// <https://docs.joinmastodon.org/entities/Tag/#admin>
#[derive(Serialize, ToSchema)]
struct AdminTag {
    #[serde(flatten)]
    tag: Tag,
    trendable: bool,
    usable: bool,
    requires_review: bool,
}

/// <https://docs.joinmastodon.org/entities/PreviewCard/#trends-link>
#[derive(Serialize, ToSchema)]
struct AdminLink {
    id: String,
    #[serde(flatten)]
    card: PreviewCard,
    #[schema(schema_with = crate::openapi::empty_list)]
    history: Empty,
    requires_review: bool,
}

type Moderator = Caller<AdminWriteAll>;

async fn approve_link(caller: Moderator, id: PathId<CardId>, app: Data<App>) -> Answer {
    link(&app, &caller, id.0, Review::Approved).await
}

async fn reject_link(caller: Moderator, id: PathId<CardId>, app: Data<App>) -> Answer {
    link(&app, &caller, id.0, Review::Rejected).await
}

async fn link(app: &App, caller: &Moderator, id: CardId, review: Review) -> Answer {
    let card = trends::link(app, &caller.person, id, review).await?;
    json(AdminLink {
        id: id.to_string(),
        card: card.into(),
        history: [],
        requires_review: false,
    })
}

async fn approve_status(caller: Moderator, id: PathId<StatusId>, app: Data<App>) -> Answer {
    status(&app, &caller, id.0, Review::Approved).await
}

async fn reject_status(caller: Moderator, id: PathId<StatusId>, app: Data<App>) -> Answer {
    status(&app, &caller, id.0, Review::Rejected).await
}

async fn status(app: &App, caller: &Moderator, id: StatusId, review: Review) -> Answer {
    let status = trends::status(app, &caller.person, id, review).await?;
    json(ReviewedStatus {
        status: status.into(),
        requires_review: false,
    })
}

/// The id of a hashtag is its name.
async fn approve_tag(caller: Moderator, name: Path<String>, app: Data<App>) -> Answer {
    tag(&app, &caller, &name, Review::Approved).await
}

async fn reject_tag(caller: Moderator, name: Path<String>, app: Data<App>) -> Answer {
    tag(&app, &caller, &name, Review::Rejected).await
}

async fn tag(app: &App, caller: &Moderator, name: &str, review: Review) -> Answer {
    let tag = trends::tag(app, &caller.person, name, review).await?;
    json(AdminTag {
        tag: tag.into(),
        trendable: review == Review::Approved,
        usable: true,
        requires_review: false,
    })
}
