//! Headers of a signed request, one a line, and a body after an empty line.

use chrono::{DateTime, TimeDelta};
use federation::origin::Origin;
use federation::signatures::{Check, check, parse_http_date};
use http::{HeaderMap, HeaderName, HeaderValue};

pub fn signature(bytes: &[u8]) {
    let text = &*String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut headers = HeaderMap::new();
    for (name, value) in head.lines().filter_map(|line| line.split_once(": ")) {
        let _ = parse_http_date(value);
        // A server hands over no more.
        if headers.len() < 100
            && let (Ok(name), Ok(value)) =
                (name.parse::<HeaderName>(), value.parse::<HeaderValue>())
        {
            headers.append(name, value);
        }
    }
    let origin = Origin::parse("https://school.example/").unwrap();
    let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
    for (method, body) in [("POST", Some(body.as_bytes())), ("GET", None)] {
        let checked = check(&Check {
            method,
            path_and_query: "/inbox?x",
            headers: &headers,
            body,
            origin: &origin,
            now: now.naive_utc(),
            max_age: TimeDelta::days(10_000),
        });
        if checked.is_ok() {
            assert!(headers.contains_key("signature"));
        }
    }
}
