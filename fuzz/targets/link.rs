//! `Link` headers of others, and ours around whatever page is asked for.

use actix_web::http::Uri;
use actix_web::test::TestRequest;
use http_api::pagination::{Ends, page};
use url::Url;

pub fn link(bytes: &[u8]) {
    let text = &*String::from_utf8_lossy(bytes);
    if let Some(address) = federation::fuzzed::link(text) {
        assert!(text.contains(&address));
    }
    let path = format!("/api/v1/timelines/home?{text}");
    if path.parse::<Uri>().is_err() {
        return;
    }
    let request = TestRequest::with_uri(&path).to_http_request();
    let ours = Url::parse("https://school.example/").unwrap();
    let ends = Ends {
        cursors: Some((9, 1)),
        more: true,
    };
    let response = page(&request, &ours, &[0_u8; 0], ends);
    let header = response.headers().get("Link");
    let header = header.and_then(|value| value.to_str().ok());
    for part in header.unwrap_or_default().split(", ") {
        let address = part.split(['<', '>']).nth(1).unwrap_or_default();
        let next = Url::parse(address).unwrap();
        assert_eq!(next.origin(), ours.origin());
        let is_cursor = |name: &str| name == "max_id" || name == "min_id";
        let cursors = next.query_pairs().filter(|(name, _)| is_cursor(name));
        assert_eq!(cursors.count(), 1, "{address}");
        let mut names = next.query_pairs().map(|(name, _)| name);
        assert!(names.all(|name| name != "access_token"), "{address}");
    }
}
