//! Films and sounds where no `ffmpeg` is found: what browsers play is kept as it is, but for what it says of itself.
//!
//! Of MP4 (ISO/IEC 14496-12) the boxes with metadata become free space, and dates are zero; of MP3 and AAC the tags are emptied,
//! and so it goes for the others; nothing moves.

mod chunks;
mod matroska;
mod ogg;

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use domain::FilmFacts;

use super::{Format, MOST_PIXELS};
use crate::error::invalid;
use crate::zipped::little_endian;
use crate::{Error, Result};

/// Boxes, or other pieces, that are looked at, in all.
const BOXES: usize = 20_000;
/// Boxes in boxes.
const DEPTH: usize = 6;
/// Tags behind a sound.
const END_TAGS: usize = 8;
/// Where in a box the name begins of what handles a track.
const HANDLER_NAME: u64 = 24;

/// What is known of a file that nobody has played.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Plain {
    pub width: Option<i32>,
    pub height: Option<i32>,
    pub facts: FilmFacts,
}

/// Takes metadata out of the file at `path` and looks how large it is.
pub(crate) async fn prepare(path: PathBuf, format: Format) -> Result<Plain> {
    let done = tokio::task::spawn_blocking(move || work(&path, format)).await;
    done.map_err(|error| Error::Internal(error.to_string()))?
}

fn work(path: &Path, format: Format) -> Result<Plain> {
    let refused = || {
        invalid(
            "File content type is not one that this server can convert: send MP4, WebM, MP3 or M4A",
        )
    };
    let done = match format {
        Format::Mp4 | Format::M4a => mp4(path),
        Format::Mp3 => mp3(path).map(|()| Plain::default()),
        Format::WebM if is_webm(path).unwrap_or(false) => {
            matroska::webm(path).map(|()| Plain::default())
        }
        Format::Ogg => ogg::ogg(path).map(|()| Plain::default()),
        Format::Aac => aac(path).map(|()| Plain::default()),
        Format::Flac => chunks::flac(path).map(|()| Plain::default()),
        Format::Wav => chunks::wav(path).map(|()| Plain::default()),
        Format::WebM | Format::QuickTime | Format::ThreeGp | Format::Gif => return Err(refused()),
    };
    let plain = done.map_err(|error| match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
            invalid("File could not be read as a video or a sound")
        }
        io::ErrorKind::Unsupported => refused(),
        _ => storage::Error::from(error).into(),
    })?;
    let pixels = |side: Option<i32>| u64::try_from(side.unwrap_or(0)).unwrap_or(0);
    if pixels(plain.width) * pixels(plain.height) > MOST_PIXELS {
        return Err(invalid("Video has too many pixels"));
    }
    Ok(plain)
}

/// Matroska names its kind in its first element.
fn is_webm(path: &Path) -> io::Result<bool> {
    let mut beginning = Vec::new();
    File::open(path)?.take(64).read_to_end(&mut beginning)?;
    Ok(beginning.windows(4).any(|word| word == b"webm"))
}

fn mp3(path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let length = file.metadata()?.len();
    let mut at = 0;
    for _ in 0..BOXES {
        let mut head = [0; 10];
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut head)?;
        let [b'I', b'D', b'3', _, _, _, a, b, c, d] = head else {
            // Behind a tag of MP3's there may be another format, with tags of its own.
            if head.starts_with(b"fLaC") || head.starts_with(b"OggS") {
                return Err(io::ErrorKind::Unsupported.into());
            }
            return end_tags(&mut file, length);
        };
        let size = [a, b, c, d]
            .into_iter()
            .fold(0_u64, |size, byte| (size << 7) | u64::from(byte & 0x7f));
        let next = (at + 10 + size).min(length);
        // A tag in which nothing stands is what players skip best; its flags would announce something.
        zeros(&mut file, at + 5, at + 6)?;
        zeros(&mut file, at + 10, next)?;
        at = next;
    }
    Err(io::ErrorKind::InvalidData.into())
}

fn aac(path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let length = file.metadata()?.len();
    end_tags(&mut file, length)
}

/// Empties the tags at the end of a sound, which programs write behind any format, one behind the other.
fn end_tags(file: &mut File, length: u64) -> io::Result<()> {
    let mut end = length;
    for _ in 0..END_TAGS {
        let Some(at) = end_tag(file, end)? else {
            break;
        };
        zeros(file, at, end)?;
        end = at;
    }
    Ok(())
}

/// Where the tag begins that ends at `end`: ID3v1, APE or Lyrics3.
fn end_tag(file: &mut File, end: u64) -> io::Result<Option<u64>> {
    let (at, tag) = before::<128>(file, end)?;
    if tag.starts_with(b"TAG") {
        return Ok(Some(at));
    }
    let (at, foot) = before::<32>(file, end)?;
    if foot.starts_with(b"APETAGEX") {
        // Of its head, which it need not have, the size says nothing.
        let has_head = foot.get(23).is_some_and(|flags| flags & 0x80 != 0);
        let size = little_endian(&foot, 12, 4).unwrap_or(0) + if has_head { 32 } else { 0 };
        return Ok(Some(end.saturating_sub(size).min(at)));
    }
    let (at, foot) = before::<15>(file, end)?;
    let size = foot.strip_suffix(b"LYRICS200");
    let size = size.and_then(|digits| std::str::from_utf8(digits).ok()?.parse::<u64>().ok());
    Ok(size.map(|size| at.saturating_sub(size)))
}

/// So many bytes before a place, and where they begin; zeros if there are not so many.
fn before<const LENGTH: usize>(file: &mut File, end: u64) -> io::Result<(u64, [u8; LENGTH])> {
    let mut bytes = [0; LENGTH];
    let length = u64::try_from(LENGTH).unwrap_or(u64::MAX);
    let at = end.saturating_sub(length);
    if end >= length {
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut bytes)?;
    }
    Ok((at, bytes))
}

fn zeros(file: &mut File, from: u64, to: u64) -> io::Result<()> {
    file.seek(SeekFrom::Start(from))?;
    io::copy(&mut io::repeat(0).take(to.saturating_sub(from)), file)?;
    Ok(())
}

fn mp4(path: &Path) -> io::Result<Plain> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let length = file.metadata()?.len();
    let mut walk = Walk {
        left: BOXES,
        has_moov: false,
        plain: Plain::default(),
    };
    walk.boxes(&mut file, 0, length, 0)?;
    if !walk.has_moov {
        return Err(io::ErrorKind::InvalidData.into());
    }
    Ok(walk.plain)
}

struct Walk {
    left: usize,
    has_moov: bool,
    plain: Plain,
}

impl Walk {
    fn boxes(&mut self, file: &mut File, from: u64, end: u64, depth: usize) -> io::Result<()> {
        let mut at = from;
        while end.saturating_sub(at) >= 8 {
            self.left = self.left.checked_sub(1).ok_or(io::ErrorKind::InvalidData)?;
            file.seek(SeekFrom::Start(at))?;
            let (short, kind) = (number(file)?, word(file)?);
            let (size, head) = match short {
                // To the end.
                0 => (end - at, 8),
                1 => (
                    (u64::from(number(file)?) << 32) | u64::from(number(file)?),
                    16,
                ),
                short => (u64::from(short), 8),
            };
            if size < head || size > end - at {
                return Err(io::ErrorKind::InvalidData.into());
            }
            let (inside, next) = (at + head, at + size);
            match &kind {
                b"udta" | b"meta" | b"uuid" => {
                    file.seek(SeekFrom::Start(at + 4))?;
                    file.write_all(b"free")?;
                    zeros(file, inside, next)?;
                }
                b"moov" | b"trak" | b"mdia" | b"minf" | b"moof" | b"traf" => {
                    self.has_moov |= &kind == b"moov";
                    if depth == DEPTH {
                        return Err(io::ErrorKind::InvalidData.into());
                    }
                    self.boxes(file, inside, next, depth + 1)?;
                }
                // What was there before it was cut may still be read in them.
                b"free" | b"skip" => zeros(file, inside, next)?,
                b"hdlr" => zeros(file, (inside + HANDLER_NAME).min(next), next)?,
                b"mvhd" => {
                    self.plain.facts.duration = duration(file, inside)?;
                    undated(file, inside, next)?;
                }
                b"tkhd" => {
                    self.measure(file, next)?;
                    undated(file, inside, next)?;
                }
                b"mdhd" => undated(file, inside, next)?,
                _ => {}
            }
            at = next;
        }
        Ok(())
    }

    /// The last eight bytes of a track's header are its sides; those of a sound are zero.
    fn measure(&mut self, file: &mut File, end: u64) -> io::Result<()> {
        file.seek(SeekFrom::Start(end.saturating_sub(8)))?;
        let (width, height) = (number(file)? >> 16, number(file)? >> 16);
        if width > 0 && height > 0 && self.plain.width.is_none() {
            self.plain.width = i32::try_from(width).ok();
            self.plain.height = i32::try_from(height).ok();
        }
        Ok(())
    }
}

/// Seconds, from the header of a film.
fn duration(file: &mut File, inside: u64) -> io::Result<Option<f64>> {
    file.seek(SeekFrom::Start(inside))?;
    let version = number(file)? >> 24;
    let times: i64 = if version == 1 { 16 } else { 8 };
    file.seek(SeekFrom::Current(times))?;
    let scale = number(file)?;
    // Longer than a hundred years is no length.
    if version == 1 && number(file)? != 0 {
        return Ok(None);
    }
    let units = number(file)?;
    Ok((scale > 0 && units > 0 && units < u32::MAX).then(|| f64::from(units) / f64::from(scale)))
}

/// Takes out of a header when it was made and changed.
fn undated(file: &mut File, inside: u64, end: u64) -> io::Result<()> {
    file.seek(SeekFrom::Start(inside))?;
    let version = number(file)? >> 24;
    let times = if version == 1 { 16 } else { 8 };
    zeros(file, (inside + 4).min(end), (inside + 4 + times).min(end))
}

fn number(file: &mut File) -> io::Result<u32> {
    word(file).map(u32::from_be_bytes)
}

fn word(file: &mut File) -> io::Result<[u8; 4]> {
    let mut bytes = [0; 4];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use proptest::prelude::*;

    use super::*;

    fn boxed(kind: &[u8; 4], inside: &[u8]) -> Vec<u8> {
        let size = u32::try_from(inside.len() + 8).unwrap().to_be_bytes();
        [size.as_slice(), kind, inside].concat()
    }

    /// Two seconds of 320 by 240, with a place.
    fn film() -> Vec<u8> {
        let movie = [
            [0_u8; 12].as_slice(),
            &1_000_u32.to_be_bytes(),
            &2_000_u32.to_be_bytes(),
        ]
        .concat();
        let sides = [320_u32 << 16, 240 << 16].map(u32::to_be_bytes).concat();
        let track = [[0_u8; 76].as_slice(), &sides].concat();
        let place = boxed(b"udta", b"+51.4545-002.5879/");
        let track = boxed(b"trak", &[boxed(b"tkhd", &track), place.clone()].concat());
        let moov = boxed(b"moov", &[boxed(b"mvhd", &movie), track, place].concat());
        [boxed(b"ftyp", b"isom"), moov, boxed(b"mdat", b"pictures")].concat()
    }

    /// What the file is afterwards, and what was found out.
    fn done(bytes: &[u8], format: Format) -> (Vec<u8>, Result<Plain>) {
        let name = format!("staffroom-plain-{:032x}", rand::random::<u128>());
        let path: PathBuf = std::env::temp_dir().join(name);
        std::fs::write(&path, bytes).unwrap();
        let found = work(&path, format);
        let after = std::fs::read(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        (after, found)
    }

    #[test]
    fn a_film_does_not_say_where_it_was_taken() {
        let before = film();
        let (after, plain) = done(&before, Format::Mp4);
        let plain = plain.unwrap();
        assert_eq!((plain.width, plain.height), (Some(320), Some(240)));
        assert_eq!(plain.facts.duration, Some(2.0));
        assert_eq!(after.len(), before.len());
        assert!(!after.windows(5).any(|part| part == b"51.45"));
        assert!(after.windows(8).any(|part| part == b"pictures"));
    }

    #[test]
    fn a_film_does_not_say_when_or_with_what_it_was_made() {
        let dated = |version: u8, times: usize| {
            let head = [version, 0, 0, 0];
            [
                head.as_slice(),
                &vec![0xda_u8; times],
                &[0, 0, 3, 232, 0, 0, 7, 208],
            ]
            .concat()
        };
        let handler = [[0_u8; 24].as_slice(), b"Ada's telephone\0"].concat();
        let media = [boxed(b"mdhd", &dated(1, 16)), boxed(b"hdlr", &handler)].concat();
        let track = boxed(b"trak", &boxed(b"mdia", &media));
        let moov = boxed(b"moov", &[boxed(b"mvhd", &dated(0, 8)), track].concat());
        let before = [boxed(b"ftyp", b"isom"), moov, boxed(b"free", b"Ada")].concat();
        let (after, plain) = done(&before, Format::Mp4);
        assert_eq!(plain.unwrap().facts.duration, Some(2.0));
        assert_eq!(after.len(), before.len());
        assert!(!after.contains(&0xda), "{after:?}");
        assert!(!after.windows(3).any(|part| part == b"Ada"), "{after:?}");
    }

    #[test]
    fn no_tag_behind_a_sound_says_whose_it_is() {
        let first = b"ID3\x04\0\0\0\0\0\x03Ada".as_slice();
        let sound = b"\xff\xfb\x90\0sound".as_slice();
        let lyrics = b"LYRICSBEGINEAR00003Ada000022LYRICS200".as_slice();
        let foot = |flags: u8| {
            let size = 50_u32.to_le_bytes();
            let rest = [1, 0, 0, 0, 0, 0, 0, flags, 0, 0, 0, 0, 0, 0, 0, 0];
            [b"APETAGEX\xd0\x07\0\0".as_slice(), &size, &rest].concat()
        };
        let item = b"\x03\0\0\0\0\0\0\0Artist\0Ada".as_slice();
        let ape = [foot(0xa0).as_slice(), item, &foot(0x80)].concat();
        let last = [b"TAGAda".as_slice(), &[0_u8; 122]].concat();
        let tagged = [first, first, sound, lyrics, &ape, &last].concat();
        let (after, plain) = done(&tagged, Format::Mp3);
        plain.unwrap();
        assert_eq!(after.len(), tagged.len());
        assert!(!after.windows(3).any(|part| part == b"Ada"), "{after:?}");
        assert!(after.windows(5).any(|part| part == b"sound"));
        let (_, refused) = done(&[first, &telling(Format::Flac)].concat(), Format::Mp3);
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    }

    #[test]
    fn a_sound_does_not_say_whose_it_is() {
        let tagged = [
            b"ID3\x04\0\0\0\0\0\x03Ada".as_slice(),
            b"\xff\xfb\x90\0sound",
            b"TAGAda",
            &[0_u8; 122],
        ]
        .concat();
        let (after, plain) = done(&tagged, Format::Mp3);
        plain.unwrap();
        assert!(!after.windows(3).any(|part| part == b"Ada"));
        assert!(after.windows(5).any(|part| part == b"sound"));
    }

    #[test]
    fn what_browsers_do_not_play_is_refused() {
        let matroska = b"\x1a\x45\xdf\xa3\x42\x82\x88matroska";
        for (bytes, format) in [
            (film().as_slice(), Format::QuickTime),
            (matroska.as_slice(), Format::WebM),
            (b"\0\0\0\x08ftyp", Format::Mp4),
            (b"\0\0\0\x07ftyp", Format::Mp4),
        ] {
            let (_, refused) = done(bytes, format);
            assert!(
                matches!(refused, Err(Error::Invalid(_))),
                "{format:?}: {refused:?}"
            );
        }
        let (_, taken) = done(WEBM, Format::WebM);
        assert!(taken.is_ok());
        let speech = page(b"Speex   1.2");
        let (_, refused) = done(&speech, Format::Ogg);
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    }

    const WEBM: &[u8] = b"\x1a\x45\xdf\xa3\x87\x42\x82\x84webm";

    /// A page of Ogg with one packet, whose sum nobody looks at.
    fn page(packet: &[u8]) -> Vec<u8> {
        let size = u8::try_from(packet.len()).unwrap();
        [b"OggS".as_slice(), &[0; 22], &[1, size], packet].concat()
    }

    /// A file of that format that says whose it is, and in which there is a sound.
    fn telling(format: Format) -> Vec<u8> {
        match format {
            Format::Flac => [
                b"fLaC\0\0\0\x02ab".as_slice(),
                b"\x04\0\0\x03Ada",
                b"\x86\0\0\x04-Ada",
                b"sound",
            ]
            .concat(),
            Format::Wav => [
                b"RIFF\0\0\0\0WAVEfmt \x02\0\0\0ab".as_slice(),
                b"LIST\x03\0\0\0Ada\0",
                b"data\x05\0\0\0sound\0",
                b"id3 \x04\0\0\0Ada!",
            ]
            .concat(),
            Format::Ogg => [
                page(b"OpusHead\x01"),
                page(b"OpusTags\x03\0\0\0Ada\x01\0\0\0\x05\0\0\0A=AdaAda"),
                page(b"sound"),
            ]
            .concat(),
            // A segment without a length; in it what is told of all, tracks, a cluster without a length, and tags.
            Format::WebM => [
                WEBM,
                b"\x18\x53\x80\x67\xff",
                b"\x15\x49\xa9\x66\x8d\x7b\xa9\x83Ada\x4d\x80\x84Ada!",
                b"\x16\x54\xae\x6b\x88\xae\x86\x53\x6e\x83Ada",
                b"\x1f\x43\xb6\x75\x01\xff\xff\xff\xff\xff\xff\xff\xa3\x85sound",
                b"\x12\x54\xc3\x67\x84Ada!",
            ]
            .concat(),
            _ => [b"\xff\xf1sound".as_slice(), b"TAGAda", &[0; 122]].concat(),
        }
    }

    #[test]
    fn nothing_that_is_kept_as_it_is_says_whose_it_is() {
        for format in [
            Format::Flac,
            Format::Wav,
            Format::Ogg,
            Format::WebM,
            Format::Aac,
        ] {
            let before = telling(format);
            let (after, plain) = done(&before, format);
            plain.unwrap();
            assert_eq!(after.len(), before.len(), "{format:?}");
            let says = |word: &[u8]| after.windows(word.len()).any(|part| part == word);
            assert!(!says(b"Ada"), "{format:?}: {after:?}");
            assert!(says(b"sound"), "{format:?}: {after:?}");
            // Done again, it finds nothing to do.
            assert_eq!(done(&after, format).0, after, "{format:?}");
        }
    }

    proptest! {
        #[test]
        fn no_file_is_an_error_of_ours(bytes in prop::collection::vec(any::<u8>(), 0..200), at in 0_usize..200) {
            for format in [Format::Mp4, Format::Mp3, Format::Flac, Format::Wav, Format::Ogg, Format::WebM, Format::Aac] {
                let mut mixed = match format {
                    Format::Mp4 | Format::Mp3 => film(),
                    other => telling(other),
                };
                let end = (at + bytes.len()).min(mixed.len());
                let start = at.min(end);
                mixed.splice(start..end, bytes.iter().copied());
                let (_, found) = done(&mixed, format);
                prop_assert!(matches!(found, Ok(_) | Err(Error::Invalid(_))), "{format:?}: {found:?}");
            }
        }
    }
}
