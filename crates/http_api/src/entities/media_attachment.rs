//! Pictures, sound and films.
//! <https://docs.joinmastodon.org/entities/MediaAttachment/>

use domain::MediaId;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};

use super::Null;

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MediaAttachment {
    #[schema(value_type = String)]
    pub id: MediaId,
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Null while the file is still being worked on.
    #[schema(required)]
    pub url: Option<String>,
    #[schema(required)]
    pub preview_url: Option<String>,
    #[schema(required)]
    pub remote_url: Option<String>,
    #[schema(required)]
    pub preview_remote_url: Option<String>,
    /// An old link that some apps still ask for.
    #[schema(schema_with = crate::openapi::null)]
    pub text_url: Null,
    pub meta: Meta,
    #[schema(required)]
    pub description: Option<String>,
    #[schema(required)]
    pub blurhash: Option<String>,
}

/// What is not known is left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct Meta {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Focus)]
    pub focus: Option<Focus>,
    #[serde(flatten)]
    pub film: Film,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Original)]
    pub original: Option<Original>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Size)]
    pub small: Option<Size>,
}

/// What older versions of Mastodon say of films and sounds, and apps still read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct Film {
    /// `0:01:05.25`
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pub length: Option<String>,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = f64)]
    pub duration: Option<f64>,
    /// Pictures per second.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = f64)]
    pub fps: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pub audio_encode: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pub audio_bitrate: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pub audio_channels: Option<String>,
    #[serde(flatten)]
    #[schema(schema_with = sides)]
    pub size: Option<Size>,
}

/// A picture has a size, a sound what is heard, a film both.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct Original {
    #[serde(flatten)]
    #[schema(schema_with = sides)]
    pub size: Option<Size>,
    /// A fraction.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pub frame_rate: Option<String>,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = f64)]
    pub duration: Option<f64>,
    /// Bits per second.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u64)]
    pub bitrate: Option<u64>,
}

/// The fields of a [`Size`], of which there may be none.
fn sides() -> RefOr<Schema> {
    let of = |kind: Type| ObjectBuilder::new().schema_type(kind);
    of(Type::Object)
        .property("width", of(Type::Integer))
        .property("height", of(Type::Integer))
        .property("size", of(Type::String))
        .property("aspect", of(Type::Number))
        .into()
}

/// The point that stays visible in a crop; from -1 to 1, upwards and to the right.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Focus {
    pub x: f64,
    pub y: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Size {
    width: i32,
    height: i32,
    size: String,
    aspect: f64,
}

impl Size {
    /// None for sides that no picture has.
    #[must_use]
    pub fn new(width: i32, height: i32) -> Option<Self> {
        (width > 0 && height > 0).then(|| Self {
            width,
            height,
            size: format!("{width}x{height}"),
            aspect: f64::from(width) / f64::from(height),
        })
    }
}
