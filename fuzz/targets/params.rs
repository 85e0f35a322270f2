//! The parameters and files of a request: the first byte says in which form they come.

use actix_web::FromRequest;
use actix_web::test::TestRequest;
use actix_web::web::Data;
use http_api::extract::{PageParams, Params, Upload, UploadLimit};
use serde_json::{Map, Value};

use super::wait;

const KINDS: [&str; 4] = [
    "multipart/form-data; boundary=B",
    "application/json",
    "application/x-www-form-urlencoded",
    "text/plain",
];
const MOST: usize = 32 * 1_024;

pub fn params(bytes: &[u8]) {
    let Some((first, body)) = bytes.split_first() else {
        return;
    };
    let request = || {
        TestRequest::post()
            .insert_header(("Content-Type", KINDS[usize::from(*first) % KINDS.len()]))
            .app_data(Data::new(UploadLimit(MOST)))
            .set_payload(body.to_vec())
            .to_http_parts()
    };
    let (asked, mut payload) = request();
    let upload = Upload::<Map<String, Value>>::from_request(&asked, &mut payload);
    if let Ok(upload) = wait(upload) {
        let files = upload.files.iter().map(|file| file.bytes.len());
        assert!(files.sum::<usize>() <= MOST.min(body.len()));
    }
    let (asked, mut payload) = request();
    if let Ok(params) = wait(Params::<PageParams>::from_request(&asked, &mut payload)) {
        assert!((0..=40).contains(&params.into_inner().page(20, 40).limit));
    }
}
