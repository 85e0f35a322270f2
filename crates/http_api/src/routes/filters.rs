//! <https://docs.joinmastodon.org/methods/filters/>

use actix_web::web::{self, Data};
use domain::{FilterAction, FilterId, StatusId};
use serde::{Deserialize, Serialize};
use service::App;
use service::filters::{self, FilterWishes, KeywordChange, KeywordWish};
use utoipa::ToSchema;

use super::{Answer, json, nothing, put_or_patch};
use crate::ApiError;
use crate::entities::{Filter, FilterKeyword, FilterStatus};
use crate::extract::scope::{ReadFilters, WriteFilters};
use crate::extract::{Caller, Choice, Flag, Many, Params, PathId, Text, Words};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at("/v2/filters", [web::get().to(all), web::post().to(create)])
        .at(
            "/v2/filters/{id}",
            [
                web::get().to(show),
                put_or_patch().to(update),
                web::delete().to(delete),
            ],
        )
        .at(
            "/v2/filters/{id}/keywords",
            [web::get().to(keywords), web::post().to(add_keyword)],
        )
        .at(
            "/v2/filters/{id}/statuses",
            [web::get().to(statuses), web::post().to(add_status)],
        )
        .at(
            "/v2/filters/keywords/{id}",
            [
                web::get().to(keyword),
                put_or_patch().to(update_keyword),
                web::delete().to(delete_keyword),
            ],
        )
        .at(
            "/v2/filters/statuses/{id}",
            [web::get().to(status), web::delete().to(delete_status)],
        );
}

pub(super) fn operations(api: &mut Operations) {
    api.get("/v2/filters", "Your filters", all)
        .lists::<Filter>();
    api.post("/v2/filters", "Make a filter", create)
        .answers::<Filter>();
    api.get("/v2/filters/{id}", "One filter", show)
        .answers::<Filter>();
    api.put_or_patch("/v2/filters/{id}", "Change a filter", update)
        .answers::<Filter>();
    api.delete("/v2/filters/{id}", "Remove a filter", delete)
        .says_nothing();
    api.get(
        "/v2/filters/{id}/keywords",
        "The words of a filter",
        keywords,
    )
    .lists::<FilterKeyword>();
    api.post(
        "/v2/filters/{id}/keywords",
        "Add a word to a filter",
        add_keyword,
    )
    .answers::<FilterKeyword>();
    api.get(
        "/v2/filters/{id}/statuses",
        "The posts of a filter",
        statuses,
    )
    .lists::<FilterStatus>();
    api.post(
        "/v2/filters/{id}/statuses",
        "Add a post to a filter",
        add_status,
    )
    .answers::<FilterStatus>();
    api.get("/v2/filters/keywords/{id}", "One word of a filter", keyword)
        .answers::<FilterKeyword>();
    api.put_or_patch(
        "/v2/filters/keywords/{id}",
        "Change a word of a filter",
        update_keyword,
    )
    .answers::<FilterKeyword>();
    api.delete(
        "/v2/filters/keywords/{id}",
        "Remove a word from a filter",
        delete_keyword,
    )
    .says_nothing();
    api.get("/v2/filters/statuses/{id}", "One post of a filter", status)
        .answers::<FilterStatus>();
    api.delete(
        "/v2/filters/statuses/{id}",
        "Remove a post from a filter",
        delete_status,
    )
    .says_nothing();
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Wishes {
    title: Text,
    context: Words,
    #[schema(value_type = String)]
    filter_action: Choice<String>,
    expires_in: Text,
    #[schema(value_type = Vec<KeywordParams>)]
    keywords_attributes: Many<KeywordParams>,
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct KeywordParams {
    id: Text,
    keyword: Text,
    whole_word: Flag,
    #[serde(rename = "_destroy")]
    destroy: Flag,
}

impl Wishes {
    fn read(self) -> Result<FilterWishes, ApiError> {
        let action = |word: String| FilterAction::named(&word).ok_or_else(|| not_in_list("Action"));
        let keywords = self.keywords_attributes.0.unwrap_or_default();
        Ok(FilterWishes {
            title: self.title.0,
            contexts: self.context.0,
            action: self.filter_action.0.map(action).transpose()?,
            expires_in: expires_in(&self.expires_in)?,
            keywords: keywords
                .into_iter()
                .filter(|keyword| !keyword.is_left_empty())
                .map(KeywordParams::read)
                .collect::<Result<_, _>>()?,
        })
    }
}

impl KeywordParams {
    /// A line of a form that nobody filled in, or that was to be removed before it was kept.
    fn is_left_empty(&self) -> bool {
        let is_blank = self.keyword.filled().is_none() && !self.whole_word.is_set();
        self.id.filled().is_none() && (is_blank || self.destroy.is_set())
    }

    fn read(self) -> Result<KeywordWish, ApiError> {
        let Some(id) = self.id.filled() else {
            return Ok(KeywordWish::Add {
                keyword: self.keyword.0.unwrap_or_default(),
                whole_word: self.whole_word.0.unwrap_or(true),
            });
        };
        let id = id.parse().map_err(|_| ApiError::NotFound)?;
        if self.destroy.is_set() {
            return Ok(KeywordWish::Remove { id });
        }
        let wish = KeywordChange {
            keyword: self.keyword.0,
            whole_word: self.whole_word.0,
        };
        Ok(KeywordWish::Change { id, wish })
    }
}

fn not_in_list(name: &str) -> ApiError {
    ApiError::Unprocessable(format!(
        "Validation failed: {name} is not included in the list"
    ))
}

/// Blank stands for no end.
pub(super) fn expires_in(text: &Text) -> Result<Option<Option<i64>>, ApiError> {
    match (&text.0, text.filled()) {
        (None, _) => Ok(None),
        (Some(_), None) => Ok(Some(None)),
        (Some(_), Some(seconds)) => seconds
            .trim()
            .parse()
            .map(|seconds| Some(Some(seconds)))
            .map_err(|_| {
                ApiError::Unprocessable(
                    "Validation failed: Expires in must be a whole number".to_owned(),
                )
            }),
    }
}

async fn all(caller: Caller<ReadFilters>, app: Data<App>) -> Answer {
    let found = filters::all(&app, &caller.person).await?;
    json(found.into_iter().map(Filter::from).collect::<Vec<_>>())
}

async fn create(caller: Caller<WriteFilters>, params: Params<Wishes>, app: Data<App>) -> Answer {
    let wishes = params.into_inner().read()?;
    json(Filter::from(
        filters::create(&app, &caller.person, wishes).await?,
    ))
}

async fn show(caller: Caller<ReadFilters>, id: PathId<FilterId>, app: Data<App>) -> Answer {
    json(Filter::from(
        filters::find(&app, &caller.person, id.0).await?,
    ))
}

async fn update(
    caller: Caller<WriteFilters>,
    id: PathId<FilterId>,
    params: Params<Wishes>,
    app: Data<App>,
) -> Answer {
    let wishes = params.into_inner().read()?;
    json(Filter::from(
        filters::update(&app, &caller.person, id.0, wishes).await?,
    ))
}

async fn delete(caller: Caller<WriteFilters>, id: PathId<FilterId>, app: Data<App>) -> Answer {
    filters::delete(&app, &caller.person, id.0).await?;
    nothing()
}

async fn keywords(caller: Caller<ReadFilters>, id: PathId<FilterId>, app: Data<App>) -> Answer {
    let view = filters::find(&app, &caller.person, id.0).await?;
    json(
        view.keywords
            .into_iter()
            .map(FilterKeyword::from)
            .collect::<Vec<_>>(),
    )
}

async fn add_keyword(
    caller: Caller<WriteFilters>,
    id: PathId<FilterId>,
    params: Params<KeywordParams>,
    app: Data<App>,
) -> Answer {
    let params = params.into_inner();
    let keyword = params.keyword.0.unwrap_or_default();
    let whole_word = params.whole_word.0.unwrap_or(true);
    let row = filters::add_keyword(&app, &caller.person, id.0, keyword, whole_word).await?;
    json(FilterKeyword::from(row))
}

async fn keyword(caller: Caller<ReadFilters>, id: PathId<i64>, app: Data<App>) -> Answer {
    json(FilterKeyword::from(
        filters::keyword(&app, &caller.person, id.0).await?,
    ))
}

async fn update_keyword(
    caller: Caller<WriteFilters>,
    id: PathId<i64>,
    params: Params<KeywordParams>,
    app: Data<App>,
) -> Answer {
    let params = params.into_inner();
    let wish = KeywordChange {
        keyword: params.keyword.0,
        whole_word: params.whole_word.0,
    };
    json(FilterKeyword::from(
        filters::update_keyword(&app, &caller.person, id.0, wish).await?,
    ))
}

async fn delete_keyword(caller: Caller<WriteFilters>, id: PathId<i64>, app: Data<App>) -> Answer {
    filters::delete_keyword(&app, &caller.person, id.0).await?;
    nothing()
}

async fn statuses(caller: Caller<ReadFilters>, id: PathId<FilterId>, app: Data<App>) -> Answer {
    let view = filters::find(&app, &caller.person, id.0).await?;
    json(
        view.statuses
            .into_iter()
            .map(FilterStatus::from)
            .collect::<Vec<_>>(),
    )
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Named {
    status_id: Text,
}

async fn add_status(
    caller: Caller<WriteFilters>,
    id: PathId<FilterId>,
    params: Params<Named>,
    app: Data<App>,
) -> Answer {
    let status: StatusId = params
        .0
        .status_id
        .filled()
        .and_then(|id| id.parse().ok())
        .ok_or(ApiError::NotFound)?;
    json(FilterStatus::from(
        filters::add_status(&app, &caller.person, id.0, status).await?,
    ))
}

async fn status(caller: Caller<ReadFilters>, id: PathId<i64>, app: Data<App>) -> Answer {
    json(FilterStatus::from(
        filters::status(&app, &caller.person, id.0).await?,
    ))
}

async fn delete_status(caller: Caller<WriteFilters>, id: PathId<i64>, app: Data<App>) -> Answer {
    filters::delete_status(&app, &caller.person, id.0).await?;
    nothing()
}
