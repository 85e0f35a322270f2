//! <https://docs.joinmastodon.org/methods/admin/accounts/>

use actix_web::HttpRequest;
use actix_web::web::{self, Data};
use domain::{AccountId, Role};
use serde::{Deserialize, Serialize};
use service::App;
use service::moderation::accounts::{self, Measure, Sanction, Standing, Wanted};
use utoipa::ToSchema;

use super::super::{Answer, json, nothing, page};
use super::mistake;
use crate::ApiError;
use crate::entities::AdminAccount;
use crate::extract::scope::{AdminDeleteAccounts, AdminReadAccounts, AdminWriteAccounts};
use crate::extract::{Caller, Flag, PageParams, Params, PathId, Text, Words};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at("/v1/admin/accounts", [web::get().to(list_v1)])
        .at("/v2/admin/accounts", [web::get().to(list)])
        .at(
            "/v1/admin/accounts/{id}",
            [web::get().to(show), web::delete().to(delete)],
        )
        .at("/v1/admin/accounts/{id}/action", [web::post().to(act)])
        .at("/v1/admin/accounts/{id}/approve", [web::post().to(approve)])
        .at("/v1/admin/accounts/{id}/reject", [web::post().to(reject)])
        .at("/v1/admin/accounts/{id}/enable", [web::post().to(enable)])
        .at(
            "/v1/admin/accounts/{id}/unsensitive",
            [web::post().to(unsensitive)],
        )
        .at(
            "/v1/admin/accounts/{id}/unsilence",
            [web::post().to(unsilence)],
        )
        .at(
            "/v1/admin/accounts/{id}/unsuspend",
            [web::post().to(unsuspend)],
        );
}

pub(super) fn operations(api: &mut Operations) {
    api.get("/v1/admin/accounts", "People, narrowed by flags", list_v1)
        .pages::<AdminAccount>();
    api.get("/v2/admin/accounts", "People, narrowed by words", list)
        .pages::<AdminAccount>();
    api.get(
        "/v1/admin/accounts/{id}",
        "Somebody with what moderators know",
        show,
    )
    .answers::<AdminAccount>();
    api.delete(
        "/v1/admin/accounts/{id}",
        "Remove for good what a suspended person wrote",
        delete,
    )
    .answers::<AdminAccount>();
    api.post(
        "/v1/admin/accounts/{id}/action",
        "Warn, limit or suspend somebody",
        act,
    )
    .says_nothing();
    api.post(
        "/v1/admin/accounts/{id}/approve",
        "Let somebody in who signed up",
        approve,
    )
    .answers::<AdminAccount>();
    api.post(
        "/v1/admin/accounts/{id}/reject",
        "Do not let somebody in who signed up",
        reject,
    )
    .answers::<AdminAccount>();
    api.post(
        "/v1/admin/accounts/{id}/enable",
        "Let somebody sign in again",
        enable,
    )
    .answers::<AdminAccount>();
    api.post(
        "/v1/admin/accounts/{id}/unsensitive",
        "Hide somebody's pictures no longer",
        unsensitive,
    )
    .answers::<AdminAccount>();
    api.post(
        "/v1/admin/accounts/{id}/unsilence",
        "Limit somebody no longer",
        unsilence,
    )
    .answers::<AdminAccount>();
    api.post(
        "/v1/admin/accounts/{id}/unsuspend",
        "Suspend somebody no longer",
        unsuspend,
    )
    .answers::<AdminAccount>();
}

/// What both versions of the list may be asked for.
#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Named {
    username: Text,
    display_name: Text,
    by_domain: Text,
    email: Text,
    /// No address of a device is kept: nobody is found by one.
    ip: Text,
    #[serde(flatten)]
    page: PageParams,
}

impl Named {
    fn wanted(&self) -> Wanted {
        let text = |text: &Text| text.filled().map(|text| text.trim().to_owned());
        Wanted {
            username: text(&self.username),
            display_name: text(&self.display_name),
            host: text(&self.by_domain),
            email: text(&self.email),
            ..Wanted::default()
        }
    }
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct FlagsV1 {
    local: Flag,
    remote: Flag,
    active: Flag,
    pending: Flag,
    disabled: Flag,
    silenced: Flag,
    suspended: Flag,
    sensitized: Flag,
    staff: Flag,
    #[serde(flatten)]
    named: Named,
}

fn staff() -> Vec<Role> {
    vec![Role::Moderator, Role::Admin, Role::Owner]
}

async fn list_v1(
    request: HttpRequest,
    caller: Caller<AdminReadAccounts>,
    params: Params<FlagsV1>,
    app: Data<App>,
) -> Answer {
    let flags = params.0;
    if flags.named.ip.filled().is_some() {
        return json([(); 0]);
    }
    let standing = [
        (flags.active, Standing::Active),
        (flags.pending, Standing::Pending),
        (flags.disabled, Standing::Disabled),
        (flags.silenced, Standing::Silenced),
        (flags.suspended, Standing::Suspended),
        (flags.sensitized, Standing::Sensitized),
    ];
    let standing = standing.into_iter().find(|(flag, _)| flag.is_set());
    // Who says nothing asks for those here who are not suspended, as in Mastodon.
    let wanted = Wanted {
        local: match (flags.local.is_set(), flags.remote.is_set()) {
            (true, true) => None,
            (_, remote) => Some(!remote),
        },
        standing: Some(standing.map_or(Standing::Active, |(_, standing)| standing)),
        roles: flags.staff.is_set().then(staff),
        ..flags.named.wanted()
    };
    let found = accounts::page(
        &app,
        &caller.person,
        wanted,
        flags.named.page.page(100, 200),
    );
    page::<_, AdminAccount>(&request, &app, found.await?)
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Filters {
    origin: Text,
    status: Text,
    permissions: Text,
    role_ids: Words,
    invited_by: Text,
    #[serde(flatten)]
    named: Named,
}

async fn list(
    request: HttpRequest,
    caller: Caller<AdminReadAccounts>,
    params: Params<Filters>,
    app: Data<App>,
) -> Answer {
    let filters = params.0;
    if filters.named.ip.filled().is_some() {
        return json([(); 0]);
    }
    let wanted = Wanted {
        local: match filters.origin.filled() {
            None => None,
            Some("local") => Some(true),
            Some("remote") => Some(false),
            Some(_) => return Err(mistake("Origin is not included in the list")),
        },
        standing: match filters.status.filled() {
            None => None,
            Some("active") => Some(Standing::Active),
            Some("pending") => Some(Standing::Pending),
            Some("disabled") => Some(Standing::Disabled),
            Some("silenced") => Some(Standing::Silenced),
            Some("suspended") => Some(Standing::Suspended),
            Some("sensitized") => Some(Standing::Sensitized),
            Some(_) => return Err(mistake("Status is not included in the list")),
        },
        roles: match filters.permissions.filled() {
            Some("staff") => Some(staff()),
            _ => filters.role_ids.0.is_some().then(|| {
                let ids = filters.role_ids.ids::<i16>();
                ids.filter_map(|id| Role::try_from(id).ok()).collect()
            }),
        },
        // Of somebody whose number is none, nobody came.
        invited_by: filters
            .invited_by
            .filled()
            .map(|id| id.parse().unwrap_or(AccountId(0))),
        ..filters.named.wanted()
    };
    let found = accounts::page(
        &app,
        &caller.person,
        wanted,
        filters.named.page.page(100, 200),
    );
    page::<_, AdminAccount>(&request, &app, found.await?)
}

async fn show(caller: Caller<AdminReadAccounts>, id: PathId<AccountId>, app: Data<App>) -> Answer {
    let view = accounts::find(&app, &caller.person, id.0).await?;
    json(AdminAccount::from(view))
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Decision {
    #[serde(rename = "type")]
    kind: Text,
    report_id: Text,
    text: Text,
    send_email_notification: Flag,
}

async fn act(
    caller: Caller<AdminWriteAccounts>,
    id: PathId<AccountId>,
    params: Params<Decision>,
    app: Data<App>,
) -> Answer {
    let decision = params.0;
    let sanction = match decision.kind.filled() {
        Some("none") => None,
        Some("sensitive") => Some(Sanction::Sensitive),
        Some("disable") => Some(Sanction::Disable),
        Some("silence") => Some(Sanction::Silence),
        Some("suspend") => Some(Sanction::Suspend),
        Some(_) | None => return Err(mistake("Type is not included in the list")),
    };
    let report = match decision.report_id.filled() {
        None => None,
        Some(id) => Some(id.parse().map_err(|_| ApiError::NotFound)?),
    };
    let measure = Measure {
        sanction,
        report,
        text: decision.text.0.unwrap_or_default(),
        letter: decision.send_email_notification.0.unwrap_or(true),
    };
    accounts::act(&app, &caller.person, id.0, measure).await?;
    nothing()
}

async fn approve(
    caller: Caller<AdminWriteAccounts>,
    id: PathId<AccountId>,
    app: Data<App>,
) -> Answer {
    let view = accounts::approve(&app, &caller.person, id.0).await?;
    json(AdminAccount::from(view))
}

async fn reject(
    caller: Caller<AdminWriteAccounts>,
    id: PathId<AccountId>,
    app: Data<App>,
) -> Answer {
    let view = accounts::reject(&app, &caller.person, id.0).await?;
    json(AdminAccount::from(view))
}

async fn delete(
    caller: Caller<AdminDeleteAccounts>,
    id: PathId<AccountId>,
    app: Data<App>,
) -> Answer {
    let view = accounts::delete(&app, &caller.person, id.0).await?;
    json(AdminAccount::from(view))
}

async fn lift(
    app: &App,
    caller: &Caller<AdminWriteAccounts>,
    id: AccountId,
    what: Sanction,
) -> Answer {
    let view = accounts::lift(app, &caller.person, id, what).await?;
    json(AdminAccount::from(view))
}

async fn enable(
    caller: Caller<AdminWriteAccounts>,
    id: PathId<AccountId>,
    app: Data<App>,
) -> Answer {
    lift(&app, &caller, id.0, Sanction::Disable).await
}

async fn unsensitive(
    caller: Caller<AdminWriteAccounts>,
    id: PathId<AccountId>,
    app: Data<App>,
) -> Answer {
    lift(&app, &caller, id.0, Sanction::Sensitive).await
}

async fn unsilence(
    caller: Caller<AdminWriteAccounts>,
    id: PathId<AccountId>,
    app: Data<App>,
) -> Answer {
    lift(&app, &caller, id.0, Sanction::Silence).await
}

async fn unsuspend(
    caller: Caller<AdminWriteAccounts>,
    id: PathId<AccountId>,
    app: Data<App>,
) -> Answer {
    lift(&app, &caller, id.0, Sanction::Suspend).await
}
