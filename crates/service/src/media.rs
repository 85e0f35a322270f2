//! Pictures: checked, turned upright, made smaller, and written anew, so that nothing but the picture is kept.

pub(crate) mod emoji;

use std::io::Cursor;

use bytes::Bytes;
use fast_image_resize::images::Image;
use fast_image_resize::{PixelType, ResizeOptions, Resizer};
use image::codecs::gif::{GifDecoder, GifEncoder, Repeat};
use image::codecs::jpeg::JpegEncoder;
use image::{
    AnimationDecoder, DynamicImage, Frames, ImageDecoder, ImageFormat, ImageReader, Limits,
    RgbaImage,
};
use tokio::sync::Semaphore;

use crate::films::{self, Format};
use crate::{Error, Result};

/// Pixels of a picture that is taken in, as Mastodon bounds them.
pub const MOST_PIXELS: u64 = 33_177_600;

/// Pixels of a picture that is kept; larger ones are made smaller.
const KEPT_PIXELS: u64 = 8_294_400;
/// Pixels of a preview.
const PREVIEW_PIXELS: u64 = 230_400;
/// Pixels of a moving picture, as Mastodon bounds them, and its frames; all together they are no more than the largest
/// picture that stands still.
const MOVING_PIXELS: u64 = 921_600;
const FRAMES: u64 = 300;
/// Pixels of all pictures of a GIF that becomes a film: a minute or so of a core.
const FILMED_PIXELS: u64 = 2_000_000_000;
const JPEG_QUALITY: u8 = 88;

/// Decoding takes memory and a core: one picture at a time.
static AT_ONCE: Semaphore = Semaphore::const_new(1);

/// What a picture is for, which decides its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Attachment,
    /// An attachment of somebody elsewhere: if it moves too much, its first frame stands for it.
    Foreign,
    /// 400 × 400.
    Avatar,
    /// 1500 × 500.
    Header,
}

/// A picture ready to be kept.
#[derive(Debug, Clone)]
pub struct Processed {
    pub bytes: Bytes,
    pub mime: &'static str,
    pub extension: &'static str,
    pub width: u32,
    pub height: u32,
    pub thumbnail: Option<Thumbnail>,
    pub blurhash: Option<String>,
}

/// A small copy of a picture.
#[derive(Debug, Clone)]
pub struct Thumbnail {
    pub bytes: Bytes,
    pub extension: &'static str,
    pub width: u32,
    pub height: u32,
}

/// Reads a picture, by its content and not by what it is called.
///
/// # Errors
/// [`Error::Invalid`] for what is no picture of a known type or has too many pixels.
pub async fn process(bytes: Bytes, purpose: Purpose) -> Result<Processed> {
    let _turn = AT_ONCE
        .acquire()
        .await
        .map_err(|error| Error::Internal(error.to_string()))?;
    tokio::task::spawn_blocking(move || work(&bytes, purpose))
        .await
        .map_err(|error| Error::Internal(error.to_string()))?
}

fn work(bytes: &[u8], purpose: Purpose) -> Result<Processed> {
    let format = image::guess_format(bytes).map_err(|_| unsupported())?;
    if !matches!(
        format,
        ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::Gif | ImageFormat::WebP
    ) {
        return Err(unsupported());
    }
    let picture = decode(bytes, format)?;
    // A photograph as PNG would be ten times as large.
    let lossless = !matches!(format, ImageFormat::Jpeg | ImageFormat::WebP);
    match purpose {
        Purpose::Avatar => encode(&fill(&picture, 400, 400)?, lossless),
        Purpose::Header => encode(&fill(&picture, 1_500, 500)?, lossless),
        Purpose::Attachment | Purpose::Foreign => {
            let mut kept = match moving(bytes, format)? {
                Moving::Written(moving) => moving,
                Moving::TooMuch if purpose == Purpose::Attachment => return Err(too_large()),
                Moving::TooMuch | Moving::Still => {
                    encode(&shrink(&picture, KEPT_PIXELS)?, lossless)?
                }
            };
            let small = shrink(&picture, PREVIEW_PIXELS)?;
            kept.blurhash = Some(blurhash(&small)?);
            let small = encode(&small, lossless)?;
            kept.thumbnail = Some(Thumbnail {
                bytes: small.bytes,
                extension: small.extension,
                width: small.width,
                height: small.height,
            });
            Ok(kept)
        }
    }
}

/// Type and extension of what others may show here and we cannot write anew: films, sounds, and pictures of
/// a newer kind. By its content, whatever it is called; none of these carries anything that runs.
pub(crate) fn foreign_type(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    if matches!(bytes.get(4..12), Some(b"ftypavif" | b"ftypavis")) {
        return Some(("image/avif", "avif"));
    }
    match Format::of(bytes)? {
        Format::Gif | Format::ThreeGp => None,
        format => Some((format.mime(), format.extension())),
    }
}

/// Whether a GIF has more than one picture.
///
/// # Errors
/// [`Error::Invalid`] if it has more than can be made a film of in good time.
pub(crate) async fn is_moving(bytes: Bytes) -> Result<bool> {
    let _turn = AT_ONCE
        .acquire()
        .await
        .map_err(|error| Error::Internal(error.to_string()))?;
    let count = move || -> Result<bool> {
        let decoder = gif(&bytes)?;
        let (width, height) = decoder.dimensions();
        let pixels = u64::from(width) * u64::from(height);
        if pixels > films::MOST_PIXELS {
            return Ok(false);
        }
        if pictures(&bytes) * pixels > FILMED_PIXELS {
            return Err(too_large());
        }
        let frames = decoder.into_frames().take(2);
        Ok(frames.filter(std::result::Result::is_ok).count() == 2)
    };
    tokio::task::spawn_blocking(count)
        .await
        .map_err(|error| Error::Internal(error.to_string()))?
}

pub(crate) fn unsupported() -> Error {
    crate::error::invalid("File content type is invalid")
}

fn broken(error: impl std::fmt::Display) -> Error {
    crate::error::invalid(format!("File could not be read as a picture ({error})"))
}

fn too_large() -> Error {
    crate::error::invalid("File has too many pixels")
}

/// The size is known before a pixel is decoded.
fn decode(bytes: &[u8], format: ImageFormat) -> Result<RgbaImage> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(512 * 1_024 * 1_024);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(too_large());
    }
    if format == ImageFormat::Gif {
        decoder.set_limits(room(width, height)).map_err(broken)?;
    }
    let orientation = decoder.orientation().map_err(broken)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(broken)?;
    picture.apply_orientation(orientation);
    Ok(picture.into_rgba8())
}

/// A GIF, of which no frame takes more memory than its own size allows.
fn gif(bytes: &[u8]) -> Result<GifDecoder<Cursor<&[u8]>>> {
    let mut decoder = GifDecoder::new(Cursor::new(bytes)).map_err(broken)?;
    let (width, height) = decoder.dimensions();
    decoder.set_limits(room(width, height)).map_err(broken)?;
    Ok(decoder)
}

/// How many pictures a GIF has, counted without decoding any.
/// <https://www.w3.org/Graphics/GIF/spec-gif89a.txt>
fn pictures(bytes: &[u8]) -> u64 {
    let byte = |at: usize| bytes.get(at).copied();
    let colours = |packed: u8| match packed & 0x80 {
        0 => 0,
        _ => 6_usize << (packed & 7),
    };
    let mut count = 0;
    let mut at = 13 + byte(10).map_or(0, colours);
    loop {
        at += match byte(at) {
            Some(b'!') => 2,
            Some(b',') => {
                count += 1;
                11 + byte(at + 9).map_or(0, colours)
            }
            _ => return count,
        };
        // Then blocks, each behind its length; the last one is empty.
        while let Some(length) = byte(at) {
            at += 1 + usize::from(length);
            if length == 0 {
                break;
            }
        }
    }
}

/// Each frame of a GIF has a size of its own, of which the first header says nothing. There is room for the picture
/// as it was, the frame, and both together, and some to spare for frames that stick out a little.
fn room(width: u32, height: u32) -> Limits {
    let mut limits = Limits::default();
    limits.max_alloc = Some(u64::from(width) * u64::from(height) * 4 * 4);
    limits
}

/// What becomes of a picture that may move.
enum Moving {
    Still,
    /// It has too many frames, or too large ones.
    TooMuch,
    Written(Processed),
}

/// A GIF of several frames, written anew.
fn moving(bytes: &[u8], format: ImageFormat) -> Result<Moving> {
    if format != ImageFormat::Gif {
        return Ok(Moving::Still);
    }
    let decoder = gif(bytes)?;
    let (width, height) = decoder.dimensions();
    written(decoder.into_frames(), width, height)
}

/// How many frames of this size a moving picture may have.
fn most_frames(width: u32, height: u32) -> u64 {
    let pixels = u64::from(width) * u64::from(height);
    if pixels > MOVING_PIXELS {
        return 0;
    }
    (MOST_PIXELS / pixels.max(1)).min(FRAMES)
}

/// Frames as a GIF; one of them is in memory at a time.
fn written(mut frames: Frames<'_>, width: u32, height: u32) -> Result<Moving> {
    let mut next = || frames.next().transpose().map_err(broken);
    let (Some(first), Some(second)) = (next()?, next()?) else {
        return Ok(Moving::Still);
    };
    let mut left = most_frames(width, height);
    let mut written = Vec::new();
    {
        let mut encoder = GifEncoder::new_with_speed(&mut written, 10);
        encoder.set_repeat(Repeat::Infinite).map_err(broken)?;
        for frame in [first, second].into_iter().map(Ok).chain(frames) {
            if left == 0 {
                return Ok(Moving::TooMuch);
            }
            left -= 1;
            let frame = frame.map_err(broken)?;
            encoder.encode_frame(frame).map_err(broken)?;
        }
    }
    Ok(Moving::Written(Processed {
        bytes: written.into(),
        mime: "image/gif",
        extension: "gif",
        width,
        height,
        thumbnail: None,
        blurhash: None,
    }))
}

/// JPEG for photographs; PNG for what has sharp edges or is transparent.
fn encode(picture: &RgbaImage, lossless: bool) -> Result<Processed> {
    let (width, height) = picture.dimensions();
    let transparent = picture.pixels().any(|pixel| pixel.0[3] < 255);
    let mut bytes = Vec::new();
    let (mime, extension) = if lossless || transparent {
        picture
            .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
            .map_err(broken)?;
        ("image/png", "png")
    } else {
        let opaque = DynamicImage::ImageRgba8(picture.clone()).into_rgb8();
        JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY)
            .encode_image(&opaque)
            .map_err(broken)?;
        ("image/jpeg", "jpg")
    };
    Ok(Processed {
        bytes: bytes.into(),
        mime,
        extension,
        width,
        height,
        thumbnail: None,
        blurhash: None,
    })
}

/// The same picture with at most so many pixels.
fn shrink(picture: &RgbaImage, pixels: u64) -> Result<RgbaImage> {
    let (width, height) = picture.dimensions();
    if u64::from(width) * u64::from(height) <= pixels {
        return Ok(picture.clone());
    }
    let ratio = (f64::from(width) / f64::from(height)).sqrt();
    let side = f64::from(u32::try_from(pixels).unwrap_or(u32::MAX)).sqrt();
    resize(
        picture,
        whole(side * ratio, width),
        whole(side / ratio, height),
        None,
    )
}

/// At least 1 and at most `most`.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the standard library has no other way; the number is clamped first"
)]
fn whole(side: f64, most: u32) -> u32 {
    side.round().clamp(1.0, f64::from(most)) as u32
}

/// The middle of the picture, in exactly that size.
fn fill(picture: &RgbaImage, width: u32, height: u32) -> Result<RgbaImage> {
    let options = ResizeOptions::new().fit_into_destination(Some((0.5, 0.5)));
    resize(picture, width, height, Some(options))
}

fn resize(
    picture: &RgbaImage,
    width: u32,
    height: u32,
    options: Option<ResizeOptions>,
) -> Result<RgbaImage> {
    let (from_width, from_height) = picture.dimensions();
    let source = Image::from_vec_u8(
        from_width,
        from_height,
        picture.as_raw().clone(),
        PixelType::U8x4,
    )
    .map_err(broken)?;
    let mut target = Image::new(width, height, PixelType::U8x4);
    Resizer::new()
        .resize(&source, &mut target, options.as_ref())
        .map_err(broken)?;
    RgbaImage::from_raw(width, height, target.into_vec()).ok_or_else(|| broken("resizing failed"))
}

/// <https://blurha.sh>, four by three components, of a still smaller copy.
fn blurhash(picture: &RgbaImage) -> Result<String> {
    let (width, height) = picture.dimensions();
    let small = resize(picture, width.min(32), height.min(32), None)?;
    let pixels: Vec<[u8; 3]> = small
        .pixels()
        .map(|pixel| [pixel.0[0], pixel.0[1], pixel.0[2]])
        .collect();
    let (width, height) = small.dimensions();
    let size = |side: u32| usize::try_from(side).unwrap_or(1);
    Ok(fast_blurhash::compute_dct(&pixels, size(width), size(height), 4, 3).into_blurhash())
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage};

    use super::*;

    fn jpeg(width: u32, height: u32) -> Vec<u8> {
        let picture = RgbImage::from_fn(width, height, |x, _| {
            if x < width / 2 {
                Rgb([250, 0, 0])
            } else {
                Rgb([0, 0, 250])
            }
        });
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, 90)
            .encode_image(&picture)
            .unwrap();
        bytes
    }

    /// The same JPEG with an EXIF block that says "turned by a quarter" and where it was taken.
    fn with_exif(jpeg: &[u8]) -> Vec<u8> {
        let mut tiff = b"MM\0\x2a\0\0\0\x08\0\x02".to_vec();
        tiff.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0]);
        tiff.extend([0x01, 0x0e, 0, 2, 0, 0, 0, 12, 0, 0, 0, 38]);
        tiff.extend([0, 0, 0, 0]);
        tiff.extend(b"51.45,-2.59\0");
        let mut block = b"Exif\0\0".to_vec();
        block.extend(tiff);
        let length = u16::try_from(block.len() + 2).unwrap().to_be_bytes();
        let mut bytes = jpeg[..2].to_vec();
        bytes.extend([0xff, 0xe1]);
        bytes.extend(length);
        bytes.extend(block);
        bytes.extend(&jpeg[2..]);
        bytes
    }

    #[tokio::test]
    async fn a_photograph_is_upright_and_does_not_say_where_it_was_taken() {
        let photograph = with_exif(&jpeg(60, 40));
        let kept = process(photograph.into(), Purpose::Attachment)
            .await
            .unwrap();
        assert_eq!((kept.width, kept.height), (40, 60));
        assert_eq!(kept.mime, "image/jpeg");
        for bytes in [&kept.bytes, &kept.thumbnail.unwrap().bytes] {
            assert!(!bytes.windows(5).any(|part| part == b"51.45"));
            assert!(!bytes.windows(4).any(|part| part == b"Exif"));
        }
        assert!(kept.blurhash.unwrap().len() > 6);
    }

    #[tokio::test]
    async fn large_pictures_become_smaller_and_keep_their_shape() {
        let kept = process(jpeg(4_000, 3_000).into(), Purpose::Attachment)
            .await
            .unwrap();
        assert!(u64::from(kept.width) * u64::from(kept.height) <= KEPT_PIXELS + 4_000);
        assert!((f64::from(kept.width) / f64::from(kept.height) - 4.0 / 3.0).abs() < 0.01);
        let avatar = process(jpeg(900, 300).into(), Purpose::Avatar)
            .await
            .unwrap();
        assert_eq!((avatar.width, avatar.height), (400, 400));
    }

    #[test]
    fn what_moves_costs_no_more_than_the_largest_picture() {
        for (width, height, frames) in [
            (8, 8, 300),
            (480, 270, 256),
            (1_280, 720, 36),
            (1_281, 720, 0),
            (0, 0, 300),
        ] {
            assert_eq!(most_frames(width, height), frames, "{width} × {height}");
        }
    }

    #[test]
    fn what_others_may_show_here_is_known_by_its_content() {
        for (bytes, mime) in [
            (&b"\0\0\0\x18ftypisom"[..], Some("video/mp4")),
            (b"\0\0\0\x18ftypavif", Some("image/avif")),
            (b"\x1a\x45\xdf\xa3", Some("video/webm")),
            (b"RIFF\0\0\0\0WAVE", Some("audio/wav")),
            (b"RIFF\0\0\0\0WEBP", None),
            (b"GIF89a", None),
            (b"<svg xmlns", None),
            (b"<!doctype html>", None),
            (b"%PDF-1.7", None),
            (b"", None),
        ] {
            assert_eq!(foreign_type(bytes).map(|(mime, _)| mime), mime, "{bytes:?}");
        }
    }

    #[tokio::test]
    async fn a_frame_of_a_gif_is_no_larger_than_the_picture() {
        let mut bytes = Cursor::new(Vec::new());
        RgbaImage::new(200, 200)
            .write_to(&mut bytes, ImageFormat::Gif)
            .unwrap();
        let whole = bytes.into_inner();
        let mut bomb = whole.clone();
        bomb[6..10].copy_from_slice(&[10, 0, 10, 0]);
        for (bytes, is_taken) in [(whole, true), (bomb, false)] {
            let bytes = Bytes::from(bytes);
            assert!(!is_moving(bytes.clone()).await.unwrap());
            assert_eq!(process(bytes, Purpose::Attachment).await.is_ok(), is_taken);
        }
    }

    #[tokio::test]
    async fn a_gif_of_very_many_frames_is_not_made_a_film() {
        let of = |count: usize| {
            let head = b"GIF89a\xe8\x03\xe8\x03\x80\0\0\0\0\0\xff\xff\xff";
            let frame = b"!\xf9\x04\0\x05\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02\x4c\x01\0";
            [&head[..], &frame.repeat(count)[..], b";"].concat()
        };
        for count in [0, 1, 2, 300] {
            assert_eq!(pictures(&of(count)), u64::try_from(count).unwrap());
        }
        let whole = of(2);
        for end in 0..whole.len() {
            assert!(pictures(&whole[..end]) <= 2);
        }
        assert!(is_moving(whole.into()).await.unwrap());
        let refused = is_moving(of(2_001).into()).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    }

    #[tokio::test]
    async fn what_is_no_picture_is_refused() {
        let whole = jpeg(64, 64);
        let mut bomb = Vec::new();
        RgbaImage::new(1, 1)
            .write_to(&mut Cursor::new(&mut bomb), ImageFormat::Png)
            .unwrap();
        bomb[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
        for bad in [
            b"<svg/>".to_vec(),
            b"GIF89a".to_vec(),
            whole[..40].to_vec(),
            bomb,
            Vec::new(),
        ] {
            let refused = process(bad.into(), Purpose::Attachment).await;
            assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
        }
    }
}
