use std::collections::HashMap;

use domain::limits;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{actor, note};
use crate::net::parse_json;
use crate::webfinger::Named;

const KEYS: [&str; 37] = [
    "@context",
    "id",
    "type",
    "actor",
    "object",
    "attributedTo",
    "to",
    "cc",
    "tag",
    "attachment",
    "content",
    "contentMap",
    "summary",
    "summaryMap",
    "name",
    "url",
    "href",
    "mediaType",
    "published",
    "updated",
    "inReplyTo",
    "sensitive",
    "icon",
    "image",
    "publicKey",
    "publicKeyPem",
    "owner",
    "endpoints",
    "sharedInbox",
    "preferredUsername",
    "inbox",
    "followers",
    "focalPoint",
    "duration",
    "value",
    "alsoKnownAs",
    "movedTo",
];
const TEXTS: [&str; 22] = [
    "Note",
    "Article",
    "Person",
    "Group",
    "Mention",
    "Hashtag",
    "Document",
    "Emoji",
    "PropertyValue",
    "Link",
    "https://school.example/users/ada",
    "https://school.example/1",
    "https://evil.example:99999/",
    "javascript:alert(1)",
    "as:Public",
    "text/html",
    "2026-11-25T10:00:00Z",
    "-262143-01-01T00:00:00+23:59",
    "ada",
    ":apple:",
    "<p>wörds</p>",
    "\u{202e}\u{feff}",
];

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => prop::sample::select(TEXTS.as_slice()).prop_map(Value::from),
        1 => ".{0,12}".prop_map(Value::from),
        1 => Just(Value::from("https://school.example/".to_owned() + &"x".repeat(3_000))),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<f64>().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
    ]
}

/// Objects that use our words and mean nothing by them.
fn object() -> impl Strategy<Value = Value> {
    let value = scalar().prop_recursive(3, 60, 8, |inner| {
        let key = prop::sample::select(KEYS.as_slice()).prop_map(str::to_owned);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..8)
                .prop_map(|pairs| Value::from(Map::from_iter(pairs))),
        ]
    });
    let key = prop::sample::select(KEYS.as_slice()).prop_map(str::to_owned);
    prop::collection::vec((key, value), 0..16).prop_map(|pairs| Value::from(Map::from_iter(pairs)))
}

/// With what it takes to be read at all.
fn made_usable(mut object: Value, kind: &str) -> Value {
    let usable = json!({
        "id": "https://school.example/users/ada", "type": kind, "preferredUsername": "ada",
        "inbox": "https://school.example/users/ada/inbox", "attributedTo": null,
    });
    if let (Value::Object(object), Value::Object(usable)) = (&mut object, usable) {
        object.extend(usable);
    }
    object
}

fn is_web(address: &str) -> bool {
    (address.starts_with("https://") || address.starts_with("http://")) && address.len() <= 2_048
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn whatever_an_object_says_it_is_read_within_bounds_or_refused(object in object()) {
        let author = storage::accounts::Identity::from(test_support::account_row());
        let host: domain::Host = "school.example".parse().unwrap();
        let ours = service::Addresses::new(&"https://ours.example".parse().unwrap());
        for post in [object.clone(), made_usable(object.clone(), "Note"), made_usable(object.clone(), "Article")] {
            prop_assert!(note::mentioned(&post, &ours).len() <= limits::MENTIONS);
            let Ok(status) = note::from_json(&post, &author, &HashMap::new()) else { continue };
            prop_assert!(is_web(&status.uri) && is_web(&status.url), "{} {}", status.uri, status.url);
            prop_assert!(status.in_reply_to_uri.as_deref().is_none_or(is_web));
            prop_assert!(status.tags.len() <= limits::TAGS);
            prop_assert!(status.media.len() <= limits::REMOTE_ATTACHMENTS);
            prop_assert!(status.media.iter().all(|media| is_web(&media.url)));
            prop_assert!(status.emojis.len() <= limits::EMOJI);
        }
        let usable = made_usable(object.clone(), "Person");
        prop_assert!(actor::from_json(&usable, host.clone()).is_ok(), "{usable}");
        for person in [object, usable] {
            let Ok(account) = actor::from_json(&person, host.clone()) else { continue };
            let pictures = [account.avatar_url, account.header_url];
            let own = [account.outbox, account.followers, account.following].into_iter();
            let own = own.filter(|address| !address.is_empty()).chain([account.uri, account.url, account.inbox]);
            let elsewhere = account.also_known_as.into_iter().chain(account.moved_to);
            let all = own.chain(account.featured).chain(account.shared_inbox).chain(elsewhere);
            let keys = account.keys.into_iter().map(|(id, _)| id);
            for address in all.chain(keys).chain(pictures.into_iter().flatten()) {
                prop_assert!(is_web(&address), "{address}");
            }
            prop_assert!(account.fields.len() <= limits::REMOTE_PROFILE_FIELDS);
        }
    }

    #[test]
    fn any_bytes_are_json_or_are_not(bytes in prop::collection::vec(any::<u8>(), 0..80), close in "[\\[\\]{}\":,0-9eE\\\\u ]{0,60}") {
        for bytes in [bytes.as_slice(), close.as_bytes()] {
            if let Ok(document) = parse_json(bytes) {
                let _ = Named::read(&document);
            }
        }
    }
}
