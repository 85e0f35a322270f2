//! <https://docs.joinmastodon.org/methods/lists/>

use actix_web::HttpRequest;
use actix_web::web::{self, Data};
use domain::{AccountId, ListId};
use serde::{Deserialize, Serialize};
use service::App;
use service::lists::{self, ListWishes};
use utoipa::ToSchema;

use super::{Answer, json, nothing, page, put_or_patch};
use crate::ApiError;
use crate::entities::{Account, List};
use crate::extract::scope::{ReadLists, WriteLists};
use crate::extract::{Caller, Flag, PageParams, Params, PathId, Text, Words};
use crate::openapi::Operations;
use crate::routes::Routes;
use crate::views::account_ids;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at("/v1/lists", [web::get().to(all), web::post().to(create)])
        .at(
            "/v1/lists/{id}",
            [
                web::get().to(show),
                put_or_patch().to(update),
                web::delete().to(delete),
            ],
        )
        .at(
            "/v1/lists/{id}/accounts",
            [
                web::get().to(members),
                web::post().to(add),
                web::delete().to(remove),
            ],
        )
        .at("/v1/accounts/{id}/lists", [web::get().to(holding)]);
}

pub(super) fn operations(api: &mut Operations) {
    api.get("/v1/lists", "Your lists", all).lists::<List>();
    api.post("/v1/lists", "Make a list", create)
        .answers::<List>();
    api.get("/v1/lists/{id}", "One list", show)
        .answers::<List>();
    api.put_or_patch("/v1/lists/{id}", "Change a list", update)
        .answers::<List>();
    api.delete("/v1/lists/{id}", "Remove a list", delete)
        .says_nothing();
    api.get("/v1/lists/{id}/accounts", "Who is in a list", members)
        .pages::<Account>();
    api.post("/v1/lists/{id}/accounts", "Add people to a list", add)
        .says_nothing();
    api.delete(
        "/v1/lists/{id}/accounts",
        "Take people out of a list",
        remove,
    )
    .says_nothing();
    api.get(
        "/v1/accounts/{id}/lists",
        "Which of your lists somebody is in",
        holding,
    )
    .lists::<List>();
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Wishes {
    title: Text,
    replies_policy: Text,
    exclusive: Flag,
}

impl Wishes {
    fn read(self) -> Result<ListWishes, ApiError> {
        let policy = self.replies_policy.filled().map(str::parse);
        let replies_policy = policy.transpose().map_err(|()| {
            ApiError::Unprocessable(
                "Validation failed: Replies policy is not included in the list".to_owned(),
            )
        })?;
        Ok(ListWishes {
            title: self.title.0,
            replies_policy,
            exclusive: self.exclusive.0,
        })
    }
}

async fn all(caller: Caller<ReadLists>, app: Data<App>) -> Answer {
    let found = lists::all(&app, &caller.person).await?;
    json(found.into_iter().map(List::from).collect::<Vec<_>>())
}

async fn create(caller: Caller<WriteLists>, params: Params<Wishes>, app: Data<App>) -> Answer {
    let wishes = params.into_inner().read()?;
    json(List::from(
        lists::create(&app, &caller.person, wishes).await?,
    ))
}

async fn show(caller: Caller<ReadLists>, id: PathId<ListId>, app: Data<App>) -> Answer {
    json(List::from(lists::find(&app, &caller.person, id.0).await?))
}

async fn update(
    caller: Caller<WriteLists>,
    id: PathId<ListId>,
    params: Params<Wishes>,
    app: Data<App>,
) -> Answer {
    let wishes = params.into_inner().read()?;
    json(List::from(
        lists::update(&app, &caller.person, id.0, wishes).await?,
    ))
}

async fn delete(caller: Caller<WriteLists>, id: PathId<ListId>, app: Data<App>) -> Answer {
    lists::delete(&app, &caller.person, id.0).await?;
    nothing()
}

async fn members(
    request: HttpRequest,
    caller: Caller<ReadLists>,
    id: PathId<ListId>,
    params: Params<PageParams>,
    app: Data<App>,
) -> Answer {
    // As in Mastodon, a limit of 0 asks for everybody.
    let wanted = if params.0.limit.filled() == Some("0") {
        domain::Page::newest(domain::limits::LIST_MEMBERS)
    } else {
        params.0.page(40, 80)
    };
    let found = lists::members(&app, &caller.person, id.0, wanted).await?;
    page::<_, Account>(&request, &app, found)
}

/// People who are put into a list at once, at most.
const AT_ONCE: usize = 100;

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Who {
    account_ids: Words,
}

async fn add(
    caller: Caller<WriteLists>,
    id: PathId<ListId>,
    params: Params<Who>,
    app: Data<App>,
) -> Answer {
    // As in Mastodon, all of them must be there.
    let words = params.0.account_ids.as_slice().iter().take(AT_ONCE);
    let who: Result<Vec<AccountId>, ApiError> = words
        .map(|word| word.parse().map_err(|_| ApiError::NotFound))
        .collect();
    let who = who?;
    lists::add(&app, &caller.person, id.0, who).await?;
    nothing()
}

async fn remove(
    caller: Caller<WriteLists>,
    id: PathId<ListId>,
    params: Params<Who>,
    app: Data<App>,
) -> Answer {
    let who = account_ids(&params.0.account_ids);
    lists::remove(&app, &caller.person, id.0, who).await?;
    nothing()
}

async fn holding(caller: Caller<ReadLists>, id: PathId<AccountId>, app: Data<App>) -> Answer {
    let found = lists::holding(&app, &caller.person, id.0).await?;
    json(found.into_iter().map(List::from).collect::<Vec<_>>())
}
