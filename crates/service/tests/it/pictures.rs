//! Pictures that carry more than a picture, or say that they are larger than they are.

use std::io::Cursor;

use bytes::Bytes;
use image::codecs::gif::GifEncoder;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, Frame, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use proptest::prelude::*;
use service::Error;
use service::media::{Processed, Purpose, process};

/// Whose place, name or words must not be kept.
const SECRET: &[u8] = b"51.4545 -2.5879 Ada";

async fn kept(bytes: impl Into<Bytes>, purpose: Purpose) -> Processed {
    process(bytes.into(), purpose).await.unwrap()
}

fn jpeg() -> Vec<u8> {
    let mut bytes = Vec::new();
    let picture = RgbImage::from_pixel(32, 24, Rgb([200, 10, 10]));
    JpegEncoder::new(&mut bytes).encode_image(&picture).unwrap();
    bytes
}

/// The JPEG with one more segment behind its first marker.
fn with_segment(jpeg: &[u8], marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
    let segment = [&[0xff, marker], length.as_slice(), content].concat();
    [&jpeg[..2], &segment, &jpeg[2..]].concat()
}

fn said(before: &[u8]) -> Vec<u8> {
    [before, SECRET, b"\0"].concat()
}

fn png() -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let picture = RgbaImage::from_pixel(32, 24, Rgba([1, 200, 10, 255]));
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// As in the appendix of the PNG specification, bit by bit.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    let named = [kind.as_slice(), content].concat();
    [length.as_slice(), &named, &crc(&named).to_be_bytes()].concat()
}

/// The PNG with one more chunk before its pixels.
fn with_chunk(png: &[u8], kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let header = 8 + 25;
    [&png[..header], &chunk(kind, content), &png[header..]].concat()
}

fn gif(frames: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    for number in 0..frames {
        let colour = Rgba([u8::try_from(number).unwrap() * 50, 0, 0, 255]);
        let frame = Frame::new(RgbaImage::from_pixel(8, 8, colour));
        encoder.encode_frame(frame).unwrap();
    }
    drop(encoder);
    bytes
}

/// The GIF with a comment and a block of XMP before its end.
fn with_comment(gif: &[u8]) -> Vec<u8> {
    let length = u8::try_from(SECRET.len()).unwrap();
    let comment = [&[0x21, 0xfe, length], SECRET, &[0]].concat();
    let xmp = [&b"\x21\xff\x0bXMP DataXMP"[..], &[length], SECRET, &[0]].concat();
    [&gif[..gif.len() - 1], &comment, &xmp, &[0x3b]].concat()
}

/// A WebP in its extended form, with EXIF and XMP.
fn webp() -> Vec<u8> {
    let mut simple = Vec::new();
    let pixels = [9_u8, 9, 200].repeat(32 * 24);
    WebPEncoder::new_lossless(&mut simple)
        .encode(&pixels, 32, 24, ExtendedColorType::Rgb8)
        .unwrap();
    let part = |kind: &[u8; 4], content: &[u8]| {
        let length = u32::try_from(content.len()).unwrap().to_le_bytes();
        let padding = vec![0; content.len() % 2];
        [kind.as_slice(), &length, content, &padding].concat()
    };
    let body = [
        b"WEBP".to_vec(),
        // EXIF and XMP are there; width and height less one.
        part(b"VP8X", &[0x0c, 0, 0, 0, 31, 0, 0, 23, 0, 0]),
        simple[12..].to_vec(),
        part(b"EXIF", &said(b"Exif\0\0MM\0\x2a")),
        part(b"XMP ", SECRET),
    ]
    .concat();
    let length = u32::try_from(body.len()).unwrap().to_le_bytes();
    [b"RIFF".as_slice(), &length, &body].concat()
}

fn without_secret(bytes: &[u8], what: &str) {
    let found = bytes.windows(SECRET.len()).any(|part| part == SECRET);
    assert!(!found, "{what} keeps it");
}

#[tokio::test]
async fn nothing_but_the_picture_is_kept() {
    let (jpeg, png) = (jpeg(), png());
    let mut pictures = Vec::new();
    for (what, marker, before) in [
        ("EXIF", 0xe1, b"Exif\0\0MM\0\x2a\0\0\0\x08\0\0".as_slice()),
        ("XMP", 0xe1, b"http://ns.adobe.com/xap/1.0/\0"),
        ("colour profile", 0xe2, b"ICC_PROFILE\0\x01\x01"),
        ("IPTC", 0xed, b"Photoshop 3.0\08BIM\x04\x04\0\0\0\0"),
        ("a comment", 0xfe, b""),
        ("something of its own", 0xef, b"Mine"),
    ] {
        pictures.push((what, with_segment(&jpeg, marker, &said(before))));
    }
    for (what, kind, before) in [
        ("tEXt", b"tEXt", b"Comment\0".as_slice()),
        ("iTXt", b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0"),
        ("eXIf", b"eXIf", b"MM\0\x2a\0\0\0\x08\0\0"),
        ("a chunk of its own", b"prVt", b""),
    ] {
        pictures.push((what, with_chunk(&png, kind, &said(before))));
    }
    pictures.push(("a still GIF", with_comment(&gif(1))));
    pictures.push(("a moving GIF", with_comment(&gif(3))));
    pictures.push(("WebP", webp()));
    for (what, whole) in [
        ("JPEG", jpeg),
        ("PNG", png),
        ("GIF", gif(2)),
        ("WebP", webp()),
    ] {
        let script = [b"<script>", SECRET, b"</script>PK\x03\x04"].concat();
        pictures.push((what, [whole, script].concat()));
    }
    for (what, picture) in pictures {
        // A header is large, and made as an avatar is.
        for purpose in [Purpose::Attachment, Purpose::Avatar] {
            let kept = kept(picture.clone(), purpose).await;
            without_secret(&kept.bytes, what);
            if let Some(small) = &kept.thumbnail {
                without_secret(&small.bytes, what);
            }
            let format = image::guess_format(&kept.bytes).unwrap();
            assert_eq!(format.to_mime_type(), kept.mime, "{what}");
            assert!(["jpg", "png", "gif"].contains(&kept.extension), "{what}");
        }
    }
}

#[tokio::test]
async fn too_many_pixels_are_refused_by_the_header_alone() {
    let mut jpeg = jpeg();
    let frame = jpeg
        .windows(2)
        .position(|marker| marker == [0xff, 0xc0])
        .unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xff, 0xdc, 0xff, 0xdc]);
    let png = png();
    let header = chunk(
        b"IHDR",
        &[&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60], &png[24..29]].concat(),
    );
    let png = [&png[..8], &header, &png[33..]].concat();
    let mut moving = gif(2);
    moving[6..10].copy_from_slice(&[0xff; 4]);
    let mut extended = webp();
    // 16,384 by 16,384
    extended[24..30].copy_from_slice(&[0xff, 0x3f, 0, 0xff, 0x3f, 0]);
    for (what, bomb) in [
        ("JPEG", jpeg),
        ("PNG", png),
        ("GIF", moving),
        ("WebP", extended),
    ] {
        match process(bomb.into(), Purpose::Attachment).await {
            Err(Error::Invalid(text)) => {
                assert!(text.contains("too many pixels"), "{what}: {text}");
            }
            other => panic!("{what}: {:?}", other.map(|kept| (kept.width, kept.height))),
        }
    }
}

#[tokio::test]
async fn what_a_browser_would_run_is_no_picture() {
    for (what, bytes) in [
        (
            "SVG",
            &b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>"[..],
        ),
        ("XML", b"<?xml version=\"1.0\"?><svg/>"),
        ("HTML", b"<!doctype html><script>alert(1)</script>"),
        ("a script that begins as GIF", b"GIF89a/*  */=1;alert(1)"),
        ("PDF", b"%PDF-1.7"),
        ("BMP", b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0"),
        ("TIFF", b"II\x2a\0\x08\0\0\0"),
        ("MP4", b"\0\0\0\x18ftypmp42"),
        ("JSON", b"{\"type\":\"Create\"}"),
    ] {
        let refused = process(Bytes::from_static(bytes), Purpose::Attachment).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{what}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_read_or_refused(
        whole in prop_oneof![Just(jpeg()), Just(png()), Just(gif(2)), Just(webp())],
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..6),
        end in any::<proptest::sample::Index>(),
        cut: bool,
    ) {
        let mut bytes = whole;
        for (place, value) in changes {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        if cut {
            bytes.truncate(end.index(bytes.len()));
        }
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        match runtime.block_on(process(bytes.into(), Purpose::Attachment)) {
            Ok(_) | Err(Error::Invalid(_)) => {}
            Err(error) => prop_assert!(false, "{error}"),
        }
    }
}

#[tokio::test]
async fn what_moves_too_much_is_refused_and_of_others_stands_still() {
    let moving = |width: u32, height: u32, frames: u32| {
        let mut bytes = Vec::new();
        let mut encoder = GifEncoder::new(&mut bytes);
        for number in 0..frames {
            let colour = Rgba([u8::try_from(number % 2).unwrap() * 200, 0, 0, 255]);
            let frame = Frame::new(RgbaImage::from_pixel(width, height, colour));
            encoder.encode_frame(frame).unwrap();
        }
        drop(encoder);
        bytes
    };
    for (bytes, mime) in [
        (moving(4, 4, 300), "image/gif"),
        (moving(1_280, 720, 2), "image/gif"),
        (moving(1_281, 720, 1), "image/png"),
    ] {
        for purpose in [Purpose::Attachment, Purpose::Foreign] {
            assert_eq!(kept(bytes.clone(), purpose).await.mime, mime);
        }
    }
    for bytes in [moving(4, 4, 301), moving(1_281, 720, 2)] {
        let refused = process(bytes.clone().into(), Purpose::Attachment).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
        let still = kept(bytes, Purpose::Foreign).await;
        assert_eq!((still.mime, still.extension), ("image/png", "png"));
    }
}
