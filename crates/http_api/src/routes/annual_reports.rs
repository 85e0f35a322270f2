//! <https://docs.joinmastodon.org/methods/annual_reports/>

use actix_web::HttpResponse;
use actix_web::web::{self, Data};
use serde_json::json as object;
use service::App;
use service::annual_reports::{self, Figures, ReportsView, State};

use super::{Answer, json, nothing};
use crate::entities::{AnnualReport, AnnualReportState, AnnualReports};
use crate::extract::scope::{ReadAccounts, WriteAccounts};
use crate::extract::{Caller, PathId};
use crate::openapi::Operations;
use crate::routes::Routes;

/// What Mastodon calls the shape without a comparison with others.
const SCHEMA: u8 = 2;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at("/v1/annual_reports", [web::get().to(unread)])
        .at("/v1/annual_reports/{id}", [web::get().to(show)])
        .at("/v1/annual_reports/{id}/state", [web::get().to(state)])
        .at(
            "/v1/annual_reports/{id}/generate",
            [web::post().to(generate)],
        )
        .at("/v1/annual_reports/{id}/read", [web::post().to(read)]);
}

pub(super) fn operations(api: &mut Operations) {
    api.get(
        "/v1/annual_reports",
        "What you did in years whose report you have not read",
        unread,
    )
    .answers::<AnnualReports>();
    api.get("/v1/annual_reports/{id}", "What you did in a year", show)
        .answers::<AnnualReports>();
    api.get(
        "/v1/annual_reports/{id}/state",
        "Whether there is a report of a year, or can be",
        state,
    )
    .answers::<AnnualReportState>();
    api.post(
        "/v1/annual_reports/{id}/generate",
        "Have the report of a year made",
        generate,
    )
    .says_nothing()
    .answers_as("202", "", "It is being made");
    api.post(
        "/v1/annual_reports/{id}/read",
        "Mark the report of a year as read",
        read,
    )
    .says_nothing();
}

fn reports(view: ReportsView) -> Answer {
    let account_id = view.account.account.id;
    let report = |(year, data): (i32, Figures)| AnnualReport {
        year,
        data: data.into(),
        schema_version: SCHEMA,
        share_url: (),
        account_id,
    };
    json(AnnualReports {
        annual_reports: view.reports.into_iter().map(report).collect(),
        accounts: vec![view.account.into()],
        statuses: view.statuses.into_iter().map(Into::into).collect(),
    })
}

async fn unread(caller: Caller<ReadAccounts>, app: Data<App>) -> Answer {
    reports(annual_reports::unread(&app, &caller.person).await?)
}

async fn show(caller: Caller<ReadAccounts>, year: PathId<i32>, app: Data<App>) -> Answer {
    reports(annual_reports::find(&app, &caller.person, year.0).await?)
}

async fn state(caller: Caller<ReadAccounts>, year: PathId<i32>, app: Data<App>) -> Answer {
    let state = match annual_reports::state(&app, &caller.person, year.0).await? {
        State::Available => "available",
        State::Generating => "generating",
        State::Eligible => "eligible",
        State::Ineligible => "ineligible",
    };
    json(AnnualReportState { state })
}

async fn generate(caller: Caller<WriteAccounts>, year: PathId<i32>, app: Data<App>) -> Answer {
    if annual_reports::generate(&app, &caller.person, year.0).await? {
        return Ok(HttpResponse::Accepted().json(object!({})));
    }
    nothing()
}

async fn read(caller: Caller<WriteAccounts>, year: PathId<i32>, app: Data<App>) -> Answer {
    annual_reports::read(&app, &caller.person, year.0).await?;
    nothing()
}
