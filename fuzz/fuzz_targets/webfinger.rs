//! A WebFinger document leads to an address, or nowhere.
#![no_main]

use federation::fuzzed::webfinger;
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|bytes: &[u8]| {
    if let Some(address) = webfinger(bytes) {
        assert!(Url::parse(&address).is_ok(), "{address}");
    }
});
