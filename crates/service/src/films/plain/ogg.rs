//! Ogg (RFC 3533) with Opus (RFC 7845) or Vorbis: the second packet of each stream holds the comments, whose words become
//! spaces. All lengths stay, so that only the sums of its pages are reckoned anew.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// Pages that are looked at: of a week of sound.
const PAGES: usize = 500_000;
/// Streams of one file.
const STREAMS: usize = 100;
/// Bytes of a page before the table of its segments.
const HEAD: usize = 27;
/// Where in it the sum is.
const SUM: std::ops::Range<usize> = 22..26;
/// A segment that goes on in the next one.
const FULL: u8 = 255;

/// How far a stream is read.
#[derive(Default)]
struct Stream {
    has_begun: bool,
    /// That are read to their end.
    packets: u32,
    comments: Comments,
}

/// Where in the comments one is.
#[derive(Default)]
struct Comments {
    /// Bytes of their name that are to come.
    name: usize,
    /// Whether a bit is set behind them.
    is_framed: bool,
    part: Part,
    /// Bytes of words that are to come.
    words: u32,
    /// Comments that are to come.
    left: u32,
    /// A length, as far as it is read.
    number: [u8; 4],
    read: usize,
}

#[derive(Default, Clone, Copy)]
enum Part {
    #[default]
    Vendor,
    Count,
    Comment,
    Frame,
    Rest,
}

pub(super) fn ogg(path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let length = file.metadata()?.len();
    let (mut at, mut streams) = (0, HashMap::new());
    for _ in 0..PAGES {
        if at == length {
            return Ok(());
        }
        at = page(&mut file, at, length, &mut streams)?;
    }
    Err(io::ErrorKind::InvalidData.into())
}

/// Works a page off; answers where the next one begins.
fn page(
    file: &mut File,
    at: u64,
    length: u64,
    streams: &mut HashMap<[u8; 4], Stream>,
) -> io::Result<u64> {
    let mut head = [0; HEAD];
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(&mut head)?;
    let [b'O', b'g', b'g', b'S', 0, .., segments] = head else {
        return Err(io::ErrorKind::InvalidData.into());
    };
    let mut table = vec![0; usize::from(segments)];
    file.read_exact(&mut table)?;
    let size: usize = table.iter().copied().map(usize::from).sum();
    let inside = at + u64::try_from(HEAD + table.len()).unwrap_or(u64::MAX);
    let next = inside + u64::try_from(size).unwrap_or(u64::MAX);
    if next > length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let [_, _, _, _, _, _, _, _, _, _, _, _, _, _, a, b, c, d, ..] = head;
    if streams.len() >= STREAMS && !streams.contains_key(&[a, b, c, d]) {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let stream = streams.entry([a, b, c, d]).or_default();
    if stream.packets >= 2 {
        return Ok(next);
    }
    let mut body = vec![0; size];
    file.read_exact(&mut body)?;
    if stream.read(&table, &mut body)? {
        head.get_mut(SUM).unwrap_or_default().fill(0);
        let sum = sum(head.iter().chain(&table).chain(&body));
        head.get_mut(SUM)
            .unwrap_or_default()
            .copy_from_slice(&sum.to_le_bytes());
        file.seek(SeekFrom::Start(at))?;
        file.write_all(&head)?;
        file.seek(SeekFrom::Start(inside))?;
        file.write_all(&body)?;
    }
    Ok(next)
}

impl Stream {
    /// Reads the segments of a page; true if they were changed.
    fn read(&mut self, table: &[u8], mut body: &mut [u8]) -> io::Result<bool> {
        let mut is_changed = false;
        for size in table {
            let (segment, rest) = std::mem::take(&mut body)
                .split_at_mut_checked(usize::from(*size))
                .ok_or(io::ErrorKind::InvalidData)?;
            match self.packets {
                0 if !self.has_begun => self.begin(segment)?,
                1 => {
                    segment
                        .iter_mut()
                        .for_each(|byte| self.comments.blank(byte));
                    is_changed = true;
                }
                _ => {}
            }
            if *size < FULL {
                self.packets += 1;
            }
            body = rest;
        }
        Ok(is_changed)
    }

    /// Of other streams it is not known where they have comments.
    fn begin(&mut self, segment: &[u8]) -> io::Result<()> {
        self.has_begun = true;
        (self.comments.name, self.comments.is_framed) = if segment.starts_with(b"OpusHead") {
            (b"OpusTags".len(), false)
        } else if segment.starts_with(b"\x01vorbis") {
            (b"\x03vorbis".len(), true)
        } else {
            return Err(io::ErrorKind::Unsupported.into());
        };
        Ok(())
    }
}

impl Comments {
    /// Takes the next byte; of a word it becomes a space.
    fn blank(&mut self, byte: &mut u8) {
        if self.name > 0 {
            self.name -= 1;
            return;
        }
        if self.words > 0 {
            self.words -= 1;
            *byte = b' ';
            return;
        }
        match self.part {
            Part::Frame => {
                *byte = u8::from(self.is_framed);
                self.part = Part::Rest;
            }
            Part::Rest => *byte = 0,
            Part::Vendor | Part::Count | Part::Comment => self.count(*byte),
        }
    }

    /// Takes the next byte of a length.
    fn count(&mut self, byte: u8) {
        if let Some(place) = self.number.get_mut(self.read) {
            *place = byte;
        }
        self.read += 1;
        if self.read < self.number.len() {
            return;
        }
        self.read = 0;
        let number = u32::from_le_bytes(self.number);
        match self.part {
            Part::Vendor => {
                self.words = number;
                self.part = Part::Count;
                return;
            }
            Part::Count => self.left = number,
            _ => {
                self.words = number;
                self.left -= 1;
            }
        }
        self.part = if self.left > 0 {
            Part::Comment
        } else {
            Part::Frame
        };
    }
}

/// The sum of a page: CRC-32 as Ogg has it, from the highest bit on.
fn sum<'a>(bytes: impl Iterator<Item = &'a u8>) -> u32 {
    const POLYNOMIAL: u32 = 0x04c1_1db7;
    bytes.fold(0, |sum, byte| {
        (0..8).fold(sum ^ (u32::from(*byte) << 24), |sum, _| {
            let high = sum >> 31;
            (sum << 1) ^ (POLYNOMIAL * high)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_spaces_wherever_a_page_ends() {
        let packet = b"\x03vorbis\x03\0\0\0Ada\x02\0\0\0\x05\0\0\0A=Ada\x01\0\0\0B\x01Ada";
        for at in 0..packet.len() {
            let mut stream = Stream::default();
            stream.begin(b"\x01vorbis").unwrap();
            let mut comments = packet.to_vec();
            let (first, second) = comments.split_at_mut(at);
            for byte in first.iter_mut().chain(second) {
                stream.comments.blank(byte);
            }
            let blank = b"\x03vorbis\x03\0\0\0   \x02\0\0\0\x05\0\0\0     \x01\0\0\0 \x01\0\0\0";
            assert_eq!(comments, blank);
        }
    }

    #[test]
    fn the_sum_of_a_page_is_oggs() {
        // CRC-32 with this polynomial, no reflection, from zero, of "123456789".
        assert_eq!(sum(b"123456789".iter()), 0x89a1_897f);
    }
}
