//! Where other servers send somebody of ours who wants to follow, like or pass on what they show: at Mastodon's address,
//! which most software knows, and which WebFinger names.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use domain::{AccountId, StatusId};
use serde::Deserialize;
use service::follows::{self, FollowWishes};
use service::search::{SearchKind, SearchRequest, search};
use service::views::{AccountView, StatusView};
use service::{App, Error, statuses};
use url::form_urlencoded::Serializer;

use crate::page::{Answer, Forms, Frame, filters, say, show, visitor};
use crate::sign_in::go;

const HERE: &str = "/authorize_interaction";

#[derive(Template)]
#[template(path = "following.html")]
struct Following {
    page: Frame,
    name: String,
    account: AccountView,
    id: i64,
}

#[derive(Template)]
#[template(path = "regarding.html")]
struct Regarding {
    page: Frame,
    view: StatusView,
    id: i64,
}

#[derive(Deserialize)]
pub struct Asked {
    /// A handle, or an address.
    #[serde(default)]
    uri: String,
}

fn sign_in_first(uri: &str) -> HttpResponse {
    let query = |name: &str, value: &str| {
        Serializer::new(String::new())
            .append_pair(name, value)
            .finish()
    };
    let here = format!("{HERE}?{}", query("uri", uri));
    go(&format!("/sign-in?{}", query("return_to", &here)), None)
}

pub async fn form(request: HttpRequest, asked: Query<Asked>, app: Data<App>) -> Answer {
    let visitor = visitor(&request, &app).await?;
    let Some(person) = &visitor.person else {
        return Ok(sign_in_first(&asked.uri));
    };
    let is_address = asked.uri.starts_with("http");
    let wanted = SearchRequest {
        q: asked.uri.clone(),
        kind: (!is_address).then_some(SearchKind::Accounts),
        resolve: true,
        limit: 1,
        ..SearchRequest::default()
    };
    let mut found = search(&app, Some(person), wanted).await?;
    if let Some(view) = found.statuses.pop() {
        let page = Regarding {
            page: Frame::new(&app, &visitor, "A post"),
            id: view.status.id.0,
            view,
        };
        return show(&app, &visitor, StatusCode::OK, Forms::Here, &page);
    }
    let Some(account) = found.accounts.pop() else {
        return say(
            &app,
            &visitor,
            StatusCode::NOT_FOUND,
            "Nothing was found",
            "There is nobody and no post at this address, or their server does not answer now.",
        );
    };
    let name = if account.account.display_name.is_empty() {
        account.account.username.clone()
    } else {
        account.account.display_name.clone()
    };
    let page = Following {
        page: Frame::new(&app, &visitor, &format!("Follow {name}")),
        name,
        id: account.account.id.0,
        account,
    };
    show(&app, &visitor, StatusCode::OK, Forms::Here, &page)
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Deed {
    Follow,
    Favourite,
    Boost,
}

#[derive(Deserialize)]
pub struct Said {
    #[serde(default)]
    csrf: String,
    id: i64,
    deed: Deed,
}

pub async fn submit(request: HttpRequest, said: Form<Said>, app: Data<App>) -> Answer {
    let visitor = visitor(&request, &app).await?;
    visitor.check(&said.csrf)?;
    let Some(person) = &visitor.person else {
        return Ok(go("/sign-in", None));
    };
    let id = said.id;
    let done = match said.deed {
        Deed::Follow => follows::follow(&app, person, AccountId(id), FollowWishes::default())
            .await
            .map(drop),
        Deed::Favourite => statuses::favourite(&app, person, StatusId(id))
            .await
            .map(drop),
        Deed::Boost => statuses::boost(&app, person, StatusId(id), None)
            .await
            .map(drop),
    };
    let text = match (done, said.deed) {
        (Ok(()), Deed::Follow) => "You follow them, or have asked to, if they decide that by hand.",
        (Ok(()), Deed::Favourite) => "It is among your favourites now.",
        (Ok(()), Deed::Boost) => "Your followers have it now.",
        (Err(Error::Invalid(reason) | Error::Forbidden(reason)), _) => {
            let refused = StatusCode::UNPROCESSABLE_ENTITY;
            return say(&app, &visitor, refused, "This cannot be done", &reason);
        }
        (Err(error), _) => return Err(error.into()),
    };
    say(&app, &visitor, StatusCode::OK, "Done", text)
}
