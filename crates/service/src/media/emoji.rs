//! Custom emoji: small pictures, which may move.

use std::io::Cursor;

use bytes::Bytes;
use image::codecs::gif::GifDecoder;
use image::codecs::webp::WebPDecoder;
use image::{AnimationDecoder, ImageDecoder, ImageFormat};

use super::{
    AT_ONCE, Moving, broken, decode, encode, moving, shrink, too_large, unsupported, written,
};
use crate::{Error, Result};

/// Pixels of a side of a picture that is taken in.
const SIDE: u32 = 1_024;
/// Pixels of a picture that is kept, unless it moves.
const KEPT: u64 = 65_536;

/// A custom emoji, ready to be kept.
#[derive(Debug, Clone)]
pub(crate) struct EmojiPicture {
    pub bytes: Bytes,
    pub mime: &'static str,
    pub extension: &'static str,
    /// PNG of its first frame, if it moves.
    pub still: Option<Bytes>,
}

/// Reads PNG, GIF or WebP, by its content and not by what it is called, and writes it anew: as GIF if it moves, else as PNG.
pub(crate) async fn emoji(bytes: Bytes) -> Result<EmojiPicture> {
    let _turn = AT_ONCE
        .acquire()
        .await
        .map_err(|error| Error::Internal(error.to_string()))?;
    tokio::task::spawn_blocking(move || work(&bytes))
        .await
        .map_err(|error| Error::Internal(error.to_string()))?
}

fn work(bytes: &[u8]) -> Result<EmojiPicture> {
    let format = image::guess_format(bytes).map_err(|_| unsupported())?;
    let (width, height) = match format {
        ImageFormat::Png => image::codecs::png::PngDecoder::new(Cursor::new(bytes))
            .map_err(broken)?
            .dimensions(),
        ImageFormat::Gif => GifDecoder::new(Cursor::new(bytes))
            .map_err(broken)?
            .dimensions(),
        ImageFormat::WebP => WebPDecoder::new(Cursor::new(bytes))
            .map_err(broken)?
            .dimensions(),
        _ => return Err(unsupported()),
    };
    if width > SIDE || height > SIDE {
        return Err(too_large());
    }
    let still = encode(&shrink(&decode(bytes, format)?, KEPT)?, true)?;
    let moving = match format {
        ImageFormat::WebP => moving_webp(bytes)?,
        _ => moving(bytes, format)?,
    };
    Ok(match moving {
        Moving::TooMuch => return Err(too_large()),
        Moving::Written(moving) => EmojiPicture {
            bytes: moving.bytes,
            mime: moving.mime,
            extension: moving.extension,
            still: Some(still.bytes),
        },
        Moving::Still => EmojiPicture {
            bytes: still.bytes,
            mime: still.mime,
            extension: still.extension,
            still: None,
        },
    })
}

fn moving_webp(bytes: &[u8]) -> Result<Moving> {
    let decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(broken)?;
    if !decoder.has_animation() {
        return Ok(Moving::Still);
    }
    let (width, height) = decoder.dimensions();
    written(decoder.into_frames(), width, height)
}

#[cfg(test)]
mod tests {
    use image::codecs::gif::GifEncoder;
    use image::{Delay, Frame, Rgba, RgbaImage};

    use super::*;

    fn picture(format: ImageFormat, side: u32) -> Bytes {
        let mut bytes = Cursor::new(Vec::new());
        let picture = RgbaImage::from_pixel(side, side, Rgba([200, 0, 0, 255]));
        if format == ImageFormat::Jpeg {
            let opaque = image::DynamicImage::ImageRgba8(picture).into_rgb8();
            opaque.write_to(&mut bytes, format).unwrap();
        } else {
            picture.write_to(&mut bytes, format).unwrap();
        }
        bytes.into_inner().into()
    }

    #[tokio::test]
    async fn an_emoji_is_kept_as_a_small_picture() {
        for format in [ImageFormat::Png, ImageFormat::Gif, ImageFormat::WebP] {
            let kept = emoji(picture(format, 600)).await.unwrap();
            assert_eq!((kept.mime, kept.extension), ("image/png", "png"));
            assert!(kept.still.is_none());
            let kept = image::load_from_memory(&kept.bytes).unwrap();
            assert_eq!((kept.width(), kept.height()), (256, 256));
        }
    }

    #[tokio::test]
    async fn one_that_moves_has_one_that_does_not() {
        let mut gif = Vec::new();
        {
            let mut encoder = GifEncoder::new(&mut gif);
            for red in [10, 250] {
                let picture = RgbaImage::from_pixel(8, 8, Rgba([red, 0, 0, 255]));
                let delay = Delay::from_numer_denom_ms(100, 1);
                encoder
                    .encode_frame(Frame::from_parts(picture, 0, 0, delay))
                    .unwrap();
            }
        }
        let kept = emoji(gif.into()).await.unwrap();
        assert_eq!((kept.mime, kept.extension), ("image/gif", "gif"));
        let still = kept.still.unwrap();
        assert_eq!(image::guess_format(&still).unwrap(), ImageFormat::Png);
    }

    #[tokio::test]
    async fn only_small_pictures_of_three_kinds_are_taken() {
        for bad in [
            picture(ImageFormat::Jpeg, 8),
            picture(ImageFormat::Png, SIDE + 1),
            Bytes::from_static(b"<svg/>"),
            Bytes::from_static(b"GIF89a"),
            Bytes::from_static(b"RIFF\0\0\0\0WEBP"),
            Bytes::new(),
        ] {
            let refused = emoji(bad).await;
            assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
        }
    }
}
