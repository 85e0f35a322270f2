//! Moving one's account, and saying which other ones are one's own.

use actix_web::web::{Data, Form};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;
use service::{App, Error, moving, users};

use crate::ClientAddress;
use crate::forms::Visitor;
use crate::page::{Answer, Forms, Frame, Mistake, mistake, show, status_of, visitor};
use crate::sign_in::go;

const HERE: &str = "/settings/move";

#[derive(Template)]
#[template(path = "moving.html")]
struct Moving {
    page: Frame,
    mistakes: Vec<Mistake>,
    name: String,
    host: String,
    handle: String,
    aliases: Vec<String>,
    moved_to: Option<String>,
}

fn page(app: &App, visitor: &Visitor, handle: String, text: Option<String>) -> Answer {
    let Some(person) = &visitor.person else {
        return Ok(sign_in_first());
    };
    let page = Moving {
        page: Frame::new(app, visitor, "Move the account"),
        mistakes: mistake(text),
        name: person.account.username.clone(),
        host: app.settings().host.to_string(),
        handle,
        aliases: person.account.also_known_as.clone(),
        moved_to: person.account.moved_to_uri.clone(),
    };
    show(app, visitor, status_of(&page.mistakes), Forms::Here, &page)
}

fn sign_in_first() -> HttpResponse {
    go("/sign-in?return_to=/settings/move", None)
}

pub async fn form(request: HttpRequest, app: Data<App>) -> Answer {
    page(&app, &visitor(&request, &app).await?, String::new(), None)
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Deed {
    /// The other account is one's own.
    Add,
    /// It is not any more.
    Remove,
    /// Followers go there.
    Move,
    /// The account points nowhere else any more.
    Stay,
}

#[derive(Deserialize)]
pub struct Submitted {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    handle: String,
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
        return Ok(sign_in_first());
    };
    let from = (address.0)(&request);
    let (name, handle) = (&person.account.username, said.handle.trim());
    let done = async {
        users::prove_again(&app, person, &said.password, from).await?;
        match said.deed {
            Deed::Add => moving::set_alias(&app, name, handle, true).await.map(drop),
            Deed::Remove => moving::set_alias(&app, name, handle, false).await.map(drop),
            Deed::Move => moving::move_to(&app, name, handle).await.map(drop),
            Deed::Stay => moving::stay(&app, name).await,
        }
    };
    let mistake = match done.await {
        Ok(()) => return Ok(go(HERE, None)),
        Err(Error::Invalid(text)) => text,
        Err(Error::NotFound) => format!("There is nobody called {handle}"),
        Err(Error::Unavailable(_)) => "The other server does not answer now".to_owned(),
        Err(error) => return Err(error.into()),
    };
    page(&app, &visitor, handle.to_owned(), Some(mistake))
}
