//! Invitations of one's own, and for moderators those of all.

use actix_web::HttpRequest;
use actix_web::web::{Data, Form, Query};
use askama::Template;
use serde::Deserialize;
use service::users::invites::{self, InviteView};
use service::{App, Error};

use crate::forms::Visitor;
use crate::page::{Answer, Failure, Forms, Frame, Mistake, mistake, show, status_of, visitor};
use crate::sign_in::go;

const HERE: &str = "/settings/invites";

#[derive(Template)]
#[template(path = "invites.html")]
struct Invites {
    page: Frame,
    mistakes: Vec<Mistake>,
    invites: Vec<InviteView>,
    may_make: bool,
    may_manage: bool,
    of_all: bool,
    older: Option<i64>,
}

/// Which are to be shown.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    /// `all`: those of others, too.
    of: String,
    max_id: String,
}

async fn draw(app: &App, visitor: &Visitor, asked: &Asked, text: Option<String>) -> Answer {
    let Some(person) = &visitor.person else {
        return Ok(go("/sign-in?return_to=/settings/invites", None));
    };
    let of_all = asked.of == "all";
    let before = domain::page::cursor(&asked.max_id);
    let found = invites::page(app, person, of_all, before).await?;
    let page = Invites {
        page: Frame::new(app, visitor, "Invitations"),
        mistakes: mistake(text),
        may_make: invites::may_make(app, person.user.role),
        may_manage: invites::may_manage(person.user.role),
        of_all,
        older: found.more(),
        invites: found.items,
    };
    show(app, visitor, status_of(&page.mistakes), Forms::Here, &page)
}

pub async fn form(request: HttpRequest, asked: Query<Asked>, app: Data<App>) -> Answer {
    draw(&app, &visitor(&request, &app).await?, &asked, None).await
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Deed {
    Create,
    End,
}

#[derive(Deserialize)]
pub struct Submitted {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    id: String,
    /// Empty for any number.
    #[serde(default)]
    uses: String,
    /// Empty for good.
    #[serde(default)]
    days: String,
    #[serde(default)]
    of: String,
    deed: Deed,
}

pub async fn submit(request: HttpRequest, said: Form<Submitted>, app: Data<App>) -> Answer {
    let visitor = visitor(&request, &app).await?;
    visitor.check(&said.csrf)?;
    let asked = Asked {
        of: said.of.clone(),
        ..Asked::default()
    };
    let Some(person) = &visitor.person else {
        return draw(&app, &visitor, &asked, None).await;
    };
    let done = match said.deed {
        Deed::Create => {
            let (uses, days) = (number(&said.uses)?, number(&said.days)?);
            invites::create_own(&app, person, uses, days).await
        }
        Deed::End => {
            let id = said.id.parse().map_err(|_| Failure::NotFound)?;
            invites::end(&app, person, id).await
        }
    };
    match done {
        Ok(()) if said.of == "all" => Ok(go("/settings/invites?of=all", None)),
        Ok(()) => Ok(go(HERE, None)),
        // As if there were no such page.
        Err(Error::Forbidden(_)) => Err(Failure::NotFound),
        Err(Error::Invalid(text)) => draw(&app, &visitor, &asked, Some(text)).await,
        Err(error) => Err(error.into()),
    }
}

fn number(text: &str) -> Result<Option<i64>, Failure> {
    match text.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| Failure::Unreadable),
    }
}
