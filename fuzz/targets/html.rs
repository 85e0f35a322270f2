//! Foreign HTML: safe, bounded, and the same when it is cleaned once more. Another parser than the sanitiser's looks
//! for what must not be there.

use html5gum::{Token, Tokenizer};
use service::text::{plain_text, sanitise};
use url::Url;

const ELEMENTS: [&str; 23] = [
    "p",
    "br",
    "span",
    "a",
    "abbr",
    "del",
    "s",
    "pre",
    "blockquote",
    "code",
    "b",
    "strong",
    "u",
    "sub",
    "sup",
    "i",
    "em",
    "ul",
    "ol",
    "li",
    "ruby",
    "rt",
    "rp",
];
const ATTRIBUTES: [&str; 11] = [
    "class",
    "dir",
    "href",
    "lang",
    "rel",
    "reversed",
    "start",
    "target",
    "title",
    "translate",
    "value",
];

pub fn html(bytes: &[u8]) {
    let text = &*String::from_utf8_lossy(bytes);
    let safe = sanitise::html(text);
    assert!(safe.len() <= text.len() * 8 + 1_000);
    look_for_what_is_forbidden(&safe);
    // What is longer is cut.
    if safe.len() < 100_000 {
        assert_eq!(sanitise::html(&safe), safe);
    }
    assert!(plain_text(text).len() <= text.len());
}

fn look_for_what_is_forbidden(safe: &str) {
    for token in Tokenizer::new(safe).flatten() {
        match token {
            Token::StartTag(tag) => {
                let name = String::from_utf8_lossy(&tag.name);
                assert!(ELEMENTS.contains(&&*name), "<{name}> in {safe}");
                for (name, value) in &tag.attributes {
                    let name = String::from_utf8_lossy(name);
                    let value = String::from_utf8_lossy(value);
                    assert!(ATTRIBUTES.contains(&&*name), "{name} in {safe}");
                    if name == "href" {
                        let url = Url::parse(&value).unwrap();
                        assert!(matches!(url.scheme(), "http" | "https"), "{safe}");
                    }
                }
                if name == "a" {
                    let is_apart = tag.attributes.iter().any(|(name, value)| {
                        String::from_utf8_lossy(name) == "rel"
                            && String::from_utf8_lossy(value).contains("noopener")
                    });
                    assert!(is_apart, "{safe}");
                }
            }
            Token::Comment(_) | Token::Doctype(_) => panic!("{safe}"),
            _ => {}
        }
    }
}
