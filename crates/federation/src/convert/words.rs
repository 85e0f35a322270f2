//! The words of a post as HTML, also of kinds that are made of more than words.
//!
//! Only a Note and a Question are their content; others are shown as their title, what there is to know, and
//! a link to where they can be seen whole.

use chrono::{DateTime, NaiveDateTime};
use domain::language::is_language;
use serde_json::Value;
use service::text::plain_text;

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
            warning: summary.map(plain).unwrap_or_default(),
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

/// A warning is words; Hubzilla and its kin write HTML.
fn plain(summary: String) -> String {
    if summary.contains("</") || summary.contains("<br") {
        plain_text(&summary)
    } else {
        summary
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
    is_language(code).then(|| code.to_owned())
}

/// When and where an Event takes place; struck out if it does not.
fn occasion(object: &Value) -> String {
    if kind(object) != "Event" {
        return String::new();
    }
    let known: Vec<String> = [begins(object), place(object)]
        .into_iter()
        .flatten()
        .collect();
    if known.is_empty() {
        return String::new();
    }
    let known = escape(&known.join(" · "));
    let mut said = ["ical:status", "status"]
        .into_iter()
        .filter_map(|key| text(object, key));
    if said.any(|said| said.eq_ignore_ascii_case("CANCELLED")) {
        return format!("<p><del>{known}</del></p>");
    }
    format!("<p>{known}</p>")
}

/// By the clock of the place, where its server knows that.
fn begins(object: &Value) -> Option<String> {
    let said = text(object, "startTime")?;
    let form = "%Y-%m-%d %H:%M";
    if let Ok(time) = DateTime::parse_from_rfc3339(said) {
        let zone = if said.ends_with(['Z', 'z']) {
            " UTC"
        } else {
            ""
        };
        return Some(format!("{}{zone}", time.format(form)));
    }
    let time = NaiveDateTime::parse_from_str(said, "%Y-%m-%dT%H:%M:%S%.f").ok()?;
    Some(time.format(form).to_string())
}

/// The name of a place, or else its address.
fn place(object: &Value) -> Option<String> {
    let place = read::one(object, "location")?;
    let said = |object: &Value, key: &str| {
        let said = text(object, key).map(str::trim);
        said.filter(|said| !said.is_empty()).map(str::to_owned)
    };
    let name = said(place, "name").or_else(|| said(place, "address"));
    name.or_else(|| {
        let address = read::one(place, "address")?;
        let parts = ["streetAddress", "addressLocality"].into_iter();
        let parts: Vec<String> = parts.filter_map(|key| said(address, key)).collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    })
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
    fn a_warning_is_words() {
        for (said, shown) in [
            ("a <b> & c", "a <b> & c"),
            ("I <3 this", "I <3 this"),
            ("<b>Exams</b> &amp; marks", "Exams & marks"),
            ("one<br />two", "one\ntwo"),
        ] {
            let note = json!({ "type": "Note", "content": "x", "summary": said });
            assert_eq!(of(&note, "https://hub.example/1").warning, shown);
        }
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

    #[test]
    fn an_event_says_by_which_clock_and_whether_it_takes_place() {
        let shown = |more: Value| {
            let mut event = json!({ "type": "Event", "startTime": "2026-12-01T17:00:00Z" });
            for (key, value) in more.as_object().unwrap() {
                event[key] = value.clone();
            }
            occasion(&event)
        };
        assert_eq!(shown(json!({})), "<p>2026-12-01 17:00 UTC</p>");
        let naive =
            json!({ "startTime": "2026-12-01T18:00:00", "location": "https://room.example" });
        assert_eq!(shown(naive), "<p>2026-12-01 18:00</p>");
        let address = json!({ "type": "PostalAddress", "streetAddress": "1 High St <", "addressLocality": "Ulm" });
        let place = json!({ "type": "Place", "name": null, "address": address });
        let off = json!({ "location": [place], "ical:status": "CANCELLED" });
        assert_eq!(
            shown(off),
            "<p><del>2026-12-01 17:00 UTC · 1 High St &lt;, Ulm</del></p>"
        );
        let plain = json!({ "startTime": "soon", "location": { "address": "1 High St" } });
        assert_eq!(shown(plain), "<p>1 High St</p>");
    }
}
