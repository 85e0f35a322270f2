//! Passkeys: one's own, and signing in with one. The script fetches a question, and sends the answer as a form.

use actix_web::web::{Data, Form};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::{Deserialize, Serialize};
use service::users::passkeys::{self, Answer as Said, Known, Question};
use service::{App, Error};

use crate::ClientAddress;
use crate::assets::passkeys_address;
use crate::browser::browser;
use crate::forms::{Visitor, pending_token};
use crate::page::{Answer, Failure, Forms, Frame, Mistake, mistake, show, status_of, visitor};
use crate::second_factor::show_codes;
use crate::sign_in::{admit, enter, go, refuse};

const HERE: &str = "/settings/passkeys";

#[derive(Template)]
#[template(path = "passkeys.html")]
struct Passkeys {
    page: Frame,
    mistakes: Vec<Mistake>,
    passkeys: Vec<Known>,
    script: Option<&'static str>,
}

async fn draw(app: &App, visitor: &Visitor, text: Option<String>) -> Answer {
    let Some(person) = &visitor.person else {
        return Ok(go("/sign-in?return_to=/settings/passkeys", None));
    };
    let page = Passkeys {
        page: Frame::new(app, visitor, "Passkeys"),
        mistakes: mistake(text),
        passkeys: passkeys::list(app, person).await?,
        script: passkeys::are_possible(app).then(passkeys_address),
    };
    show(
        app,
        visitor,
        status_of(&page.mistakes),
        Forms::Scripted,
        &page,
    )
}

pub async fn form(request: HttpRequest, app: Data<App>) -> Answer {
    draw(&app, &visitor(&request, &app).await?, None).await
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Deed {
    Add,
    Remove,
}

#[derive(Deserialize)]
pub struct Submitted {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    token: String,
    #[serde(default)]
    credential: String,
    #[serde(default)]
    id: String,
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
    let Some(person) = &visitor.person else {
        return draw(&app, &visitor, None).await;
    };
    let said = said.into_inner();
    let done = match said.deed {
        Deed::Add => {
            let answer = Said {
                token: said.token,
                credential: said.credential,
            };
            passkeys::finish(&app, person, answer, &said.name).await
        }
        Deed::Remove => {
            let id = said.id.parse().map_err(|_| Failure::NotFound)?;
            let from = (address.0)(&request);
            let removed = passkeys::remove(&app, person, id, &said.password, from).await;
            removed.map(|()| None)
        }
    };
    match done {
        Ok(None) => Ok(go(HERE, None)),
        Ok(Some(codes)) => show_codes(&app, &visitor, codes),
        Err(Error::Invalid(text)) => draw(&app, &visitor, Some(text)).await,
        Err(error) => Err(error.into()),
    }
}

#[derive(Serialize)]
struct Refusal {
    error: String,
}

/// For the script.
fn as_json(question: Result<Question, Error>) -> Answer {
    match question {
        Ok(question) => Ok(HttpResponse::Ok()
            .insert_header(("cache-control", "no-store"))
            .json(question)),
        Err(Error::Invalid(error)) => {
            Ok(HttpResponse::UnprocessableEntity().json(Refusal { error }))
        }
        Err(error) => Err(error.into()),
    }
}

/// What the script sends to get a question: the form as far as it is filled in.
#[derive(Deserialize)]
pub struct Begun {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    password: String,
}

/// A question for a device that is to make a passkey.
pub async fn begin(
    request: HttpRequest,
    said: Form<Begun>,
    app: Data<App>,
    address: Data<ClientAddress>,
) -> Answer {
    let visitor = visitor(&request, &app).await?;
    visitor.check(&said.csrf)?;
    let Some(person) = &visitor.person else {
        return Err(Failure::Forged);
    };
    let from = (address.0)(&request);
    as_json(passkeys::begin(&app, person, &said.password, from).await)
}

/// A question for whoever it is.
pub async fn anybody(
    request: HttpRequest,
    said: Form<Begun>,
    app: Data<App>,
    address: Data<ClientAddress>,
) -> Answer {
    visitor(&request, &app).await?.check(&said.csrf)?;
    as_json(passkeys::ask_anybody(&app, (address.0)(&request)).await)
}

/// A question for somebody whose password was right.
pub async fn after_password(request: HttpRequest, said: Form<Begun>, app: Data<App>) -> Answer {
    visitor(&request, &app).await?.check(&said.csrf)?;
    let token = pending_token(&request, &app).ok_or(Failure::Forged)?;
    as_json(passkeys::ask_after_password(&app, &token).await)
}

/// A device's answer.
#[derive(Deserialize)]
pub struct Answered {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    token: String,
    #[serde(default)]
    credential: String,
    #[serde(default)]
    return_to: String,
}

impl Answered {
    fn answer(&self) -> Said {
        Said {
            token: self.token.clone(),
            credential: self.credential.clone(),
        }
    }
}

/// Signs in by a passkey alone.
pub async fn sign_in(
    request: HttpRequest,
    said: Form<Answered>,
    app: Data<App>,
    address: Data<ClientAddress>,
) -> Answer {
    let visitor = visitor(&request, &app).await?;
    visitor.check(&said.csrf)?;
    let from = (address.0)(&request);
    match passkeys::sign_in(&app, said.answer(), from, &browser(&request)).await {
        Ok(session) => Ok(enter(&app, session, &said.return_to)),
        Err(Error::Invalid(text) | Error::Forbidden(text)) => {
            refuse(&app, &visitor, "", &said.return_to, text)
        }
        Err(error) => Err(error.into()),
    }
}

/// Signs in by a passkey after the password.
pub async fn sign_in_after_password(
    request: HttpRequest,
    said: Form<Answered>,
    app: Data<App>,
    address: Data<ClientAddress>,
) -> Answer {
    let visitor = visitor(&request, &app).await?;
    visitor.check(&said.csrf)?;
    let Some(token) = pending_token(&request, &app) else {
        return Ok(go("/sign-in", None));
    };
    let (from, browser) = ((address.0)(&request), browser(&request));
    let answer = said.answer();
    let done = passkeys::sign_in_after_password(&app, &token, answer, from, &browser).await;
    admit(&app, &visitor, &token, &said.return_to, done).await
}
