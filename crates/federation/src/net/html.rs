//! The letters of a web page, in whatever encoding it is.
//! <https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding>

use encoding_rs::{Encoding, UTF_8};
use service::text::tags;

use super::content_type::{is_activity_json, parameter};

/// Links of a page in which the one to its object is looked for.
const LINKS: usize = 500;
/// Bytes of a page in which it says its encoding.
const PRESCAN: usize = 1_024;

/// By its first bytes, or what its server says, or what it says itself, or UTF-8.
pub(crate) fn decoded(body: &[u8], content_type: &str) -> String {
    let said =
        parameter(content_type, "charset").and_then(|label| Encoding::for_label(label.as_bytes()));
    let encoding = said.or_else(|| says_itself(body)).unwrap_or(UTF_8);
    encoding.decode(body).0.replace('\0', "")
}

/// Where a page says that its ActivityPub object is.
pub(crate) fn object(html: &str) -> Option<String> {
    let links = tags(html).filter(|tag| tag.name == "link").take(LINKS);
    let links = links.filter(|tag| tag.has("rel", "alternate"));
    let mut objects =
        links.filter(|tag| tag.get("type").is_some_and(|kind| is_activity_json(&kind)));
    objects.find_map(|tag| tag.get("href"))
}

/// Where a host-meta, which has tags as a page has, says that WebFinger answers.
pub(crate) fn template(xrd: &str) -> Option<String> {
    let links = tags(xrd).filter(|tag| tag.name == "link").take(LINKS);
    let mut links = links.filter(|tag| tag.has("rel", "lrdd"));
    links.find_map(|tag| tag.get("template"))
}

fn says_itself(body: &[u8]) -> Option<&'static Encoding> {
    let beginning = String::from_utf8_lossy(body.get(..PRESCAN).unwrap_or(body));
    tags(&beginning)
        .filter(|tag| tag.name == "meta")
        .find_map(|tag| {
            let label = tag.get("charset").or_else(|| {
                let content = tag.get("content")?;
                parameter(&content, "charset").map(str::to_owned)
            })?;
            Encoding::for_label(label.as_bytes())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_its_object() {
        let page = r#"<head><link rel="alternate" type="application/atom+xml" href="/feed">
            <link rel="alternate" href="/post/1?a=1&amp;b=2" type="application/activity+json">"#;
        assert_eq!(object(page).as_deref(), Some("/post/1?a=1&b=2"));
        assert_eq!(
            object("<a rel=alternate type=application/activity+json href=x>"),
            None
        );
    }

    #[test]
    fn a_host_meta_names_where_webfinger_answers() {
        let xrd = r#"<?xml version="1.0" encoding="UTF-8"?>
            <XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0"><hm:Host>school.example</hm:Host>
            <Link rel='other' template='https://no.example/{uri}'/>
            <Link rel="lrdd" template="https://social.school.example/.well-known/webfinger?a=1&amp;resource={uri}"/></XRD>"#;
        assert_eq!(
            template(xrd).as_deref(),
            Some("https://social.school.example/.well-known/webfinger?a=1&resource={uri}")
        );
        assert_eq!(template("<html><body>Not found"), None);
    }

    #[test]
    fn letters_are_read_as_they_were_written() {
        let latin = b"<meta charset=iso-8859-1><title>Pr\xfcfung</title>";
        let legacy =
            b"<meta http-equiv=Content-Type content='text/html; charset=windows-1252'>Pr\xfcfung";
        let marked = b"\xef\xbb\xbfPr\xc3\xbcfung";
        for (body, content_type) in [
            (&latin[..], "text/html"),
            (&legacy[..], "text/html"),
            (&marked[..], "text/html; charset=iso-8859-1"),
            (b"Pr\xfcfung", "text/html; charset=\"ISO-8859-1\""),
            ("Prüfung".as_bytes(), "text/html; charset=unknown"),
        ] {
            assert!(
                decoded(body, content_type).contains("Prüfung"),
                "{content_type}"
            );
        }
    }
}
