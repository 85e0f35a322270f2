//! Bodies that come too slowly: nobody keeps a handler waiting for as long as they like, or a connection.

use std::cell::RefCell;
use std::error::Error as StdError;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{BodySize, BoxBody, MessageBody};
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

/// Gives up bodies that come too slowly, for `wrap(from_fn(in_time))`: whoever reads one is told that it cannot be read. Where
/// it was not read to its end, the answer is the last one on its connection.
///
/// # Errors
/// Only what the layers below return.
pub async fn in_time<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<Last>, Error> {
    at_pace(request, next, PACE).await
}

async fn at_pace<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
    pace: Pace,
) -> Result<ServiceResponse<Last>, Error> {
    let mut coming = None;
    // What becomes a WebSocket is a conversation, and has its own patience.
    if !request.path().starts_with("/api/v1/streaming") {
        match request.take_payload() {
            Payload::None => {}
            body => {
                let body = shared(body);
                request.set_payload(streamed(paced(Rc::clone(&body), pace)));
                coming = Some(body);
            }
        }
    }
    let response = next.call(request).await?.map_into_boxed_body();
    let unread = coming.filter(|body| body.borrow().is_some());
    Ok(response.map_body(|_, body| Last { body, unread }))
}

/// A body that comes; none when it was read to its end.
type Coming = Rc<RefCell<Option<Payload>>>;

/// An answer that has what was not read of its request. Of a body in chunks that nobody has any more actix reads on for as long as
/// its sender likes, and forgets what it reads; with one that somebody has it closes the connection.
pub struct Last {
    body: BoxBody,
    unread: Option<Coming>,
}

impl MessageBody for Last {
    type Error = Box<dyn StdError>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(context)
    }

    fn try_into_bytes(self) -> Result<Bytes, Self> {
        match self.unread {
            None => {
                let bytes = self.body.try_into_bytes();
                bytes.map_err(|body| Self { body, unread: None })
            }
            unread => Err(Self { unread, ..self }),
        }
    }
}

type Part = Result<Bytes, PayloadError>;

fn shared(body: Payload) -> Coming {
    Rc::new(RefCell::new(Some(body)))
}

fn streamed(body: impl Stream<Item = Part> + 'static) -> Payload {
    Payload::Stream {
        payload: Box::pin(body),
    }
}

fn paced(body: Coming, pace: Pace) -> impl Stream<Item = Part> {
    let begun = Instant::now();
    stream::unfold(Some((body, 0_u64)), move |coming| async move {
        let (body, received) = coming?;
        let earned = Duration::from_secs(received / pace.bytes_per_second);
        let next = poll_fn(|context| match body.borrow_mut().as_mut() {
            Some(body) => body.poll_next_unpin(context),
            None => Poll::Ready(None),
        });
        match timeout_at(begun + pace.first + earned, next).await {
            Ok(Some(Ok(bytes))) => {
                let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                Some((Ok(bytes), Some((body, received.saturating_add(length)))))
            }
            Ok(Some(Err(error))) => Some((Err(error), None)),
            Ok(None) => {
                *body.borrow_mut() = None;
                None
            }
            Err(_) => Some((Err(PayloadError::Io(io::ErrorKind::TimedOut.into())), None)),
        }
    })
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use actix_web::middleware::from_fn;
    use actix_web::{App, HttpServer, rt, web};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::time::{sleep, timeout};

    use super::*;

    const SHORT: Pace = Pace {
        first: Duration::from_millis(50),
        bytes_per_second: 1_024,
    };

    #[actix_web::test]
    async fn a_body_that_drips_is_given_up() {
        let drip = |()| async {
            sleep(Duration::from_millis(5)).await;
            Some((Ok(Bytes::from_static(b"a")), ()))
        };
        let body = streamed(stream::unfold((), drip));
        let read: Vec<Part> = paced(shared(body), SHORT).collect().await;
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
        let coming = paced(shared(streamed(stream::iter(parts))), SHORT);
        sleep(Duration::from_millis(80)).await;
        let read: Vec<Bytes> = coming.map(Result::unwrap).collect().await;
        assert_eq!(read, ["a", "bc"]);
    }

    async fn hasty<B: MessageBody + 'static>(
        request: ServiceRequest,
        next: Next<B>,
    ) -> Result<ServiceResponse<Last>, Error> {
        at_pace(request, next, SHORT).await
    }

    async fn reads(body: Bytes) -> String {
        body.len().to_string()
    }

    async fn does_not_read() -> &'static str {
        "no"
    }

    /// Sends a body in chunks, and more for as long as it may; what is answered until the connection ends.
    async fn drip(address: std::net::SocketAddr, path: &str) -> String {
        let stream = std::net::TcpStream::connect(address).unwrap();
        stream.set_nonblocking(true).unwrap();
        let stream = rt::net::TcpStream::from_std(stream).unwrap();
        let (mut answer, mut body) = stream.into_split();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: school.example\r\ntransfer-encoding: chunked\r\n\r\n"
        );
        body.write_all(head.as_bytes()).await.unwrap();
        let dripping = rt::spawn(async move {
            while body.write_all(b"1\r\na\r\n").await.is_ok() {
                sleep(Duration::from_millis(20)).await;
            }
        });
        let mut read = Vec::new();
        // Whether it is closed or cut off.
        let ended = timeout(Duration::from_secs(10), answer.read_to_end(&mut read)).await;
        dripping.abort();
        let read = String::from_utf8(read).unwrap();
        assert!(ended.is_ok(), "{path}: {read}");
        read
    }

    #[actix_web::test]
    async fn whoever_drips_on_loses_the_connection() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = HttpServer::new(|| {
            App::new()
                .wrap(from_fn(hasty))
                .route("/reads", web::post().to(reads))
                .route("/does-not", web::post().to(does_not_read))
        });
        let server = server.workers(1).disable_signals().listen(listener);
        let server = server.unwrap().run();
        let handle = server.handle();
        rt::spawn(server);
        for (path, status) in [("/reads", "400"), ("/does-not", "200")] {
            let answer = drip(address, path).await;
            assert!(
                answer.starts_with(&format!("HTTP/1.1 {status}")),
                "{answer}"
            );
            assert!(answer.contains("connection: close"), "{answer}");
        }
        handle.stop(false).await;
    }
}
