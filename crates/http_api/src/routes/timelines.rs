//! <https://docs.joinmastodon.org/methods/timelines/>

use actix_web::HttpRequest;
use actix_web::web::{self, Data, Path};
use domain::ListId;
use serde::{Deserialize, Serialize};
use service::App;
use service::timelines::{self, PublicTimeline, TagTimeline};
use utoipa::ToSchema;

use super::{Answer, timeline};
use crate::ApiError;
use crate::entities::Status;
use crate::extract::scope::{ReadLists, ReadStatuses};
use crate::extract::{Anyone, Caller, Flag, PageParams, Params, PathId, Text, Words};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at("/v1/timelines/home", [web::get().to(home)])
        .at("/v1/timelines/direct", [web::get().to(direct)])
        .at("/v1/timelines/link", [web::get().to(link)])
        .at("/v1/timelines/list/{id}", [web::get().to(list)])
        .at("/v1/timelines/public", [web::get().to(public)])
        .at("/v1/timelines/tag/{hashtag}", [web::get().to(tag)]);
}

pub(super) fn operations(api: &mut Operations) {
    api.get("/v1/timelines/home", "Posts of those you follow", home)
        .pages::<Status>();
    api.get("/v1/timelines/direct", "Posts to you alone", direct)
        .pages::<Status>()
        .deprecated();
    api.get(
        "/v1/timelines/link",
        "Public posts that link to a page",
        link,
    )
    .pages::<Status>();
    api.get("/v1/timelines/list/{id}", "Posts of a list", list)
        .pages::<Status>();
    api.get("/v1/timelines/public", "Public posts", public)
        .pages::<Status>();
    api.get(
        "/v1/timelines/tag/{hashtag}",
        "Public posts with a tag",
        tag,
    )
    .pages::<Status>();
}

async fn home(
    request: HttpRequest,
    caller: Caller<ReadStatuses>,
    params: Params<PageParams>,
    app: Data<App>,
) -> Answer {
    let found = timelines::home(&app, &caller.person, params.0.page(20, 40)).await?;
    timeline::<_, Status>(&request, &app, found)
}

async fn direct(
    request: HttpRequest,
    caller: Caller<ReadStatuses>,
    params: Params<PageParams>,
    app: Data<App>,
) -> Answer {
    let found = timelines::direct(&app, &caller.person, params.0.page(20, 40)).await?;
    timeline::<_, Status>(&request, &app, found)
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Link {
    url: Text,
    #[serde(flatten)]
    page: PageParams,
}

async fn link(
    request: HttpRequest,
    caller: Anyone<ReadStatuses>,
    params: Params<Link>,
    app: Data<App>,
) -> Answer {
    let params = params.into_inner();
    let url = params.url.filled().ok_or(ApiError::NotFound)?;
    let page = params.page.page(20, 40);
    let found = timelines::link(&app, caller.person(), url, page).await?;
    timeline::<_, Status>(&request, &app, found)
}

async fn list(
    request: HttpRequest,
    caller: Caller<ReadLists>,
    id: PathId<ListId>,
    params: Params<PageParams>,
    app: Data<App>,
) -> Answer {
    let found = timelines::list(&app, &caller.person, id.0, params.0.page(20, 40)).await?;
    timeline::<_, Status>(&request, &app, found)
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Public {
    local: Flag,
    remote: Flag,
    only_media: Flag,
    #[serde(flatten)]
    page: PageParams,
}

impl Public {
    fn wanted(&self) -> PublicTimeline {
        PublicTimeline {
            local: self.local.is_set(),
            remote: self.remote.is_set(),
            only_media: self.only_media.is_set(),
        }
    }
}

async fn public(
    request: HttpRequest,
    caller: Anyone<ReadStatuses>,
    params: Params<Public>,
    app: Data<App>,
) -> Answer {
    let params = params.into_inner();
    let found = timelines::public(
        &app,
        caller.person(),
        params.wanted(),
        params.page.page(20, 40),
    )
    .await?;
    timeline::<_, Status>(&request, &app, found)
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Tagged {
    any: Words,
    all: Words,
    none: Words,
    #[serde(flatten)]
    public: Public,
}

async fn tag(
    request: HttpRequest,
    caller: Anyone<ReadStatuses>,
    name: Path<String>,
    params: Params<Tagged>,
    app: Data<App>,
) -> Answer {
    let params = params.into_inner();
    let wanted = TagTimeline {
        name: name.into_inner(),
        any: params.any.as_slice().to_vec(),
        all: params.all.as_slice().to_vec(),
        none: params.none.as_slice().to_vec(),
        public: params.public.wanted(),
    };
    let found = timelines::tag(
        &app,
        caller.person(),
        wanted,
        params.public.page.page(20, 40),
    )
    .await?;
    timeline::<_, Status>(&request, &app, found)
}
