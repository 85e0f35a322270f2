//! <https://docs.joinmastodon.org/methods/polls/>

use actix_web::web::{self, Data};
use domain::PollId;
use serde::{Deserialize, Serialize};
use service::{App, polls};
use utoipa::ToSchema;

use super::{Answer, json};
use crate::ApiError;
use crate::entities::Poll;
use crate::extract::scope::{ReadStatuses, WriteStatuses};
use crate::extract::{Anyone, Caller, Flag, Number, Params, PathId, Words};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at("/v1/polls/{id}", [web::get().to(show)])
        .at("/v1/polls/{id}/votes", [web::post().to(vote)]);
}

pub(super) fn operations(api: &mut Operations) {
    api.get("/v1/polls/{id}", "One poll", show)
        .answers::<Poll>();
    api.post("/v1/polls/{id}/votes", "Vote", vote)
        .answers::<Poll>();
}

/// The poll that comes with a status.
#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
pub(super) struct PollParams {
    options: Words,
    expires_in: Number,
    multiple: Flag,
    hide_totals: Flag,
}

impl From<PollParams> for polls::NewPoll {
    fn from(params: PollParams) -> Self {
        Self {
            options: params.options.0.unwrap_or_default(),
            expires_in: params.expires_in.0.unwrap_or(0),
            multiple: params.multiple.is_set(),
            hide_totals: params.hide_totals.is_set(),
        }
    }
}

async fn show(caller: Anyone<ReadStatuses>, id: PathId<PollId>, app: Data<App>) -> Answer {
    json(Poll::from(polls::view(&app, caller.person(), id.0).await?))
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Votes {
    choices: Words,
}

async fn vote(
    caller: Caller<WriteStatuses>,
    id: PathId<PollId>,
    params: Params<Votes>,
    app: Data<App>,
) -> Answer {
    // What is no number chooses nothing that is there.
    let choices = params.0.choices.as_slice().iter();
    let choices: Vec<i64> = choices
        .map(|word| word.parse().unwrap_or(-1))
        .take(100)
        .collect();
    let chooses = !choices.is_empty();
    match polls::vote(&app, &caller.person, id.0, choices).await {
        Err(service::Error::Invalid(_)) if !chooses => Err(ApiError::no_parameter("choices")),
        voted => json(Poll::from(voted?)),
    }
}
