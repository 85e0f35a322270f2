//! Pictures, sound and films.
//! <https://docs.joinmastodon.org/entities/MediaAttachment/>

use domain::MediaId;
use serde::Serialize;

use super::Null;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MediaAttachment {
    pub id: MediaId,
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Null while the file is still being worked on.
    pub url: Option<String>,
    pub preview_url: Option<String>,
    pub remote_url: Option<String>,
    pub preview_remote_url: Option<String>,
    /// An old link that some apps still ask for.
    pub text_url: Null,
    pub meta: Meta,
    pub description: Option<String>,
    pub blurhash: Option<String>,
}

/// What is not known is left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Meta {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub focus: Option<Focus>,
    #[serde(flatten)]
    pub film: Film,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original: Option<Original>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub small: Option<Size>,
}

/// What older versions of Mastodon say of films and sounds, and apps still read.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Film {
    /// `0:01:05.25`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length: Option<String>,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<f64>,
    /// Pictures per second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fps: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio_encode: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio_bitrate: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio_channels: Option<String>,
    #[serde(flatten)]
    pub size: Option<Size>,
}

/// A picture has a size, a sound what is heard, a film both.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Original {
    #[serde(flatten)]
    pub size: Option<Size>,
    /// A fraction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frame_rate: Option<String>,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<f64>,
    /// Bits per second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bitrate: Option<u64>,
}

/// The point that stays visible in a crop; from -1 to 1, upwards and to the right.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Focus {
    pub x: f64,
    pub y: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
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
