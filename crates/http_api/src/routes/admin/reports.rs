//! <https://docs.joinmastodon.org/methods/admin/reports/>

use actix_web::HttpRequest;
use actix_web::web::{self, Data};
use domain::{ReportCategory, ReportId};
use serde::{Deserialize, Serialize};
use service::App;
use service::moderation::reports::{self, Change, WantedReports};
use utoipa::ToSchema;

use super::super::{Answer, json, page, put_or_patch};
use super::mistake;
use crate::ApiError;
use crate::entities::AdminReport;
use crate::extract::scope::{AdminReadReports, AdminWriteReports};
use crate::extract::{Caller, Flag, PageParams, Params, PathId, Text, Words};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at("/v1/admin/reports", [web::get().to(list)])
        .at(
            "/v1/admin/reports/{id}",
            [web::get().to(show), put_or_patch().to(update)],
        )
        .at(
            "/v1/admin/reports/{id}/assign_to_self",
            [web::post().to(assign)],
        )
        .at(
            "/v1/admin/reports/{id}/unassign",
            [web::post().to(unassign)],
        )
        .at("/v1/admin/reports/{id}/resolve", [web::post().to(resolve)])
        .at("/v1/admin/reports/{id}/reopen", [web::post().to(reopen)]);
}

pub(super) fn operations(api: &mut Operations) {
    api.get("/v1/admin/reports", "Reports", list)
        .pages::<AdminReport>();
    api.get("/v1/admin/reports/{id}", "One report", show)
        .answers::<AdminReport>();
    api.put_or_patch(
        "/v1/admin/reports/{id}",
        "Change what a report is about",
        update,
    )
    .answers::<AdminReport>();
    api.post(
        "/v1/admin/reports/{id}/assign_to_self",
        "Take a report",
        assign,
    )
    .answers::<AdminReport>();
    api.post(
        "/v1/admin/reports/{id}/unassign",
        "Give a report back",
        unassign,
    )
    .answers::<AdminReport>();
    api.post("/v1/admin/reports/{id}/resolve", "Close a report", resolve)
        .answers::<AdminReport>();
    api.post(
        "/v1/admin/reports/{id}/reopen",
        "Open a report again",
        reopen,
    )
    .answers::<AdminReport>();
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Filters {
    resolved: Flag,
    /// With `resolved`: all.
    unresolved: Flag,
    account_id: Text,
    target_account_id: Text,
    by_target_domain: Text,
    #[serde(flatten)]
    page: PageParams,
}

async fn list(
    request: HttpRequest,
    caller: Caller<AdminReadReports>,
    params: Params<Filters>,
    app: Data<App>,
) -> Answer {
    let filters = params.0;
    let id = |text: &Text| match text.filled() {
        None => Ok(None),
        Some(id) => id.parse().map(Some).map_err(|_| ApiError::NotFound),
    };
    let resolved = filters.resolved.is_set();
    let wanted = WantedReports {
        resolved: (!resolved || !filters.unresolved.is_set()).then_some(resolved),
        by: id(&filters.account_id)?,
        about: id(&filters.target_account_id)?,
        host: filters.by_target_domain.filled().map(str::to_lowercase),
    };
    let found = reports::page(&app, &caller.person, wanted, filters.page.page(100, 200)).await?;
    page::<_, AdminReport>(&request, &app, found)
}

async fn show(caller: Caller<AdminReadReports>, id: PathId<ReportId>, app: Data<App>) -> Answer {
    let view = reports::find(&app, &caller.person, id.0).await?;
    json(AdminReport::from(view))
}

async fn change(
    app: &App,
    caller: &Caller<AdminWriteReports>,
    id: ReportId,
    change: Change,
) -> Answer {
    let view = reports::change(app, &caller.person, id, change).await?;
    json(AdminReport::from(view))
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Update {
    category: Text,
    rule_ids: Words,
}

async fn update(
    caller: Caller<AdminWriteReports>,
    id: PathId<ReportId>,
    params: Params<Update>,
    app: Data<App>,
) -> Answer {
    let category = match params.0.category.filled() {
        None => None,
        Some(name) => Some(
            ReportCategory::named(name)
                .ok_or_else(|| mistake("Category is not included in the list"))?,
        ),
    };
    let rules = params.0.rule_ids.as_slice();
    let rules = (!rules.is_empty()).then(|| rules.to_vec());
    change(&app, &caller, id.0, Change::Kind { category, rules }).await
}

async fn assign(caller: Caller<AdminWriteReports>, id: PathId<ReportId>, app: Data<App>) -> Answer {
    change(&app, &caller, id.0, Change::Assign).await
}

async fn unassign(
    caller: Caller<AdminWriteReports>,
    id: PathId<ReportId>,
    app: Data<App>,
) -> Answer {
    change(&app, &caller, id.0, Change::Unassign).await
}

async fn resolve(
    caller: Caller<AdminWriteReports>,
    id: PathId<ReportId>,
    app: Data<App>,
) -> Answer {
    change(&app, &caller, id.0, Change::Resolve).await
}

async fn reopen(caller: Caller<AdminWriteReports>, id: PathId<ReportId>, app: Data<App>) -> Answer {
    change(&app, &caller, id.0, Change::Reopen).await
}
