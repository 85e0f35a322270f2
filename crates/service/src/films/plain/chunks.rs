//! Files that are a row of pieces, each with its name and length: FLAC (RFC 9639) and WAV (RIFF). Pieces that say something of
//! the sound become padding of the same length.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::{BOXES, end_tags, zeros};

/// Kinds of FLAC's blocks.
const STREAM_INFO: u8 = 0;
const PADDING: u8 = 1;
const SEEK_TABLE: u8 = 3;
/// Which says of a block that no other follows.
const LAST: u8 = 0x80;

pub(super) fn flac(path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let length = file.metadata()?.len();
    let mut at = 4;
    for _ in 0..BOXES {
        let mut head = [0; 4];
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut head)?;
        let [kind, a, b, c] = head;
        let next = at + 4 + u64::from(u32::from_be_bytes([0, a, b, c]));
        if next > length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if !matches!(kind & !LAST, STREAM_INFO | SEEK_TABLE) {
            file.seek(SeekFrom::Start(at))?;
            file.write_all(&[(kind & LAST) | PADDING])?;
            zeros(&mut file, at + 4, next)?;
        }
        if kind & LAST != 0 {
            return end_tags(&mut file, length);
        }
        at = next;
    }
    Err(io::ErrorKind::InvalidData.into())
}

pub(super) fn wav(path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let length = file.metadata()?.len();
    let mut at = 12;
    for _ in 0..BOXES {
        if length.saturating_sub(at) < 8 {
            // Less than a piece is nothing that anybody reads.
            return zeros(&mut file, at, length);
        }
        let (kind, size) = piece(&mut file, at)?;
        let inside = at + 8;
        let end = inside.saturating_add(u64::from(size));
        match &kind {
            // Whoever records while sending does not know how long it will be.
            b"data" if end > length => return Ok(()),
            _ if end > length => return Err(io::ErrorKind::UnexpectedEof.into()),
            b"fmt " | b"fact" | b"data" => {}
            _ => {
                file.seek(SeekFrom::Start(at))?;
                file.write_all(b"JUNK")?;
                zeros(&mut file, inside, end)?;
            }
        }
        // Pieces begin at even places.
        at = end + end % 2;
    }
    Err(io::ErrorKind::InvalidData.into())
}

fn piece(file: &mut File, at: u64) -> io::Result<([u8; 4], u32)> {
    let (mut kind, mut size) = ([0; 4], [0; 4]);
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(&mut kind)?;
    file.read_exact(&mut size)?;
    Ok((kind, u32::from_le_bytes(size)))
}
