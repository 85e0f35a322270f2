//! Deleting one's account.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;
use service::{App, Error, users};

use crate::ClientAddress;
use crate::forms::{Visitor, session_cookie};
use crate::page::{Answer, Forms, Frame, Mistake, show, visitor};
use crate::sign_in::go;

#[derive(Template)]
#[template(path = "leave.html")]
struct Leave {
    page: Frame,
    mistakes: Vec<Mistake>,
    name: String,
    host: String,
}

fn page(app: &App, visitor: &Visitor, mistake: Option<String>) -> Answer {
    let Some(person) = &visitor.person else {
        return Ok(sign_in_first());
    };
    let status = if mistake.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let page = Leave {
        page: Frame::new(app, visitor, "Delete the account"),
        mistakes: mistake
            .into_iter()
            .map(|text| Mistake { field: "", text })
            .collect(),
        name: person.account.username.clone(),
        host: app.settings().host.to_string(),
    };
    show(app, visitor, status, Forms::Here, &page)
}

fn sign_in_first() -> HttpResponse {
    go("/sign-in?return_to=/settings/delete", None)
}

pub async fn form(request: HttpRequest, app: Data<App>) -> Answer {
    page(&app, &visitor(&request, &app).await?, None)
}

#[derive(Deserialize)]
pub struct Submitted {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    password: String,
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
        return Ok(sign_in_first());
    };
    let from = (address.0)(&request);
    match users::delete_own(&app, person, &said.password, from).await {
        Ok(()) => {
            let mut cookie = session_cookie(&app, String::new());
            cookie.make_removal();
            Ok(go("/", Some(cookie)))
        }
        Err(Error::Invalid(text)) => page(&app, &visitor, Some(text)),
        Err(error) => Err(error.into()),
    }
}
