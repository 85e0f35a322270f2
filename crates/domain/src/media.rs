//! What an attachment is.

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
}

numbered!(MediaKind { Image = 0, Gifv = 1, Video = 2, Audio = 3, Unknown = 4 });

impl MediaKind {
    /// The word of the client API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Gifv => "gifv",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Unknown => "unknown",
        }
    }
}
