//! <https://docs.joinmastodon.org/methods/notifications/>

use actix_web::HttpRequest;
use actix_web::web::{self, Data};
use domain::{AccountId, NotificationId, NotificationKind};
use serde::{Deserialize, Serialize};
use serde_json::json as object;
use service::App;
use service::notifications::{self, Wanted};
use utoipa::ToSchema;

use super::{Answer, json, nothing, timeline};
use crate::ApiError;
use crate::entities::{Notification, UnreadCount};
use crate::extract::scope::{ReadNotifications, WriteNotifications};
use crate::extract::{Caller, Flag, PageParams, Params, PathId, Text, Words};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at("/v1/notifications", [web::get().to(list)])
        .at("/v1/notifications/dismiss", [web::post().to(dismiss_named)])
        .at("/v1/notifications/clear", [web::post().to(clear)])
        .at(
            "/v1/notifications/unread_count",
            [web::get().to(unread_count)],
        )
        .at("/v1/notifications/{id}", [web::get().to(show)])
        .at("/v1/notifications/{id}/dismiss", [web::post().to(dismiss)]);
}

pub(super) fn operations(api: &mut Operations) {
    api.get("/v1/notifications", "What you are told", list)
        .pages::<Notification>();
    api.post(
        "/v1/notifications/dismiss",
        "Remove one notification",
        dismiss_named,
    )
    .says_nothing()
    .deprecated();
    api.post("/v1/notifications/clear", "Remove all notifications", clear)
        .says_nothing();
    api.get(
        "/v1/notifications/unread_count",
        "How many notifications are new to you",
        unread_count,
    )
    .answers::<UnreadCount>();
    api.get("/v1/notifications/{id}", "One notification", show)
        .answers::<Notification>();
    api.post(
        "/v1/notifications/{id}/dismiss",
        "Remove one notification",
        dismiss,
    )
    .says_nothing();
}

/// Which kinds an app knows; of others that are rare it is told in words.
#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
pub(super) struct KnownTypes {
    supported_types: Words,
}

impl KnownTypes {
    pub(super) fn known(&self) -> Option<&[String]> {
        self.supported_types.0.as_deref()
    }
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
#[schema(as = WantedNotifications)]
pub(super) struct List {
    types: Words,
    exclude_types: Words,
    account_id: Text,
    include_filtered: Flag,
    #[serde(flatten)]
    pub(super) app: KnownTypes,
    #[serde(flatten)]
    pub(super) page: PageParams,
}

impl List {
    /// None if only kinds are asked for that never happen here.
    pub(super) fn wanted(&self) -> Option<Wanted> {
        let kinds = |words: &Words| -> Vec<NotificationKind> {
            words
                .as_slice()
                .iter()
                .filter_map(|name| NotificationKind::named(name))
                .collect()
        };
        let wanted = Wanted {
            kinds: kinds(&self.types),
            without: kinds(&self.exclude_types),
            // What is no id names nobody, and nobody has done nothing.
            from: self
                .account_id
                .filled()
                .map(|id| id.parse().unwrap_or(AccountId(0))),
            // Whoever asks for somebody's deeds looks at what is held back of them.
            with_filtered: self.include_filtered.is_set() || self.account_id.filled().is_some(),
        };
        let asked_for_none = !self.types.as_slice().is_empty() && wanted.kinds.is_empty();
        (!asked_for_none).then_some(wanted)
    }
}

async fn list(
    request: HttpRequest,
    caller: Caller<ReadNotifications>,
    params: Params<List>,
    app: Data<App>,
) -> Answer {
    let params = params.into_inner();
    let Some(wanted) = params.wanted() else {
        return json(object!([]));
    };
    let found = notifications::page(&app, &caller.person, wanted, params.page.page(40, 80)).await?;
    let known = params.app.known();
    timeline::<_, Notification>(
        &request,
        &app,
        found.map(|view| Notification::for_app(view, known)),
    )
}

async fn show(
    caller: Caller<ReadNotifications>,
    id: PathId<NotificationId>,
    params: Params<KnownTypes>,
    app: Data<App>,
) -> Answer {
    json(Notification::for_app(
        notifications::find(&app, &caller.person, id.0).await?,
        params.0.known(),
    ))
}

async fn dismiss(
    caller: Caller<WriteNotifications>,
    id: PathId<NotificationId>,
    app: Data<App>,
) -> Answer {
    notifications::dismiss(&app, &caller.person, id.0).await?;
    nothing()
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Named {
    id: Text,
}

/// As Mastodon had it before 1.4, too.
async fn dismiss_named(
    caller: Caller<WriteNotifications>,
    params: Params<Named>,
    app: Data<App>,
) -> Answer {
    let id = params.0.id.filled().and_then(|id| id.parse().ok());
    let id = id.ok_or(ApiError::NotFound)?;
    notifications::dismiss(&app, &caller.person, id).await?;
    nothing()
}

pub(super) async fn clear(caller: Caller<WriteNotifications>, app: Data<App>) -> Answer {
    notifications::clear(&app, &caller.person).await?;
    nothing()
}

async fn unread_count(
    caller: Caller<ReadNotifications>,
    params: Params<List>,
    app: Data<App>,
) -> Answer {
    let params = params.into_inner();
    let limit = params.page.page(100, 1_000).limit;
    let Some(wanted) = params.wanted() else {
        return json(UnreadCount { count: 0 });
    };
    let count = notifications::unread_count(&app, &caller.person, wanted, limit).await?;
    json(UnreadCount { count })
}
