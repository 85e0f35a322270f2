//! A forgotten password: asking for a link, and choosing another one.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Query};
use askama::Template;
use serde::Deserialize;
use service::{App, Error, users};

use crate::ClientAddress;
use crate::forms::Visitor;
use crate::page::{Answer, Forms, Frame, Mistake, mistake, say, show, status_of, visitor};

#[derive(Template)]
#[template(path = "password_forgotten.html")]
struct Forgotten {
    page: Frame,
    mistakes: Vec<Mistake>,
    mail_is_set: bool,
    /// Of whoever looks after the server; may be empty.
    contact: String,
    email: String,
}

fn draw_forgotten(app: &App, visitor: &Visitor, email: String, text: Option<String>) -> Answer {
    let page = Forgotten {
        page: Frame::new(app, visitor, "Forgotten password"),
        mistakes: mistake(text),
        mail_is_set: app.mailer().is_set(),
        contact: app.settings().contact_email.clone(),
        email,
    };
    show(app, visitor, status_of(&page.mistakes), Forms::Here, &page)
}

pub async fn forgotten(request: HttpRequest, app: Data<App>) -> Answer {
    let visitor = visitor(&request, &app).await?;
    draw_forgotten(&app, &visitor, String::new(), None)
}

#[derive(Deserialize)]
pub struct Wish {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    email: String,
}

/// The answer is the same whether somebody has that address or nobody.
pub async fn ask(
    request: HttpRequest,
    said: Form<Wish>,
    app: Data<App>,
    address: Data<ClientAddress>,
) -> Answer {
    let visitor = visitor(&request, &app).await?;
    visitor.check(&said.csrf)?;
    let from = (address.0)(&request);
    match users::ask_for_reset(&app, &said.email, from).await {
        Ok(()) => say(
            &app,
            &visitor,
            StatusCode::OK,
            "Please look into your mail",
            "If somebody here has this address, a message is on its way to it. Follow the link in it to choose a new \
             password; it is good for one hour.",
        ),
        Err(Error::Invalid(text)) => draw_forgotten(&app, &visitor, said.email.clone(), Some(text)),
        Err(Error::Unavailable(_)) if !app.mailer().is_set() => {
            draw_forgotten(&app, &visitor, String::new(), None)
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(Template)]
#[template(path = "password_reset.html")]
struct Reset {
    page: Frame,
    mistakes: Vec<Mistake>,
    token: String,
}

fn draw_reset(app: &App, visitor: &Visitor, token: String, text: Option<String>) -> Answer {
    let page = Reset {
        page: Frame::new(app, visitor, "New password"),
        mistakes: mistake(text),
        token,
    };
    show(app, visitor, status_of(&page.mistakes), Forms::Here, &page)
}

fn too_late(app: &App, visitor: &Visitor) -> Answer {
    say(
        app,
        visitor,
        StatusCode::NOT_FOUND,
        "This link is no longer good",
        "It was used already, is older than an hour, or a newer one was sent. Ask for another one on the sign-in page.",
    )
}

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    token: String,
}

/// Looking does not use the link up: programs that look through mail do so too.
pub async fn reset_form(request: HttpRequest, asked: Query<Asked>, app: Data<App>) -> Answer {
    let visitor = visitor(&request, &app).await?;
    if users::is_reset_good(&app, &asked.token).await? {
        draw_reset(&app, &visitor, asked.into_inner().token, None)
    } else {
        too_late(&app, &visitor)
    }
}

#[derive(Deserialize)]
pub struct Chosen {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    token: String,
    #[serde(default)]
    password: String,
}

pub async fn reset(request: HttpRequest, said: Form<Chosen>, app: Data<App>) -> Answer {
    let visitor = visitor(&request, &app).await?;
    visitor.check(&said.csrf)?;
    match users::reset(&app, &said.token, &said.password).await {
        Ok(()) => say(
            &app,
            &visitor,
            StatusCode::OK,
            "Your password is changed",
            "You are signed out everywhere. Sign in with the new password, and let your apps in once more.",
        ),
        Err(Error::Invalid(text)) => draw_reset(&app, &visitor, said.token.clone(), Some(text)),
        Err(Error::NotFound) => too_late(&app, &visitor),
        Err(error) => Err(error.into()),
    }
}
