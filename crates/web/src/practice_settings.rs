//! What somebody wants for all their practice posts.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form};
use askama::Template;
use domain::vocabulary::Scheme;
use serde::Deserialize;
use service::practice::{Preferences, preferences, set_preferences};
use service::{App, Error, lineage};

use crate::forms::Visitor;
use crate::page::{Answer, Failure, Forms, Frame, show, visitor};
use crate::sign_in::go;

const HERE: &str = "/settings/practice";

#[derive(Template)]
#[template(path = "settings_practice.html")]
struct Page {
    page: Frame,
    /// Id, label, and whether it is the chosen one.
    licences: Vec<(String, String, bool)>,
    reminders: bool,
    ask_first: bool,
}

async fn draw(app: &App, visitor: &Visitor) -> Answer {
    let Some(person) = &visitor.person else {
        return Ok(go("/sign-in?return_to=/settings/practice", None));
    };
    let wanted = preferences(app, person).await?;
    let chosen = wanted.licence.as_deref();
    let licences = app
        .settings()
        .practice
        .vocabulary
        .of_scheme(Scheme::Licence);
    let page = Page {
        page: Frame::new(app, visitor, "Practice posts"),
        licences: licences
            .map(|of| {
                let is_chosen = chosen == Some(of.id.as_str());
                (of.id.clone(), of.label("en").to_owned(), is_chosen)
            })
            .collect(),
        reminders: wanted.reminders,
        ask_first: lineage::asks_first(app, person).await?,
    };
    show(app, visitor, StatusCode::OK, Forms::Here, &page)
}

pub async fn form(request: HttpRequest, app: Data<App>) -> Answer {
    draw(&app, &visitor(&request, &app).await?).await
}

#[derive(Deserialize)]
pub struct Submitted {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    licence: String,
    /// Boxes that are ticked, or are not sent.
    #[serde(default)]
    reminders: Option<String>,
    #[serde(default)]
    ask_first: Option<String>,
}

pub async fn submit(request: HttpRequest, said: Form<Submitted>, app: Data<App>) -> Answer {
    let visitor = visitor(&request, &app).await?;
    visitor.check(&said.csrf)?;
    let Some(person) = &visitor.person else {
        return draw(&app, &visitor).await;
    };
    let wanted = Preferences {
        licence: Some(said.licence.clone()).filter(|id| !id.is_empty()),
        reminders: said.reminders.is_some(),
    };
    match set_preferences(&app, person, wanted).await {
        Ok(()) => {
            lineage::set_asks_first(&app, person, said.ask_first.is_some()).await?;
            Ok(go(HERE, None))
        }
        // The page offers no other licences.
        Err(Error::Invalid(_)) => Err(Failure::Unreadable),
        Err(error) => Err(error.into()),
    }
}
