//! Any bytes as an archive of somebody's posts: read within bounds, or refused.

use chrono::DateTime;

use super::{on_disk, taken};

pub fn archive(bytes: &[u8]) {
    let file = on_disk(bytes);
    let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
    taken(service::fuzzed::archive(file.path(), now.naive_utc()));
}
