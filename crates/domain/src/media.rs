//! What an attachment is.

use serde::{Deserialize, Serialize};

use crate::numbered::numbered;

/// What kind of file it is, as apps tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaKind {
    Image,
    /// A moving picture without sound.
    Gifv,
    Video,
    Audio,
    Unknown,
    /// A [`DocumentType`](crate::DocumentType), which is linked to and never shown; its description is its name.
    Document,
}

numbered!(MediaKind { Image = 0, Gifv = 1, Video = 2, Audio = 3, Unknown = 4, Document = 5 });

impl MediaKind {
    /// The word of the client API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Gifv => "gifv",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Unknown | Self::Document => "unknown",
        }
    }
}

/// What a page offers to be shown in the place of a link to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardKind {
    /// Nothing but words and perhaps a picture.
    Link,
    Photo,
    Video,
    /// Something else in a frame.
    Rich,
}

numbered!(CardKind { Link = 0, Photo = 1, Video = 2, Rich = 3 });

impl CardKind {
    /// The word of the client API, and of oEmbed.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Photo => "photo",
            Self::Video => "video",
            Self::Rich => "rich",
        }
    }

    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Link, Self::Photo, Self::Video, Self::Rich]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

/// How far a file is that somebody sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaState {
    Ready,
    /// It has yet to be converted.
    Waiting,
    /// It could not be converted.
    Failed,
}

numbered!(MediaState { Ready = 0, Waiting = 1, Failed = 2 });

/// What a film or a sound is like, as far as that is known.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FilmFacts {
    /// Seconds.
    pub duration: Option<f64>,
    /// Bits per second of all that is in the file.
    pub bitrate: Option<u64>,
    /// Pictures per second as a fraction, such as `30000/1001`.
    pub frame_rate: Option<String>,
    /// The codec of the sound, such as `aac (LC)`.
    pub audio_encode: Option<String>,
    /// Samples per second, such as `44100 Hz`.
    pub audio_bitrate: Option<String>,
    /// `mono`, `stereo` and the like.
    pub audio_channels: Option<String>,
}

impl FilmFacts {
    /// `0:01:05.25`
    #[must_use]
    pub fn length(&self) -> Option<String> {
        let seconds = self
            .duration
            .filter(|seconds| (0.0..1e9).contains(seconds))?;
        let (hours, rest) = ((seconds / 3_600.0).floor(), seconds % 3_600.0);
        let (minutes, seconds) = ((rest / 60.0).floor(), rest % 60.0);
        // Rounded down, so that no second is the sixtieth.
        let seconds = (seconds * 100.0).floor() / 100.0;
        Some(format!("{hours}:{minutes:02}:{seconds:05.2}"))
    }

    /// Pictures per second.
    #[must_use]
    pub fn frames_per_second(&self) -> Option<f64> {
        rate(self.frame_rate.as_deref()?)
    }
}

/// The value of a fraction such as `30000/1001`; none of what is no positive number.
#[must_use]
pub fn rate(fraction: &str) -> Option<f64> {
    let (above, below) = fraction.split_once('/').unwrap_or((fraction, "1"));
    let value = above.parse::<f64>().ok()? / below.parse::<f64>().ok()?;
    (value.is_finite() && value > 0.0).then_some(value)
}

/// The digits of a blurhash, in their order.
const DIGITS: &str =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~";

/// Whether apps can read it: nothing but its digits, and as many as the first one says.
/// <https://github.com/woltapp/blurhash/blob/master/Algorithm.md>
#[must_use]
pub fn is_blurhash(text: &str) -> bool {
    let size = text.chars().next().and_then(|first| DIGITS.find(first));
    let Some(size) = size.filter(|size| *size < 81) else {
        return false;
    };
    let parts = (size % 9 + 1) * (size / 9 + 1);
    text.len() == 4 + 2 * parts && text.chars().all(|digit| DIGITS.contains(digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blurhash_is_as_long_as_it_says() {
        for good in ["LEHV6nWB2yk8pyo0adR*.7kCMdnj", "00Fr^n"] {
            assert!(is_blurhash(good), "{good}");
        }
        for bad in [
            "",
            "U",
            "LEHV6nWB2yk8pyo0adR*.7kCMdn",
            "00Fr<n",
            "00Fré",
            "~0Fr^n",
        ] {
            assert!(!is_blurhash(bad), "{bad}");
        }
    }

    #[test]
    fn lengths_and_rates_are_written_as_apps_read_them() {
        let lasting = |duration| FilmFacts {
            duration: Some(duration),
            ..FilmFacts::default()
        };
        for (seconds, text) in [
            (5.58, Some("0:00:05.58")),
            (88.65, Some("0:01:28.65")),
            (3_725.0, Some("1:02:05.00")),
            (59.999, Some("0:00:59.99")),
            (-1.0, None),
            (f64::NAN, None),
        ] {
            assert_eq!(lasting(seconds).length().as_deref(), text, "{seconds}");
        }
        assert_eq!(rate("30/1"), Some(30.0));
        assert_eq!(rate("25"), Some(25.0));
        for bad in ["0/0", "1/0", "-1/2", "x", "", "1/2/3"] {
            assert_eq!(rate(bad), None, "{bad}");
        }
    }
}
