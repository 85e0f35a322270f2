//! <https://docs.joinmastodon.org/methods/scheduled_statuses/>

use actix_web::HttpRequest;
use actix_web::web::{self, Data};
use domain::Time;
use serde::{Deserialize, Serialize};
use service::{App, scheduled};
use utoipa::ToSchema;

use super::{Answer, json, nothing, page, put_or_patch};
use crate::ApiError;
use crate::entities::ScheduledStatus;
use crate::extract::scope::{ReadStatuses, WriteStatuses};
use crate::extract::{Caller, PageParams, Params, PathId, Text};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at("/v1/scheduled_statuses", [web::get().to(list)])
        .at(
            "/v1/scheduled_statuses/{id}",
            [
                web::get().to(show),
                put_or_patch().to(move_to),
                web::delete().to(cancel),
            ],
        );
}

pub(super) fn operations(api: &mut Operations) {
    api.get("/v1/scheduled_statuses", "What you are going to post", list)
        .pages::<ScheduledStatus>();
    api.get("/v1/scheduled_statuses/{id}", "One post to come", show)
        .answers::<ScheduledStatus>();
    api.put_or_patch(
        "/v1/scheduled_statuses/{id}",
        "Post at another time",
        move_to,
    )
    .answers::<ScheduledStatus>();
    api.delete("/v1/scheduled_statuses/{id}", "Do not post it", cancel)
        .says_nothing();
}

/// ISO 8601 with `+0100` for the zone, as the date formatters of phones write it unless they are told otherwise.
const WITHOUT_COLON: &str = "%Y-%m-%dT%H:%M:%S%.f%z";

/// A time as apps write it: ISO 8601, in UTC where it names no zone.
pub(super) fn time(text: &str) -> Result<Time, ApiError> {
    let text = text.trim();
    chrono::DateTime::parse_from_rfc3339(text)
        .or_else(|_| chrono::DateTime::parse_from_str(text, WITHOUT_COLON))
        .map(|time| time.naive_utc())
        .or_else(|_| text.parse())
        // In the words of Mastodon, which toot shows.
        .map_err(|_| ApiError::Unprocessable("Record invalid".to_owned()))
}

async fn list(
    request: HttpRequest,
    caller: Caller<ReadStatuses>,
    params: Params<PageParams>,
    app: Data<App>,
) -> Answer {
    let found = scheduled::page(&app, &caller.person, params.0.page(20, 40)).await?;
    page::<_, ScheduledStatus>(&request, &app, found)
}

async fn show(caller: Caller<ReadStatuses>, id: PathId<i64>, app: Data<App>) -> Answer {
    json(ScheduledStatus::from(
        scheduled::find(&app, &caller.person, id.0).await?,
    ))
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Moved {
    scheduled_at: Text,
}

async fn move_to(
    caller: Caller<WriteStatuses>,
    id: PathId<i64>,
    params: Params<Moved>,
    app: Data<App>,
) -> Answer {
    let Some(at) = params.0.scheduled_at.filled() else {
        return Err(ApiError::Unprocessable(
            "Validation failed: Scheduled at can't be blank".to_owned(),
        ));
    };
    json(ScheduledStatus::from(
        scheduled::move_to(&app, &caller.person, id.0, time(at)?).await?,
    ))
}

async fn cancel(caller: Caller<WriteStatuses>, id: PathId<i64>, app: Data<App>) -> Answer {
    scheduled::cancel(&app, &caller.person, id.0).await?;
    nothing()
}
