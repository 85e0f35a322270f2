//! A WebFinger document leads to an address, or nowhere.

use url::Url;

pub fn webfinger(bytes: &[u8]) {
    if let Some(address) = federation::fuzzed::webfinger(bytes) {
        assert!(Url::parse(&address).is_ok(), "{address}");
    }
}
