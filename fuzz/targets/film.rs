//! Any bytes as a film or a sound: what it says of itself goes, and nothing moves.

use service::films::Format;

use super::{on_disk, taken, wait};

pub fn film(bytes: &[u8]) {
    let Some(format) = Format::of(bytes) else {
        return;
    };
    let file = on_disk(bytes);
    let done = wait(service::fuzzed::film(file.path().to_owned(), format));
    if taken(done).is_some() {
        let left = std::fs::read(file.path()).unwrap();
        assert_eq!(left.len(), bytes.len());
        assert_eq!(Format::of(&left), Some(format));
    }
}
