//! Signing up, and confirming an address.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Query};
use askama::Template;
use serde::Deserialize;
use service::users::{SignUp as NewAccount, State};
use service::{App, Error, RegistrationMode, users};

use crate::forms::{Visitor, session_cookie};
use crate::page::{Answer, Failure, Forms, Frame, say, show, visitor};
use crate::sign_in::go;
use crate::{ClientAddress, SignUpLimit};

#[derive(Template)]
#[template(path = "sign_up.html")]
struct SignUp {
    page: Frame,
    mistakes: Vec<String>,
    closed: bool,
    needs_invite: bool,
    needs_approval: bool,
    username: String,
    email: String,
    invite: String,
    reason: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Submitted {
    csrf: String,
    username: String,
    email: String,
    password: String,
    invite: String,
    reason: String,
    agreement: String,
}

pub async fn form(request: HttpRequest, asked: Query<Submitted>, app: Data<App>) -> Answer {
    let visitor = visitor(&request, &app).await?;
    let said = Submitted {
        invite: asked.into_inner().invite,
        ..Submitted::default()
    };
    draw(&app, &visitor, StatusCode::OK, said, Vec::new())
}

fn draw(
    app: &App,
    visitor: &Visitor,
    status: StatusCode,
    said: Submitted,
    mistakes: Vec<String>,
) -> Answer {
    let mode = app.settings().registrations.mode;
    let page = SignUp {
        page: Frame::new(app, visitor, "Sign up"),
        mistakes,
        closed: mode == RegistrationMode::Closed,
        needs_invite: mode == RegistrationMode::Invite,
        needs_approval: mode == RegistrationMode::Approval,
        username: said.username,
        email: said.email,
        invite: said.invite,
        reason: said.reason,
    };
    show(app, visitor, status, Forms::Here, &page)
}

pub async fn submit(
    request: HttpRequest,
    said: Form<Submitted>,
    app: Data<App>,
    address: Data<ClientAddress>,
    limit: Data<SignUpLimit>,
) -> Answer {
    let visitor = visitor(&request, &app).await?;
    let said = said.into_inner();
    visitor.check(&said.csrf)?;
    if !(limit.0)(&request) {
        return Err(Failure::TooMany { minutes: 30 });
    }
    let form = NewAccount {
        username: said.username.trim().to_owned(),
        email: said.email.clone(),
        password: said.password.clone(),
        agreement: !said.agreement.is_empty(),
        locale: "en".to_owned(),
        reason: Some(said.reason.clone()),
        invite: Some(said.invite.clone()),
    };
    let mistakes = match users::sign_up(&app, form).await {
        Ok(done) if done.state == State::Ready => {
            let from = (address.0)(&request);
            let session = users::sign_in(&app, &said.email, &said.password, from).await?;
            return Ok(go("/", Some(session_cookie(&app, session.token))));
        }
        Ok(done) => return welcome(&app, &visitor, done.state),
        Err(Error::Validation { details, .. }) => details
            .iter()
            .map(|mistake| format!("{} {}", label(mistake.field), mistake.text))
            .collect(),
        Err(Error::Forbidden(text) | Error::Invalid(text)) => vec![text],
        Err(error) => return Err(error.into()),
    };
    draw(
        &app,
        &visitor,
        StatusCode::UNPROCESSABLE_ENTITY,
        said,
        mistakes,
    )
}

fn label(field: &str) -> &str {
    match field {
        "username" => "User name",
        "email" => "E-mail address",
        "password" => "Password",
        "agreement" => "The promise",
        "reason" => "The reason",
        "invite" => "The invitation",
        other => other,
    }
}

fn welcome(app: &App, visitor: &Visitor, state: State) -> Answer {
    let text = match state {
        State::Unconfirmed => {
            "We have sent you a message. Please follow the link in it to confirm your address."
        }
        State::Unapproved | State::Ready => {
            "Whoever looks after this server will look at your sign-up before you can sign in."
        }
    };
    say(app, visitor, StatusCode::OK, "Thank you", text)
}

#[derive(Deserialize)]
pub struct Confirmation {
    #[serde(default)]
    token: String,
}

pub async fn confirm(request: HttpRequest, asked: Query<Confirmation>, app: Data<App>) -> Answer {
    let visitor = visitor(&request, &app).await?;
    match users::confirm(&app, &asked.token).await {
        Ok(()) => say(
            &app,
            &visitor,
            StatusCode::OK,
            "Your address is confirmed",
            "You can sign in now, once you have been approved where that is needed.",
        ),
        Err(Error::NotFound) => say(
            &app,
            &visitor,
            StatusCode::NOT_FOUND,
            "This link is no longer good",
            "It was used already, or is older than seven days. Sign in, and you are sent a new one.",
        ),
        Err(error) => Err(error.into()),
    }
}
