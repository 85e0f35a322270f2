//! Extractors: the parameters of a request, and the files with them.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use service::{App, Spool, attachments};

use super::body;
use super::multipart::{File, Room, SpooledFile};
use crate::ApiError;

/// How many bytes of files are taken with one request; part of the app's data.
#[derive(Debug, Clone, Copy)]
pub struct UploadLimit(pub usize);

/// Query and body as one `T`; files are refused.
#[derive(Debug)]
pub struct Params<T>(pub T);

impl<T> Params<T> {
    pub fn into_inner(self) -> T {
        self.0
    }
}

/// Query and body as one `T`, and the files of a multipart body.
#[derive(Debug)]
pub struct Upload<T> {
    pub params: T,
    pub files: Vec<File>,
}

impl<T> Upload<T> {
    /// Takes out the file sent for parameter `field`.
    pub fn take(&mut self, field: &str) -> Option<File> {
        let position = self.files.iter().position(|file| file.field == field)?;
        Some(self.files.swap_remove(position))
    }
}

/// Query and body as one `T`, and the files of a multipart body, on the disk: of any length, they take no memory.
#[derive(Debug)]
pub struct Spooled<T> {
    pub params: T,
    pub files: Vec<SpooledFile>,
}

impl<T> Spooled<T> {
    /// Takes out the file sent for parameter `field`.
    pub fn take(&mut self, field: &str) -> Option<Spool> {
        Some(self.take_named(field)?.spool)
    }

    /// The same, with what it is called.
    pub fn take_named(&mut self, field: &str) -> Option<SpooledFile> {
        let position = self.files.iter().position(|file| file.field == field)?;
        Some(self.files.swap_remove(position))
    }
}

type Extracting<T> = Pin<Box<dyn Future<Output = Result<T, ApiError>>>>;

impl<T: DeserializeOwned + 'static> FromRequest for Params<T> {
    type Error = ApiError;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let said = body::read(&request, payload, Room::Nowhere).await?;
            Ok(Self(typed(said.params)?))
        })
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Upload<T> {
    type Error = ApiError;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let limit = request
                .app_data::<Data<UploadLimit>>()
                .map_or(0, |limit| limit.0);
            let said = body::read(&request, payload, Room::Memory(limit)).await?;
            Ok(Self {
                params: typed(said.params)?,
                files: said.files,
            })
        })
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Spooled<T> {
    type Error = ApiError;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let app = request.app_data::<Data<App>>().ok_or(ApiError::Server)?;
            let room = Room::Disk(app, attachments::most_bytes(app));
            let said = body::read(&request, payload, room).await?;
            Ok(Self {
                params: typed(said.params)?,
                files: said.spooled,
            })
        })
    }
}

fn typed<T: DeserializeOwned>(params: Map<String, Value>) -> Result<T, ApiError> {
    let params = Value::Object(params);
    T::deserialize(&params).map_err(|_| mistake::<T>(params))
}

/// Which parameter cannot be read, in a sentence: each is tried alone.
fn mistake<T: DeserializeOwned>(params: Value) -> ApiError {
    let Value::Object(params) = params else {
        return ApiError::Unprocessable("Validation failed".to_owned());
    };
    let reason = params.into_iter().find_map(|(name, value)| {
        let label = label(&name);
        let alone = Value::Object(Map::from_iter([(name, value)]));
        let error = T::deserialize(&alone).err()?.to_string();
        Some(format!("{label} {}", super::lenient::sentence(&error)))
    });
    ApiError::Unprocessable(format!(
        "Validation failed: {}",
        reason.as_deref().unwrap_or("a parameter is missing")
    ))
}

/// `default_privacy` as people read it.
pub(super) fn label(name: &str) -> String {
    let words = domain::limits::cut(name, 50).replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
