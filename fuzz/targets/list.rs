//! A list that somebody brings, as CSV: the first byte says of what. Lines are understood or not, however they are written.

use domain::{Host, ImportKind};

use super::taken;

pub fn list(bytes: &[u8]) {
    let Some((first, file)) = bytes.split_first() else {
        return;
    };
    let kind = ImportKind::ALL[usize::from(*first) % ImportKind::ALL.len()];
    let ours = "school.example".parse::<Host>().unwrap();
    if let Some(understood) = taken(service::fuzzed::list(&ours, kind, file)) {
        let ends = file.iter().filter(|byte| matches!(byte, b'\n' | b'\r'));
        assert!((1..=ends.count() + 1).contains(&understood));
    }
}
