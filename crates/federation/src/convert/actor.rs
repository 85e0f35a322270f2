//! People: actor documents from elsewhere, and ours.

use activitypub_federation::protocol::public_key::PublicKey;
use domain::text::{Span, normalise_tag, spans};
use domain::{AccountKind, CustomEmoji, Host, limits};
use serde_json::{Value, json};
use service::App;
use service::collections::is_open;
use service::incoming::RemoteAccount;
use service::keys::Keys;
use service::text::sanitise::SafeHtml;
use storage::accounts::Account;
use storage::keys::Key;
use url::Url;

use super::quote::policy;
use super::{emoji, moment};
use crate::Refusal;
use crate::origin::{Origin, same_origin};
use crate::proofs::{multikey, read_multikey};
use crate::protocol::addressing::PUBLIC;
use crate::protocol::context::{PRACTICE, PRACTICE_TERM, with_context};
use crate::protocol::read::{self, flag, kind, link, text, web_address};
use crate::protocol::vocabulary::Actor;
use crate::signatures::{self, PEM_LIMIT};

/// Reads an actor that was found at its own id. `host` is the one in its handle. What is hostile takes a while.
///
/// # Errors
/// If it is no actor, or speaks for another server.
pub(crate) fn from_json(actor: &Value, host: Host) -> Result<RemoteAccount, Refusal> {
    let refuse = |reason: &str| Refusal::Permanent(format!("not a usable actor: {reason}"));
    let kind = Actor::of(actor).ok_or_else(|| refuse("its type"))?;
    let kind = AccountKind::from(kind);
    let uri = text(actor, "id")
        .filter(|id| web_address(id).is_some())
        .ok_or_else(|| refuse("no id"))?;
    let id = Url::parse(uri).map_err(|_| refuse("its id is no address"))?;
    let own = |key: &str| {
        let address = web_address(read::id(actor, key)?)?;
        same_origin(&Url::parse(&address).ok()?, &id).then_some(address)
    };
    let username =
        text(actor, "preferredUsername").ok_or_else(|| refuse("no preferredUsername"))?;
    // Servers are called by their hosts, which may have a port.
    let is_host = kind == AccountKind::Application && username == host.as_str();
    if !(domain::handle::is_username(username) || is_host) {
        return Err(refuse("its preferredUsername"));
    }
    // It may be elsewhere (docs/adr/0610).
    let inbox = read::id(actor, "inbox")
        .and_then(web_address)
        .ok_or_else(|| refuse("no inbox"))?;
    let followers = own("followers").unwrap_or_default();
    let feature_policy = policy(actor, "canFeature", uri, &followers);
    let shared_inbox = actor
        .get("endpoints")
        .and_then(|endpoints| web_address(read::id(endpoints, "sharedInbox")?))
        .filter(|shared| Origin::parse(shared) == Origin::parse(&inbox));
    Ok(RemoteAccount {
        username: username.to_owned(),
        host,
        is_named: false,
        uri: uri.to_owned(),
        url: read::page_of(actor, uri),
        kind,
        display_name: text(actor, "name").unwrap_or_default().to_owned(),
        note: safe(&read::translated(actor, "summary").0.unwrap_or_default()),
        fields: fields(actor),
        avatar_url: picture(actor, "icon"),
        avatar_description: picture_description(actor, "icon"),
        header_url: picture(actor, "image"),
        header_description: picture_description(actor, "image"),
        locked: flag(actor, "manuallyApprovesFollowers").unwrap_or(false),
        discoverable: flag(actor, "discoverable").unwrap_or(false),
        indexable: flag(actor, "indexable").unwrap_or(false),
        inbox,
        shared_inbox,
        outbox: own("outbox").unwrap_or_default(),
        followers,
        following: own("following").unwrap_or_default(),
        featured: own("featured"),
        collections: own("featuredCollections"),
        feature_policy,
        show_media: flag(actor, "showMedia").unwrap_or(true),
        show_media_replies: flag(actor, "showRepliesInMedia").unwrap_or(true),
        show_featured: flag(actor, "showFeatured").unwrap_or(true),
        also_known_as: read::ids(actor, "alsoKnownAs")
            .into_iter()
            .take(10)
            .filter_map(web_address)
            .collect(),
        moved_to: read::id(actor, "movedTo").and_then(web_address),
        attribution_domains: read::many(actor, "attributionDomains")
            .into_iter()
            .filter_map(|host| host.as_str()?.parse::<Host>().ok())
            .take(limits::ATTRIBUTION_DOMAINS)
            .map(|host| host.to_string())
            .collect(),
        suspended: flag(actor, "suspended").unwrap_or(false),
        emojis: emojis(actor),
        posts_are_practice: practice_rule(actor),
        published: read::time(actor, "published"),
        edited: read::time(actor, "updated"),
        keys: keys(actor, uri),
    })
}

/// Whether a group says that what it passes on is practice.
fn practice_rule(actor: &Value) -> bool {
    let keys = [PRACTICE, "staffroom:postsArePractice", PRACTICE_TERM];
    let mut said = keys.into_iter().filter_map(|key| flag(actor, key));
    said.next().unwrap_or(false)
}

/// Puts that into the document of a network of ours.
pub(crate) fn add_practice_rule(actor: &mut Value, is_rule: bool) {
    if let Some(object) = actor.as_object_mut().filter(|_| is_rule) {
        object.insert(PRACTICE.to_owned(), json!(true));
    }
}

/// Address and PEM of each key that the document of `uri` lists. Of several under one address the first counts.
pub(crate) fn keys(actor: &Value, uri: &str) -> Vec<(String, String)> {
    let mut keys: Vec<(String, String)> = Vec::new();
    for (id, pem) in request_keys(actor, uri)
        .into_iter()
        .chain(proof_keys(actor, uri))
    {
        if pem.len() <= PEM_LIMIT && keys.iter().all(|(known, _)| *known != id) {
            keys.push((id, pem));
        }
    }
    keys
}

/// Keys that name the actor as their owner; a key at another server is nobody's.
fn request_keys(actor: &Value, uri: &str) -> Vec<(String, String)> {
    let origin = Url::parse(uri).ok();
    read::many(actor, "publicKey")
        .into_iter()
        .take(4)
        .filter_map(|key| {
            let id = web_address(text(key, "id")?)?;
            let owned = read::id(key, "owner").is_none_or(|owner| owner == uri);
            let here = same_origin(&Url::parse(&id).ok()?, origin.as_ref()?);
            (owned && here).then(|| Some((id, text(key, "publicKeyPem")?.to_owned())))?
        })
        .collect()
}

/// Keys for proofs, as PEM: FEP-521a.
fn proof_keys(actor: &Value, uri: &str) -> Vec<(String, String)> {
    let origin = Url::parse(uri).ok();
    let methods = read::many(actor, "assertionMethod").into_iter().take(4);
    methods
        .filter_map(|method| {
            let id = web_address(text(method, "id")?)?;
            let owned = read::id(method, "controller") == Some(uri);
            let here = same_origin(&Url::parse(&id).ok()?, origin.as_ref()?);
            if kind(method) != "Multikey" || !owned || !here {
                return None;
            }
            let key = read_multikey(text(method, "publicKeyMultibase")?)?;
            Some((id, key.to_pem().ok()?))
        })
        .collect()
}

fn safe(html: &str) -> SafeHtml {
    SafeHtml::of(html, limits::REMOTE_BIOGRAPHY_BYTES)
}

fn fields(actor: &Value) -> Vec<(String, SafeHtml)> {
    read::many(actor, "attachment")
        .into_iter()
        .filter(|row| kind(row) == "PropertyValue")
        .take(limits::REMOTE_PROFILE_FIELDS)
        .filter_map(|row| Some((text(row, "name")?.to_owned(), safe(text(row, "value")?))))
        .collect()
}

fn picture(actor: &Value, key: &str) -> Option<String> {
    let picture = read::one(actor, key)?;
    match picture.as_str() {
        Some(address) => web_address(address),
        None => link(picture, "url"),
    }
}

/// What a picture shows: servers differ in where they say so.
fn picture_description(actor: &Value, key: &str) -> String {
    read::one(actor, key)
        .and_then(|picture| {
            text(picture, "summary")
                .filter(|said| !said.trim().is_empty())
                .or_else(|| text(picture, "name"))
        })
        .unwrap_or_default()
        .to_owned()
}

/// Custom emoji that the text of an object uses.
pub(crate) fn emojis(object: &Value) -> Vec<CustomEmoji> {
    read::many(object, "tag")
        .into_iter()
        .filter(|tag| kind(tag) == "Emoji")
        .take(limits::EMOJI)
        .filter_map(|tag| {
            let shortcode = text(tag, "name")?.trim_matches(':').to_owned();
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            let url = picture(tag, "icon")?;
            (!shortcode.is_empty() && shortcode.len() <= 64 && shortcode.bytes().all(plain)).then(
                || CustomEmoji {
                    shortcode,
                    static_url: url.clone(),
                    url,
                },
            )
        })
        .collect()
}

/// The document of one of our actors; of one that is suspended, only that.
pub(crate) fn to_json(app: &App, account: &Account, keys: &Keys) -> Value {
    if account.suspended_at.is_none() {
        return described(app, account, keys);
    }
    let silent = Account {
        display_name: String::new(),
        note: String::new(),
        note_source: String::new(),
        fields: Vec::new(),
        emojis: Vec::new(),
        avatar: None,
        header: None,
        discoverable: false,
        indexable: false,
        ..account.clone()
    };
    let mut document = described(app, &silent, keys);
    if let Some(object) = document.as_object_mut() {
        object.insert("suspended".to_owned(), json!(true));
    }
    document
}

fn described(app: &App, account: &Account, keys: &Keys) -> Value {
    let name = if account.display_name.is_empty() {
        &account.username
    } else {
        &account.display_name
    };
    let mut actor = json!({
        "id": account.uri,
        "type": kind_of(account),
        "preferredUsername": account.username,
        "webfinger": format!("{}@{}", account.username, app.settings().host),
        "name": name,
        "summary": account.note,
        "url": account.url,
        "inbox": account.inbox_uri,
        "outbox": account.outbox_uri,
        "followers": account.followers_uri,
        "following": account.following_uri,
        "endpoints": { "sharedInbox": app.addresses().shared_inbox() },
        "manuallyApprovesFollowers": account.locked,
        "discoverable": account.discoverable,
        "indexable": account.indexable,
        "showMedia": account.show_media,
        "showRepliesInMedia": account.show_media_replies,
        "showFeatured": account.show_featured,
        "published": moment(account.created_at),
        "updated": moment(account.updated_at),
        "attachment": account.fields.iter().map(|field| json!({
            "type": "PropertyValue", "name": field.name, "value": field.value,
        })).collect::<Vec<_>>(),
        "tag": tags(app, account),
    });
    // What FEP-1b12 and Lemmy look for.
    let is_group = account.kind == AccountKind::Group;
    let is_person = matches!(account.kind, AccountKind::Person | AccountKind::Service);
    let optional = [
        ("featured", account.featured_uri.clone().map(Value::from)),
        (
            "featuredTags",
            account
                .featured_uri
                .is_some()
                .then(|| json!(app.addresses().featured_tags(&account.username))),
        ),
        (
            "featuredCollections",
            is_person.then(|| json!(app.addresses().collections(&account.username))),
        ),
        (
            "interactionPolicy",
            is_person.then(|| {
                let who = if is_open(account) {
                    PUBLIC
                } else {
                    account.uri.as_str()
                };
                json!({ "canFeature": { "automaticApproval": [who] } })
            }),
        ),
        (
            "attributionDomains",
            (!account.attribution_domains.is_empty()).then(|| json!(account.attribution_domains)),
        ),
        (
            "attributedTo",
            is_group.then(|| json!(app.addresses().moderators(&account.username))),
        ),
        ("postingRestrictedToMods", is_group.then(|| json!(false))),
        (
            "sensitive",
            is_group.then(|| json!(account.sensitized_at.is_some())),
        ),
        (
            "icon",
            account
                .avatar
                .as_ref()
                .map(|file| image(app, file, &account.avatar_description)),
        ),
        (
            "image",
            account
                .header
                .as_ref()
                .map(|file| image(app, file, &account.header_description)),
        ),
        (
            "alsoKnownAs",
            (!account.also_known_as.is_empty()).then(|| json!(account.also_known_as)),
        ),
        ("movedTo", account.moved_to_uri.clone().map(Value::from)),
        ("publicKey", public_key(account, &keys.main)),
        ("assertionMethod", assertion_method(account, &keys.proof)),
    ];
    for (name, value) in optional {
        if let (Some(value), Some(object)) = (value, actor.as_object_mut()) {
            object.insert(name.to_owned(), value);
        }
    }
    with_context(actor)
}

/// What it takes to check the signatures of one of our actors and to understand how their posts are addressed, and
/// nothing about them.
pub(crate) fn reduced(app: &App, account: &Account, keys: &Keys) -> Value {
    with_context(json!({
        "id": account.uri,
        "type": kind_of(account),
        "preferredUsername": account.username,
        "url": account.url,
        "inbox": account.inbox_uri,
        "outbox": account.outbox_uri,
        "followers": account.followers_uri,
        "following": account.following_uri,
        "endpoints": { "sharedInbox": app.addresses().shared_inbox() },
        "publicKey": public_key(account, &keys.main),
        "assertionMethod": assertion_method(account, &keys.proof),
    }))
}

pub(super) fn kind_of(account: &Account) -> &'static str {
    match account.kind {
        AccountKind::Person => "Person",
        AccountKind::Service => "Service",
        AccountKind::Group => "Group",
        AccountKind::Organization => "Organization",
        AccountKind::Application => "Application",
    }
}

/// The hashtags of a biography, each once, and the custom emoji of a profile.
fn tags(app: &App, account: &Account) -> Vec<Value> {
    let mut names: Vec<String> = Vec::new();
    for (_, span) in spans(&account.note_source, app.settings().hosts()) {
        if let Span::Hashtag(name) = span {
            let name = normalise_tag(&name);
            if !names.contains(&name) && names.len() < limits::TAGS {
                names.push(name);
            }
        }
    }
    let tag = |name: &String| json!({ "type": "Hashtag", "href": app.addresses().tag(name), "name": format!("#{name}") });
    let emojis = account.emojis.iter().map(|of| emoji::tag(app, of));
    names.iter().map(tag).chain(emojis).collect()
}

fn public_key(account: &Account, key: &Key) -> Option<Value> {
    let owner = Url::parse(&account.uri).ok()?;
    serde_json::to_value(PublicKey {
        id: key.uri.clone(),
        owner,
        public_key_pem: key.public_pem.clone(),
    })
    .ok()
}

/// The key for proofs: FEP-521a.
fn assertion_method(account: &Account, key: &Key) -> Option<Value> {
    let public = signatures::PublicKey::from_pem(&key.public_pem).ok()?;
    Some(json!([{
        "id": key.uri,
        "type": "Multikey",
        "controller": account.uri,
        "publicKeyMultibase": multikey(&public)?,
    }]))
}

fn image(app: &App, file: &str, description: &str) -> Value {
    let url = app.addresses().media(file);
    if description.is_empty() {
        return json!({ "type": "Image", "mediaType": mime(file), "url": url });
    }
    json!({ "type": "Image", "mediaType": mime(file), "url": url, "name": description, "summary": description })
}

/// The type of a file of ours, by the extension that we gave it.
pub(super) fn mime(file: &str) -> &'static str {
    match file.rsplit('.').next() {
        Some("png") => "image/png",
        Some("gif") => "image/gif",
        _ => "image/jpeg",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mastodon() -> Value {
        json!({
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
            "id": "https://social.example/users/grace", "type": "Person",
            "following": "https://social.example/users/grace/following",
            "followers": "https://social.example/users/grace/followers",
            "inbox": "https://social.example/users/grace/inbox",
            "outbox": "https://social.example/users/grace/outbox",
            "featured": "https://social.example/users/grace/collections/featured",
            "preferredUsername": "grace", "name": "Grace :apple:", "summary": "<p>Maths</p>",
            "url": "https://social.example/@grace", "manuallyApprovesFollowers": true, "discoverable": true,
            "published": "2024-09-01T00:00:00Z",
            "publicKey": { "id": "https://social.example/users/grace#main-key", "owner": "https://social.example/users/grace",
                "publicKeyPem": "-----BEGIN PUBLIC KEY-----\n…\n-----END PUBLIC KEY-----\n" },
            "tag": [{ "type": "Emoji", "name": ":apple:", "icon": { "type": "Image", "url": "https://social.example/apple.png" } }],
            "attachment": [{ "type": "PropertyValue", "name": "School", "value": "<a href=\"https://social.example\">here</a>" }],
            "endpoints": { "sharedInbox": "https://social.example/inbox" },
            "icon": { "type": "Image", "mediaType": "image/png", "url": "https://social.example/grace.png" }
        })
    }

    fn read(actor: &Value) -> Result<RemoteAccount, Refusal> {
        from_json(actor, "social.example".parse().unwrap())
    }

    #[test]
    fn a_mastodon_actor_is_read_whole() {
        let account = read(&mastodon()).unwrap();
        assert_eq!(account.url, "https://social.example/@grace");
        assert_eq!(
            account.shared_inbox.as_deref(),
            Some("https://social.example/inbox")
        );
        assert_eq!(
            account.avatar_url.as_deref(),
            Some("https://social.example/grace.png")
        );
        assert_eq!(account.avatar_description, "");
        assert_eq!(account.fields.len(), 1);
        assert_eq!(account.emojis[0].shortcode, "apple");
        assert_eq!(account.keys.len(), 1);
        assert!(account.locked);
    }

    #[test]
    fn what_a_picture_shows_is_said_in_its_summary_or_its_name() {
        let mut actor = mastodon();
        for (said, read_as) in [
            (json!({ "name": "Grace at a board" }), "Grace at a board"),
            (json!({ "name": "a.png", "summary": "A board" }), "A board"),
            (json!({ "name": "A board", "summary": " " }), "A board"),
            (json!({ "name": 7 }), ""),
        ] {
            actor["image"] = said;
            assert_eq!(read(&actor).unwrap().header_description, read_as);
        }
        actor["image"] = json!("https://social.example/board.png");
        assert_eq!(read(&actor).unwrap().header_description, "");
    }

    #[test]
    fn of_keys_under_one_address_the_first_counts() {
        let mut actor = mastodon();
        let first = actor["publicKey"].clone();
        let mut other = first.clone();
        other["publicKeyPem"] = json!("another");
        let mut long = first.clone();
        long["id"] = json!("https://social.example/users/grace#long");
        long["publicKeyPem"] = json!("x".repeat(10_000));
        actor["publicKey"] = json!([first, other, long]);
        let keys = read(&actor).unwrap().keys;
        assert_eq!(keys.len(), 1);
        assert!(keys[0].1.contains("BEGIN PUBLIC KEY"));
    }

    #[test]
    fn a_gotosocial_actor_has_its_key_at_a_path() {
        let mut actor = mastodon();
        actor["publicKey"]["id"] = json!("https://social.example/users/grace/main-key");
        actor["endpoints"] = Value::Null;
        actor["url"] = Value::Null;
        let account = read(&actor).unwrap();
        assert_eq!(
            account.keys[0].0,
            "https://social.example/users/grace/main-key"
        );
        assert_eq!(account.url, account.uri);
    }

    #[test]
    fn an_inbox_may_be_elsewhere_and_a_shared_one_is_where_it_is() {
        let mut actor = mastodon();
        actor["inbox"] = json!("https://blogs.example/activitypub/grace/inbox");
        let account = read(&actor).unwrap();
        assert_eq!(account.inbox, actor["inbox"]);
        assert_eq!(account.shared_inbox, None);
        actor["endpoints"]["sharedInbox"] = json!("https://blogs.example/shared/inbox");
        let shared = read(&actor).unwrap().shared_inbox;
        assert_eq!(
            shared.as_deref(),
            Some("https://blogs.example/shared/inbox")
        );
    }

    #[test]
    fn an_actor_does_not_speak_for_another_server() {
        for (pointer, value) in [
            ("/inbox", json!("inbox")),
            ("/type", json!("Note")),
            ("/preferredUsername", json!("a/b")),
        ] {
            let mut actor = mastodon();
            *actor.pointer_mut(pointer).unwrap() = value;
            assert!(read(&actor).is_err(), "{pointer}");
        }
        let mut actor = mastodon();
        actor["publicKey"]["owner"] = json!("https://victim.example/users/ada");
        assert!(read(&actor).unwrap().keys.is_empty());
        actor["endpoints"]["sharedInbox"] = json!("https://victim.example/inbox");
        assert_eq!(read(&actor).unwrap().shared_inbox, None);
    }
}
