//! `multipart/form-data`: parameters and files.
//! <https://www.rfc-editor.org/rfc/rfc7578>

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Bytes, BytesMut};
use futures_util::StreamExt;
use futures_util::future::{Either, select};
use futures_util::stream::poll_fn;
use multer::{Constraints, Field, Multipart, SizeLimit};
use tokio::sync::mpsc;

use service::{App, Spool, attachments};

use super::body::{Said, TEXT_LIMIT};
use super::params::label;
use super::tree::Tree;
use crate::ApiError;

/// Files that one request may carry: a small picture for each of the files of a status.
const FILES: usize = 16;
/// What stands among the parameters for a file that was sent within a list or an object, before its number.
const PLACE: &str = "file:";
/// Bytes of boundaries and headers of parts, besides what the parts may have.
const HEADERS_LIMIT: usize = 64 * 1024;
/// Bytes within which the next part has to begin: the parser looks through all of them again whenever more come.
const GAP: usize = 128 * 1024;
/// So many may come while a part is read.
const ANY: usize = usize::MAX;

/// A file as it was sent. Neither its name nor its type is to be believed.
#[derive(Debug, Clone)]
pub struct File {
    /// The parameter that it was sent for.
    pub field: String,
    pub name: Option<String>,
    pub content_type: Option<String>,
    pub bytes: Bytes,
}

impl File {
    /// The one of these for which this value of a parameter stands, such as that of `media_attributes[][thumbnail]`.
    #[must_use]
    pub fn at<'a>(files: &'a [Self], value: &str) -> Option<&'a Self> {
        files.get(value.strip_prefix(PLACE)?.parse::<usize>().ok()?)
    }
}

/// A file that was written to the disk as it came.
#[derive(Debug)]
pub struct SpooledFile {
    /// The parameter that it was sent for.
    pub field: String,
    /// As whoever sent it calls it; not to be believed.
    pub name: String,
    pub spool: Spool,
}

/// Where files are put, which together may have so many bytes.
#[derive(Clone, Copy)]
pub(super) enum Room<'a> {
    /// Files are refused.
    Nowhere,
    Memory(usize),
    Disk(&'a App, usize),
}

impl Room<'_> {
    fn bytes(self) -> usize {
        match self {
            Self::Nowhere => 0,
            Self::Memory(bytes) | Self::Disk(_, bytes) => bytes,
        }
    }
}

/// Reads all parts.
pub(super) async fn read(
    request: &HttpRequest,
    payload: Payload,
    room: Room<'_>,
) -> Result<Said, ApiError> {
    let kind = request.headers().get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let boundary = multer::parse_boundary(kind).map_err(unreadable)?;
    let whole = u64::try_from(room.bytes() + TEXT_LIMIT + HEADERS_LIMIT).unwrap_or(u64::MAX);
    let limits = Constraints::new().size_limit(SizeLimit::new().whole_stream(whole));
    // The parser wants a stream that may change threads, which a request's body may not.
    let (sender, receiver) = mpsc::channel(1);
    let parts = Parts::new(receiver, boundary, limits);
    let parsing = pin!(parse(parts, room));
    let feeding = pin!(feed(payload, sender));
    match select(parsing, feeding).await {
        Either::Left((said, _)) => said,
        Either::Right(((), parsing)) => parsing.await,
    }
}

/// The parts of a body, between which there is not much.
struct Parts {
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
        let stream = poll_fn(move |cx| {
            let chunk = chunks.poll_recv(cx);
            chunk.map(|chunk| chunk.map(|chunk| count(&counted, chunk?)))
        });
        Self {
            parser: Multipart::with_constraints(stream, boundary, limits),
            left,
        }
    }

    async fn advance(&mut self) -> multer::Result<Option<Field<'static>>> {
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

async fn parse(mut parts: Parts, room: Room<'_>) -> Result<Said, ApiError> {
    let mut tree = Tree::default();
    let (mut files, mut spooled) = (Vec::new(), Vec::new());
    let (mut text_left, mut file_left) = (TEXT_LIMIT, room.bytes());
    while let Some(mut part) = parts.advance().await.map_err(unreadable)? {
        let Some(field) = part.name().map(str::to_owned) else {
            continue;
        };
        let Some(name) = part.file_name().map(str::to_owned) else {
            let text = bytes(&mut part, &mut text_left).await?;
            tree.insert(&field, &String::from_utf8_lossy(&text))?;
            continue;
        };
        // A form on a page sends an empty part for each file that was not chosen.
        match room {
            Room::Nowhere => {
                if !is_empty(&mut part).await? {
                    return Err(takes_no_file(&field));
                }
            }
            Room::Disk(app, _) => {
                let Some(spool) = spool(app, &mut part, &mut file_left).await? else {
                    continue;
                };
                check_count(spooled.len())?;
                spooled.push(SpooledFile { field, name, spool });
            }
            Room::Memory(_) => {
                let content_type = part.content_type().map(ToString::to_string);
                let bytes = bytes(&mut part, &mut file_left).await?;
                if bytes.is_empty() {
                    continue;
                }
                check_count(files.len())?;
                if field.contains('[') {
                    tree.insert(&field, &format!("{PLACE}{}", files.len()))?;
                }
                files.push(File {
                    field,
                    name: Some(name),
                    content_type,
                    bytes: bytes.freeze(),
                });
            }
        }
    }
    Ok(Said {
        params: tree.into_map(),
        files,
        spooled,
    })
}

async fn is_empty(part: &mut Field<'_>) -> Result<bool, ApiError> {
    while let Some(chunk) = part.chunk().await.map_err(unreadable)? {
        if !chunk.is_empty() {
            return Ok(false);
        }
    }
    Ok(true)
}

fn takes_no_file(field: &str) -> ApiError {
    ApiError::Unprocessable(format!("Validation failed: {} takes no file", label(field)))
}

fn check_count(so_far: usize) -> Result<(), ApiError> {
    if so_far < FILES {
        return Ok(());
    }
    Err(ApiError::Unprocessable(format!(
        "Validation failed: Cannot attach more than {FILES} files"
    )))
}

/// None of an empty file.
async fn spool(
    app: &App,
    part: &mut Field<'_>,
    left: &mut usize,
) -> Result<Option<Spool>, ApiError> {
    let mut spool = None;
    while let Some(chunk) = part.chunk().await.map_err(unreadable)? {
        *left = left
            .checked_sub(chunk.len())
            .ok_or(ApiError::PayloadTooLarge)?;
        if chunk.is_empty() {
            continue;
        }
        let mut begun = match spool.take() {
            Some(begun) => begun,
            None => attachments::receive(app).await?,
        };
        attachments::add(&mut begun, &chunk).await?;
        spool = Some(begun);
    }
    Ok(spool)
}

async fn bytes(part: &mut Field<'_>, left: &mut usize) -> Result<BytesMut, ApiError> {
    let mut content = BytesMut::new();
    while let Some(chunk) = part.chunk().await.map_err(unreadable)? {
        *left = left
            .checked_sub(chunk.len())
            .ok_or(ApiError::PayloadTooLarge)?;
        content.extend_from_slice(&chunk);
    }
    Ok(content)
}

fn unreadable(error: multer::Error) -> ApiError {
    match error {
        multer::Error::StreamSizeExceeded { .. } => ApiError::PayloadTooLarge,
        error => ApiError::BadRequest(format!("The multipart body cannot be read: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::join;

    use super::*;

    const HEAD: &str = "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n";
    const END: &str = "\r\n--B--\r\n";

    /// The bytes of all parts of a body that comes in these chunks, one after the other.
    async fn length(chunks: &[&str]) -> multer::Result<usize> {
        let (sender, receiver) = mpsc::channel(1);
        let sending = async move {
            for chunk in chunks {
                let chunk = Bytes::copy_from_slice(chunk.as_bytes());
                if sender.send(Ok(chunk)).await.is_err() {
                    return;
                }
            }
        };
        let reading = async move {
            let mut parts = Parts::new(receiver, "B".to_owned(), Constraints::new());
            let mut length = 0;
            while let Some(mut part) = parts.advance().await? {
                while let Some(chunk) = part.chunk().await? {
                    length += chunk.len();
                }
            }
            Ok(length)
        };
        join(reading, sending).await.0
    }

    #[actix_web::test]
    async fn a_part_begins_soon() {
        let much = "x".repeat(32 * 1_024);
        let much = much.as_str();
        let long = [much; 8];
        assert_eq!(length(&[much, HEAD, "abc", END]).await.unwrap(), 3);
        let content = [&[HEAD][..], &long[..], &[END][..]].concat();
        assert_eq!(length(&content).await.unwrap(), 8 * much.len());

        let before = [&long[..], &[HEAD, "abc", END][..]].concat();
        assert!(length(&before).await.is_err());
        let header = [&["--B\r\nX: "][..], &long[..], &["\r\n\r\nabc", END][..]].concat();
        assert!(length(&header).await.is_err());
    }
}
