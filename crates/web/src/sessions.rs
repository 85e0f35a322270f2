//! Where somebody is signed in, and which apps they let in.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form};
use askama::Template;
use domain::ApplicationId;
use serde::Deserialize;
use service::{App, users};

use crate::consent::rights;
use crate::forms::session_token;
use crate::page::{Answer, Failure, Forms, Frame, show, visitor};
use crate::sign_in::go;

const HERE: &str = "/settings/sessions";

#[derive(Template)]
#[template(path = "sessions.html")]
struct Sessions {
    page: Frame,
    sessions: Vec<Session>,
    applications: Vec<Application>,
    more_than_this: bool,
}

struct Session {
    id: String,
    browser: String,
    since: String,
    used: String,
    is_this: bool,
}

struct Application {
    id: String,
    name: String,
    website: Option<String>,
    since: String,
    used: Option<String>,
    rights: Vec<&'static str>,
}

pub async fn form(request: HttpRequest, app: Data<App>) -> Answer {
    let visitor = visitor(&request, &app).await?;
    let (Some(person), Some(token)) = (&visitor.person, session_token(&request, &app)) else {
        return Ok(sign_in_first());
    };
    let (sessions, applications) = users::signed_in(&app, person, &token).await?;
    let page = Sessions {
        page: Frame::new(&app, &visitor, "Where you are signed in"),
        more_than_this: sessions.len() > 1,
        sessions: sessions
            .into_iter()
            .map(|session| Session {
                id: session.id,
                browser: if session.browser.is_empty() {
                    "A browser".to_owned()
                } else {
                    session.browser
                },
                since: session.since.date().to_string(),
                used: session.used.date().to_string(),
                is_this: session.is_this,
            })
            .collect(),
        applications: applications
            .into_iter()
            .map(|application| Application {
                id: application.id.to_string(),
                name: application.name,
                website: application.website,
                since: application.since.date().to_string(),
                used: application.used.map(|used| used.date().to_string()),
                rights: rights(application.scopes),
            })
            .collect(),
    };
    show(&app, &visitor, StatusCode::OK, Forms::Here, &page)
}

fn sign_in_first() -> actix_web::HttpResponse {
    go("/sign-in?return_to=/settings/sessions", None)
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Deed {
    /// Ends one session.
    Session,
    /// Ends all sessions but this one.
    Others,
    /// Takes back what an app may do.
    App,
}

#[derive(Deserialize)]
pub struct Submitted {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    id: String,
    deed: Deed,
}

pub async fn submit(request: HttpRequest, said: Form<Submitted>, app: Data<App>) -> Answer {
    let visitor = visitor(&request, &app).await?;
    visitor.check(&said.csrf)?;
    let (Some(person), Some(token)) = (&visitor.person, session_token(&request, &app)) else {
        return Ok(sign_in_first());
    };
    match said.deed {
        Deed::Session => users::end_session(&app, person, &said.id).await?,
        Deed::Others => users::end_other_sessions(&app, person, &token).await?,
        Deed::App => {
            let id = said.id.parse().map_err(|_| Failure::NotFound)?;
            users::revoke_application(&app, person, ApplicationId(id)).await?;
        }
    }
    Ok(go(HERE, None))
}
