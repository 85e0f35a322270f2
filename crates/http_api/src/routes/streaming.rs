//! <https://docs.joinmastodon.org/methods/streaming/>

use actix_web::http::header::SEC_WEBSOCKET_PROTOCOL;
use actix_web::web::{self, Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use service::App;
use service::streaming::{self, Form, PublicPart, Stream};
use utoipa::ToSchema;

use super::Answer;
use crate::ApiError;
use crate::extract::scope::{AnyScope, ReadNotifications, ReadStatuses, Scope};
use crate::extract::{Caller, Flag, Params};
use crate::openapi::Operations;
use crate::routes::Routes;
use crate::streaming::stream::Asked;
use crate::streaming::{event_stream, socket};

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at("/v1/streaming", [web::get().to(sockets)])
        .at("/v1/streaming/health", [web::get().to(health)])
        .at("/v1/streaming/user", [web::get().to(user)])
        .at(
            "/v1/streaming/user/notification",
            [web::get().to(notifications)],
        )
        .at("/v1/streaming/public", [web::get().to(public)])
        .at("/v1/streaming/public/local", [web::get().to(public_local)])
        .at(
            "/v1/streaming/public/remote",
            [web::get().to(public_remote)],
        )
        .at("/v1/streaming/hashtag", [web::get().to(hashtag)])
        .at(
            "/v1/streaming/hashtag/local",
            [web::get().to(hashtag_local)],
        )
        .at("/v1/streaming/list", [web::get().to(list)])
        .at("/v1/streaming/direct", [web::get().to(direct)])
        .at("/v1/streaming/{channel:.+}", [web::get().to(unknown)])
        .at(
            "/v1/streaming/hashtag/{channel:.+}",
            [web::get().to(unknown)],
        )
        .at(
            "/v1/streaming/public/{channel:.+}",
            [web::get().to(unknown)],
        )
        .at("/v1/streaming/user/{channel:.+}", [web::get().to(unknown)]);
}

pub(super) fn operations(api: &mut Operations) {
    api.get(
        "/v1/streaming",
        "Open a WebSocket for any of your streams",
        sockets,
    )
    .answers_as(
        "101",
        "",
        "A WebSocket: events come, streams are subscribed to",
    );
    api.get(
        "/v1/streaming/health",
        "Whether streams can be opened",
        health,
    )
    .answers_as("200", "text/plain", "OK");
    api.get(
        "/v1/streaming/user",
        "Your home timeline and notifications",
        user,
    )
    .answers_as(
        "200",
        "text/event-stream",
        "Events, until either side closes",
    );
    api.get(
        "/v1/streaming/user/notification",
        "Your notifications",
        notifications,
    )
    .answers_as(
        "200",
        "text/event-stream",
        "Events, until either side closes",
    );
    api.get("/v1/streaming/public", "Public posts", public)
        .answers_as(
            "200",
            "text/event-stream",
            "Events, until either side closes",
        );
    api.get(
        "/v1/streaming/public/local",
        "Public posts of this server",
        public_local,
    )
    .answers_as(
        "200",
        "text/event-stream",
        "Events, until either side closes",
    );
    api.get(
        "/v1/streaming/public/remote",
        "Public posts of other servers",
        public_remote,
    )
    .answers_as(
        "200",
        "text/event-stream",
        "Events, until either side closes",
    );
    api.get("/v1/streaming/hashtag", "Public posts with a tag", hashtag)
        .answers_as(
            "200",
            "text/event-stream",
            "Events, until either side closes",
        );
    api.get(
        "/v1/streaming/hashtag/local",
        "Public posts of this server with a tag",
        hashtag_local,
    )
    .answers_as(
        "200",
        "text/event-stream",
        "Events, until either side closes",
    );
    api.get("/v1/streaming/list", "The posts of a list", list)
        .answers_as(
            "200",
            "text/event-stream",
            "Events, until either side closes",
        );
    api.get("/v1/streaming/direct", "Your direct conversations", direct)
        .answers_as(
            "200",
            "text/event-stream",
            "Events, until either side closes",
        );
}

async fn health() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain").body("OK")
}

async fn unknown() -> Answer {
    Err(ApiError::BadRequest("Unknown channel requested".to_owned()))
}

async fn sockets(
    request: HttpRequest,
    caller: Caller<AnyScope>,
    body: Payload,
    app: Data<App>,
) -> Answer {
    let no_upgrade = |_| ApiError::BadRequest("Only a WebSocket can be opened here".to_owned());
    let (mut response, session, messages) = actix_ws::handle(&request, body).map_err(no_upgrade)?;
    // A token may have come as the name of a protocol, which browsers want to hear again.
    let protocols = request.headers().get(SEC_WEBSOCKET_PROTOCOL);
    let protocols = protocols.and_then(|value| value.to_str().ok());
    let protocol = protocols.and_then(|names| names.split(',').next());
    if let Some(protocol) = protocol.and_then(|name| name.trim().parse().ok()) {
        response
            .headers_mut()
            .insert(SEC_WEBSOCKET_PROTOCOL, protocol);
    }
    let connection =
        streaming::connect(&app, &caller.authenticated, &caller.person, Form::WebSocket)?;
    let first = Asked::of_query(request.query_string());
    actix_web::rt::spawn(socket::talk(connection, session, messages, first));
    Ok(response)
}

async fn one<S: Scope>(app: &App, caller: &Caller<S>, stream: Stream) -> Answer {
    let connection = streaming::connect(
        app,
        &caller.authenticated,
        &caller.person,
        Form::EventStream,
    )?;
    let begun = connection.subscribe(stream).await;
    begun.map_err(socket::refusal)?;
    Ok(event_stream::answer(connection))
}

async fn user(caller: Caller<ReadStatuses>, app: Data<App>) -> Answer {
    one(&app, &caller, Stream::User).await
}

async fn notifications(caller: Caller<ReadNotifications>, app: Data<App>) -> Answer {
    one(&app, &caller, Stream::UserNotification).await
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Media {
    only_media: Flag,
}

impl Media {
    fn of(&self, part: PublicPart) -> Stream {
        Stream::Public {
            part,
            only_media: self.only_media.is_set(),
        }
    }
}

async fn public(caller: Caller<ReadStatuses>, media: Params<Media>, app: Data<App>) -> Answer {
    one(&app, &caller, media.0.of(PublicPart::All)).await
}

async fn public_local(
    caller: Caller<ReadStatuses>,
    media: Params<Media>,
    app: Data<App>,
) -> Answer {
    one(&app, &caller, media.0.of(PublicPart::Local)).await
}

async fn public_remote(
    caller: Caller<ReadStatuses>,
    media: Params<Media>,
    app: Data<App>,
) -> Answer {
    one(&app, &caller, media.0.of(PublicPart::Remote)).await
}

async fn hashtag(caller: Caller<ReadStatuses>, asked: Params<Asked>, app: Data<App>) -> Answer {
    one(&app, &caller, asked.0.hashtag(false)?).await
}

async fn hashtag_local(
    caller: Caller<ReadStatuses>,
    asked: Params<Asked>,
    app: Data<App>,
) -> Answer {
    one(&app, &caller, asked.0.hashtag(true)?).await
}

async fn list(caller: Caller<ReadStatuses>, asked: Params<Asked>, app: Data<App>) -> Answer {
    one(&app, &caller, asked.0.list()?).await
}

async fn direct(caller: Caller<ReadStatuses>, app: Data<App>) -> Answer {
    one(&app, &caller, Stream::Direct).await
}
