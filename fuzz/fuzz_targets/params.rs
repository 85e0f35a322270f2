//! The parameters and files of a request: the first byte says in which form they come.
#![no_main]

use actix_web::FromRequest;
use actix_web::test::TestRequest;
use http_api::extract::Upload;
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};

const KINDS: [&str; 4] = [
    "multipart/form-data; boundary=B",
    "application/json",
    "application/x-www-form-urlencoded",
    "text/plain",
];

fuzz_target!(|bytes: &[u8]| {
    let Some((first, body)) = bytes.split_first() else {
        return;
    };
    let kind = KINDS[usize::from(*first) % KINDS.len()];
    let (request, mut payload) = TestRequest::post()
        .insert_header(("Content-Type", kind))
        .set_payload(body.to_vec())
        .to_http_parts();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let _ = runtime.block_on(Upload::<Map<String, Value>>::from_request(
        &request,
        &mut payload,
    ));
});
