//! What a post says of a resource that it passes on, in the terms of LRMI, which are schema.org's.
//! <https://www.dublincore.org/specifications/lrmi/>

use domain::practice::title;
use domain::vocabulary::{Concept, Scheme};
use serde_json::{Map, Value, json};
use service::App;
use service::practice::RemotePractice;
use service::text::plain_text;
use storage::practices::Practice;

use crate::protocol::read::{self, kind, text, web_address};

/// Addresses of one property that are looked at.
const ADDRESSES: usize = 40;

/// None where nothing is said of one.
pub(super) fn from_json(object: &Value) -> Option<RemotePractice> {
    if !matches!(kind(object), "Note" | "Article" | "Page") {
        return None;
    }
    let named = |name: &str| -> Vec<String> {
        let values = spellings(name).into_iter();
        let values = values.flat_map(|key| addresses(object, &key));
        values.take(ADDRESSES).collect()
    };
    let found = RemotePractice {
        title: text(object, "name").map(str::to_owned),
        about: named("about"),
        levels: named("educationalLevel"),
        kinds: named("learningResourceType"),
        licence: named("license").into_iter().next(),
    };
    let lists = [&found.about, &found.levels, &found.kinds];
    let says_something = found.licence.is_some() || lists.iter().any(|list| !list.is_empty());
    says_something.then_some(found)
}

/// A term of schema.org as others write it whose context is not ours.
fn spellings(name: &str) -> [String; 6] {
    [
        name.to_owned(),
        format!("schema:{name}"),
        format!("http://schema.org/{name}"),
        format!("https://schema.org/{name}"),
        format!("http://schema.org#{name}"),
        format!("https://schema.org#{name}"),
    ]
}

fn addresses(object: &Value, key: &str) -> Vec<String> {
    let of = |value: &Value| {
        let expanded = value.get("@id").and_then(Value::as_str);
        web_address(expanded.or_else(|| read::id_of(value))?)
    };
    read::many(object, key).into_iter().filter_map(of).collect()
}

/// Adds what is said of a resource to a Note of ours.
pub(super) fn show(note: &mut Map<String, Value>, app: &App, practice: &Practice) {
    let vocabulary = &app.settings().practice.vocabulary;
    let of = |scheme: Scheme| -> Vec<&Concept> {
        let named = practice.terms.iter();
        let known = named.filter_map(|key| vocabulary.with_key(key));
        known.filter(|concept| concept.scheme == scheme).collect()
    };
    let (stages, subjects) = (of(Scheme::Stage), of(Scheme::Subject));
    let mut put = |key: &str, values: Vec<String>| {
        if !values.is_empty() {
            note.insert(key.to_owned(), json!(values));
        }
    };
    let about = subjects.iter().chain(&stages);
    put(
        "about",
        about.map(|of| app.addresses().concept(&of.key())).collect(),
    );
    let levels = stages.iter().filter_map(|of| vocabulary.match_of(of));
    put("educationalLevel", each_once(levels.map(str::to_owned)));
    // A term of the common vocabulary says it all, or else it is said in ours first, which is more exact.
    let kinds = of(Scheme::Kind).into_iter().flat_map(|of| {
        let is_same = of.matches.as_ref().is_some_and(|of| of.is_exact);
        let own = (!is_same).then(|| app.addresses().concept(&of.key()));
        own.into_iter()
            .chain(vocabulary.match_of(of).map(str::to_owned))
    });
    put("learningResourceType", each_once(kinds));
    if !practice.title.is_empty() {
        note.insert("name".to_owned(), json!(practice.title));
    }
    if let Some((_, url)) = practice.licence.as_ref().filter(|(_, url)| !url.is_empty()) {
        note.insert("license".to_owned(), json!(url));
    }
}

fn each_once(values: impl Iterator<Item = String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for value in values {
        if !kept.contains(&value) {
            kept.push(value);
        }
    }
    kept
}

/// The words with the title in bold, where it is their first line; else as they are. A title that is shown nowhere else, as
/// Mastodon shows no `name` of a Note, is not added: nobody's words are changed.
pub(super) fn content(app: &App, practice: &Practice, content: &str) -> String {
    emboldened(content, |line| {
        !practice.title.is_empty() && title(line, &app.settings().practice.words) == practice.title
    })
    .unwrap_or_else(|| content.to_owned())
}

fn emboldened(content: &str, is_title: impl Fn(&str) -> bool) -> Option<String> {
    let inside = content.strip_prefix("<p>")?;
    let end = ["<br", "</p>"]
        .into_iter()
        .filter_map(|end| inside.find(end));
    let (line, rest) = inside.split_at_checked(end.min()?)?;
    let tags = line.matches('<').count();
    let is_whole = tags == 2 * line.matches("</").count();
    let is_bold = line.starts_with("<strong>");
    (is_whole && !is_bold && is_title(&plain_text(line)))
        .then(|| format!("<p><strong>{line}</strong>{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_read_however_their_context_names_them() {
        let english = "https://oakfield.example/vocab/subject/english";
        for note in [
            json!({ "type": "Note", "about": english, "name": "A tracker" }),
            json!({ "type": "Note", "schema:about": [{ "id": english }], "name": "A tracker" }),
            json!({ "type": "Note", "http://schema.org/about": [{ "@id": english }], "name": "A tracker" }),
        ] {
            let found = from_json(&note).unwrap();
            assert_eq!(found.about, [english], "{note}");
            assert_eq!(found.title.as_deref(), Some("A tracker"));
        }
        assert_eq!(
            from_json(&json!({ "type": "Note", "name": "A tracker" })),
            None
        );
        let film = json!({ "type": "Video", "about": english });
        assert_eq!(from_json(&film), None);
        let odd = json!({ "type": "Note", "license": "javascript:alert(1)", "about": [1, {}] });
        assert_eq!(from_json(&odd), None);
    }

    #[test]
    fn the_first_line_is_bold_if_it_is_the_title() {
        let bold = |content: &str| emboldened(content, |line| line == "A tracker");
        assert_eq!(
            bold("<p>A tracker</p><p>One page</p>").unwrap(),
            "<p><strong>A tracker</strong></p><p>One page</p>"
        );
        assert_eq!(
            bold("<p>A <em>tracker</em><br />One page</p>").unwrap(),
            "<p><strong>A <em>tracker</em></strong><br />One page</p>"
        );
        assert_eq!(bold("<p>Another line</p>"), None);
        assert_eq!(bold("<p><strong>A tracker</strong></p>"), None);
        assert_eq!(bold("<p><em>A tracker<br />One</em></p>"), None);
        assert_eq!(bold("A tracker"), None);
    }
}
