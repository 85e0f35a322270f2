//! Films and sounds that people here send: kept as they are where no `ffmpeg` is found, else made into what every
//! browser and every other server plays.

mod ffmpeg;
mod making;
mod plain;
mod probe;

use crate::App;

pub use ffmpeg::Ffmpeg;
pub(crate) use making::convert;
pub(crate) use plain::prepare;

/// Pixels of a picture of a film, as Mastodon bounds them.
pub const MOST_PIXELS: u64 = 8_294_400;
/// Pictures of a film in a second, as Mastodon bounds them.
pub const MOST_FRAMES: u32 = 120;

/// Types that are taken in, by all the names that apps have for them; the last of them only where films are converted.
const TAKEN: [&str; 24] = [
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "video/mp4",
    "video/webm",
    "video/x-m4v",
    "audio/mpeg",
    "audio/mp3",
    "audio/ogg",
    "audio/opus",
    "audio/vorbis",
    "audio/flac",
    "audio/x-flac",
    "audio/wav",
    "audio/wave",
    "audio/x-wav",
    "audio/vnd.wave",
    "audio/mp4",
    "audio/m4a",
    "audio/x-m4a",
    "audio/aac",
    "video/quicktime",
    "video/3gpp",
];
const ONLY_CONVERTED: usize = 2;

/// Types of all files that are taken in, pictures among them.
#[must_use]
pub fn mime_types(app: &App) -> &'static [&'static str] {
    match app.settings().ffmpeg {
        Some(_) => &TAKEN,
        None => TAKEN.split_at(TAKEN.len() - ONLY_CONVERTED).0,
    }
}

/// What a file is, by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Mp4,
    QuickTime,
    /// Of telephones from before 2010.
    ThreeGp,
    /// Or Matroska.
    WebM,
    M4a,
    Mp3,
    Ogg,
    Aac,
    Flac,
    Wav,
    /// A picture that moves.
    Gif,
}

impl Format {
    /// None for what is no film and no sound. Whether a GIF moves, its beginning does not say.
    #[must_use]
    pub fn of(beginning: &[u8]) -> Option<Self> {
        let bytes = |from: usize, to: usize| beginning.get(from..to).unwrap_or_default();
        if bytes(4, 8) == b"ftyp" {
            return match bytes(8, 12) {
                // Pictures in the same box.
                b"avif" | b"avis" | b"heic" | b"heix" | b"hevc" | b"mif1" | b"msf1" => None,
                b"M4A " | b"M4B " => Some(Self::M4a),
                b"qt  " => Some(Self::QuickTime),
                [b'3', b'g', ..] => Some(Self::ThreeGp),
                _ => Some(Self::Mp4),
            };
        }
        let begins = |magic: &[u8]| beginning.starts_with(magic);
        Some(match beginning {
            _ if begins(b"\x1a\x45\xdf\xa3") => Self::WebM,
            _ if begins(b"OggS") => Self::Ogg,
            _ if begins(b"ID3") => Self::Mp3,
            _ if begins(b"fLaC") => Self::Flac,
            _ if begins(b"GIF8") => Self::Gif,
            _ if begins(b"RIFF") && bytes(8, 12) == b"WAVE" => Self::Wav,
            [0xff, 0xf1 | 0xf9, ..] => Self::Aac,
            [0xff, 0xfa | 0xfb | 0xf2 | 0xf3 | 0xe2 | 0xe3, ..] => Self::Mp3,
            _ => return None,
        })
    }

    #[must_use]
    pub fn mime(self) -> &'static str {
        match self {
            Self::Mp4 => "video/mp4",
            Self::QuickTime => "video/quicktime",
            Self::ThreeGp => "video/3gpp",
            Self::WebM => "video/webm",
            Self::M4a => "audio/mp4",
            Self::Mp3 => "audio/mpeg",
            Self::Ogg => "audio/ogg",
            Self::Aac => "audio/aac",
            Self::Flac => "audio/flac",
            Self::Wav => "audio/wav",
            Self::Gif => "image/gif",
        }
    }

    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Mp4 => "mp4",
            Self::QuickTime => "mov",
            Self::ThreeGp => "3gp",
            Self::WebM => "webm",
            Self::M4a => "m4a",
            Self::Mp3 => "mp3",
            Self::Ogg => "ogg",
            Self::Aac => "aac",
            Self::Flac => "flac",
            Self::Wav => "wav",
            Self::Gif => "gif",
        }
    }

    /// Which of `ffmpeg`'s readers it is given to. Without a name `ffmpeg` guesses, and may be led to one that opens other
    /// files.
    fn reader(self) -> &'static str {
        match self {
            Self::Mp4 | Self::QuickTime | Self::ThreeGp | Self::M4a => "mov",
            Self::WebM => "matroska",
            Self::Mp3 => "mp3",
            Self::Ogg => "ogg",
            Self::Aac => "aac",
            Self::Flac => "flac",
            Self::Wav => "wav",
            Self::Gif => "gif",
        }
    }

    /// The format of that type, as a row names it.
    fn named(mime: &str) -> Option<Self> {
        [
            Self::Mp4,
            Self::QuickTime,
            Self::ThreeGp,
            Self::WebM,
            Self::M4a,
            Self::Mp3,
            Self::Ogg,
            Self::Aac,
            Self::Flac,
            Self::Wav,
            Self::Gif,
        ]
        .into_iter()
        .find(|format| format.mime() == mime)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_content() {
        for (bytes, format) in [
            (&b"\0\0\0\x18ftypisom"[..], Some(Format::Mp4)),
            (b"\0\0\0\x18ftypM4V ", Some(Format::Mp4)),
            (b"\0\0\0\x14ftypqt  ", Some(Format::QuickTime)),
            (b"\0\0\0\x18ftyp3gp4", Some(Format::ThreeGp)),
            (b"\0\0\0\x18ftypM4A ", Some(Format::M4a)),
            (b"\0\0\0\x18ftypavif", None),
            (b"\x1a\x45\xdf\xa3\x01", Some(Format::WebM)),
            (b"OggS\0\x02", Some(Format::Ogg)),
            (b"ID3\x04", Some(Format::Mp3)),
            (b"\xff\xfb\x90", Some(Format::Mp3)),
            (b"\xff\xf1\x50", Some(Format::Aac)),
            (b"fLaC\0", Some(Format::Flac)),
            (b"RIFF\0\0\0\0WAVE", Some(Format::Wav)),
            (b"RIFF\0\0\0\0WEBP", None),
            (b"#EXTM3U", None),
            (b"ffconcat version 1.0", None),
            (b"<svg xmlns", None),
            (b"", None),
        ] {
            assert_eq!(Format::of(bytes), format, "{bytes:?}");
            if let Some(format) = format {
                assert_eq!(Format::named(format.mime()), Some(format));
            }
        }
    }
}
