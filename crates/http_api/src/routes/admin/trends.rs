//! What trends, and whether it may; where figures are hidden nothing does.
//! <https://docs.joinmastodon.org/methods/admin/trends/>

use actix_web::web::{self, Data, Path};
use domain::{CardId, StatusId};
use serde::Serialize;
use service::App;
use service::moderation::trends::{self, Review};
use service::trends as trending;
use service::trends::LinkView;
use service::views::{HashtagView, StatusView};
use utoipa::ToSchema;

use super::super::{Answer, json};
use crate::entities::{Status, Tag, TrendsLink};
use crate::extract::scope::{AdminReadAll, AdminWriteAll};
use crate::extract::{Caller, PathId};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at("/v1/admin/trends/links", [web::get().to(links)])
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
        .at("/v1/admin/trends/statuses", [web::get().to(statuses)])
        .at(
            "/v1/admin/trends/statuses/{id}/approve",
            [web::post().to(approve_status)],
        )
        .at(
            "/v1/admin/trends/statuses/{id}/reject",
            [web::post().to(reject_status)],
        )
        .at("/v1/admin/trends/tags", [web::get().to(tags)])
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
        "Links that many post; none where figures are hidden",
        links,
    )
    .lists::<AdminLink>();
    api.get(
        "/v1/admin/trends/links/publishers",
        "Publishers of trending links: none, since links are judged one by one",
        nothing,
    )
    .answers_schema(crate::openapi::empty_list());
    api.get(
        "/v1/admin/trends/statuses",
        "Posts that many favour and pass on; none where figures are hidden",
        statuses,
    )
    .lists::<ReviewedStatus>();
    api.get(
        "/v1/admin/trends/tags",
        "Tags that many use; none where figures are hidden",
        tags,
    )
    .lists::<AdminTag>();
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

type Reader = Caller<AdminReadAll>;

async fn nothing(_: Reader) -> Answer {
    json([(); 0])
}

async fn links(caller: Reader, app: Data<App>) -> Answer {
    let found = trending::links_to_review(&app, &caller.person).await?;
    json(found.into_iter().map(AdminLink::from).collect::<Vec<_>>())
}

async fn statuses(caller: Reader, app: Data<App>) -> Answer {
    let found = trending::statuses_to_review(&app, &caller.person).await?;
    let reviewed = found.into_iter().map(ReviewedStatus::from);
    json(reviewed.collect::<Vec<_>>())
}

async fn tags(caller: Reader, app: Data<App>) -> Answer {
    let found = trending::tags_to_review(&app, &caller.person).await?;
    let reviewed = found
        .into_iter()
        .map(|(tag, may_trend)| AdminTag::of(tag, may_trend));
    json(reviewed.collect::<Vec<_>>())
}

/// A post that trends, or of which a moderator just said whether it may. Nothing waits for a review.
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
    link: TrendsLink,
    requires_review: bool,
}

impl From<LinkView> for AdminLink {
    fn from(view: LinkView) -> Self {
        Self {
            id: view.card.card.id.to_string(),
            link: view.into(),
            requires_review: false,
        }
    }
}

impl From<StatusView> for ReviewedStatus {
    fn from(view: StatusView) -> Self {
        Self {
            status: view.into(),
            requires_review: false,
        }
    }
}

impl AdminTag {
    fn of(view: HashtagView, trendable: bool) -> Self {
        Self {
            tag: view.into(),
            trendable,
            usable: true,
            requires_review: false,
        }
    }
}

type Moderator = Caller<AdminWriteAll>;

async fn approve_link(caller: Moderator, id: PathId<CardId>, app: Data<App>) -> Answer {
    link(&app, &caller, id.0, Review::Approved).await
}

async fn reject_link(caller: Moderator, id: PathId<CardId>, app: Data<App>) -> Answer {
    link(&app, &caller, id.0, Review::Rejected).await
}

async fn link(app: &App, caller: &Moderator, id: CardId, review: Review) -> Answer {
    let link = trends::link(app, &caller.person, id, review).await?;
    json(AdminLink::from(link))
}

async fn approve_status(caller: Moderator, id: PathId<StatusId>, app: Data<App>) -> Answer {
    status(&app, &caller, id.0, Review::Approved).await
}

async fn reject_status(caller: Moderator, id: PathId<StatusId>, app: Data<App>) -> Answer {
    status(&app, &caller, id.0, Review::Rejected).await
}

async fn status(app: &App, caller: &Moderator, id: StatusId, review: Review) -> Answer {
    let status = trends::status(app, &caller.person, id, review).await?;
    json(ReviewedStatus::from(status))
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
    json(AdminTag::of(tag, review == Review::Approved))
}
