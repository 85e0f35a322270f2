//! A page of others, with its type in the first line: read in whatever letters, and nothing is made of it that it does not hold.

use federation::fuzzed::page as read;
use service::text::{plain_text, tags};

pub fn page(bytes: &[u8]) {
    let mut parts = bytes.splitn(2, |byte| *byte == b'\n');
    let kind = String::from_utf8_lossy(parts.next().unwrap_or_default());
    let (html, object) = read(parts.next().unwrap_or_default(), &kind);
    assert!(!html.contains('\0'));
    // An entity of five bytes may be two letters of three.
    let most = html.len() * 2;
    assert!(object.is_none_or(|address| address.len() <= most));
    assert!(plain_text(&html).len() <= html.len());
    assert!(tags(&html).count() <= html.matches('<').count());
    for tag in tags(&html).take(500) {
        let leads = tag.get("href");
        assert!(leads.is_none_or(|address| address.len() <= most));
    }
}
