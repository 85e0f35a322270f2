//! Quotes: FEP-044f, and the older ways to write them.

use domain::QuotePolicy;
use domain::quote::Quoters;
use serde_json::{Map, Value, json};
use storage::accounts::Account;
use storage::quotes::Quote;

use super::stamp::Stamp;
use crate::origin::Origin;
use crate::protocol::addressing::{PUBLIC, is_public};
use crate::protocol::read::{self, kind, text, web_address};

/// The `rel` of a Link that quotes, FEP-e232.
const RELATION: &str = "https://misskey-hub.net/ns#_misskey_quote";

/// What a post says that it quotes.
pub(crate) struct Quoting {
    pub uri: String,
    /// Id of the QuoteAuthorization.
    pub stamp: Option<String>,
}

/// None if it quotes nothing. The older forms have no stamp.
pub(crate) fn from_json(object: &Value) -> Option<Quoting> {
    let named = |key: &str| read::id(object, key).and_then(web_address);
    if let Some(uri) = named("quote") {
        let stamp = named("quoteAuthorization");
        return Some(Quoting { uri, stamp });
    }
    let older = ["_misskey_quote", "quoteUrl", "quoteUri", "quoteURL"];
    let uri = older
        .into_iter()
        .find_map(named)
        .or_else(|| linked(object))?;
    Some(Quoting { uri, stamp: None })
}

fn linked(object: &Value) -> Option<String> {
    let is_quote = |tag: &&Value| {
        let relations = read::many(tag, "rel");
        kind(tag) == "Link" && relations.iter().any(|rel| rel.as_str() == Some(RELATION))
    };
    let tags = read::many(object, "tag");
    let link = tags.into_iter().find(is_quote)?;
    web_address(text(link, "href")?)
}

/// Whom an `interactionPolicy` lets do what `rule` is about, where the owner has these followers.
pub(crate) fn policy(object: &Value, rule: &str, owner: &str, followers: &str) -> QuotePolicy {
    let rule = object
        .get("interactionPolicy")
        .and_then(|policy| policy.get(rule));
    let Some(rule) = rule else {
        return QuotePolicy::NOBODY;
    };
    let quoters = |keys: [&str; 2]| {
        let mut quoters = Quoters::default();
        for id in keys.into_iter().flat_map(|key| read::ids(rule, key)) {
            if is_public(&id) {
                quoters.public = true;
            } else if !followers.is_empty() && id == followers {
                quoters.followers = true;
            } else if id != owner {
                quoters.unsupported = true;
            }
        }
        quoters
    };
    QuotePolicy {
        automatic: quoters(["automaticApproval", "always"]),
        manual: quoters(["manualApproval", "approvalRequired"]),
    }
}

/// `interactionPolicy` of a post of ours.
pub(super) fn interaction_policy(policy: QuotePolicy, author: &Account) -> Value {
    let ids = |quoters: Quoters| {
        let mut ids: Vec<&str> = Vec::new();
        if quoters.public {
            ids.push(PUBLIC);
        }
        if quoters.followers {
            ids.push(&author.followers_uri);
        }
        ids
    };
    let mut automatic = ids(policy.automatic);
    if automatic.is_empty() {
        automatic.push(&author.uri);
    }
    json!({ "canQuote": { "automaticApproval": automatic, "manualApproval": ids(policy.manual) } })
}

/// What makes a quote of a Note. Who knows no quotes reads a line with the address.
pub(super) fn show(note: &mut Map<String, Value>, quote: &Quote, content: &str) {
    let uri = &quote.quoted_uri;
    for key in ["quote", "quoteUri", "_misskey_quote"] {
        note.insert(key.to_owned(), json!(uri));
    }
    if let Some(stamp) = &quote.approval_uri {
        note.insert("quoteAuthorization".to_owned(), json!(stamp));
    }
    let shown = uri
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;");
    let line =
        format!("<p class=\"quote-inline\">RE: <a href=\"{shown}\">{shown}</a></p>{content}");
    if let Some(map) = note.get_mut("contentMap").and_then(Value::as_object_mut) {
        for value in map.values_mut() {
            *value = json!(line);
        }
    }
    note.insert("content".to_owned(), json!(line));
}

/// The stamp by which the one quoted lets a quote stand. `by` is the id of the status that quotes.
pub(crate) fn authorization(id: &str, author: &str, by: &str, of: &str) -> Value {
    stamp(id, by, of).to_json(author)
}

/// Whether a document, found at its own id, is the stamp of this quote, and whose: somebody's of its server.
pub(crate) fn authorizes<'a>(document: &'a Value, id: &str, by: &str, of: &str) -> Option<&'a str> {
    read::id(document, "attributedTo")
        .filter(|author| Origin::parse(author) == Origin::parse(id))
        .filter(|_| stamp(id, by, of).is(document))
}

fn stamp<'a>(id: &'a str, by: &'a str, of: &'a str) -> Stamp<'a> {
    Stamp {
        kind: "QuoteAuthorization",
        id,
        by,
        of,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_ways_to_write_a_quote_are_read() {
        let of = "https://school.example/1";
        for object in [
            json!({ "quote": of, "quoteUrl": "https://other.example/2" }),
            json!({ "quote": { "id": of, "type": "Note" } }),
            json!({ "_misskey_quote": of }),
            json!({ "quoteUrl": of }),
            json!({ "quoteUri": of }),
            json!({ "tag": [{ "type": "Link", "mediaType": "application/activity+json", "rel": RELATION, "href": of }] }),
        ] {
            assert_eq!(from_json(&object).unwrap().uri, of, "{object}");
        }
        let stamped = json!({ "quote": of, "quoteAuthorization": "https://school.example/stamp" });
        assert!(from_json(&stamped).unwrap().stamp.is_some());
        let older = json!({ "quoteUrl": of, "quoteAuthorization": "https://school.example/stamp" });
        assert!(from_json(&older).unwrap().stamp.is_none());
        let link = json!({ "tag": { "type": "Link", "href": of } });
        assert!(
            from_json(&link).is_none() && from_json(&json!({ "quote": "javascript:" })).is_none()
        );
    }

    #[test]
    fn a_policy_names_kinds_of_people() {
        let followers = "https://other.example/followers";
        let read = |rule: Value| {
            let object = json!({ "interactionPolicy": { "canQuote": rule } });
            policy(&object, "canQuote", "https://other.example/me", followers)
        };
        assert_eq!(
            read(json!({ "automaticApproval": PUBLIC })),
            QuotePolicy::named("public").unwrap()
        );
        assert_eq!(
            read(json!({ "always": [followers] })),
            QuotePolicy::named("followers").unwrap()
        );
        assert_eq!(
            read(json!({ "automaticApproval": ["https://other.example/me"] })),
            QuotePolicy::NOBODY
        );
        assert!(
            read(json!({ "manualApproval": "https://other.example/club" }))
                .manual
                .unsupported
        );
        let nothing = policy(&json!({}), "canQuote", "", followers);
        assert_eq!(nothing, QuotePolicy::NOBODY);
    }
}
