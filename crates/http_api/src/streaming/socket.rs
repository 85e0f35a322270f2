//! Many streams on one WebSocket.
//! <https://docs.joinmastodon.org/methods/streaming/#websocket>

use std::future::Future;
use std::time::Duration;

use actix_web::ResponseError;
use actix_ws::{Closed, Message, MessageStream, Session};
use serde::{Deserialize, Serialize};
use service::streaming::Connection;
use tokio::time::{Instant, interval_at, timeout};

use super::stream::Asked;
use crate::ApiError;

/// How often it is asked whether the app is still there, and after how long without a word it is not.
const PING: Duration = Duration::from_secs(30);
const SILENCE: Duration = Duration::from_secs(90);
/// How long something may take to be sent to an app that reads slowly.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of what an app says at a time.
const LONGEST: usize = 4_096;

/// What an app says.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Wish {
    Subscribe(Asked),
    Unsubscribe(Asked),
    /// As in Mastodon it is not answered.
    #[serde(other)]
    Other,
}

#[derive(Serialize)]
struct Refusal {
    error: String,
    status: u16,
}

/// Tells an app what it wants to hear, until one of the two sides ends it.
pub(crate) async fn talk(
    mut connection: Connection,
    mut session: Session,
    messages: MessageStream,
    first: Asked,
) {
    let mut messages = messages.max_frame_size(LONGEST);
    let mut goes_on = match first.stream.filled() {
        Some(_) => grant(&connection, &mut session, Wish::Subscribe(first)).await,
        None => true,
    };
    let mut ping = interval_at(Instant::now() + PING, PING);
    let mut heard = Instant::now();
    while goes_on {
        goes_on = tokio::select! {
            told = connection.next() => match told {
                Some(text) => is_sent(session.text(text.to_string())).await,
                None => false,
            },
            said = messages.recv() => {
                heard = Instant::now();
                match said {
                    Some(Ok(Message::Text(text))) => match serde_json::from_str(&text) {
                        Ok(wish) => grant(&connection, &mut session, wish).await,
                        // As in Mastodon it is not answered.
                        Err(_) => true,
                    },
                    Some(Ok(Message::Ping(said))) => is_sent(session.pong(&said)).await,
                    Some(Ok(Message::Pong(_) | Message::Nop)) => true,
                    Some(Ok(Message::Close(_) | Message::Binary(_) | Message::Continuation(_)) | Err(_)) | None => false,
                }
            },
            _ = ping.tick() => heard.elapsed() < SILENCE && is_sent(session.ping(b"")).await,
        };
    }
    is_sent(session.close(None)).await;
}

/// Whether the app is still there.
async fn is_sent(sending: impl Future<Output = Result<(), Closed>>) -> bool {
    matches!(timeout(PATIENCE, sending).await, Ok(Ok(())))
}

/// Does what an app wishes, or says why not; whether the app is still there.
async fn grant(connection: &Connection, session: &mut Session, wish: Wish) -> bool {
    let done = match wish {
        Wish::Subscribe(asked) => subscribe(connection, &asked).await,
        Wish::Unsubscribe(asked) => asked.stream().map(|stream| connection.unsubscribe(&stream)),
        Wish::Other => Ok(()),
    };
    let Err(error) = done else { return true };
    let refusal = Refusal {
        error: error.to_string(),
        status: error.status_code().as_u16(),
    };
    match serde_json::to_string(&refusal) {
        Ok(text) => is_sent(session.text(text)).await,
        Err(_) => false,
    }
}

async fn subscribe(connection: &Connection, asked: &Asked) -> Result<(), ApiError> {
    let stream = asked.stream()?;
    connection.subscribe(stream).await.map_err(refusal)
}

/// In the words of Mastodon's streaming server.
pub(crate) fn refusal(error: service::Error) -> ApiError {
    match error {
        service::Error::NotFound => ApiError::Unauthorized("Not authorized to stream this list"),
        service::Error::Forbidden(_) => {
            ApiError::Unauthorized("Access token does not have the required scopes")
        }
        other => other.into(),
    }
}
