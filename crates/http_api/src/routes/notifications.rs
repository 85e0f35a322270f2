//! <https://docs.joinmastodon.org/methods/notifications/>

use actix_web::HttpRequest;
use actix_web::web::{self, Data, ServiceConfig};
use domain::{AccountId, NotificationId, NotificationKind};
use serde::Deserialize;
use serde_json::json as object;
use service::App;
use service::notifications::{self, Wanted};

use super::{Answer, json, nothing, timeline};
use crate::entities::{Groups, Notification};
use crate::extract::scope::{ReadNotifications, WriteNotifications};
use crate::extract::{Caller, Number, PageParams, Params, PathId, Text, Words};
use crate::pagination;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(web::resource("/v1/notifications").route(web::get().to(list)))
        .service(web::resource("/v2/notifications").route(web::get().to(groups)))
        .service(web::resource("/v2/notifications/policy").route(web::get().to(policy)))
        .service(web::resource("/v2/notifications/unread_count").route(web::get().to(unread_count)))
        .service(web::resource("/v1/notifications/clear").route(web::post().to(clear)))
        .service(web::resource("/v1/notifications/unread_count").route(web::get().to(unread_count)))
        .service(web::resource("/v1/notifications/{id}").route(web::get().to(show)))
        .service(web::resource("/v1/notifications/{id}/dismiss").route(web::post().to(dismiss)));
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct List {
    types: Words,
    exclude_types: Words,
    account_id: Text,
    #[serde(flatten)]
    page: PageParams,
}

impl List {
    /// None if only kinds are asked for that never happen here.
    fn wanted(&self) -> Option<Wanted> {
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
    timeline::<_, Notification>(&request, &app, found)
}

/// Notifications in groups: here each is a group by itself, which is allowed.
/// <https://docs.joinmastodon.org/methods/grouped_notifications/>
async fn groups(
    request: HttpRequest,
    caller: Caller<ReadNotifications>,
    params: Params<List>,
    app: Data<App>,
) -> Answer {
    let params = params.into_inner();
    let Some(wanted) = params.wanted() else {
        return json(Groups::default());
    };
    let found = notifications::page(&app, &caller.person, wanted, params.page.page(40, 80)).await?;
    let ends = pagination::Ends::of(&found);
    let groups = Groups::of(found.items.into_iter().map(Notification::from));
    Ok(pagination::page(
        &request,
        &app.settings().public_url,
        &groups,
        ends,
    ))
}

/// Nothing is held back here, and nobody waits to be let through.
async fn policy(_: Caller<ReadNotifications>) -> Answer {
    json(object!({
        "for_not_following": "accept",
        "for_not_followers": "accept",
        "for_new_accounts": "accept",
        "for_private_mentions": "accept",
        "for_limited_accounts": "accept",
        "summary": { "pending_requests_count": 0, "pending_notifications_count": 0 },
    }))
}

async fn show(
    caller: Caller<ReadNotifications>,
    id: PathId<NotificationId>,
    app: Data<App>,
) -> Answer {
    json(Notification::from(
        notifications::find(&app, &caller.person, id.0).await?,
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

async fn clear(caller: Caller<WriteNotifications>, app: Data<App>) -> Answer {
    notifications::clear(&app, &caller.person).await?;
    nothing()
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Count {
    limit: Number,
}

async fn unread_count(
    caller: Caller<ReadNotifications>,
    params: Params<Count>,
    app: Data<App>,
) -> Answer {
    let limit = params.0.limit.0.unwrap_or(100).clamp(1, 1_000);
    let count = notifications::unread_count(&app, &caller.person, limit).await?;
    json(object!({ "count": count }))
}
