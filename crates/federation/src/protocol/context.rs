//! The JSON-LD context of what we send, as Mastodon writes it.

use activitypub_federation::protocol::context::WithContext;
use serde_json::{Value, json};

/// Terms of schema.org by which practice is described; each leads to something.
const PRACTICE: [&str; 4] = [
    "about",
    "educationalLevel",
    "learningResourceType",
    "license",
];

/// An object or activity with its context.
pub(crate) fn with_context(object: Value) -> Value {
    let mut context = json!([
        "https://www.w3.org/ns/activitystreams",
        "https://w3id.org/security/v1",
        "https://w3id.org/security/data-integrity/v1",
        "https://w3id.org/security/multikey/v1",
        {
            "toot": "http://joinmastodon.org/ns#",
            "schema": "http://schema.org#",
            "sensitive": "as:sensitive",
            "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
            "movedTo": { "@id": "as:movedTo", "@type": "@id" },
            "alsoKnownAs": { "@id": "as:alsoKnownAs", "@type": "@id" },
            "assertionMethod": { "@id": "https://w3id.org/security#assertionMethod", "@type": "@id", "@container": "@set" },
            "Hashtag": "as:Hashtag",
            "Emoji": "toot:Emoji",
            "PropertyValue": "schema:PropertyValue",
            "value": "schema:value",
            "discoverable": "toot:discoverable",
            "suspended": "toot:suspended",
            "indexable": "toot:indexable",
            "featuredTags": { "@id": "toot:featuredTags", "@type": "@id" },
            "attributionDomains": { "@id": "toot:attributionDomains", "@type": "@id" },
            "featured": { "@id": "toot:featured", "@type": "@id" },
            "votersCount": "toot:votersCount",
            "lemmy": "https://join-lemmy.org/ns#",
            "postingRestrictedToMods": "lemmy:postingRestrictedToMods",
            "fep044f": "https://w3id.org/fep/044f#",
            "quote": { "@id": "fep044f:quote", "@type": "@id" },
            "quoteAuthorization": { "@id": "fep044f:quoteAuthorization", "@type": "@id" },
            "QuoteRequest": "fep044f:QuoteRequest",
            "QuoteAuthorization": "fep044f:QuoteAuthorization",
            "quoteUri": "http://fedibird.com/ns#quoteUri",
            "_misskey_quote": "https://misskey-hub.net/ns#_misskey_quote",
            "gts": "https://gotosocial.org/ns#",
            "interactionPolicy": { "@id": "gts:interactionPolicy", "@type": "@id" },
            "canQuote": { "@id": "gts:canQuote", "@type": "@id" },
            "automaticApproval": { "@id": "gts:automaticApproval", "@type": "@id" },
            "manualApproval": { "@id": "gts:manualApproval", "@type": "@id" },
            "interactingObject": { "@id": "gts:interactingObject", "@type": "@id" },
            "interactionTarget": { "@id": "gts:interactionTarget", "@type": "@id" },
            "isBasedOn": { "@id": "http://schema.org/isBasedOn", "@type": "@id" },
            "hadDerivation": { "@id": "http://www.w3.org/ns/prov#hadDerivation", "@type": "@id" },
            "blurhash": "toot:blurhash",
            "focalPoint": { "@container": "@list", "@id": "toot:focalPoint" }
        }
    ]);
    // In the same object as our other terms.
    let last = context.as_array_mut().and_then(|all| all.last_mut());
    if let Some(terms) = last.and_then(Value::as_object_mut) {
        terms.extend(PRACTICE.into_iter().map(|name| {
            let term = json!({ "@id": format!("http://schema.org/{name}"), "@type": "@id" });
            (name.to_owned(), term)
        }));
    }
    serde_json::to_value(WithContext::new(object, context)).unwrap_or_default()
}
