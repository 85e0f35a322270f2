//! Query and body of one request, whatever their form, as one object.
//! <https://docs.joinmastodon.org/client/intro/#parameters>

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::BytesMut;
use futures_util::StreamExt;
use serde_json::{Map, Value};

use super::multipart::{self, File, Room, SpooledFile};
use super::tree::{self, Tree};
use crate::ApiError;
use crate::wording;

/// Bytes of a body that carries no files, and of all that is no file in one that does.
pub(super) const TEXT_LIMIT: usize = 1024 * 1024;

/// Everything that a request says.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) params: Map<String, Value>,
    pub(super) files: Vec<File>,
    pub(super) spooled: Vec<SpooledFile>,
}

/// Reads the request; what stands in the body outweighs the query.
pub(super) async fn read(
    request: &HttpRequest,
    payload: Payload,
    room: Room<'_>,
) -> Result<Said, ApiError> {
    let mut said = Said {
        params: pairs(request.query_string().as_bytes())?,
        ..Said::default()
    };
    let kind = content_type(request);
    let body = match kind.as_deref() {
        Some("multipart/form-data") => multipart::read(request, payload, room).await?,
        // As Rack has it: a body without a type is a form.
        None | Some("application/x-www-form-urlencoded") => {
            let params = pairs(&bytes(payload).await?)?;
            Said {
                params,
                ..Said::default()
            }
        }
        Some(kind) if kind == "application/json" || kind.ends_with("+json") => {
            let params = json(&bytes(payload).await?)?;
            Said {
                params,
                ..Said::default()
            }
        }
        // As Rails has it: what is not known says nothing.
        Some(_) => Said::default(),
    };
    said.params.extend(body.params);
    wording::remember(request, &said.params);
    said.files = body.files;
    said.spooled = body.spooled;
    Ok(said)
}

/// The type without its parameters, in lower case.
fn content_type(request: &HttpRequest) -> Option<String> {
    let value = request.headers().get(header::CONTENT_TYPE)?.to_str().ok()?;
    let kind = value.split(';').next().unwrap_or(value).trim();
    (!kind.is_empty()).then(|| kind.to_ascii_lowercase())
}

/// A body that carries no files, as it came.
pub(crate) async fn bytes(mut payload: Payload) -> Result<BytesMut, ApiError> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk =
            chunk.map_err(|_| ApiError::BadRequest("The body cannot be read".to_owned()))?;
        if body.len() + chunk.len() > TEXT_LIMIT {
            return Err(ApiError::PayloadTooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn pairs(text: &[u8]) -> Result<Map<String, Value>, ApiError> {
    let mut tree = Tree::default();
    for (name, value) in url::form_urlencoded::parse(text) {
        tree.insert(&name, &value)?;
    }
    Ok(tree.into_map())
}

fn json(text: &[u8]) -> Result<Map<String, Value>, ApiError> {
    // Some apps send the type with every request, also where they have nothing to say.
    if text.trim_ascii().is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_slice(text) {
        Ok(Value::Object(object)) => tree::check(object),
        Ok(Value::Null) => Ok(Map::new()),
        Ok(_) => Err(ApiError::BadRequest(
            "The JSON body must be an object".to_owned(),
        )),
        Err(_) => Err(ApiError::BadRequest(
            "The body is not valid JSON".to_owned(),
        )),
    }
}
