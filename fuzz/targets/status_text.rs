//! What is typed: the spans are the text, and its HTML is bounded and has no markup of its own.

use domain::text::{Hosts, count, spans};
use service::text::format::{Rel, to_html};

pub fn status_text(bytes: &[u8]) {
    let text = &*String::from_utf8_lossy(bytes);
    for hosts in [Hosts::Public, Hosts::Any] {
        let whole: String = spans(text, hosts)
            .into_iter()
            .map(|(range, _)| &text[range])
            .collect();
        assert_eq!(whole, text);
        let _ = count(text, "", hosts);
        let html = to_html(
            text,
            hosts,
            Rel::Foreign,
            |_| None,
            |tag| format!("https://school.example/tags/{tag}"),
        );
        assert!(html.len() <= text.len() * 200 + 200);
        assert!(!html.contains("<script"));
    }
}
