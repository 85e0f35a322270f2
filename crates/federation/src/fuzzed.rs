//! Doors to what reads foreign bytes, for the targets of `fuzz/` and for nobody else.

use std::collections::HashMap;

use domain::{AccountId, Host};
use serde_json::Value;
use service::Addresses;
use service::incoming::{RemoteAccount, RemoteStatus};
use storage::accounts::Identity;
use url::Url;

use crate::convert::{actor, note};
use crate::net;
use crate::protocol::addressing;
use crate::protocol::vocabulary::Activity;
use crate::webfinger::Named;

/// JSON, unless it is none or nested too deeply.
#[must_use]
pub fn json(bytes: &[u8]) -> Option<Value> {
    net::parse_json(bytes).ok()
}

/// What an activity, post or actor of `school.example` is read as.
#[must_use]
pub fn read(object: &Value) -> (Option<RemoteStatus>, Option<RemoteAccount>) {
    let author = Identity {
        id: AccountId(1),
        uri: "https://school.example/users/ada".to_owned(),
        host: Some("school.example".to_owned()),
        followers_uri: "https://school.example/users/ada/followers".to_owned(),
    };
    let _ = Activity::of(object);
    if let Ok(ours) = Url::parse("https://ours.example") {
        let _ = note::mentioned(object, &Addresses::new(&ours));
    }
    let _ = note::addressed(object, "https://ours.example");
    let _ = addressing::visibility(object, &author.followers_uri);
    let post = note::from_json(object, &author, &HashMap::new()).ok();
    let host = "school.example".parse::<Host>().ok();
    let account = host.and_then(|host| actor::from_json(object, host).ok());
    (post, account)
}

/// The actor that a WebFinger document leads to.
#[must_use]
pub fn webfinger(bytes: &[u8]) -> Option<String> {
    let actor = Named::read(&json(bytes)?).actor?;
    Some(actor.to_string())
}

/// An oEmbed document in XML, as JSON.
#[must_use]
pub fn oembed(text: &str) -> Option<Value> {
    net::json_of_xml(text)
}

/// The letters of a page that is said to be of this type, and the object that it leads to.
#[must_use]
pub fn page(bytes: &[u8], content_type: &str) -> (String, Option<String>) {
    let html = net::decoded(bytes, content_type);
    let object = net::object_of_page(&html);
    (html, object)
}

/// The object that a `Link` header leads to.
#[must_use]
pub fn link(header: &str) -> Option<String> {
    net::object_of_links(header)
}
