//! One stream as server-sent events.
//! <https://html.spec.whatwg.org/multipage/server-sent-events.html>

use std::convert::Infallible;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, ContentEncoding};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use service::streaming::Connection;
use tokio::time::{Instant, interval_at};

/// How often something is written, so that nobody between us and the app takes the connection for dead.
const THUMP: Duration = Duration::from_secs(15);

/// What is told in `connection`, until one of the two sides ends it.
pub(crate) fn answer(connection: Connection) -> HttpResponse {
    let thump = interval_at(Instant::now() + THUMP, THUMP);
    let begun = stream::iter([Bytes::from_static(b":)\n")]);
    let told = stream::unfold((connection, thump), |(mut connection, mut thump)| async {
        let line = tokio::select! {
            told = connection.next() => Bytes::from(told?.to_string()),
            _ = thump.tick() => Bytes::from_static(b":thump\n"),
        };
        Some((line, (connection, thump)))
    });
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((CACHE_CONTROL, "no-store"))
        // For proxies that would keep it back until it is whole.
        .insert_header(("X-Accel-Buffering", "no"))
        // What is packed waits for more.
        .insert_header(ContentEncoding::Identity)
        .streaming(begun.chain(told).map(Ok::<_, Infallible>))
}
