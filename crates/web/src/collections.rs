//! The page of a collection of ours: who recommends whom.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use askama::Template;
use domain::CollectionId;
use service::views::AccountView;
use service::{App, collections};

use crate::page::{Answer, EVERYBODY, Failure, Forms, Frame, filters, show, visitor};

#[derive(Template)]
#[template(path = "collection.html")]
struct Collection {
    page: Frame,
    name: String,
    description: String,
    /// Shown only to whoever asks for it.
    sensitive: bool,
    /// Listed with its owner; others are for whoever knows the address.
    listed: bool,
    owner: AccountView,
    people: Vec<AccountView>,
}

pub async fn collection(request: HttpRequest, id: Path<i64>, app: Data<App>) -> Answer {
    let visitor = visitor(&request, &app).await?;
    let id = CollectionId(id.into_inner());
    let (view, mut people) = collections::find(&app, EVERYBODY, id).await?;
    let collection = view.collection;
    let owner = people
        .iter()
        .position(|person| person.account.id == collection.account_id);
    let Some(owner) = owner.filter(|_| collection.uri.is_none()) else {
        return Err(Failure::NotFound);
    };
    let owner = people.remove(owner);
    let page = Collection {
        page: Frame::new(&app, &visitor, &collection.name),
        name: collection.name,
        description: collection.description,
        sensitive: collection.sensitive,
        listed: collection.discoverable,
        owner,
        people,
    };
    show(&app, &visitor, StatusCode::OK, Forms::Here, &page)
}
