//! WebM (RFC 8794, RFC 9559): elements that say something of the film become empty space, where they are.
//!
//! Elements are walked one after the other, into those in which such elements are and past the others: an id means the same
//! at every depth. So one without a length, as browsers record them, needs no end.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::zeros;

/// Elements that are looked at: a film of hours, recorded by a browser, has fewer.
const ELEMENTS: usize = 1_000_000;
/// Bytes of the longest head of an element.
const HEAD: u64 = 12;

const SEGMENT: u64 = 0x1853_8067;
const INFO: u64 = 0x1549_a966;
const TRACKS: u64 = 0x1654_ae6b;
const TRACK: u64 = 0xae;
const CLUSTER: u64 = 0x1f43_b675;
/// What must be there, and names programs.
const MUXING_APP: u64 = 0x4d80;
const WRITING_APP: u64 = 0x5741;
/// Tags, attachments and chapters; title, day, file names and names of tracks; and sums, which are wrong without them.
const TELLING: [u64; 10] = [
    0x1254_c367,
    0x1941_a469,
    0x1043_a770,
    0x7ba9,
    0x4461,
    0x7384,
    0x003c_83ab,
    0x003e_83bb,
    0x536e,
    0xbf,
];
const VOID: u8 = 0xec;

struct Element {
    id: u64,
    /// Where its content begins.
    inside: u64,
    /// None where it does not say.
    size: Option<u64>,
}

pub(super) fn webm(path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let length = file.metadata()?.len();
    let mut at = 0;
    for _ in 0..ELEMENTS {
        if at >= length {
            return Ok(());
        }
        let Element { id, inside, size } = element(&mut file, at)?;
        let next = match (id, size) {
            (SEGMENT | CLUSTER, None) => {
                at = inside;
                continue;
            }
            (_, None) => return Err(io::ErrorKind::InvalidData.into()),
            (_, Some(size)) => inside.saturating_add(size),
        };
        // The last cluster of a film that was cut off.
        if next > length && id == CLUSTER {
            return Ok(());
        }
        if next > length && id != SEGMENT {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        at = match id {
            SEGMENT | INFO | TRACKS | TRACK => inside,
            MUXING_APP | WRITING_APP => {
                file.seek(SeekFrom::Start(inside))?;
                io::copy(&mut io::repeat(b' ').take(next - inside), &mut file)?;
                next
            }
            id if TELLING.contains(&id) => {
                void(&mut file, at, next)?;
                next
            }
            _ => next,
        };
    }
    Err(io::ErrorKind::InvalidData.into())
}

fn element(file: &mut File, at: u64) -> io::Result<Element> {
    let mut head = Vec::new();
    file.seek(SeekFrom::Start(at))?;
    Read::by_ref(file).take(HEAD).read_to_end(&mut head)?;
    parse(&head, at).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

fn parse(head: &[u8], at: u64) -> Option<Element> {
    let (id, id_length) = number(head, 4)?;
    let (size, size_length) = number(head.get(id_length..)?, 8)?;
    let ones = (1_u64 << (7 * size_length)) - 1;
    let size = size & ones;
    Some(Element {
        id,
        inside: at + u64::try_from(id_length + size_length).ok()?,
        size: (size != ones).then_some(size),
    })
}

/// A number with the bit that says how many bytes it has, and that.
fn number(bytes: &[u8], most: usize) -> Option<(u64, usize)> {
    let zeros = bytes.first()?.leading_zeros();
    let length = usize::try_from(zeros).ok()? + 1;
    let bytes = bytes.get(..length).filter(|_| length <= most)?;
    let number = bytes
        .iter()
        .fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    Some((number, length))
}

/// Makes empty space of all from `at` to `next`, which is two bytes at least.
fn void(file: &mut File, at: u64, next: u64) -> io::Result<()> {
    let all = next - at;
    file.seek(SeekFrom::Start(at))?;
    let head = if all < 9 {
        let size = u8::try_from(all - 2).unwrap_or_default();
        file.write_all(&[VOID, 0x80 | size])?;
        2
    } else {
        file.write_all(&[VOID])?;
        file.write_all(&((1_u64 << 56) | (all - 9)).to_be_bytes())?;
        9
    };
    zeros(file, at + head, next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read_as_they_are_written() {
        let webm = parse(b"\x1a\x45\xdf\xa3\x9f", 0).unwrap();
        assert_eq!(
            (webm.id, webm.inside, webm.size),
            (0x1a45_dfa3, 5, Some(31))
        );
        let live = parse(b"\x1f\x43\xb6\x75\x01\xff\xff\xff\xff\xff\xff\xff", 7).unwrap();
        assert_eq!((live.id, live.inside, live.size), (CLUSTER, 19, None));
        let short = parse(b"\xae\x40\x02", 0).unwrap();
        assert_eq!((short.id, short.inside, short.size), (TRACK, 3, Some(2)));
        for bad in [&b""[..], b"\x00", b"\xae", b"\x08\0\0\0\0\x80", b"\xae\0"] {
            assert!(parse(bad, 0).is_none(), "{bad:?}");
        }
    }
}
