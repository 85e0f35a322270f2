//! <https://docs.joinmastodon.org/methods/conversations/>

use actix_web::HttpRequest;
use actix_web::web::{self, Data};
use service::{App, conversations};

use super::{Answer, json, nothing, page};
use crate::entities::Conversation;
use crate::extract::scope::{ReadStatuses, WriteConversations};
use crate::extract::{Caller, PageParams, Params, PathId};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at("/v1/conversations", [web::get().to(list)])
        .at("/v1/conversations/{id}", [web::delete().to(delete)])
        .at("/v1/conversations/{id}/read", [web::post().to(read)])
        .at("/v1/conversations/{id}/unread", [web::post().to(unread)]);
}

pub(super) fn operations(api: &mut Operations) {
    api.get("/v1/conversations", "Your direct conversations", list)
        .pages::<Conversation>();
    api.delete(
        "/v1/conversations/{id}",
        "Remove a conversation from your list",
        delete,
    )
    .says_nothing();
    api.post(
        "/v1/conversations/{id}/read",
        "Mark a conversation as read",
        read,
    )
    .answers::<Conversation>();
    api.post(
        "/v1/conversations/{id}/unread",
        "Mark a conversation as unread",
        unread,
    )
    .answers::<Conversation>();
}

async fn list(
    request: HttpRequest,
    caller: Caller<ReadStatuses>,
    params: Params<PageParams>,
    app: Data<App>,
) -> Answer {
    let found = conversations::page(&app, &caller.person, params.0.page(20, 40)).await?;
    page::<_, Conversation>(&request, &app, found)
}

async fn read(caller: Caller<WriteConversations>, id: PathId<i64>, app: Data<App>) -> Answer {
    json(Conversation::from(
        conversations::mark(&app, &caller.person, id.0, false).await?,
    ))
}

async fn unread(caller: Caller<WriteConversations>, id: PathId<i64>, app: Data<App>) -> Answer {
    json(Conversation::from(
        conversations::mark(&app, &caller.person, id.0, true).await?,
    ))
}

async fn delete(caller: Caller<WriteConversations>, id: PathId<i64>, app: Data<App>) -> Answer {
    conversations::delete(&app, &caller.person, id.0).await?;
    nothing()
}
