//! Signing in and out.

use actix_web::cookie::Cookie;
use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, Form, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;
use service::{App, Error, users};

use crate::ClientAddress;
use crate::forms::{return_to, session_cookie, session_token};
use crate::page::{Answer, Forms, Frame, Mistake, show, visitor};

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn {
    page: Frame,
    mistakes: Vec<Mistake>,
    login: String,
    return_to: String,
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
    };
    show(&app, &visitor, StatusCode::OK, Forms::Here, &page)
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
    let mistake = match users::sign_in(&app, &said.login, &said.password, from).await {
        Ok(session) => {
            return Ok(go(
                &return_to(&said.return_to),
                Some(session_cookie(&app, session.token)),
            ));
        }
        Err(Error::Invalid(text) | Error::Forbidden(text)) => text,
        Err(error) => return Err(error.into()),
    };
    let page = SignIn {
        page: Frame::new(&app, &visitor, "Sign in"),
        mistakes: vec![Mistake {
            field: "",
            text: mistake,
        }],
        login: said.login.clone(),
        return_to: return_to(&said.return_to),
    };
    show(
        &app,
        &visitor,
        StatusCode::UNPROCESSABLE_ENTITY,
        Forms::Here,
        &page,
    )
}

#[derive(Deserialize)]
pub struct SignOut {
    #[serde(default)]
    csrf: String,
}

pub async fn sign_out(request: HttpRequest, said: Form<SignOut>, app: Data<App>) -> Answer {
    visitor(&request, &app).await?.check(&said.csrf)?;
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
