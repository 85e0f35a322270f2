//! `multipart/form-data`: parameters and files.
//! <https://www.rfc-editor.org/rfc/rfc7578>

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::web::{Bytes, BytesMut};
use futures_util::StreamExt;

use super::body::{Said, TEXT_LIMIT};
use super::tree::Tree;
use crate::ApiError;

/// Files that one request may carry: an avatar and a header, or a picture and its thumbnail.
const FILES: usize = 2;

/// A file as it was sent. Neither its name nor its type is to be believed.
#[derive(Debug, Clone)]
pub struct File {
    /// The parameter that it was sent for.
    pub field: String,
    pub name: Option<String>,
    pub content_type: Option<String>,
    pub bytes: Bytes,
}

/// Reads all parts; the files together may have `file_limit` bytes.
pub(super) async fn read(
    request: &HttpRequest,
    payload: Payload,
    file_limit: usize,
) -> Result<Said, ApiError> {
    let mut parts = Multipart::new(request.headers(), payload);
    let mut tree = Tree::default();
    let mut files = Vec::new();
    let (mut text_left, mut file_left) = (TEXT_LIMIT, file_limit);
    while let Some(part) = parts.next().await {
        let mut part = part.map_err(|error| unreadable(&error))?;
        let Some(field) = part.name().map(str::to_owned) else {
            continue;
        };
        let file_name = part
            .content_disposition()
            .and_then(|disposition| disposition.get_filename())
            .map(str::to_owned);
        if file_name.is_none() {
            let text = bytes(&mut part, &mut text_left).await?;
            tree.insert(&field, &String::from_utf8_lossy(&text))?;
            continue;
        }
        let content_type = part.content_type().map(ToString::to_string);
        let bytes = bytes(&mut part, &mut file_left).await?;
        // A form on a page sends an empty part for each file that was not chosen.
        if bytes.is_empty() {
            continue;
        }
        if files.len() == FILES {
            return Err(ApiError::PayloadTooLarge);
        }
        files.push(File {
            field,
            name: file_name,
            content_type,
            bytes: bytes.freeze(),
        });
    }
    Ok(Said {
        params: tree.into_map(),
        files,
    })
}

async fn bytes(part: &mut Field, left: &mut usize) -> Result<BytesMut, ApiError> {
    let mut content = BytesMut::new();
    while let Some(chunk) = part.next().await {
        let chunk = chunk.map_err(|error| unreadable(&error))?;
        *left = left
            .checked_sub(chunk.len())
            .ok_or(ApiError::PayloadTooLarge)?;
        content.extend_from_slice(&chunk);
    }
    Ok(content)
}

fn unreadable(error: &MultipartError) -> ApiError {
    ApiError::BadRequest(format!("The multipart body cannot be read: {error}"))
}
