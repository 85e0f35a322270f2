//! A report, for moderators. At Mastodon's address, to which its apps lead from what moderators are told.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use domain::{ReportCategory, ReportId};
use serde::Deserialize;
use service::App;
use service::moderation::AdminReportView;
use service::moderation::reports::{self, Change};

use crate::forms::Visitor;
use crate::page::{Answer, Failure, Forms, Frame, filters, show, visitor};
use crate::sign_in::go;

#[derive(Template)]
#[template(path = "report.html")]
struct Report {
    page: Frame,
    view: AdminReportView,
    day: String,
    why: &'static str,
    /// What the one who reports says, line by line.
    words: Vec<String>,
}

fn address(id: ReportId) -> String {
    format!("/admin/reports/{id}")
}

/// Where whoever has to sign in first goes.
fn sign_in(id: ReportId) -> HttpResponse {
    let to = format!("/sign-in?return_to={}", address(id));
    go(&to, None)
}

async fn draw(app: &App, visitor: &Visitor, id: ReportId) -> Answer {
    let Some(person) = &visitor.person else {
        return Ok(sign_in(id));
    };
    if !reports::may_see(person) {
        return Err(Failure::NotFound);
    }
    let view = reports::find(app, person, id).await?;
    let lines = view.report.comment.lines().map(str::trim);
    let page = Report {
        page: Frame::new(app, visitor, "A report"),
        day: view.report.created_at.format("%-d %B %Y").to_string(),
        why: match view.report.category {
            ReportCategory::Other => "Something else",
            ReportCategory::Spam => "Spam",
            ReportCategory::Legal => "Against the law",
            ReportCategory::Violation => "Against the rules",
        },
        words: lines
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect(),
        view,
    };
    show(app, visitor, StatusCode::OK, Forms::Here, &page)
}

pub async fn form(request: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let visitor = visitor(&request, &app).await?;
    draw(&app, &visitor, ReportId(id.into_inner())).await
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Deed {
    Assign,
    Resolve,
    Reopen,
}

#[derive(Deserialize)]
pub struct Decided {
    #[serde(default)]
    csrf: String,
    deed: Deed,
}

pub async fn decide(
    request: HttpRequest,
    id: Path<i64>,
    said: Form<Decided>,
    app: Data<App>,
) -> Answer {
    let visitor = visitor(&request, &app).await?;
    visitor.check(&said.csrf)?;
    let id = ReportId(id.into_inner());
    let Some(person) = &visitor.person else {
        return Ok(sign_in(id));
    };
    if !reports::may_see(person) {
        return Err(Failure::NotFound);
    }
    let change = match said.deed {
        Deed::Assign => Change::Assign,
        Deed::Resolve => Change::Resolve,
        Deed::Reopen => Change::Reopen,
    };
    reports::change(&app, person, id, change).await?;
    Ok(go(&address(id), None))
}
