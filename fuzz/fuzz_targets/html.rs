//! Foreign HTML: safe, bounded, and the same when it is cleaned once more.
#![no_main]

use libfuzzer_sys::fuzz_target;
use service::text::{plain_text, sanitise};

fuzz_target!(|text: &str| {
    let safe = sanitise::html(text);
    assert!(safe.len() <= text.len() * 8 + 1_000);
    for word in [
        "<script",
        "<img",
        "<iframe",
        "<style",
        "<svg",
        "<math",
        "href=\"javascript:",
    ] {
        assert!(!safe.contains(word), "{safe}");
    }
    // What is longer is cut.
    if safe.len() < 100_000 {
        assert_eq!(sanitise::html(&safe), safe);
    }
    assert!(plain_text(text).len() <= text.len());
});
