//! <https://docs.joinmastodon.org/methods/preferences/> and <https://docs.joinmastodon.org/methods/markers/>

use std::collections::BTreeMap;

use actix_web::web::{self, Data};
use serde::{Deserialize, Serialize};
use service::{App, markers};
use utoipa::ToSchema;

use super::{Answer, json};
use crate::ApiError;
use crate::entities::{Marker, Markers, Preferences};
use crate::extract::scope::{ReadAccounts, ReadStatuses, WriteStatuses};
use crate::extract::{Caller, Number, Params, Words};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at("/v1/preferences", [web::get().to(preferences)])
        .at("/v1/markers", [web::get().to(read), web::post().to(write)]);
}

pub(super) fn operations(api: &mut Operations) {
    api.get(
        "/v1/preferences",
        "How you like to post and read",
        preferences,
    )
    .answers::<Preferences>();
    api.get("/v1/markers", "How far you have read", read)
        .answers::<Markers>();
    api.post("/v1/markers", "Say how far you have read", write)
        .answers::<Markers>();
}

async fn preferences(caller: Caller<ReadAccounts>) -> Answer {
    let user = &caller.person.user;
    json(Preferences {
        visibility: user.default_visibility,
        sensitive: user.default_sensitive,
        language: user.default_language.clone(),
        quote_policy: user.default_quote_policy.name(),
        expand_media: "default",
        expand_spoilers: false,
        autoplay_gifs: false,
    })
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Timelines {
    timeline: Words,
}

async fn read(caller: Caller<ReadStatuses>, params: Params<Timelines>, app: Data<App>) -> Answer {
    let timelines = params
        .0
        .timeline
        .as_slice()
        .iter()
        .take(10)
        .cloned()
        .collect();
    json(entity(
        markers::find(&app, &caller.person, timelines).await?,
    ))
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Place {
    last_read_id: Number,
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Places {
    home: Option<Place>,
    notifications: Option<Place>,
}

async fn write(caller: Caller<WriteStatuses>, params: Params<Places>, app: Data<App>) -> Answer {
    let params = params.into_inner();
    let mut places = Vec::new();
    for (timeline, place) in [
        ("home", params.home),
        ("notifications", params.notifications),
    ] {
        let Some(place) = place else { continue };
        let id = place.last_read_id.0.ok_or_else(|| {
            ApiError::Unprocessable(format!(
                "Validation failed: {timeline}: Last read can't be blank"
            ))
        })?;
        places.push((timeline.to_owned(), id));
    }
    json(entity(markers::set(&app, &caller.person, places).await?))
}

fn entity(rows: Vec<markers::Marker>) -> Markers {
    let mut found: BTreeMap<String, Marker> = rows
        .into_iter()
        .map(|row| {
            let marker = Marker {
                last_read_id: row.last_read_id.to_string(),
                version: row.version,
                updated_at: row.updated_at,
            };
            (row.timeline, marker)
        })
        .collect();
    Markers {
        home: found.remove("home"),
        notifications: found.remove("notifications"),
    }
}
