//! <https://docs.joinmastodon.org/methods/search/>

use actix_web::web::{self, Data};
use domain::AccountId;
use serde::{Deserialize, Serialize};
use service::App;
use service::search::{self, SearchKind, SearchRequest};
use utoipa::ToSchema;

use super::{Answer, json};
use crate::ApiError;
use crate::entities::{Account, Embedding, Search, SearchV1, Status, Tag};
use crate::extract::scope::ReadSearch;
use crate::extract::{Anyone, Flag, Number, Params, Text};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at("/v1/search", [web::get().to(version_1)])
        .at("/v2/search", [web::get().to(version_2)])
        .at("/oembed", [web::get().to(oembed)]);
}

pub(super) fn operations(api: &mut Operations) {
    api.get("/v1/search", "Search, with tags as words", version_1)
        .answers::<SearchV1>()
        .deprecated();
    api.get("/v2/search", "Search for people, posts and tags", version_2)
        .answers::<Search>();
    api.get("/oembed", "A post for other pages", oembed)
        .answers::<Embedding>();
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Find {
    q: Text,
    #[serde(rename = "type")]
    kind: Text,
    resolve: Flag,
    following: Flag,
    limit: Number,
    offset: Number,
    account_id: Text,
    max_id: Text,
    min_id: Text,
}

async fn version_2(caller: Anyone<ReadSearch>, params: Params<Find>, app: Data<App>) -> Answer {
    json(find(caller, params, app).await?)
}

/// As until Mastodon 2.4: hashtags are names.
async fn version_1(caller: Anyone<ReadSearch>, params: Params<Find>, app: Data<App>) -> Answer {
    let found = find(caller, params, app).await?;
    json(SearchV1 {
        accounts: found.accounts,
        statuses: found.statuses,
        hashtags: found.hashtags.into_iter().map(|tag| tag.name).collect(),
    })
}

async fn find(
    caller: Anyone<ReadSearch>,
    params: Params<Find>,
    app: Data<App>,
) -> Result<Search, ApiError> {
    let params = params.into_inner();
    let Some(q) = params.q.filled().map(str::to_owned) else {
        return Err(ApiError::no_parameter("q"));
    };
    let negative = |number: &Number| number.0.is_some_and(|number| number < 0);
    if negative(&params.limit) || negative(&params.offset) {
        return Err(ApiError::BadRequest(
            "Pagination values for `offset` and `limit` must be positive".to_owned(),
        ));
    }
    if caller.person().is_none() {
        if params.offset.0.is_some_and(|offset| offset > 0) {
            return Err(ApiError::Unauthorized(
                "Search queries pagination is not supported without authentication",
            ));
        }
        if params.resolve.is_set() {
            return Err(ApiError::Unauthorized(
                "Search queries that resolve remote resources are not supported without authentication",
            ));
        }
    }
    let kind = match params.kind.filled() {
        None => None,
        Some("accounts") => Some(SearchKind::Accounts),
        Some("statuses") => Some(SearchKind::Statuses),
        Some("hashtags") => Some(SearchKind::Hashtags),
        Some(_) => return Ok(Search::default()),
    };
    let id = |said: &Text| said.filled().and_then(|id| id.parse::<i64>().ok());
    let request = SearchRequest {
        q,
        kind,
        account: id(&params.account_id).map(AccountId),
        max_id: id(&params.max_id),
        min_id: id(&params.min_id),
        resolve: params.resolve.is_set(),
        limit: params.limit.0.unwrap_or(20).clamp(1, 40),
        offset: params.offset.0.unwrap_or(0).clamp(0, 10_000),
        following: params.following.is_set(),
    };
    let found = search::search(&app, caller.person(), request).await?;
    Ok(Search {
        accounts: found.accounts.into_iter().map(Account::from).collect(),
        statuses: found.statuses.into_iter().map(Status::from).collect(),
        hashtags: found.tags.into_iter().map(Tag::from).collect(),
    })
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Wanted {
    url: Text,
    maxwidth: Number,
    maxheight: Number,
}

/// Pixels of an embedded status, where nobody says how many.
const WIDTH: i64 = 400;

/// <https://oembed.com>, <https://docs.joinmastodon.org/methods/oembed/>
async fn oembed(params: Params<Wanted>, app: Data<App>) -> Answer {
    let params = params.into_inner();
    let url = params.url.filled().ok_or(ApiError::NotFound)?;
    let view = search::open_status(&app, url).await?;
    let provider = app.settings();
    let size = |said: Number| said.0.map(|pixels| pixels.clamp(1, 10_000));
    json(Embedding::new(
        view,
        provider.host.to_string(),
        app.addresses().join("/"),
        (
            size(params.maxwidth).unwrap_or(WIDTH),
            size(params.maxheight),
        ),
    ))
}
