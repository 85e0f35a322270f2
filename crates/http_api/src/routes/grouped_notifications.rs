//! <https://docs.joinmastodon.org/methods/grouped_notifications/>

use actix_web::HttpRequest;
use actix_web::web::{self, Data, Path};
use domain::{NotificationKind, NotificationRule};
use serde::{Deserialize, Serialize};
use service::notification_requests::{self, PolicyWishes};
use service::{App, grouped};
use utoipa::ToSchema;

use super::notifications::{KnownTypes, List, clear};
use super::{Answer, json, nothing, page, put_or_patch};
use crate::ApiError;
use crate::entities::{Account, Groups, NotificationPolicy, UnreadCount};
use crate::extract::scope::{ReadNotifications, WriteNotifications};
use crate::extract::{Caller, PageParams, Params, Text, Words};
use crate::openapi::Operations;
use crate::pagination;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at("/v2/notifications", [web::get().to(list)])
        .at("/v2/notifications/clear", [web::post().to(clear)])
        .at(
            "/v2/notifications/policy",
            [web::get().to(policy), put_or_patch().to(set_policy)],
        )
        .at(
            "/v2/notifications/unread_count",
            [web::get().to(unread_count)],
        )
        .at("/v2/notifications/{key}", [web::get().to(show)])
        .at("/v2/notifications/{key}/accounts", [web::get().to(people)])
        .at("/v2/notifications/{key}/dismiss", [web::post().to(dismiss)]);
}

pub(super) fn operations(api: &mut Operations) {
    api.get(
        "/v2/notifications",
        "What you are told, what is alike as one",
        list,
    )
    .answers::<Groups>();
    api.post("/v2/notifications/clear", "Remove all notifications", clear)
        .says_nothing();
    api.get(
        "/v2/notifications/policy",
        "Whose deeds you are told of at once",
        policy,
    )
    .answers::<NotificationPolicy>();
    api.put_or_patch(
        "/v2/notifications/policy",
        "Change whose deeds you are told of at once",
        set_policy,
    )
    .answers::<NotificationPolicy>();
    api.get(
        "/v2/notifications/unread_count",
        "How many groups are new to you",
        unread_count,
    )
    .answers::<UnreadCount>();
    api.get("/v2/notifications/{key}", "One group", show)
        .answers::<Groups>();
    api.get(
        "/v2/notifications/{key}/accounts",
        "Everybody in a group",
        people,
    )
    .pages::<Account>();
    api.post("/v2/notifications/{key}/dismiss", "Remove a group", dismiss)
        .says_nothing();
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Grouped {
    grouped_types: Words,
    /// `full`, or `partial_avatars`.
    expand_accounts: Text,
    #[serde(flatten)]
    list: List,
}

impl Grouped {
    fn kinds(&self) -> Vec<NotificationKind> {
        use NotificationKind::{Favourite, Follow, Reblog, SignUp};
        match self.grouped_types.as_slice() {
            [] => vec![Favourite, Follow, Reblog, SignUp],
            names => names
                .iter()
                .filter_map(|name| NotificationKind::named(name))
                .collect(),
        }
    }

    /// Whether of most people only pictures and names are wanted.
    fn is_partial(&self) -> Result<bool, ApiError> {
        match self.expand_accounts.filled() {
            None | Some("full") => Ok(false),
            Some("partial_avatars") => Ok(true),
            Some(_) => Err(ApiError::BadRequest(
                "expand_accounts must be full or partial_avatars".to_owned(),
            )),
        }
    }
}

async fn list(
    request: HttpRequest,
    caller: Caller<ReadNotifications>,
    params: Params<Grouped>,
    app: Data<App>,
) -> Answer {
    let params = params.into_inner();
    let Some(wanted) = params.list.wanted() else {
        return json(Groups::default());
    };
    let is_partial = params.is_partial()?;
    let kinds = params.kinds();
    let page = params.list.page.page(40, 80);
    let found = grouped::page(&app, &caller.person, wanted, kinds, page).await?;
    let ends = pagination::Ends::of(&found);
    let mut groups = Groups::of(found.items, params.list.app.known());
    if is_partial {
        groups = groups.with_partial_accounts();
    }
    Ok(pagination::page(
        &request,
        &app.settings().public_url,
        &groups,
        ends,
    ))
}

async fn show(
    caller: Caller<ReadNotifications>,
    key: Path<String>,
    params: Params<KnownTypes>,
    app: Data<App>,
) -> Answer {
    let found = grouped::find(&app, &caller.person, &key).await?;
    json(Groups::of([found], params.0.known()))
}

async fn people(
    request: HttpRequest,
    caller: Caller<ReadNotifications>,
    key: Path<String>,
    params: Params<PageParams>,
    app: Data<App>,
) -> Answer {
    let found = grouped::people(&app, &caller.person, &key, params.0.page(40, 80)).await?;
    page::<_, Account>(&request, &app, found)
}

async fn dismiss(caller: Caller<WriteNotifications>, key: Path<String>, app: Data<App>) -> Answer {
    grouped::dismiss(&app, &caller.person, &key).await?;
    nothing()
}

async fn unread_count(
    caller: Caller<ReadNotifications>,
    params: Params<Grouped>,
    app: Data<App>,
) -> Answer {
    let params = params.into_inner();
    let limit = params.list.page.page(100, 1_000).limit;
    let Some(wanted) = params.list.wanted() else {
        return json(UnreadCount { count: 0 });
    };
    let kinds = params.kinds();
    let count = grouped::unread_count(&app, &caller.person, wanted, kinds, limit).await?;
    json(UnreadCount { count })
}

async fn policy(caller: Caller<ReadNotifications>, app: Data<App>) -> Answer {
    json(NotificationPolicy::from(
        notification_requests::policy(&app, &caller.person).await?,
    ))
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Rules {
    for_not_following: Text,
    for_not_followers: Text,
    for_new_accounts: Text,
    for_private_mentions: Text,
    for_limited_accounts: Text,
    for_bots: Text,
}

fn rule(text: &Text) -> Result<Option<NotificationRule>, ApiError> {
    let Some(word) = text.filled() else {
        return Ok(None);
    };
    NotificationRule::named(word).map(Some).ok_or_else(|| {
        ApiError::Unprocessable(format!(
            "Validation failed: {word} is not accept, filter or drop"
        ))
    })
}

async fn set_policy(
    caller: Caller<WriteNotifications>,
    params: Params<Rules>,
    app: Data<App>,
) -> Answer {
    let rules = params.into_inner();
    let wishes = PolicyWishes {
        for_not_following: rule(&rules.for_not_following)?,
        for_not_followers: rule(&rules.for_not_followers)?,
        for_new_accounts: rule(&rules.for_new_accounts)?,
        for_private_mentions: rule(&rules.for_private_mentions)?,
        for_limited_accounts: rule(&rules.for_limited_accounts)?,
        for_bots: rule(&rules.for_bots)?,
    };
    json(NotificationPolicy::from(
        notification_requests::set_policy(&app, &caller.person, wishes).await?,
    ))
}
