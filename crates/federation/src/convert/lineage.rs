//! What a post comes from and what came of it: `isBasedOn` of schema.org, `hadDerivation` of PROV, and Links (FEP-e232).

use domain::lineage::{Piece, SOURCES, sources};
use domain::{ClaimState, Derivation as Kind};
use serde_json::{Map, Value, json};
use storage::derivations::Derivation;

use crate::protocol::read::{self, kind, text, web_address};

/// The `rel` of a Link to a source; some write it with a secure scheme, or another separator.
const RELATION: &str = "http://schema.org/isBasedOn";
const MEDIA_TYPE: &str = "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"";

/// The ids of posts from which one says to come, apart from its words.
pub(crate) fn based_on(object: &Value) -> Vec<String> {
    let keys = [
        "isBasedOn",
        "schema:isBasedOn",
        "http://schema.org/isBasedOn",
        "https://schema.org/isBasedOn",
    ];
    let named = keys.into_iter().flat_map(|key| read::ids(object, key));
    let links = read::many(object, "tag").into_iter().filter(is_source);
    let linked = links.filter_map(|link| text(link, "href"));
    let mut found: Vec<String> = Vec::new();
    for address in named.chain(linked).filter_map(web_address) {
        if found.len() < SOURCES && !found.contains(&address) {
            found.push(address);
        }
    }
    found
}

/// Whether a tag is a Link to a source: by its relation, or by what it is called.
fn is_source(tag: &&Value) -> bool {
    if kind(tag) != "Link" {
        return false;
    }
    let relations = read::many(tag, "rel");
    let is_relation = |rel: &&Value| {
        let rel = rel.as_str().unwrap_or_default();
        let plain = rel.replacen("https:", "http:", 1).replace('#', "/");
        plain == RELATION || rel == "isBasedOn" || rel == "schema:isBasedOn"
    };
    if relations.iter().any(is_relation) {
        return true;
    }
    let called = Piece::Link {
        address: text(tag, "href").unwrap_or_default().to_owned(),
        words: text(tag, "name").unwrap_or_default().to_owned(),
    };
    !sources(&[called]).is_empty()
}

/// Where the server of a post says what came of it.
pub(crate) fn had_derivation(object: &Value) -> Option<&Value> {
    let keys = [
        "hadDerivation",
        "prov:hadDerivation",
        "http://www.w3.org/ns/prov#hadDerivation",
    ];
    keys.into_iter().find_map(|key| read::one(object, key))
}

/// The collection of what came of a post of ours.
pub(crate) fn collection(uri: &str) -> String {
    format!("{uri}/derivations")
}

/// Whether others are told of it: of what was tried and adopted the words speak.
fn is_told(row: &&Derivation) -> bool {
    row.kind == Kind::Adaptation
        && row.source_id.is_some()
        && matches!(row.state, ClaimState::Claimed | ClaimState::Confirmed)
}

/// Puts into a Note what it comes from.
pub(super) fn show(note: &mut Map<String, Value>, rows: &[Derivation]) {
    let uris: Vec<&str> = rows
        .iter()
        .filter(is_told)
        .map(|row| row.source_uri.as_str())
        .collect();
    match uris.as_slice() {
        [] => {}
        [one] => {
            note.insert("isBasedOn".to_owned(), json!(one));
        }
        several => {
            note.insert("isBasedOn".to_owned(), json!(several));
        }
    }
}

/// The Links to what a Note comes from.
pub(super) fn tags(rows: &[Derivation]) -> impl Iterator<Item = Value> {
    rows.iter().filter(is_told).map(|row| {
        json!({
            "type": "Link",
            "rel": RELATION,
            "name": format!("Adapted from: {}", row.source_uri),
            "mediaType": MEDIA_TYPE,
            "href": row.source_uri,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_ways_to_name_a_source_are_read() {
        let of = "https://school.example/1";
        let link = |rel: Value, name: &str| json!({ "type": "Link", "rel": rel, "name": name, "href": of });
        for object in [
            json!({ "isBasedOn": of }),
            json!({ "isBasedOn": [{ "id": of, "type": "Note" }] }),
            json!({ "schema:isBasedOn": of }),
            json!({ "tag": [link(json!(RELATION), "")] }),
            json!({ "tag": [link(json!(["x", "https://schema.org#isBasedOn"]), "RE: it")] }),
            json!({ "tag": link(Value::Null, "Adapted from: the tracker") }),
            json!({ "isBasedOn": of, "tag": [link(json!(RELATION), "")] }),
        ] {
            assert_eq!(based_on(&object), [of], "{object}");
        }
        for object in [
            json!({}),
            json!({ "isBasedOn": "javascript:alert(1)" }),
            json!({ "tag": link(json!("https://misskey-hub.net/ns#_misskey_quote"), "RE: it") }),
            json!({ "tag": link(Value::Null, "Not adapted from it") }),
            json!({ "tag": { "type": "Hashtag", "name": "adapted from", "href": of } }),
        ] {
            assert!(based_on(&object).is_empty(), "{object}");
        }
        let many: Vec<String> = (0..50).map(|number| format!("{of}{number}")).collect();
        assert_eq!(based_on(&json!({ "isBasedOn": many })).len(), SOURCES);
    }
}
