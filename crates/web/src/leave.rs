//! Deleting one's account.

use actix_web::web::{Data, Form};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;
use service::{App, Error, users};

use crate::ClientAddress;
use crate::forms::{Visitor, session_cookie};
use crate::page::{Answer, Forms, Frame, Mistake, mistake, show, status_of, visitor};
use crate::sign_in::go;

#[derive(Template)]
#[template(path = "leave.html")]
struct Leave {
    page: Frame,
    mistakes: Vec<Mistake>,
    name: String,
    host: String,
}

fn page(app: &App, visitor: &Visitor, text: Option<String>) -> Answer {
    let Some(person) = &visitor.person else {
        return Ok(sign_in_first());
    };
    let page = Leave {
        page: Frame::new(app, visitor, "Delete the account"),
        mistakes: mistake(text),
        name: person.account.username.clone(),
        host: app.settings().host.to_string(),
    };
    show(app, visitor, status_of(&page.mistakes), Forms::Here, &page)
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
