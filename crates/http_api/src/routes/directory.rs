//! <https://docs.joinmastodon.org/methods/directory/> and <https://docs.joinmastodon.org/methods/suggestions/>

use actix_web::web::{self, Data};
use domain::AccountId;
use serde::{Deserialize, Serialize};
use service::App;
use service::directory::{self, Order, Wanted};
use utoipa::ToSchema;

use super::{Answer, json, nothing};
use crate::entities::{Account, Suggestion};
use crate::extract::scope::{AnyScope, DismissSuggestions, ReadAccounts};
use crate::extract::{Anyone, Caller, Flag, Number, Params, PathId, Text};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at("/v1/directory", [web::get().to(list)])
        .at("/v1/suggestions", [web::get().to(suggestions_v1)])
        .at("/v1/suggestions/{id}", [web::delete().to(dismiss)])
        .at("/v2/suggestions", [web::get().to(suggestions)]);
}

pub(super) fn operations(api: &mut Operations) {
    api.get(
        "/v1/directory",
        "People who want to be found: by name or, where figures are shown, those who posted last first",
        list,
    )
    .lists::<Account>();
    api.get(
        "/v1/suggestions",
        "People whom you may want to follow",
        suggestions_v1,
    )
    .lists::<Account>()
    .deprecated();
    api.delete(
        "/v1/suggestions/{id}",
        "Suggest somebody no longer",
        dismiss,
    )
    .says_nothing();
    api.get(
        "/v2/suggestions",
        "People whom you may want to follow, and why",
        suggestions,
    )
    .lists::<Suggestion>();
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Listed {
    order: Text,
    local: Flag,
    limit: Number,
    offset: Number,
}

async fn list(caller: Anyone<AnyScope>, params: Params<Listed>, app: Data<App>) -> Answer {
    let params = params.into_inner();
    let wanted = Wanted {
        order: match params.order.filled() {
            Some("new") => Order::Newest,
            _ => Order::Active,
        },
        only_local: params.local.is_set(),
        limit: params.limit.0.unwrap_or(40).clamp(1, 80),
        offset: params.offset.0.unwrap_or(0).clamp(0, 10_000),
    };
    let found = directory::list(&app, caller.person(), wanted).await?;
    json(found.into_iter().map(Account::from).collect::<Vec<_>>())
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Window {
    limit: Number,
    offset: Number,
}

impl Window {
    /// How many, and how many of the first are left out.
    fn bounded(&self) -> (i64, i64) {
        (
            self.limit.0.unwrap_or(40).clamp(1, 80),
            self.offset.0.unwrap_or(0).clamp(0, 10_000),
        )
    }
}

async fn suggestions_v1(
    caller: Caller<ReadAccounts>,
    params: Params<Window>,
    app: Data<App>,
) -> Answer {
    let found = directory::suggestions(&app, &caller.person, params.0.bounded()).await?;
    json(found.into_iter().map(Account::from).collect::<Vec<_>>())
}

async fn suggestions(
    caller: Caller<ReadAccounts>,
    params: Params<Window>,
    app: Data<App>,
) -> Answer {
    let found = directory::suggestions(&app, &caller.person, params.0.bounded()).await?;
    json(found.into_iter().map(Suggestion::from).collect::<Vec<_>>())
}

async fn dismiss(
    caller: Caller<DismissSuggestions>,
    id: PathId<AccountId>,
    app: Data<App>,
) -> Answer {
    directory::dismiss(&app, &caller.person, id.0).await?;
    nothing()
}
