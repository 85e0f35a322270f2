//! What people change of their own: the list of it, password, and e-mail address.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Query};
use askama::Template;
use serde::Deserialize;
use service::moderation::appeals;
use service::users::{NewAddress, invites};
use service::{App, Error, users};

use crate::ClientAddress;
use crate::forms::{Visitor, session_token};
use crate::page::{Answer, Forms, Frame, Mistake, mistake, say, show, status_of, visitor};
use crate::sign_in::go;

#[derive(Template)]
#[template(path = "settings.html")]
struct Settings {
    page: Frame,
    /// Whether they may invite others, or end invitations.
    invites: bool,
    /// Whether they decide on appeals of others.
    moderates: bool,
}

pub async fn list(request: HttpRequest, app: Data<App>) -> Answer {
    let visitor = visitor(&request, &app).await?;
    let Some(person) = &visitor.person else {
        return Ok(go("/sign-in?return_to=/settings", None));
    };
    let role = person.user.role;
    let page = Settings {
        page: Frame::new(&app, &visitor, "Settings"),
        invites: invites::may_make(&app, role) || invites::may_manage(role),
        moderates: appeals::may_see(person),
    };
    show(&app, &visitor, StatusCode::OK, Forms::Here, &page)
}

#[derive(Template)]
#[template(path = "settings_account.html")]
struct Account {
    page: Frame,
    mistakes: Vec<Mistake>,
    email: String,
    new_email: String,
}

fn draw(app: &App, visitor: &Visitor, new_email: String, text: Option<String>) -> Answer {
    let Some(person) = &visitor.person else {
        return Ok(go("/sign-in?return_to=/settings/account", None));
    };
    let page = Account {
        page: Frame::new(app, visitor, "Password and e-mail address"),
        mistakes: mistake(text),
        email: person.user.email.clone(),
        new_email,
    };
    show(app, visitor, status_of(&page.mistakes), Forms::Here, &page)
}

pub async fn form(request: HttpRequest, app: Data<App>) -> Answer {
    let visitor = visitor(&request, &app).await?;
    draw(&app, &visitor, String::new(), None)
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Deed {
    Password,
    Email,
}

#[derive(Deserialize)]
pub struct Submitted {
    #[serde(default)]
    csrf: String,
    /// The one so far.
    #[serde(default)]
    password: String,
    #[serde(default)]
    new_password: String,
    #[serde(default)]
    email: String,
    deed: Deed,
}

pub async fn submit(
    request: HttpRequest,
    said: Form<Submitted>,
    app: Data<App>,
    address: Data<ClientAddress>,
) -> Answer {
    let visitor = visitor(&request, &app).await?;
    visitor.check(&said.csrf)?;
    let (Some(person), Some(session)) = (&visitor.person, session_token(&request, &app)) else {
        return draw(&app, &visitor, String::new(), None);
    };
    let from = (address.0)(&request);
    let done = match said.deed {
        Deed::Password => {
            let (old, new) = (&said.password, &said.new_password);
            let done = users::change_password(&app, person, old, new, &session, from).await;
            done.map(|()| {
                (
                    "Your password is changed",
                    "You are signed out in all other browsers. Apps that you let in stay signed in; the page about them \
                     signs them out too.",
                )
            })
        }
        Deed::Email => {
            let done = users::change_email(&app, person, &said.password, &said.email, from).await;
            done.map(|done| match done {
                NewAddress::Set => (
                    "Your address is changed",
                    "From now on you sign in with the new one.",
                ),
                NewAddress::Asked => (
                    "Please look into your mail",
                    "We have sent a message to the new address. Follow the link in it to use it here from now on; until \
                     then everything stays as it is.",
                ),
            })
        }
    };
    match done {
        Ok((heading, text)) => say(&app, &visitor, StatusCode::OK, heading, text),
        Err(Error::Invalid(text)) => draw(&app, &visitor, said.email.clone(), Some(text)),
        Err(error) => Err(error.into()),
    }
}

#[derive(Deserialize)]
pub struct Confirmation {
    #[serde(default)]
    token: String,
}

/// Somebody followed the link to their new address.
pub async fn confirm_address(
    request: HttpRequest,
    asked: Query<Confirmation>,
    app: Data<App>,
) -> Answer {
    let visitor = visitor(&request, &app).await?;
    let (status, heading, text) = match users::confirm_new_address(&app, &asked.token).await {
        Ok(()) => (
            StatusCode::OK,
            "Your address is changed",
            "From now on you sign in with the new one.".to_owned(),
        ),
        Err(Error::NotFound) => (
            StatusCode::NOT_FOUND,
            "This link is no longer good",
            "It was used already, is older than seven days, or a newer one was sent.".to_owned(),
        ),
        Err(Error::Invalid(text)) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "The address was not changed",
            text,
        ),
        Err(error) => return Err(error.into()),
    };
    say(&app, &visitor, status, heading, &text)
}
