//! <https://docs.joinmastodon.org/methods/notifications/#get-requests>

use actix_web::HttpRequest;
use actix_web::web::{self, Data};
use serde::{Deserialize, Serialize};
use service::App;
use service::notification_requests as requests;
use utoipa::ToSchema;

use super::{Answer, json, nothing, page};
use crate::entities::{Merged, NotificationRequest};
use crate::extract::scope::{ReadNotifications, WriteNotifications};
use crate::extract::{Caller, PageParams, Params, PathId, Words};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at("/v1/notifications/requests", [web::get().to(list)])
        .at("/v1/notifications/requests/merged", [web::get().to(merged)])
        .at(
            "/v1/notifications/requests/accept",
            [web::post().to(accept_all)],
        )
        .at(
            "/v1/notifications/requests/dismiss",
            [web::post().to(dismiss_all)],
        )
        .at("/v1/notifications/requests/{id}", [web::get().to(show)])
        .at(
            "/v1/notifications/requests/{id}/accept",
            [web::post().to(accept)],
        )
        .at(
            "/v1/notifications/requests/{id}/dismiss",
            [web::post().to(dismiss)],
        );
}

pub(super) fn operations(api: &mut Operations) {
    api.get(
        "/v1/notifications/requests",
        "Whose deeds are held back",
        list,
    )
    .pages::<NotificationRequest>();
    api.get(
        "/v1/notifications/requests/merged",
        "Whether what you accepted is told by now",
        merged,
    )
    .answers::<Merged>();
    api.post(
        "/v1/notifications/requests/accept",
        "Be told of several people",
        accept_all,
    )
    .says_nothing();
    api.post(
        "/v1/notifications/requests/dismiss",
        "Drop what several people did",
        dismiss_all,
    )
    .says_nothing();
    api.get(
        "/v1/notifications/requests/{id}",
        "What somebody did and is held back",
        show,
    )
    .answers::<NotificationRequest>();
    api.post(
        "/v1/notifications/requests/{id}/accept",
        "Be told of somebody",
        accept,
    )
    .says_nothing();
    api.post(
        "/v1/notifications/requests/{id}/dismiss",
        "Drop what somebody did",
        dismiss,
    )
    .says_nothing();
}

async fn list(
    request: HttpRequest,
    caller: Caller<ReadNotifications>,
    params: Params<PageParams>,
    app: Data<App>,
) -> Answer {
    let found = requests::page(&app, &caller.person, params.0.page(40, 80)).await?;
    page::<_, NotificationRequest>(&request, &app, found)
}

async fn show(caller: Caller<ReadNotifications>, id: PathId<i64>, app: Data<App>) -> Answer {
    json(NotificationRequest::from(
        requests::find(&app, &caller.person, id.0).await?,
    ))
}

/// What is let through is told at once, so that nothing is ever left to be merged.
async fn merged(_: Caller<ReadNotifications>) -> Answer {
    json(Merged { merged: true })
}

async fn accept(caller: Caller<WriteNotifications>, id: PathId<i64>, app: Data<App>) -> Answer {
    requests::accept(&app, &caller.person, id.0).await?;
    nothing()
}

async fn dismiss(caller: Caller<WriteNotifications>, id: PathId<i64>, app: Data<App>) -> Answer {
    requests::dismiss(&app, &caller.person, id.0).await?;
    nothing()
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Ids {
    id: Words,
}

/// Requests that are dealt with at once.
const AT_ONCE: usize = 100;

async fn accept_all(
    caller: Caller<WriteNotifications>,
    params: Params<Ids>,
    app: Data<App>,
) -> Answer {
    let ids = params.0.id.ids().take(AT_ONCE).collect();
    requests::accept_all(&app, &caller.person, ids).await?;
    nothing()
}

async fn dismiss_all(
    caller: Caller<WriteNotifications>,
    params: Params<Ids>,
    app: Data<App>,
) -> Answer {
    let ids = params.0.id.ids().take(AT_ONCE).collect();
    requests::dismiss_all(&app, &caller.person, ids).await?;
    nothing()
}
