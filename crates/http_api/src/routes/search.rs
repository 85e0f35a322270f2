//! <https://docs.joinmastodon.org/methods/search/>

use actix_web::web::{self, Data, ServiceConfig};
use serde::Deserialize;
use service::App;
use service::search::{self, SearchKind, SearchRequest};

use super::{Answer, json};
use crate::ApiError;
use crate::entities::{Account, Search, Status};
use crate::extract::scope::ReadSearch;
use crate::extract::{Anyone, Flag, Number, Params, Text};
use crate::views::tag;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(web::resource("/v2/search").route(web::get().to(find)));
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Find {
    q: Text,
    #[serde(rename = "type")]
    kind: Text,
    resolve: Flag,
    following: Flag,
    limit: Number,
    offset: Number,
}

async fn find(caller: Anyone<ReadSearch>, params: Params<Find>, app: Data<App>) -> Answer {
    let params = params.into_inner();
    let Some(q) = params.q.filled().map(str::to_owned) else {
        return Err(ApiError::BadRequest(
            "param is missing or the value is empty: q".to_owned(),
        ));
    };
    let negative = |number: &Number| number.0.is_some_and(|number| number < 0);
    if negative(&params.limit) || negative(&params.offset) {
        return Err(ApiError::BadRequest(
            "Pagination values for `offset` and `limit` must be positive".to_owned(),
        ));
    }
    let signed_in = caller.person().is_some();
    if !signed_in && (params.resolve.is_set() || params.offset.0.is_some_and(|offset| offset > 0)) {
        return Err(ApiError::Unauthorized(
            "Search queries resolve remote resources only for those who are signed in",
        ));
    }
    let kind = match params.kind.filled() {
        None => None,
        Some("accounts") => Some(SearchKind::Accounts),
        Some("statuses") => Some(SearchKind::Statuses),
        Some("hashtags") => Some(SearchKind::Hashtags),
        Some(_) => return json(Search::default()),
    };
    let request = SearchRequest {
        q,
        kind,
        resolve: params.resolve.is_set(),
        limit: params.limit.0.unwrap_or(20).clamp(1, 40),
        offset: params.offset.0.unwrap_or(0).clamp(0, 10_000),
        following: params.following.is_set(),
    };
    let found = search::search(&app, caller.person(), request).await?;
    json(Search {
        accounts: found.accounts.into_iter().map(Account::from).collect(),
        statuses: found.statuses.into_iter().map(Status::from).collect(),
        hashtags: found
            .tags
            .into_iter()
            .map(|view| tag(view, signed_in))
            .collect(),
    })
}
