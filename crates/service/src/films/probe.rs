//! What `ffprobe` says of a file.
//! <https://ffmpeg.org/ffprobe.html>

use domain::FilmFacts;
use serde::Deserialize;

use super::{MOST_FRAMES, MOST_PIXELS};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Said {
    streams: Vec<Stream>,
    format: Container,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Container {
    duration: Option<String>,
    bit_rate: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Stream {
    codec_type: Option<String>,
    codec_name: Option<String>,
    profile: Option<String>,
    width: Option<u32>,
    height: Option<u32>,
    pix_fmt: Option<String>,
    avg_frame_rate: Option<String>,
    r_frame_rate: Option<String>,
    sample_rate: Option<String>,
    channels: Option<u32>,
    channel_layout: Option<String>,
    duration: Option<String>,
    disposition: Disposition,
    side_data_list: Vec<SideData>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Disposition {
    /// A picture that stands for a sound.
    attached_pic: u8,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SideData {
    /// Degrees.
    rotation: Option<f64>,
}

/// What is in a file, as far as it decides what is made of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Probed {
    /// Codec, format of its pixels, and size as it is shown.
    pub film: Option<Film>,
    /// The codec.
    pub sound: Option<String>,
    /// Whether a sound has a picture that stands for it.
    pub cover: bool,
    pub facts: FilmFacts,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Film {
    pub codec: String,
    pub pixels: String,
    pub width: u32,
    pub height: u32,
}

impl Probed {
    /// # Errors
    /// A sentence about what is wrong with the file.
    pub(super) fn read(json: &str) -> Result<Self, &'static str> {
        let said: Said = serde_json::from_str(json).map_err(|_| UNREADABLE)?;
        let of = |kind: &'static str| {
            let streams = said.streams.iter();
            streams.filter(move |stream| stream.codec_type.as_deref() == Some(kind))
        };
        let known = |stream: &&Stream| stream.codec_name.is_some();
        let film = of("video")
            .filter(known)
            .find(|stream| stream.disposition.attached_pic == 0);
        let sound = of("audio").find(known);
        let cover = of("video").any(|stream| stream.disposition.attached_pic == 1);
        let number = |text: &Option<String>| text.as_deref()?.parse::<f64>().ok();
        let facts = FilmFacts {
            duration: number(&said.format.duration)
                .or_else(|| number(&film.or(sound)?.duration))
                .filter(|seconds| seconds.is_finite() && *seconds >= 0.0),
            bitrate: said.format.bit_rate.and_then(|rate| rate.parse().ok()),
            frame_rate: film.and_then(Stream::frame_rate),
            audio_encode: sound.and_then(Stream::encoded),
            audio_bitrate: sound
                .and_then(|stream| Some(format!("{} Hz", stream.sample_rate.as_ref()?))),
            audio_channels: sound.and_then(Stream::heard),
        };
        let film = film.map(Stream::film).transpose()?;
        if film.is_none() && sound.is_none() {
            return Err(UNREADABLE);
        }
        if facts
            .frames_per_second()
            .is_some_and(|rate| rate > f64::from(MOST_FRAMES))
        {
            return Err("Video has too many frames in a second");
        }
        Ok(Self {
            film,
            sound: sound.and_then(|stream| stream.codec_name.clone()),
            cover,
            facts,
        })
    }
}

pub(super) const UNREADABLE: &str = "File could not be read as a video or a sound";

impl Stream {
    fn film(&self) -> Result<Film, &'static str> {
        let (Some(width), Some(height)) = (self.width, self.height) else {
            return Err(UNREADABLE);
        };
        if width == 0 || height == 0 {
            return Err(UNREADABLE);
        }
        if u64::from(width) * u64::from(height) > MOST_PIXELS {
            return Err("Video has too many pixels");
        }
        let turned = self.side_data_list.iter().find_map(|data| data.rotation);
        let lies = turned.is_some_and(|degrees| (degrees.abs() % 180.0 - 90.0).abs() < 1.0);
        let (width, height) = if lies {
            (height, width)
        } else {
            (width, height)
        };
        Ok(Film {
            codec: self.codec_name.clone().unwrap_or_default(),
            pixels: self.pix_fmt.clone().unwrap_or_default(),
            width,
            height,
        })
    }

    fn frame_rate(&self) -> Option<String> {
        [&self.avg_frame_rate, &self.r_frame_rate]
            .into_iter()
            .flatten()
            .find(|rate| domain::media::rate(rate).is_some())
            .cloned()
    }

    fn encoded(&self) -> Option<String> {
        let codec = self.codec_name.as_deref()?;
        Some(match &self.profile {
            Some(profile) if profile != "unknown" => format!("{codec} ({profile})"),
            _ => codec.to_owned(),
        })
    }

    fn heard(&self) -> Option<String> {
        self.channel_layout
            .clone()
            .or_else(|| match self.channels? {
                1 => Some("mono".to_owned()),
                2 => Some("stereo".to_owned()),
                count => Some(format!("{count} channels")),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TELEPHONE: &str = r#"{"streams": [
        {"codec_type": "data"},
        {"codec_type": "video", "codec_name": "h264", "width": 640, "height": 360, "pix_fmt": "yuv420p",
         "avg_frame_rate": "30000/1001", "r_frame_rate": "30/1", "side_data_list": [{"rotation": -90}]},
        {"codec_type": "audio", "codec_name": "aac", "profile": "LC", "sample_rate": "44100", "channels": 2,
         "channel_layout": "stereo"}],
        "format": {"duration": "5.568000", "bit_rate": "862056"}}"#;

    #[test]
    fn a_film_held_upright_is_higher_than_wide() {
        let probed = Probed::read(TELEPHONE).unwrap();
        let film = probed.film.unwrap();
        assert_eq!((film.width, film.height), (360, 640));
        assert_eq!(probed.sound.as_deref(), Some("aac"));
        assert_eq!(probed.facts.duration, Some(5.568));
        assert_eq!(probed.facts.frame_rate.as_deref(), Some("30000/1001"));
        assert_eq!(probed.facts.audio_encode.as_deref(), Some("aac (LC)"));
        assert_eq!(probed.facts.audio_bitrate.as_deref(), Some("44100 Hz"));
    }

    #[test]
    fn a_picture_that_stands_for_a_sound_is_no_film() {
        let json = r#"{"streams": [{"codec_type": "audio", "codec_name": "mp3", "channels": 1},
            {"codec_type": "video", "codec_name": "mjpeg", "width": 9000, "height": 9000,
             "disposition": {"attached_pic": 1}}]}"#;
        let probed = Probed::read(json).unwrap();
        assert!(probed.film.is_none() && probed.cover);
        assert_eq!(probed.facts.audio_channels.as_deref(), Some("mono"));
    }

    #[test]
    fn what_is_too_much_or_nothing_is_refused() {
        for (from, to) in [
            ("640", "64000"),
            ("640", "0"),
            ("30000/1001", "240/1"),
            ("\"video\"", "\"data\""),
        ] {
            let json = TELEPHONE.replace(from, to).replace("\"audio\"", "\"data\"");
            assert!(Probed::read(&json).is_err(), "{to}");
        }
        for bad in ["", "{}", "[]", r#"{"streams": 5}"#] {
            assert!(Probed::read(bad).is_err(), "{bad}");
        }
    }
}
