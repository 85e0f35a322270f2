//! An oEmbed document in XML, as the JSON that it could have been: a text for each element in its root.
//! <https://oembed.com>, section 2.3.4.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;
use serde_json::{Map, Value};

/// Elements that are read.
const ELEMENTS: usize = 64;

/// None if it is no such document. One with a DTD is none, so nothing grows by being read.
pub(crate) fn as_json(text: &str) -> Option<Value> {
    let mut reader = Reader::from_str(text);
    let mut said = Map::new();
    let (mut name, mut words) = (String::new(), String::new());
    let mut depth = 0_usize;
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) => {
                depth += 1;
                let called = String::from_utf8_lossy(tag.local_name().as_ref()).into_owned();
                if depth == 1 && called != "oembed" {
                    return None;
                }
                if depth == 2 {
                    name = called;
                    words.clear();
                }
            }
            Event::End(_) => {
                if depth == 2 && said.len() < ELEMENTS {
                    let words = std::mem::take(&mut words);
                    said.insert(std::mem::take(&mut name), Value::String(words));
                }
                depth = depth.checked_sub(1)?;
            }
            Event::Text(part) if depth == 2 => words.push_str(&part.decode().ok()?),
            Event::CData(part) if depth == 2 => words.push_str(&part.decode().ok()?),
            Event::GeneralRef(named) if depth == 2 => match named.resolve_char_ref().ok()? {
                Some(letter) => words.push(letter),
                None => words.push_str(resolve_predefined_entity(&named.decode().ok()?)?),
            },
            Event::DocType(_) => return None,
            Event::Eof => {
                return (depth == 0 && !said.is_empty()).then_some(Value::Object(said));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn each_element_says_something() {
        let text = r#"<?xml version="1.0" encoding="utf-8" standalone="yes"?>
            <oembed><version>1.0</version><type>video</type><title>Bees &amp; &#x2019;more&#39;</title>
            <width>640</width><author_url/><html>&lt;iframe src="https://films.example/e?a=1&amp;amp;b=2"&gt;&lt;/iframe&gt;</html>
            <more><html>inside</html></more></oembed>"#;
        let said = as_json(text).unwrap();
        assert_eq!(
            said,
            json!({ "version": "1.0", "type": "video", "title": "Bees & \u{2019}more'", "width": "640",
                "html": "<iframe src=\"https://films.example/e?a=1&amp;b=2\"></iframe>", "more": "" })
        );
        let text = "<oembed><html><![CDATA[<iframe src='x'>&amp;]]></html></oembed>";
        assert_eq!(
            as_json(text),
            Some(json!({ "html": "<iframe src='x'>&amp;" }))
        );
    }

    #[test]
    fn what_is_no_document_or_defines_words_of_its_own_is_not_read() {
        let laughs = "<!DOCTYPE oembed [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><oembed><title>&b;</title></oembed>";
        let file =
            "<!DOCTYPE oembed SYSTEM \"file:///etc/passwd\"><oembed><title>x</title></oembed>";
        for bad in [
            laughs,
            file,
            "",
            "words",
            "{}",
            "<oembed>",
            "<oembed/>",
            "<oembed></oembed>",
            "<oembed><title>x</oembed>",
            "<oembed><title>&b;</title></oembed>",
            "<oembed><title>&#0;</title></oembed>",
            "<oembed><title>&#xd800;</title></oembed>",
            "<rss><title>x</title></rss>",
        ] {
            assert_eq!(as_json(bad), None, "{bad}");
        }
        let many: String = (0..500)
            .map(|number| format!("<e{number}>x</e{number}>"))
            .collect();
        let said = as_json(&format!("<oembed>{many}</oembed>")).unwrap();
        assert_eq!(said.as_object().unwrap().len(), ELEMENTS);
        let deep = format!(
            "<oembed>{}{}</oembed>",
            "<a>".repeat(100_000),
            "</a>".repeat(100_000)
        );
        assert_eq!(as_json(&deep), Some(json!({ "a": "" })));
    }

    proptest! {
        #[test]
        fn whatever_comes_is_read_or_not(text in "(<oembed>)?([<>&;/a!\\[\\]#x0-9\" -]|<a>|</a>|<!\\[CDATA\\[|\\]\\]>|&amp;|&#9;){0,60}(</oembed>)?") {
            if let Some(said) = as_json(&text) {
                prop_assert!(said.as_object().unwrap().values().all(Value::is_string));
            }
        }
    }
}
