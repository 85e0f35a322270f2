//! The words of a post as HTML, also of kinds that are made of more than words.
//!
//! Only a Note and a Question are their content; others are shown as their title, what there is to know, and
//! a link to where they can be seen whole.

use serde_json::Value;

use crate::protocol::read::{self, kind, text};

/// What is read of a post.
pub(super) struct Words {
    /// Not yet sanitised.
    pub html: String,
    /// What is said in warning of it.
    pub warning: String,
    pub language: Option<String>,
}

/// Whether it has a title, so that its summary is no warning.
fn is_titled(object: &Value) -> bool {
    !matches!(kind(object), "Note" | "Question" | "ChatMessage")
}

/// `url` is where people read it.
pub(super) fn of(object: &Value, url: &str) -> Words {
    let (content, of_map) = read::translated(object, "content");
    let content = content.map(|text| formatted(object, text));
    let language = of_map.or_else(|| named_language(object));
    let summary = read::translated(object, "summary").0;
    if !is_titled(object) {
        return Words {
            html: content.unwrap_or_default(),
            warning: summary.unwrap_or_default(),
            language,
        };
    }
    let title = read::translated(object, "name")
        .0
        .filter(|name| !name.is_empty());
    let title = title.map(|name| format!("<p><strong>{}</strong></p>", escape(&name)));
    let link = format!("<p><a href=\"{0}\">{0}</a></p>", escape(url));
    let body = content.or(summary).unwrap_or_default();
    let html = [title.unwrap_or_default(), occasion(object), body, link].concat();
    Words {
        html,
        warning: String::new(),
        language,
    }
}

/// HTML, unless the object says that it is something else.
fn formatted(object: &Value, content: String) -> String {
    match text(object, "mediaType") {
        Some("text/plain" | "text/markdown") => {
            let paragraphs = content.replace("\r\n", "\n");
            let paragraphs = paragraphs.split("\n\n").map(str::trim);
            paragraphs
                .filter(|lines| !lines.is_empty())
                .map(|lines| format!("<p>{}</p>", escape(lines).replace('\n', "<br>")))
                .collect()
        }
        _ => content,
    }
}

/// PeerTube names the language of a film by itself.
fn named_language(object: &Value) -> Option<String> {
    let named = read::one(object, "language")?;
    let code = named.as_str().or_else(|| text(named, "identifier"))?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let is_code = (2..=20).contains(&code.len()) && code.bytes().all(plain);
    (is_code && code != read::UNKNOWN).then(|| code.to_owned())
}

/// When and where an Event takes place.
fn occasion(object: &Value) -> String {
    if kind(object) != "Event" {
        return String::new();
    }
    let begins = text(object, "startTime")
        .and_then(|time| chrono::DateTime::parse_from_rfc3339(time).ok())
        .map(|time| time.format("%Y-%m-%d %H:%M").to_string());
    let place = read::one(object, "location")
        .and_then(|place| text(place, "name"))
        .map(escape);
    let known: Vec<String> = begins.into_iter().chain(place).collect();
    if known.is_empty() {
        return String::new();
    }
    format!("<p>{}</p>", known.join(" · "))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn markdown_stays_the_words_that_it_is() {
        let film = json!({ "type": "Video", "name": "Light & shade", "mediaType": "text/markdown",
            "content": "One <b>\n\nTwo\nThree", "language": { "identifier": "cy" } });
        let words = of(&film, "https://tube.example/w/1");
        assert_eq!(
            words.html,
            "<p><strong>Light &amp; shade</strong></p><p>One &lt;b&gt;</p><p>Two<br>Three</p>\
             <p><a href=\"https://tube.example/w/1\">https://tube.example/w/1</a></p>"
        );
        assert_eq!(words.language.as_deref(), Some("cy"));
    }

    #[test]
    fn an_event_says_when_and_where() {
        let event = json!({ "type": "Event", "name": "TeachMeet", "startTime": "2026-12-01T18:00:00+01:00",
            "location": { "type": "Place", "name": "Town hall" }, "summary": "Short" });
        let words = of(&event, "https://meet.example/1");
        assert!(
            words
                .html
                .contains("<p>2026-12-01 18:00 · Town hall</p>Short"),
            "{}",
            words.html
        );
        assert_eq!(words.warning, "");
    }
}
