//! An origin prints as itself, and no authority smuggles in a path.
#![no_main]

use federation::origin::Origin;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Some(origin) = Origin::parse(text) {
        assert_eq!(Origin::parse(&origin.to_string()).as_ref(), Some(&origin));
        let named = origin.with_authority(&origin.authority());
        assert_eq!(named.as_ref(), Some(&origin));
    }
    let Some(ours) = Origin::parse("https://school.example/") else {
        return;
    };
    let _ = ours.with_authority(text);
    let _ = federation::net::is_activity_json(text);
});
