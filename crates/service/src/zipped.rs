//! ZIP files that strangers made. Nobody reads one in earnest before it is clear that this takes little memory.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use zip::ZipArchive;

/// What the record at the end of a ZIP file begins with, and of one that is large.
const END: &[u8; 4] = b"PK\x05\x06";
pub(crate) const LARGE_END: &[u8; 4] = b"PK\x06\x06";
pub(crate) const LARGE_END_PLACE: &[u8; 4] = b"PK\x06\x07";
/// Bytes of these records, and of an entry of the list.
const END_LENGTH: u64 = 22;
const LARGE_END_LENGTH: u64 = 56;
const LARGE_END_PLACE_LENGTH: u64 = 20;
const ENTRY_LENGTH: u64 = 46;
/// Bytes of the longest comment at the end.
const COMMENT: u64 = 0xffff;

/// A ZIP file whose list of entries was read.
pub type Zip = ZipArchive<BufReader<Source>>;

/// Why it was not.
#[derive(Debug)]
pub enum Refusal {
    /// It has more entries, or a longer list of them, than it may have.
    TooMany,
    Damaged(String),
}

/// Reads the list of entries, and says how many there are in it: whose names are the same, a [`Zip`] has once.
pub(crate) fn open(file: File, most_entries: u64, most_bytes: u64) -> Result<(Zip, u64), Refusal> {
    opened(file, most_entries, most_bytes, 0)
}

/// The same for what an administrator was given, which may have a comment at its end, as those of code forges do.
///
/// # Errors
/// If it is no ZIP file, or has more entries than it may have.
pub fn open_with_comment(
    file: File,
    most_entries: u64,
    most_bytes: u64,
) -> Result<(Zip, u64), Refusal> {
    opened(file, most_entries, most_bytes, COMMENT)
}

fn opened(
    mut file: File,
    most_entries: u64,
    most_bytes: u64,
    most_comment: u64,
) -> Result<(Zip, u64), Refusal> {
    let end = checked(&mut file, most_entries, most_bytes, most_comment)?;
    let hidden = Arc::new(AtomicU64::new(end.list));
    file.rewind().map_err(damaged)?;
    let source = Source {
        file,
        at: 0,
        hidden: Arc::clone(&hidden),
    };
    let zip = ZipArchive::new(BufReader::new(source)).map_err(damaged)?;
    hidden.store(0, Ordering::Relaxed);
    Ok((zip, end.entries))
}

/// The end, once it is clear that whoever reads the list needs little memory for it: there is one record at the end and no
/// other that could be taken for it, and it tells of no more entries than there is room for.
fn checked(
    file: &mut File,
    most_entries: u64,
    most_bytes: u64,
    most_comment: u64,
) -> Result<End, Refusal> {
    let length = file.metadata().map_err(damaged)?.len();
    let end = End::read(file, length, most_comment)
        .ok_or_else(|| damaged("its end is not that of a ZIP file"))?;
    if end.entries > most_entries || end.list_bytes > most_bytes {
        return Err(Refusal::TooMany);
    }
    if !end.is_alone(file, length, most_bytes) {
        return Err(damaged("its end is not the only one"));
    }
    Ok(end)
}

fn damaged(reason: impl std::fmt::Display) -> Refusal {
    Refusal::Damaged(reason.to_string())
}

/// What the record at the end of a ZIP file says.
struct End {
    entries: u64,
    /// Where the list begins, and how many bytes it has.
    list: u64,
    list_bytes: u64,
    /// Where the list ends: at the first of the records.
    place: u64,
}

impl End {
    fn read(file: &mut File, length: u64, most_comment: u64) -> Option<Self> {
        let reach = length.min(END_LENGTH + most_comment);
        let tail = piece(file, length - reach, reach).ok()?;
        // A comment may be what passes for another record: there must be no more than this one (`is_alone`).
        let ends = |(at, record): &(u64, &[u8])| {
            record.starts_with(END)
                && little_endian(record, 20, 2) == reach.checked_sub(at + END_LENGTH)
        };
        let records = tail.windows(usize::try_from(END_LENGTH).ok()?);
        let (at, record) = (0..).zip(records).filter(ends).last()?;
        let place = length - reach + at;
        let end = Self {
            entries: little_endian(record, 10, 2)?,
            list_bytes: little_endian(record, 12, 4)?,
            list: little_endian(record, 16, 4)?,
            place,
        };
        let before = place.checked_sub(LARGE_END_PLACE_LENGTH)?;
        let pointer = piece(file, before, LARGE_END_PLACE_LENGTH).ok()?;
        if pointer.starts_with(LARGE_END_PLACE) {
            end.enlarged(file, little_endian(&pointer, 8, 8)?)
        } else {
            Some(end)
        }
    }

    /// As the larger record at `place` says, which some programs always write: what has no room in the smaller one is
    /// all ones there.
    fn enlarged(&self, file: &mut File, place: u64) -> Option<Self> {
        let record = piece(file, place, LARGE_END_LENGTH).ok()?;
        if !record.starts_with(LARGE_END) {
            return None;
        }
        let large = Self {
            entries: little_endian(&record, 32, 8)?,
            list_bytes: little_endian(&record, 40, 8)?,
            list: little_endian(&record, 48, 8)?,
            place,
        };
        let agree = |small: u64, large: u64, ones: u64| small == large || small == ones;
        (agree(self.entries, large.entries, 0xffff)
            && agree(self.list_bytes, large.list_bytes, 0xffff_ffff)
            && agree(self.list, large.list, 0xffff_ffff))
        .then_some(large)
    }

    /// Whether nothing from the list on passes for another record, and there is room for what this one promises.
    fn is_alone(&self, file: &mut File, length: u64, list_bytes: u64) -> bool {
        let rest = length.saturating_sub(self.list);
        if self.list.checked_add(self.list_bytes) != Some(self.place)
            || self.entries.saturating_mul(ENTRY_LENGTH) > self.list_bytes
            || rest > list_bytes + LARGE_END_LENGTH + LARGE_END_PLACE_LENGTH + END_LENGTH + COMMENT
        {
            return false;
        }
        let Ok(rest) = piece(file, self.list, rest) else {
            return false;
        };
        let count = |magic: &[u8]| rest.windows(4).filter(|part| *part == magic).count();
        count(END) == 1 && count(LARGE_END) <= 1
    }
}

/// So many bytes from a place on.
pub(crate) fn piece(file: &mut File, at: u64, bytes: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(at))?;
    let mut read = vec![0; usize::try_from(bytes).map_err(io::Error::other)?];
    file.read_exact(&mut read)?;
    Ok(read)
}

pub(crate) fn little_endian(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    let number = bytes.get(at..at.checked_add(length)?)?;
    Some(
        number
            .iter()
            .rev()
            .fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
    )
}

/// A file of which what comes before `hidden` reads as zeros: while the list is looked for, nothing else may pass for it.
#[derive(Debug)]
pub struct Source {
    file: File,
    at: u64,
    hidden: Arc<AtomicU64>,
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        let hidden = self.hidden.load(Ordering::Relaxed).saturating_sub(self.at);
        let hidden = usize::try_from(hidden).unwrap_or(usize::MAX).min(read);
        if let Some(part) = buffer.get_mut(..hidden) {
            part.fill(0);
        }
        self.at = self
            .at
            .saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        Ok(read)
    }
}

impl Seek for Source {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = self.file.seek(to)?;
        Ok(self.at)
    }
}
