//! What trends, where figures are shown; where they are hidden, nothing.
//! <https://docs.joinmastodon.org/methods/trends/>

use actix_web::HttpRequest;
use actix_web::web::{self, Data};
use serde::{Deserialize, Serialize};
use service::{App, trends};
use utoipa::ToSchema;

use super::Answer;
use crate::entities::{Status, Tag, TrendsLink};
use crate::extract::scope::AnyScope;
use crate::extract::{Anyone, Number, Params};
use crate::openapi::Operations;
use crate::pagination;
use crate::routes::Routes;

/// Tags and links of one answer, and statuses.
const FEW: usize = 10;
const SOME: usize = 20;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at("/v1/trends", [web::get().to(tags)])
        .at("/v1/trends/tags", [web::get().to(tags)])
        .at("/v1/trends/links", [web::get().to(links)])
        .at("/v1/trends/statuses", [web::get().to(statuses)]);
}

pub(super) fn operations(api: &mut Operations) {
    api.get(
        "/v1/trends",
        "Tags that many use; none where figures are hidden",
        tags,
    )
    .lists::<Tag>()
    .deprecated();
    api.get(
        "/v1/trends/tags",
        "Tags that many use; none where figures are hidden",
        tags,
    )
    .lists::<Tag>();
    api.get(
        "/v1/trends/links",
        "Links that many post; none where figures are hidden",
        links,
    )
    .lists::<TrendsLink>();
    api.get(
        "/v1/trends/statuses",
        "Posts that many favour and pass on; none where figures are hidden",
        statuses,
    )
    .lists::<Status>();
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Window {
    limit: Number,
    offset: Number,
}

impl Window {
    /// At most twice as much as without a limit, as in Mastodon.
    fn bounded(&self, usual: usize) -> trends::Window {
        let asked = |number: &Number| usize::try_from(number.0?.max(0)).ok();
        trends::Window {
            limit: asked(&self.limit).unwrap_or(usual).min(2 * usual),
            offset: asked(&self.offset).unwrap_or(0),
        }
    }
}

/// One part of it, with links to its neighbours.
fn part<V, E: Serialize + From<V>>(
    request: &HttpRequest,
    app: &App,
    found: Vec<V>,
    window: trends::Window,
) -> Answer {
    let found: Vec<E> = found.into_iter().map(E::from).collect();
    let window = (window.limit, window.offset);
    let origin = &app.settings().public_url;
    Ok(pagination::window(request, origin, &found, window))
}

async fn tags(
    request: HttpRequest,
    caller: Anyone<AnyScope>,
    params: Params<Window>,
    app: Data<App>,
) -> Answer {
    let window = params.0.bounded(FEW);
    let found = trends::tags(&app, caller.person(), window).await?;
    part::<_, Tag>(&request, &app, found, window)
}

async fn links(
    request: HttpRequest,
    caller: Anyone<AnyScope>,
    params: Params<Window>,
    app: Data<App>,
) -> Answer {
    let window = params.0.bounded(FEW);
    let found = trends::links(&app, caller.person(), window).await?;
    part::<_, TrendsLink>(&request, &app, found, window)
}

async fn statuses(
    request: HttpRequest,
    caller: Anyone<AnyScope>,
    params: Params<Window>,
    app: Data<App>,
) -> Answer {
    let window = params.0.bounded(SOME);
    let found = trends::statuses(&app, caller.person(), window).await?;
    part::<_, Status>(&request, &app, found, window)
}
