//! Collections of people: FEP-7aa9, as Mastodon writes them.

use serde_json::{Value, json};
use service::App;
use service::collections::Recommended;
use storage::accounts::Account;

use super::actor::kind_of;
use super::moment;
use crate::outgoing::featured::hashtag;

/// A collection with all who are in it.
pub(crate) fn to_json(app: &App, owner: &Account, recommended: &Recommended) -> Value {
    let Recommended { view, people } = recommended;
    let row = &view.collection;
    let items: Vec<Value> = people
        .iter()
        .map(|(item, account)| {
            json!({
                "id": format!("{}#items/{}", view.uri, item.id),
                "type": "FeaturedItem",
                "featuredObject": account.uri,
                "featuredObjectType": kind_of(account),
                "featureAuthorization": app.addresses().feature_authorization(&account.username, item.id),
                "published": moment(item.created_at),
            })
        })
        .collect();
    let mut object = json!({
        "id": view.uri,
        "type": "FeaturedCollection",
        "attributedTo": owner.uri,
        "name": row.name,
        "sensitive": row.sensitive,
        "discoverable": row.discoverable,
        "published": moment(row.created_at),
        "updated": moment(row.updated_at),
        "totalItems": items.len(),
        "orderedItems": items,
    });
    if let Some(object) = object.as_object_mut() {
        let (name, summary) = match &row.language {
            Some(language) => ("summaryMap", json!({ language.as_str(): row.description })),
            None => ("summary", json!(row.description)),
        };
        object.insert(name.to_owned(), summary);
        if let Some(tag) = &row.tag {
            object.insert("topic".to_owned(), hashtag(app, tag));
        }
    }
    object
}

/// The stamp by which somebody stands in the collection of that id.
pub(crate) fn authorization(app: &App, account: &Account, item: i64, collection: &str) -> Value {
    json!({
        "id": app.addresses().feature_authorization(&account.username, item),
        "type": "FeatureAuthorization",
        "attributedTo": account.uri,
        "interactingObject": collection,
        "interactionTarget": account.uri,
    })
}
