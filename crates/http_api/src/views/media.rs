//! Attachments as apps expect them.

use domain::MediaKind;
use service::views::MediaView;

use crate::entities::media_attachment::{Film, Original};
use crate::entities::{Focus, MediaAttachment, Meta, Size};

impl From<MediaView> for MediaAttachment {
    fn from(view: MediaView) -> Self {
        let (media, facts) = (view.media, view.facts);
        let size = |width: Option<i32>, height: Option<i32>| Size::new(width?, height?);
        let whole = size(media.width, media.height);
        let film = match media.kind {
            MediaKind::Image | MediaKind::Unknown | MediaKind::Document => Film::default(),
            MediaKind::Gifv | MediaKind::Video | MediaKind::Audio => Film {
                length: facts.length(),
                duration: facts.duration,
                fps: facts.frames_per_second(),
                size: whole.clone(),
                audio_encode: facts.audio_encode,
                audio_bitrate: facts.audio_bitrate,
                audio_channels: facts.audio_channels,
            },
        };
        let original = Original {
            size: whole,
            frame_rate: facts.frame_rate,
            duration: facts.duration,
            bitrate: facts.bitrate,
        };
        Self {
            id: media.id,
            kind: media.kind.name(),
            url: view.url,
            preview_url: view.preview_url,
            remote_url: media.remote_url,
            preview_remote_url: media.remote_thumbnail,
            text_url: (),
            meta: Meta {
                focus: Some(Focus {
                    x: media.focus_x,
                    y: media.focus_y,
                }),
                film,
                original: (original != Original::default()).then_some(original),
                small: size(media.thumbnail_width, media.thumbnail_height),
            },
            description: media.description,
            blurhash: media.blurhash,
        }
    }
}
