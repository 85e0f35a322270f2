//! Forms with files (`multipart/form-data`), read part by part as they come.
//! <https://www.rfc-editor.org/rfc/rfc7578>

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::HttpRequest;
use actix_web::error::PayloadError;
use actix_web::http::header;
use actix_web::web::{Bytes, Payload};
use futures_util::StreamExt;
use futures_util::future::{Either, select};
use futures_util::stream::poll_fn;
use multer::{Constraints, Field, Multipart, SizeLimit};
use tokio::sync::mpsc;

use crate::page::Failure;

/// Bytes within which the next part has to begin: the parser looks through all of them again whenever more come.
const GAP: usize = 128 * 1_024;
/// So many may come while a part is read.
const ANY: usize = usize::MAX;

/// What `parse` makes of the parts of a form, which may have so many bytes together.
///
/// # Errors
/// If it is no such form, and those of `parse`.
pub(crate) async fn read<T, F: Future<Output = Result<T, Failure>>>(
    request: &HttpRequest,
    payload: Payload,
    bytes: u64,
    parse: impl FnOnce(Parts) -> F,
) -> Result<T, Failure> {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let boundary = multer::parse_boundary(kind).map_err(|_| Failure::Unreadable)?;
    let limits = Constraints::new().size_limit(SizeLimit::new().whole_stream(bytes));
    // The parser wants a stream that may change threads, which a request's body may not.
    let (sender, receiver) = mpsc::channel(1);
    let parsing = pin!(parse(Parts::new(receiver, boundary, limits)));
    let feeding = pin!(feed(payload, sender));
    match select(parsing, feeding).await {
        Either::Left((read, _)) => read,
        Either::Right(((), parsing)) => parsing.await,
    }
}

/// The parts of a form, between which there is not much.
pub(crate) struct Parts {
    parser: Multipart<'static>,
    /// Bytes that may still come before the next one.
    left: Arc<AtomicUsize>,
}

impl Parts {
    fn new(
        mut chunks: mpsc::Receiver<Result<Bytes, PayloadError>>,
        boundary: String,
        limits: Constraints,
    ) -> Self {
        let left = Arc::new(AtomicUsize::new(GAP));
        let counted = Arc::clone(&left);
        let stream = poll_fn(move |context| {
            let chunk = chunks.poll_recv(context);
            chunk.map(|chunk| chunk.map(|chunk| count(&counted, chunk?)))
        });
        Self {
            parser: Multipart::with_constraints(stream, boundary, limits),
            left,
        }
    }

    /// # Errors
    /// If there is no further part where one has to be, and where all is too much.
    pub(crate) async fn advance(&mut self) -> multer::Result<Option<Field<'static>>> {
        self.left.store(GAP, Ordering::Relaxed);
        let part = self.parser.next_field().await;
        self.left.store(ANY, Ordering::Relaxed);
        part
    }
}

fn count(left: &AtomicUsize, chunk: Bytes) -> Result<Bytes, PayloadError> {
    match left.load(Ordering::Relaxed) {
        0 => return Err(PayloadError::Overflow),
        ANY => {}
        before => left.store(before.saturating_sub(chunk.len()), Ordering::Relaxed),
    }
    Ok(chunk)
}

async fn feed(mut payload: Payload, sender: mpsc::Sender<Result<Bytes, PayloadError>>) {
    while let Some(chunk) = payload.next().await {
        if sender.send(chunk).await.is_err() {
            return;
        }
    }
}

/// A part that is a text of so many bytes at most.
///
/// # Errors
/// If it is none.
pub(crate) async fn text(part: &mut Field<'_>, most: usize) -> Result<String, Failure> {
    let mut text = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(|_| Failure::Unreadable)? {
        text.extend_from_slice(&chunk);
        if text.len() > most {
            return Err(Failure::Unreadable);
        }
    }
    String::from_utf8(text).map_err(|_| Failure::Unreadable)
}
