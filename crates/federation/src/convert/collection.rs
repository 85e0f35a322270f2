//! Collections of people: FEP-7aa9, as Mastodon writes them.

use domain::limits;
use serde_json::{Value, json};
use service::App;
use service::collections::{CollectionItem, Recommended, item_uri};
use service::incoming::RemoteCollection;
use service::text::format::escape;
use storage::accounts::Account;

use super::actor::kind_of;
use super::moment;
use super::stamp::Stamp;
use crate::origin::Origin;
use crate::outgoing::featured::hashtag;
use crate::protocol::read::{self, flag, kind, text, web_address};

/// Somebody whom a collection elsewhere lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    pub uri: String,
    /// Id of the account.
    pub who: String,
    /// Id of the FeatureAuthorization.
    pub stamp: Option<String>,
}

pub(crate) fn is_collection(document: &Value) -> bool {
    kind(document) == "FeaturedCollection"
}

/// Reads a collection, and whom it lists: whether they agreed is not known yet.
pub(crate) fn from_json(document: &Value) -> Option<(RemoteCollection, Vec<Listed>)> {
    let uri = text(document, "id").and_then(web_address)?;
    let (description, language) = read::translated(document, "summary");
    let listed = read::many(document, "orderedItems").into_iter();
    let listed = listed.filter_map(|item| listed_in(&uri, item));
    let listed = listed.take(limits::REMOTE_COLLECTION_ITEMS).collect();
    let topic = read::one(document, "topic").and_then(|topic| text(topic, "name"));
    let collection = RemoteCollection {
        url: Some(read::page_of(document, &uri)),
        name: text(document, "name").unwrap_or_default().to_owned(),
        description: description.unwrap_or_default(),
        language,
        sensitive: flag(document, "sensitive").unwrap_or(false),
        discoverable: flag(document, "discoverable").unwrap_or(false),
        tag: topic.map(str::to_owned),
        published: read::time(document, "published"),
        updated: read::time(document, "updated"),
        items: Vec::new(),
        uri,
    };
    Some((collection, listed))
}

/// Reads a FeaturedItem of the server that the collection is of.
pub(crate) fn listed_in(collection: &str, item: &Value) -> Option<Listed> {
    let uri = text(item, "id").and_then(web_address)?;
    let is_theirs = Origin::parse(&uri) == Origin::parse(collection);
    (kind(item) == "FeaturedItem" && is_theirs).then_some(())?;
    Some(Listed {
        uri,
        who: read::id(item, "featuredObject").and_then(web_address)?,
        stamp: read::id(item, "featureAuthorization").and_then(web_address),
    })
}

/// Whether a document, found at its own id, is the stamp by which somebody stands in the collection of that id.
pub(crate) fn authorizes(document: &Value, id: &str, collection: &str, who: &str) -> bool {
    Origin::parse(id) == Origin::parse(who) && stamp(id, collection, who).is(document)
}

fn stamp<'a>(id: &'a str, collection: &'a str, who: &'a str) -> Stamp<'a> {
    Stamp {
        kind: "FeatureAuthorization",
        id,
        by: collection,
        of: who,
    }
}

/// A collection with all who are in it.
pub(crate) fn to_json(app: &App, owner: &Account, recommended: &Recommended) -> Value {
    let Recommended { view, people } = recommended;
    let row = &view.collection;
    let items: Vec<Value> = people
        .iter()
        .map(|(item, account)| item_to_json(app, &view.uri, item, account))
        .collect();
    let mut object = json!({
        "id": view.uri,
        "type": "FeaturedCollection",
        "attributedTo": owner.uri,
        "url": view.url,
        "name": row.name,
        "sensitive": row.sensitive,
        "discoverable": row.discoverable,
        "published": moment(row.created_at),
        "updated": moment(row.updated_at),
        "totalItems": items.len(),
        "orderedItems": items,
    });
    if let Some(object) = object.as_object_mut() {
        let html = escape(&row.description);
        let (name, summary) = match &row.language {
            Some(language) => ("summaryMap", json!({ language.as_str(): html })),
            None => ("summary", json!(html)),
        };
        object.insert(name.to_owned(), summary);
        if let Some(tag) = &row.tag {
            object.insert("topic".to_owned(), hashtag(app, tag));
        }
    }
    object
}

/// Somebody in the collection of that id.
pub(crate) fn item_to_json(
    app: &App,
    collection: &str,
    item: &CollectionItem,
    account: &Account,
) -> Value {
    let addresses = app.addresses();
    let ours = || addresses.feature_authorization(&account.username, item.id);
    json!({
        "id": item_uri(collection, item.id),
        "type": "FeaturedItem",
        "featuredObject": account.uri,
        "featuredObjectType": kind_of(account),
        "featureAuthorization": item.approval_uri.clone().unwrap_or_else(ours),
        "published": moment(item.created_at),
    })
}

/// The stamp by which somebody stands in the collection of that id.
pub(crate) fn authorization(app: &App, account: &Account, item: i64, collection: &str) -> Value {
    let id = app
        .addresses()
        .feature_authorization(&account.username, item);
    stamp(&id, collection, &account.uri).to_json(&account.uri)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLLECTION: &str = "https://other.example/collections/1";
    const ADA: &str = "https://school.example/users/ada";
    const STAMP: &str = "https://school.example/stamps/1";

    #[test]
    fn a_collection_lists_what_its_own_server_put_in() {
        let item = |id: &str| json!({ "id": id, "type": "FeaturedItem", "featuredObject": ADA, "featureAuthorization": STAMP });
        let document = json!({
            "id": COLLECTION, "type": "FeaturedCollection", "name": "Physics", "discoverable": true,
            "summaryMap": { "cy": "Arbrofion" }, "topic": { "type": "Hashtag", "name": "#physics" },
            "published": "2026-11-20T10:00:00Z", "totalItems": 3,
            "orderedItems": [item("https://other.example/items/1"), item("https://evil.example/items/2"), "https://other.example/items/3"],
        });
        let (collection, listed) = from_json(&document).unwrap();
        assert_eq!(collection.name, "Physics");
        assert_eq!(collection.description, "Arbrofion");
        assert_eq!(collection.language.as_deref(), Some("cy"));
        assert_eq!(collection.tag.as_deref(), Some("#physics"));
        assert!(collection.discoverable && !collection.sensitive);
        let expected = Listed {
            uri: "https://other.example/items/1".into(),
            who: ADA.into(),
            stamp: Some(STAMP.into()),
        };
        assert_eq!(listed, [expected]);
        assert!(from_json(&json!({ "type": "FeaturedCollection" })).is_none());
    }

    #[test]
    fn a_stamp_is_of_one_person_in_one_collection_and_of_their_own_server() {
        let stamp = |key: &str, value: &str| {
            let mut stamp = json!({ "id": STAMP, "type": "FeatureAuthorization", "interactingObject": COLLECTION, "interactionTarget": ADA });
            stamp[key] = json!(value);
            stamp
        };
        assert!(authorizes(&stamp("id", STAMP), STAMP, COLLECTION, ADA));
        for (key, value) in [
            ("id", "https://school.example/stamps/2"),
            ("type", "QuoteAuthorization"),
            ("interactingObject", "https://other.example/collections/2"),
            ("interactionTarget", "https://school.example/users/bo"),
        ] {
            let forged = stamp(key, value);
            assert!(!authorizes(&forged, STAMP, COLLECTION, ADA), "{key}");
        }
        let elsewhere = "https://other.example/stamps/1";
        let own = stamp("id", elsewhere);
        assert!(!authorizes(&own, elsewhere, COLLECTION, ADA));
    }
}
