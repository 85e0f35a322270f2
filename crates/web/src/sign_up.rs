//! Signing up, and confirming an address.

use actix_web::HttpRequest;
use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, Form, Path, Query};
use askama::Template;
use serde::Deserialize;
use service::users::{Entry, SignUp as NewAccount, State};
use service::{App, Error, RegistrationMode, users};

use crate::browser::browser;
use crate::forms::{Visitor, session_cookie};
use crate::page::{Answer, Failure, Forms, Frame, Mistake, filters, say, show, visitor};
use crate::sign_in::go;
use crate::{ClientAddress, Limits};

#[derive(Template)]
#[template(path = "sign_up.html")]
struct SignUp {
    page: Frame,
    mistakes: Vec<Mistake>,
    closed: bool,
    needs_invite: bool,
    needs_approval: bool,
    username: String,
    email: String,
    invite: String,
    reason: String,
    minimum_age: Option<u32>,
    date_of_birth: String,
    rules: Vec<String>,
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
    date_of_birth: String,
    agreement: String,
}

pub async fn form(request: HttpRequest, asked: Query<Submitted>, app: Data<App>) -> Answer {
    empty(&request, &app, asked.into_inner().invite).await
}

/// Where an invitation leads.
pub async fn invited(request: HttpRequest, code: Path<String>, app: Data<App>) -> Answer {
    empty(&request, &app, code.into_inner()).await
}

async fn empty(request: &HttpRequest, app: &Data<App>, invite: String) -> Answer {
    let visitor = visitor(request, app).await?;
    let said = Submitted {
        invite,
        ..Submitted::default()
    };
    draw(app, &visitor, StatusCode::OK, said, Vec::new())
}

fn draw(
    app: &App,
    visitor: &Visitor,
    status: StatusCode,
    said: Submitted,
    mistakes: Vec<Mistake>,
) -> Answer {
    let mode = app.settings().registrations.mode;
    let page = SignUp {
        page: Frame::new(app, visitor, "Sign up"),
        mistakes,
        closed: mode == RegistrationMode::Closed,
        needs_invite: mode == RegistrationMode::Invite,
        // An invitation stands for the approval.
        needs_approval: mode == RegistrationMode::Approval && said.invite.is_empty(),
        username: said.username,
        email: said.email,
        invite: said.invite,
        reason: said.reason,
        minimum_age: app.settings().registrations.minimum_age,
        date_of_birth: said.date_of_birth,
        rules: app.settings().house.rules.clone(),
    };
    show(app, visitor, status, Forms::Here, &page)
}

pub async fn submit(
    request: HttpRequest,
    said: Form<Submitted>,
    app: Data<App>,
    address: Data<ClientAddress>,
    limits: Data<Limits>,
) -> Answer {
    let visitor = visitor(&request, &app).await?;
    let said = said.into_inner();
    visitor.check(&said.csrf)?;
    if !(limits.sign_up)(&request) {
        return Err(Failure::TooMany { minutes: 30 });
    }
    let form = NewAccount {
        username: said.username.trim().to_owned(),
        email: said.email.clone(),
        password: said.password.clone(),
        agreement: !said.agreement.is_empty(),
        locale: locale(&request),
        reason: Some(said.reason.clone()),
        invite: Some(said.invite.clone()),
        date_of_birth: Some(said.date_of_birth.clone()),
        from: Some((address.0)(&request)),
    };
    let mistakes = match users::sign_up(&app, form).await {
        Ok(done) if done.state == State::Ready => {
            let from = (address.0)(&request);
            let browser = browser(&request);
            let entry = users::sign_in(&app, &said.email, &said.password, from, &browser).await?;
            let cookie = match entry {
                Entry::Open(session) => Some(session_cookie(&app, session.token)),
                Entry::CodeOwed { .. } => None,
            };
            return Ok(go("/welcome", cookie));
        }
        Ok(done) => return what_is_missing(&app, &visitor, done.state),
        Err(Error::Validation { details, .. }) => details
            .iter()
            .map(|mistake| Mistake {
                field: mistake.field,
                text: format!("{} {}.", label(mistake.field), mistake.text),
            })
            .collect(),
        Err(Error::Forbidden(text) | Error::Invalid(text)) => vec![Mistake { field: "", text }],
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

/// The language that the browser likes best; `en` where it does not say.
fn locale(request: &HttpRequest) -> String {
    request
        .headers()
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split([',', ';']).next())
        .map_or_else(String::new, |code| code.trim().to_owned())
}

fn label(field: &str) -> &str {
    match field {
        "username" => "User name",
        "email" => "E-mail address",
        "password" => "Password",
        "agreement" => "The promise",
        "reason" => "The reason",
        "invite" => "The invitation",
        "date_of_birth" => "The date of birth",
        other => other,
    }
}

fn what_is_missing(app: &App, visitor: &Visitor, state: State) -> Answer {
    let (heading, text) = match state {
        State::Unconfirmed => (
            "Please look into your mail",
            "We have sent you a message. Follow the link in it to confirm your address; it is good for seven days. \
             After that you can sign in, or are told who has to say yes first.",
        ),
        State::Unapproved | State::Ready => (
            "Your sign-up is waiting",
            "Whoever looks after this server will read your sign-up and say yes or no. \
             You can sign in here and in apps as soon as they have said yes.",
        ),
    };
    say(app, visitor, StatusCode::OK, heading, text)
}

#[derive(Template)]
#[template(path = "welcome.html")]
struct Welcome {
    page: Frame,
    name: String,
    host: String,
}

/// What to do with a new account.
pub async fn welcome(request: HttpRequest, app: Data<App>) -> Answer {
    let visitor = visitor(&request, &app).await?;
    let Some(person) = &visitor.person else {
        return Ok(go("/sign-in", None));
    };
    let page = Welcome {
        page: Frame::new(&app, &visitor, "Welcome"),
        name: person.account.username.clone(),
        host: app.settings().host.to_string(),
    };
    show(&app, &visitor, StatusCode::OK, Forms::Here, &page)
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
            if app.settings().registrations.mode == RegistrationMode::Approval {
                "You can sign in as soon as whoever looks after this server has said yes."
            } else {
                "You can sign in now, here and in any Mastodon app."
            },
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
