//! `multipart/form-data`: parameters and files.
//! <https://www.rfc-editor.org/rfc/rfc7578>

use std::pin::pin;

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
    let (sender, mut receiver) = mpsc::channel(1);
    let stream = poll_fn(move |cx| receiver.poll_recv(cx));
    let parts = Multipart::with_constraints(stream, boundary, limits);
    let parsing = pin!(parse(parts, room));
    let feeding = pin!(feed(payload, sender));
    match select(parsing, feeding).await {
        Either::Left((said, _)) => said,
        Either::Right(((), parsing)) => parsing.await,
    }
}

async fn feed(mut payload: Payload, sender: mpsc::Sender<Result<Bytes, PayloadError>>) {
    while let Some(chunk) = payload.next().await {
        if sender.send(chunk).await.is_err() {
            return;
        }
    }
}

async fn parse(mut parts: Multipart<'_>, room: Room<'_>) -> Result<Said, ApiError> {
    let mut tree = Tree::default();
    let (mut files, mut spooled) = (Vec::new(), Vec::new());
    let (mut text_left, mut file_left) = (TEXT_LIMIT, room.bytes());
    while let Some(mut part) = parts.next_field().await.map_err(unreadable)? {
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
