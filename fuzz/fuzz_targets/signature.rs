//! Headers of a signed request, one a line, and a body after an empty line.
#![no_main]

use chrono::{DateTime, TimeDelta};
use federation::origin::Origin;
use federation::signatures::{Check, check, parse_http_date};
use http::{HeaderMap, HeaderName, HeaderValue};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut headers = HeaderMap::new();
    for (name, value) in head.lines().filter_map(|line| line.split_once(": ")) {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value.parse::<HeaderValue>()) {
            headers.append(name, value);
        }
    }
    let _ = parse_http_date(head);
    let (Some(origin), Some(now)) = (
        Origin::parse("https://school.example/"),
        DateTime::from_timestamp(1_790_000_000, 0),
    ) else {
        return;
    };
    for (method, body) in [("POST", Some(body.as_bytes())), ("GET", None)] {
        let _ = check(&Check {
            method,
            path_and_query: "/inbox?x",
            headers: &headers,
            body,
            origin: &origin,
            now: now.naive_utc(),
            max_age: TimeDelta::days(10_000),
        });
    }
});
