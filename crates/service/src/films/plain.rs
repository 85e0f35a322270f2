//! Films and sounds where no `ffmpeg` is found: what browsers play is kept as it is, but for what it says of itself.
//!
//! Of MP4 (ISO/IEC 14496-12) the boxes with metadata become free space, of MP3 and AAC the ID3 tags are emptied, and so it goes
//! for the others; nothing moves.

mod chunks;
mod matroska;
mod ogg;

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use domain::FilmFacts;

use super::{Format, MOST_PIXELS};
use crate::error::invalid;
use crate::{Error, Result};

/// Boxes, or other pieces, that are looked at, in all.
const BOXES: usize = 20_000;
/// Boxes in boxes.
const DEPTH: usize = 6;

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
    let mut head = [0; 10];
    file.read_exact(&mut head)?;
    if let [b'I', b'D', b'3', _, _, _, a, b, c, d] = head {
        let size = [a, b, c, d]
            .into_iter()
            .fold(0_u64, |size, byte| (size << 7) | u64::from(byte & 0x7f));
        // A tag in which nothing stands is what players skip best; its flags would announce something.
        zeros(&mut file, 5, 6)?;
        zeros(&mut file, 10, (10 + size).min(length))?;
    }
    end_tag(&mut file, length)
}

fn aac(path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let length = file.metadata()?.len();
    end_tag(&mut file, length)
}

/// Empties the tag at the end of a sound, which programs write behind any format.
fn end_tag(file: &mut File, length: u64) -> io::Result<()> {
    if let Some(at) = length.checked_sub(128) {
        let mut tail = [0; 3];
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut tail)?;
        if &tail == b"TAG" {
            zeros(file, at, length)?;
        }
    }
    Ok(())
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
                b"mvhd" => self.plain.facts.duration = duration(file, inside)?,
                b"tkhd" => self.measure(file, next)?,
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
