//! What moderators decided about somebody, what they say against it, and the second look of the moderators. At Mastodon's
//! addresses, to which its apps lead.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use askama::Template;
use domain::WarningAction;
use serde::Deserialize;
use service::moderation::appeals::{self, State, TEXT};
use service::views::Warning;
use service::{App, Error};

use crate::archives::{Offered, offered};
use crate::forms::Visitor;
use crate::page::{
    Answer, Failure, Forms, Frame, Mistake, any_visitor, mistake, show, status_of, visitor,
};
use crate::sign_in::go;

/// Where those are led, too, who may see nothing else.
pub(crate) const OWN: &str = "/disputes/strikes";
const APPEALS: &str = "/admin/disputes/appeals";

/// A decision in words.
struct Line {
    id: i64,
    day: String,
    what: &'static str,
    /// What the moderators said, line by line; so is what was said against it.
    words: Vec<String>,
    appeal: Vec<String>,
    state: Option<&'static str>,
}

impl Line {
    fn of(warning: &Warning) -> Self {
        let lines = |text: &str| -> Vec<String> {
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
            lines.map(str::to_owned).collect()
        };
        Self {
            id: warning.id,
            day: warning.created_at.format("%-d %B %Y").to_string(),
            what: match warning.action {
                WarningAction::None => "A warning",
                WarningAction::Disable => "Signing in was turned off",
                WarningAction::Sensitive => "What is posted is shown as sensitive",
                WarningAction::Silence => "Only followers see what is posted",
                WarningAction::Suspend => "The account was suspended",
            },
            words: lines(&warning.text),
            appeal: lines(warning.appeal.as_deref().unwrap_or_default()),
            state: State::of(warning).map(|state| match state {
                State::Pending => "The moderators have not looked at the appeal yet.",
                State::Approved => "The appeal was right: the decision does not hold any more.",
                State::Rejected => {
                    "The moderators have looked at the appeal, and the decision stays."
                }
            }),
        }
    }
}

#[derive(Template)]
#[template(path = "strikes.html")]
struct Strikes {
    page: Frame,
    mistakes: Vec<Mistake>,
    strikes: Vec<Line>,
    /// Why there is nothing else for them.
    barred: Option<&'static str>,
    /// Whether they get an archive here, having no other page for it; and the one they asked for last.
    takes_along: bool,
    archive: Option<Offered>,
}

pub async fn list(request: HttpRequest, app: Data<App>) -> Answer {
    page(&app, &any_visitor(&request, &app).await?, None).await
}

pub(crate) async fn page(app: &App, visitor: &Visitor, mistaken: Option<String>) -> Answer {
    let Some(person) = visitor.signed_in() else {
        return Ok(go("/sign-in?return_to=/disputes/strikes", None));
    };
    let found = appeals::own(app, person).await?;
    let takes_along = visitor.barred.is_some() && visitor.may_take_along().is_some();
    let archive = if takes_along {
        offered(app, person).await?
    } else {
        None
    };
    let page = Strikes {
        page: Frame::new(app, visitor, "What moderators decided about you"),
        mistakes: mistake(mistaken),
        strikes: found.iter().map(Line::of).collect(),
        barred: visitor.barred.as_ref().map(|person| {
            if person.account.suspended_at.is_some() {
                "Your account is suspended."
            } else {
                "Your account is disabled."
            }
        }),
        takes_along,
        archive,
    };
    show(app, visitor, status_of(&page.mistakes), Forms::Here, &page)
}

#[derive(Template)]
#[template(path = "strike.html")]
struct Strike {
    page: Frame,
    mistakes: Vec<Mistake>,
    strike: Line,
    may_appeal: bool,
    /// What was typed so far.
    text: String,
    longest: usize,
}

async fn draw(
    app: &App,
    visitor: &Visitor,
    id: i64,
    text: String,
    mistaken: Option<String>,
) -> Answer {
    let Some(person) = visitor.signed_in() else {
        let here = format!("/sign-in?return_to={OWN}/{id}");
        return Ok(go(&here, None));
    };
    let found = appeals::find(app, person, id).await?;
    let page = Strike {
        page: Frame::new(app, visitor, "What moderators decided"),
        mistakes: mistake(mistaken),
        may_appeal: appeals::may_appeal(app, &found),
        strike: Line::of(&found),
        text,
        longest: TEXT,
    };
    show(app, visitor, status_of(&page.mistakes), Forms::Here, &page)
}

pub async fn form(request: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let visitor = any_visitor(&request, &app).await?;
    draw(&app, &visitor, id.into_inner(), String::new(), None).await
}

#[derive(Deserialize)]
pub struct Said {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    text: String,
}

pub async fn submit(
    request: HttpRequest,
    id: Path<i64>,
    said: Form<Said>,
    app: Data<App>,
) -> Answer {
    let visitor = any_visitor(&request, &app).await?;
    visitor.check(&said.csrf)?;
    let (id, Said { text, .. }) = (id.into_inner(), said.into_inner());
    let Some(person) = visitor.signed_in() else {
        return draw(&app, &visitor, id, text, None).await;
    };
    match appeals::appeal(&app, person, id, &text).await {
        Ok(()) => Ok(go(&format!("{OWN}/{id}"), None)),
        Err(Error::Invalid(reason)) => {
            let reason = reason.trim_start_matches("Validation failed: ").to_owned();
            draw(&app, &visitor, id, text, Some(reason)).await
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(Template)]
#[template(path = "appeals.html")]
struct Appeals {
    page: Frame,
    /// Who disagrees, where they are, and with what.
    appeals: Vec<(String, String, Line)>,
}

pub async fn waiting(request: HttpRequest, app: Data<App>) -> Answer {
    let visitor = visitor(&request, &app).await?;
    let Some(person) = &visitor.person else {
        return Ok(go("/sign-in?return_to=/admin/disputes/appeals", None));
    };
    let found = appeals::waiting(&app, person).await?;
    let page = Appeals {
        page: Frame::new(&app, &visitor, "Appeals"),
        appeals: found
            .into_iter()
            .map(|one| {
                let line = Line::of(&one.warning);
                (one.account.acct, one.account.account.url, line)
            })
            .collect(),
    };
    show(&app, &visitor, StatusCode::OK, Forms::Here, &page)
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Deed {
    Approve,
    Reject,
}

#[derive(Deserialize)]
pub struct Decided {
    #[serde(default)]
    csrf: String,
    id: i64,
    deed: Deed,
}

pub async fn decide(request: HttpRequest, said: Form<Decided>, app: Data<App>) -> Answer {
    let visitor = visitor(&request, &app).await?;
    visitor.check(&said.csrf)?;
    let Some(person) = &visitor.person else {
        return Ok(go("/sign-in?return_to=/admin/disputes/appeals", None));
    };
    let is_right = matches!(said.deed, Deed::Approve);
    match appeals::decide(&app, person, said.id, is_right).await {
        Ok(()) => Ok(go(APPEALS, None)),
        // About who may do as much as oneself, others decide.
        Err(Error::Forbidden(_)) => Err(Failure::NotFound),
        Err(error) => Err(error.into()),
    }
}
