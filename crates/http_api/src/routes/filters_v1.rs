//! The first version of filters: one word is one filter.
//! <https://docs.joinmastodon.org/methods/filters/#v1>

use actix_web::web::{self, Data};
use domain::FilterAction;
use serde::{Deserialize, Serialize};
use service::App;
use service::filters::{self, FilterWishes, KeywordChange, KeywordWish};
use utoipa::ToSchema;

use super::filters::expires_in;
use super::{Answer, json, nothing, put_or_patch};
use crate::ApiError;
use crate::entities::FilterV1;
use crate::extract::scope::{ReadFilters, WriteFilters};
use crate::extract::{Caller, Flag, Params, PathId, Text, Words};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at("/v1/filters", [web::get().to(all), web::post().to(create)])
        .at(
            "/v1/filters/{id}",
            [
                web::get().to(show),
                put_or_patch().to(update),
                web::delete().to(delete),
            ],
        );
}

pub(super) fn operations(api: &mut Operations) {
    api.get("/v1/filters", "The words of your filters", all)
        .lists::<FilterV1>()
        .deprecated();
    api.post("/v1/filters", "Make a filter of one word", create)
        .answers::<FilterV1>()
        .deprecated();
    api.get("/v1/filters/{id}", "One word with its filter", show)
        .answers::<FilterV1>()
        .deprecated();
    api.put_or_patch("/v1/filters/{id}", "Change a word and its filter", update)
        .answers::<FilterV1>()
        .deprecated();
    api.delete("/v1/filters/{id}", "Remove a word", delete)
        .says_nothing()
        .deprecated();
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Wishes {
    phrase: Text,
    context: Words,
    irreversible: Flag,
    whole_word: Flag,
    expires_in: Text,
}

impl Wishes {
    fn read(&self) -> Result<FilterWishes, ApiError> {
        let action = |hides: bool| {
            if hides {
                FilterAction::Hide
            } else {
                FilterAction::Warn
            }
        };
        Ok(FilterWishes {
            title: self.phrase.0.clone(),
            contexts: self.context.0.clone(),
            action: self.irreversible.0.map(action),
            expires_in: expires_in(&self.expires_in)?,
            keywords: Vec::new(),
        })
    }
}

async fn all(caller: Caller<ReadFilters>, app: Data<App>) -> Answer {
    let found = filters::all(&app, &caller.person).await?;
    let words = found.iter().flat_map(|view| {
        let of = |keyword| FilterV1::new(view, keyword);
        view.keywords.iter().map(of)
    });
    json(words.collect::<Vec<_>>())
}

async fn create(caller: Caller<WriteFilters>, params: Params<Wishes>, app: Data<App>) -> Answer {
    let mut wishes = params.0.read()?;
    wishes.keywords = vec![KeywordWish::Add {
        keyword: params.0.phrase.0.clone().unwrap_or_default(),
        whole_word: params.0.whole_word.is_set(),
    }];
    let view = filters::create(&app, &caller.person, wishes).await?;
    let keyword = view.keywords.first().ok_or(ApiError::Server)?;
    json(FilterV1::new(&view, keyword))
}

async fn show(caller: Caller<ReadFilters>, id: PathId<i64>, app: Data<App>) -> Answer {
    let (view, keyword) = filters::of_keyword(&app, &caller.person, id.0).await?;
    json(FilterV1::new(&view, &keyword))
}

async fn update(
    caller: Caller<WriteFilters>,
    id: PathId<i64>,
    params: Params<Wishes>,
    app: Data<App>,
) -> Answer {
    let (known, _) = filters::of_keyword(&app, &caller.person, id.0).await?;
    if known.keywords.len() > 1 {
        return Err(ApiError::Unprocessable(
            "Validation failed: These parameters cannot be changed from this application because they apply to \
             more than one filter keyword. Use a more recent application or the web interface."
                .to_owned(),
        ));
    }
    let mut wishes = params.0.read()?;
    wishes.keywords = vec![KeywordWish::Change {
        id: id.0,
        wish: KeywordChange {
            keyword: params.0.phrase.0.clone(),
            whole_word: params.0.whole_word.0,
        },
    }];
    let view = filters::update(&app, &caller.person, known.filter.id, wishes).await?;
    let keyword = view.keywords.first().ok_or(ApiError::Server)?;
    json(FilterV1::new(&view, keyword))
}

/// The word goes, and its filter with it only where that looks for nothing else: another app may have made more of it.
async fn delete(caller: Caller<WriteFilters>, id: PathId<i64>, app: Data<App>) -> Answer {
    let (view, keyword) = filters::of_keyword(&app, &caller.person, id.0).await?;
    if view.keywords.len() > 1 || !view.statuses.is_empty() {
        filters::delete_keyword(&app, &caller.person, keyword.id).await?;
    } else {
        filters::delete(&app, &caller.person, view.filter.id).await?;
    }
    nothing()
}
