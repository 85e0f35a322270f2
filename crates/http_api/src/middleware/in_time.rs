//! Bodies that come too slowly: nobody keeps a handler waiting for as long as they like. Of a body in chunks actix reads on,
//! and forgets what it reads, when the handler has long answered.

use std::io;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{Error, HttpMessage};
use futures_util::stream::{self, Stream, StreamExt};
use tokio::time::{Instant, timeout_at};

/// How fast a body has to come.
#[derive(Debug, Clone, Copy)]
struct Pace {
    /// Until then it may come as it likes.
    first: Duration,
    /// From then on, counted from its beginning.
    bytes_per_second: u64,
}

/// A phone in a tunnel is waited for, a slow line too: it has as long again for each kilobyte that it sends.
const PACE: Pace = Pace {
    first: Duration::from_secs(30),
    bytes_per_second: 1_024,
};

/// Gives up bodies that come too slowly, for `wrap(from_fn(in_time))`: whoever reads one is told that it cannot be read.
///
/// # Errors
/// Only what the layers below return.
pub async fn in_time<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    // What becomes a WebSocket is a conversation, and has its own patience.
    if !request.path().starts_with("/api/v1/streaming") {
        let body = match request.take_payload() {
            Payload::None => Payload::None,
            body => streamed(paced(body, PACE)),
        };
        request.set_payload(body);
    }
    next.call(request).await
}

type Part = Result<Bytes, PayloadError>;

fn streamed(body: impl Stream<Item = Part> + 'static) -> Payload {
    Payload::Stream {
        payload: Box::pin(body),
    }
}

fn paced(body: Payload, pace: Pace) -> impl Stream<Item = Part> {
    let begun = Instant::now();
    stream::unfold(Some((body, 0_u64)), move |coming| async move {
        let (mut body, received) = coming?;
        let earned = Duration::from_secs(received / pace.bytes_per_second);
        match timeout_at(begun + pace.first + earned, body.next()).await {
            Ok(Some(Ok(bytes))) => {
                let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                Some((Ok(bytes), Some((body, received.saturating_add(length)))))
            }
            Ok(Some(Err(error))) => Some((Err(error), None)),
            Ok(None) => None,
            Err(_) => Some((Err(PayloadError::Io(io::ErrorKind::TimedOut.into())), None)),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Pace = Pace {
        first: Duration::from_millis(50),
        bytes_per_second: 1_024,
    };

    #[actix_web::test]
    async fn a_body_that_drips_is_given_up() {
        let drip = |()| async {
            tokio::time::sleep(Duration::from_millis(5)).await;
            Some((Ok(Bytes::from_static(b"a")), ()))
        };
        let body = streamed(stream::unfold((), drip));
        let read: Vec<Part> = paced(body, SHORT).collect().await;
        let (last, before) = read.split_last().unwrap();
        assert!(before.iter().all(Result::is_ok));
        let Err(PayloadError::Io(error)) = last else {
            panic!("{last:?}");
        };
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[actix_web::test]
    async fn what_has_come_is_read_however_late() {
        let parts = ["a", "bc"].map(|part| Ok(Bytes::from_static(part.as_bytes())));
        let coming = paced(streamed(stream::iter(parts)), SHORT);
        tokio::time::sleep(Duration::from_millis(80)).await;
        let read: Vec<Bytes> = coming.map(Result::unwrap).collect().await;
        assert_eq!(read, ["a", "bc"]);
    }
}
