//! The policy of notifications as apps of Mastodon 4.3 know it, among them its own for Android: held back, or not.
//! Mastodon's documentation has only what came after it: <https://docs.joinmastodon.org/methods/notifications/#get-policy>

use actix_web::web::{self, Data};
use domain::NotificationRule;
use serde::{Deserialize, Serialize};
use service::App;
use service::notification_requests::{self, PolicyWishes};
use utoipa::ToSchema;

use super::{Answer, json, put_or_patch};
use crate::entities::NotificationPolicyV1;
use crate::extract::scope::{ReadNotifications, WriteNotifications};
use crate::extract::{Caller, Flag, Params};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes.at(
        "/v1/notifications/policy",
        [web::get().to(read), put_or_patch().to(write)],
    );
}

pub(super) fn operations(api: &mut Operations) {
    api.get(
        "/v1/notifications/policy",
        "Whose deeds are held back",
        read,
    )
    .answers::<NotificationPolicyV1>()
    .deprecated();
    api.put_or_patch(
        "/v1/notifications/policy",
        "Change whose deeds are held back",
        write,
    )
    .answers::<NotificationPolicyV1>()
    .deprecated();
}

async fn read(caller: Caller<ReadNotifications>, app: Data<App>) -> Answer {
    json(NotificationPolicyV1::from(
        notification_requests::policy(&app, &caller.person).await?,
    ))
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Filters {
    filter_not_following: Flag,
    filter_not_followers: Flag,
    filter_new_accounts: Flag,
    filter_private_mentions: Flag,
}

fn rule(filter: Flag) -> Option<NotificationRule> {
    filter.0.map(|filter| {
        if filter {
            NotificationRule::Filter
        } else {
            NotificationRule::Accept
        }
    })
}

async fn write(
    caller: Caller<WriteNotifications>,
    params: Params<Filters>,
    app: Data<App>,
) -> Answer {
    let filters = params.into_inner();
    let wishes = PolicyWishes {
        for_not_following: rule(filters.filter_not_following),
        for_not_followers: rule(filters.filter_not_followers),
        for_new_accounts: rule(filters.filter_new_accounts),
        for_private_mentions: rule(filters.filter_private_mentions),
        ..PolicyWishes::default()
    };
    json(NotificationPolicyV1::from(
        notification_requests::set_policy(&app, &caller.person, wishes).await?,
    ))
}
