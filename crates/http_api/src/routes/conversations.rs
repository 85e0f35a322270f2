//! <https://docs.joinmastodon.org/methods/conversations/>

use actix_web::HttpRequest;
use actix_web::web::{self, Data, ServiceConfig};
use service::{App, conversations};

use super::{Answer, json, nothing, page};
use crate::entities::Conversation;
use crate::extract::scope::{ReadStatuses, WriteConversations};
use crate::extract::{Caller, PageParams, Params, PathId};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(web::resource("/v1/conversations").route(web::get().to(list)))
        .service(web::resource("/v1/conversations/{id}").route(web::delete().to(delete)))
        .service(web::resource("/v1/conversations/{id}/read").route(web::post().to(read)))
        .service(web::resource("/v1/conversations/{id}/unread").route(web::post().to(unread)));
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
