//! `Link` headers of others, and ours around whatever page is asked for.
#![no_main]

use actix_web::http::Uri;
use actix_web::test::TestRequest;
use federation::fuzzed::link;
use http_api::pagination::{Ends, page};
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|text: &str| {
    if let Some(address) = link(text) {
        assert!(text.contains(&address));
    }
    if let Some(cursor) = domain::page::cursor(text) {
        assert!(cursor >= 0);
    }
    let path = format!("/api/v1/timelines/home?{text}");
    if path.parse::<Uri>().is_err() {
        return;
    }
    let request = TestRequest::with_uri(&path).to_http_request();
    let Ok(ours) = Url::parse("https://school.example/") else {
        return;
    };
    let ends = Ends {
        cursors: Some((9, 1)),
        more: true,
    };
    let response = page(&request, &ours, &[0_u8; 0], ends);
    let header = response.headers().get("Link").and_then(|value| value.to_str().ok());
    for part in header.unwrap_or_default().split(", ") {
        let address = part.split(['<', '>']).nth(1).unwrap_or_default();
        let next = Url::parse(address).expect("an address");
        assert_eq!(next.origin(), ours.origin());
        let cursors = next.query_pairs().filter(|(name, _)| name == "max_id" || name == "min_id");
        assert_eq!(cursors.count(), 1, "{address}");
        assert!(next.query_pairs().all(|(name, _)| name != "access_token"), "{address}");
    }
});
