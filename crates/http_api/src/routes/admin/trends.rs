//! What would trend; nothing is ranked on this server.
//! <https://docs.joinmastodon.org/methods/admin/trends/>

use actix_web::web::{self, Data, Path, ServiceConfig};
use domain::{CardId, StatusId};
use serde::Serialize;
use service::App;
use service::moderation::trends::{self, Review};

use super::super::{Answer, json};
use crate::entities::{PreviewCard, Status, Tag};
use crate::extract::scope::{AdminReadAll, AdminWriteAll};
use crate::extract::{Caller, PathId};
use crate::openapi::Operations;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(web::resource("/v1/admin/trends/links").route(web::get().to(nothing)))
        .service(
            web::resource("/v1/admin/trends/links/{id}/approve")
                .route(web::post().to(approve_link)),
        )
        .service(
            web::resource("/v1/admin/trends/links/{id}/reject").route(web::post().to(reject_link)),
        )
        .service(web::resource("/v1/admin/trends/statuses").route(web::get().to(nothing)))
        .service(
            web::resource("/v1/admin/trends/statuses/{id}/approve")
                .route(web::post().to(approve_status)),
        )
        .service(
            web::resource("/v1/admin/trends/statuses/{id}/reject")
                .route(web::post().to(reject_status)),
        )
        .service(web::resource("/v1/admin/trends/tags").route(web::get().to(nothing)))
        .service(
            web::resource("/v1/admin/trends/tags/{id}/approve").route(web::post().to(approve_tag)),
        )
        .service(
            web::resource("/v1/admin/trends/tags/{id}/reject").route(web::post().to(reject_tag)),
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
}

async fn nothing(_: Caller<AdminReadAll>) -> Answer {
    json([(); 0])
}

/// Something of which a moderator just said whether it may trend.
#[derive(Serialize)]
struct Reviewed<T> {
    #[serde(flatten)]
    what: T,
    requires_review: bool,
}

impl<T> Reviewed<T> {
    fn new(what: T) -> Self {
        Self {
            what,
            requires_review: false,
        }
    }
}

/// <https://docs.joinmastodon.org/entities/Tag/#admin>
#[derive(Serialize)]
struct AdminTag {
    #[serde(flatten)]
    tag: Tag,
    trendable: bool,
    usable: bool,
}

/// <https://docs.joinmastodon.org/entities/PreviewCard/#trends-link>
#[derive(Serialize)]
struct AdminLink {
    id: String,
    #[serde(flatten)]
    card: PreviewCard,
    history: [(); 0],
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
    json(Reviewed::new(AdminLink {
        id: id.to_string(),
        card: card.into(),
        history: [],
    }))
}

async fn approve_status(caller: Moderator, id: PathId<StatusId>, app: Data<App>) -> Answer {
    status(&app, &caller, id.0, Review::Approved).await
}

async fn reject_status(caller: Moderator, id: PathId<StatusId>, app: Data<App>) -> Answer {
    status(&app, &caller, id.0, Review::Rejected).await
}

async fn status(app: &App, caller: &Moderator, id: StatusId, review: Review) -> Answer {
    let status = trends::status(app, &caller.person, id, review).await?;
    json(Reviewed::new(Status::from(status)))
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
    json(Reviewed::new(AdminTag {
        tag: tag.into(),
        trendable: review == Review::Approved,
        usable: true,
    }))
}
