//! A handle that is understood prints as itself.
#![no_main]

use domain::{Handle, Host};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(handle) = text.parse::<Handle>() {
        assert_eq!(handle.to_string().parse::<Handle>().as_ref(), Ok(&handle));
    }
    if let Ok(host) = text.parse::<Host>() {
        assert_eq!(host.to_string().parse::<Host>().as_ref(), Ok(&host));
    }
});
