//! Any bytes are a picture or are refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use service::Error;
use service::media::{Purpose, process};

fuzz_target!(|bytes: &[u8]| {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    match runtime.block_on(process(bytes.to_vec().into(), Purpose::Attachment)) {
        Ok(_) | Err(Error::Invalid(_)) => {}
        Err(error) => panic!("{error}"),
    }
});
