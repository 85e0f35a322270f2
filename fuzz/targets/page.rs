//! A page of others, with its type in the first line: read in whatever letters, and nothing is made of it that it does not hold.

use federation::fuzzed::page as read;
use service::text::{plain_text, tags};

pub fn page(bytes: &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let (kind, body) = bytes.split_at(end.unwrap_or(bytes.len()));
    let (html, object) = read(body, &String::from_utf8_lossy(kind));
    assert!(!html.contains('\0'));
    assert!(object.is_none_or(|address| address.len() <= html.len()));
    assert!(plain_text(&html).len() <= html.len());
    assert!(tags(&html).count() <= html.matches('<').count());
    for tag in tags(&html).take(500) {
        assert!(
            tag.get("href")
                .is_none_or(|value| value.len() <= html.len())
        );
    }
}
