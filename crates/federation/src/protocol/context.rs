//! The JSON-LD context of what we send, as Mastodon writes it.

use activitypub_federation::protocol::context::WithContext;
use serde_json::{Value, json};

/// Terms whose values are addresses, and what they mean.
const ADDRESSES: [(&str, &str); 23] = [
    ("movedTo", "as:movedTo"),
    ("alsoKnownAs", "as:alsoKnownAs"),
    ("featuredTags", "toot:featuredTags"),
    ("attributionDomains", "toot:attributionDomains"),
    ("featured", "toot:featured"),
    ("quote", "fep044f:quote"),
    ("quoteAuthorization", "fep044f:quoteAuthorization"),
    ("interactionPolicy", "gts:interactionPolicy"),
    ("canQuote", "gts:canQuote"),
    ("canFeature", "fep7aa9:canFeature"),
    ("automaticApproval", "gts:automaticApproval"),
    ("manualApproval", "gts:manualApproval"),
    ("interactingObject", "gts:interactingObject"),
    ("interactionTarget", "gts:interactionTarget"),
    ("featuredCollections", "fep7aa9:featuredCollections"),
    ("featuredObject", "fep7aa9:featuredObject"),
    ("featureAuthorization", "fep7aa9:featureAuthorization"),
    ("isBasedOn", "http://schema.org/isBasedOn"),
    ("hadDerivation", "http://www.w3.org/ns/prov#hadDerivation"),
    ("about", "http://schema.org/about"),
    ("educationalLevel", "http://schema.org/educationalLevel"),
    (
        "learningResourceType",
        "http://schema.org/learningResourceType",
    ),
    ("license", "http://schema.org/license"),
];

/// Terms that are words: of FEP-7aa9, of FEP-2c59, of the parts of a profile, and of a language as Lemmy says it.
const WORDS: [(&str, &str); 13] = [
    ("fep7aa9", "https://w3id.org/fep/7aa9#"),
    ("FeaturedCollection", "fep7aa9:FeaturedCollection"),
    ("FeaturedItem", "fep7aa9:FeaturedItem"),
    ("FeatureRequest", "fep7aa9:FeatureRequest"),
    ("FeatureAuthorization", "fep7aa9:FeatureAuthorization"),
    ("featuredObjectType", "fep7aa9:featuredObjectType"),
    ("topic", "fep7aa9:topic"),
    (
        "webfinger",
        "https://purl.archive.org/socialweb/webfinger#webfinger",
    ),
    ("showMedia", "toot:showMedia"),
    ("showRepliesInMedia", "toot:showRepliesInMedia"),
    ("showFeatured", "toot:showFeatured"),
    ("language", "http://schema.org/inLanguage"),
    ("identifier", "http://schema.org/identifier"),
];

/// The rule of a group that what it passes on is practice, and what the word means: no other vocabulary has one.
pub(crate) const PRACTICE: &str = "postsArePractice";
pub(crate) const PRACTICE_TERM: &str = "https://staffroom.example/ns#postsArePractice";

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
            "assertionMethod": { "@id": "https://w3id.org/security#assertionMethod", "@type": "@id", "@container": "@set" },
            "Hashtag": "as:Hashtag",
            "Emoji": "toot:Emoji",
            "PropertyValue": "schema:PropertyValue",
            "value": "schema:value",
            "discoverable": "toot:discoverable",
            "suspended": "toot:suspended",
            "indexable": "toot:indexable",
            "votersCount": "toot:votersCount",
            "lemmy": "https://join-lemmy.org/ns#",
            "postingRestrictedToMods": "lemmy:postingRestrictedToMods",
            "staffroom": "https://staffroom.example/ns#",
            "postsArePractice": "staffroom:postsArePractice",
            "fep044f": "https://w3id.org/fep/044f#",
            "QuoteRequest": "fep044f:QuoteRequest",
            "QuoteAuthorization": "fep044f:QuoteAuthorization",
            "quoteUri": "http://fedibird.com/ns#quoteUri",
            "_misskey_quote": "https://misskey-hub.net/ns#_misskey_quote",
            "gts": "https://gotosocial.org/ns#",
            "pt": "https://joinpeertube.org/ns#",
            "size": { "@type": "http://www.w3.org/2001/XMLSchema#integer", "@id": "pt:size" },
            "blurhash": "toot:blurhash",
            "focalPoint": { "@container": "@list", "@id": "toot:focalPoint" }
        }
    ]);
    // In the same object as our other terms.
    let last = context.as_array_mut().and_then(|all| all.last_mut());
    if let Some(terms) = last.and_then(Value::as_object_mut) {
        terms.extend(
            ADDRESSES
                .into_iter()
                .map(|(name, id)| (name.to_owned(), json!({ "@id": id, "@type": "@id" }))),
        );
        terms.extend(
            WORDS
                .into_iter()
                .map(|(name, id)| (name.to_owned(), json!(id))),
        );
    }
    serde_json::to_value(WithContext::new(object, context)).unwrap_or_default()
}
