//! Signing in and out.

use actix_web::cookie::Cookie;
use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, Form, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;
use service::users::{Entry, Owed, Session, passkeys};
use service::{App, Error, users};

use crate::ClientAddress;
use crate::assets::passkeys_address;
use crate::browser::browser;
use crate::forms::{
    Visitor, pending_cookie, pending_token, return_to, session_cookie, session_token,
};
use crate::page::{
    Answer, Failure, Forms, Frame, Mistake, any_visitor, mistake, show, status_of, visitor,
};

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn {
    page: Frame,
    mistakes: Vec<Mistake>,
    login: String,
    return_to: String,
    /// Where the script for passkeys is, if they can be used.
    script: Option<&'static str>,
}

#[derive(Deserialize, Default)]
pub struct Asked {
    #[serde(default)]
    return_to: String,
}

pub async fn form(request: HttpRequest, asked: Query<Asked>, app: Data<App>) -> Answer {
    let visitor = visitor(&request, &app).await?;
    let page = SignIn {
        page: Frame::new(&app, &visitor, "Sign in"),
        mistakes: Vec::new(),
        login: String::new(),
        return_to: return_to(&asked.return_to),
        script: script(&app),
    };
    show(&app, &visitor, StatusCode::OK, Forms::Scripted, &page)
}

#[derive(Deserialize)]
pub struct Submitted {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    login: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    return_to: String,
}

pub async fn submit(
    request: HttpRequest,
    said: Form<Submitted>,
    app: Data<App>,
    address: Data<ClientAddress>,
) -> Answer {
    let visitor = visitor(&request, &app).await?;
    visitor.check(&said.csrf)?;
    let from = (address.0)(&request);
    let browser = browser(&request);
    let entry = users::sign_in(&app, &said.login, &said.password, from, &browser).await;
    let text = match entry {
        Ok(Entry::Open(session)) => {
            return Ok(enter(&app, *session, &said.return_to));
        }
        Ok(Entry::CodeOwed { token }) => {
            return Ok(go(
                &code_address(&said.return_to)?,
                Some(pending_cookie(&app, token)),
            ));
        }
        Err(Error::Invalid(text) | Error::Forbidden(text)) => text,
        Err(error) => return Err(error.into()),
    };
    refuse(&app, &visitor, &said.login, &said.return_to, text)
}

/// The form once more, and what was wrong.
pub fn refuse(app: &App, visitor: &Visitor, login: &str, back: &str, text: String) -> Answer {
    let page = SignIn {
        page: Frame::new(app, visitor, "Sign in"),
        mistakes: mistake(Some(text)),
        login: login.to_owned(),
        return_to: return_to(back),
        script: script(app),
    };
    show(
        app,
        visitor,
        StatusCode::UNPROCESSABLE_ENTITY,
        Forms::Scripted,
        &page,
    )
}

fn script(app: &App) -> Option<&'static str> {
    passkeys::are_possible(app).then(passkeys_address)
}

fn code_address(back: &str) -> Result<String, Failure> {
    let query = serde_urlencoded::to_string([("return_to", return_to(back))])
        .map_err(|error| Failure::Server(error.to_string()))?;
    Ok(format!("/sign-in/code?{query}"))
}

#[derive(Template)]
#[template(path = "sign_in_code.html")]
struct Code {
    page: Frame,
    mistakes: Vec<Mistake>,
    return_to: String,
    owed: Owed,
    script: Option<&'static str>,
}

/// Asks for what is owed after the password, once more if something was wrong.
async fn draw_code(
    app: &App,
    visitor: &Visitor,
    token: &str,
    back: &str,
    text: Option<String>,
) -> Answer {
    let owed = match users::owed(app, token).await {
        Ok(owed) => owed,
        // Too late, as whoever answers is told.
        Err(Error::NotFound) => Owed {
            phone: true,
            passkey: false,
        },
        Err(error) => return Err(error.into()),
    };
    let page = Code {
        page: Frame::new(app, visitor, "One thing more"),
        return_to: return_to(back),
        mistakes: mistake(text),
        script: script(app).filter(|_| owed.passkey),
        owed,
    };
    show(
        app,
        visitor,
        status_of(&page.mistakes),
        Forms::Scripted,
        &page,
    )
}

/// Asks for the code of the phone, or for a passkey.
pub async fn code_form(request: HttpRequest, asked: Query<Asked>, app: Data<App>) -> Answer {
    let Some(token) = pending_token(&request, &app) else {
        return Ok(go("/sign-in", None));
    };
    let visitor = visitor(&request, &app).await?;
    draw_code(&app, &visitor, &token, &asked.return_to, None).await
}

#[derive(Deserialize)]
pub struct SubmittedCode {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    return_to: String,
}

pub async fn submit_code(
    request: HttpRequest,
    said: Form<SubmittedCode>,
    app: Data<App>,
    address: Data<ClientAddress>,
) -> Answer {
    let visitor = visitor(&request, &app).await?;
    visitor.check(&said.csrf)?;
    let Some(token) = pending_token(&request, &app) else {
        return Ok(go("/sign-in", None));
    };
    let from = (address.0)(&request);
    let browser = browser(&request);
    let done = users::sign_in_with_code(&app, &token, &said.code, from, &browser).await;
    admit(&app, &visitor, &token, &said.return_to, done).await
}

/// What comes of a code, or of a passkey, after the password.
pub async fn admit(
    app: &App,
    visitor: &Visitor,
    token: &str,
    back: &str,
    done: Result<Session, Error>,
) -> Answer {
    match done {
        Ok(session) => Ok(enter(app, session, back)),
        // Too late: the password is asked for again.
        Err(Error::NotFound) => Ok(go("/sign-in", None)),
        Err(Error::Invalid(text) | Error::Forbidden(text)) => {
            draw_code(app, visitor, token, back, Some(text)).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Leads whoever signed in on to where they wanted to be.
pub fn enter(app: &App, session: Session, back: &str) -> HttpResponse {
    go(&return_to(back), Some(session_cookie(app, session.token)))
}

#[derive(Deserialize)]
pub struct SignOut {
    #[serde(default)]
    csrf: String,
}

pub async fn sign_out(request: HttpRequest, said: Form<SignOut>, app: Data<App>) -> Answer {
    any_visitor(&request, &app).await?.check(&said.csrf)?;
    if let Some(token) = session_token(&request, &app) {
        users::sign_out(&app, &token).await?;
    }
    let mut cookie = session_cookie(&app, String::new());
    cookie.make_removal();
    Ok(go("/", Some(cookie)))
}

/// Leads on to another page.
pub fn go(to: &str, cookie: Option<Cookie<'static>>) -> HttpResponse {
    let mut response = HttpResponse::SeeOther();
    response
        .insert_header((header::LOCATION, to))
        .insert_header((header::CACHE_CONTROL, "no-store"));
    if let Some(cookie) = cookie {
        response.cookie(cookie);
    }
    response.finish()
}
