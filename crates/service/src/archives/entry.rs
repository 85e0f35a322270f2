//! An activity of an archive, as far as it becomes a status here. Pure.

use chrono::DateTime;
use domain::language::is_code;
use domain::lineage::SOURCES;
use domain::{ContentType, DocumentType, Time, Visibility, limits};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

/// Bytes of the address by which something was known.
const URI_BYTES: usize = 2_048;
/// Everybody, by three names.
const PUBLIC: [&str; 3] = [
    "https://www.w3.org/ns/activitystreams#Public",
    "as:Public",
    "Public",
];

/// Whose archive it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Owner {
    pub id: String,
    followers: String,
}

impl Owner {
    /// None if the document does not say.
    pub(super) fn of(document: &Value) -> Option<Self> {
        Some(Self {
            id: address(document.get("id")?)?,
            followers: text(document, "followers").unwrap_or_default().to_owned(),
        })
    }
}

/// What an activity is to us.
#[derive(Debug)]
pub(super) enum Entry {
    Post(Box<Post>),
    /// It repeats what somebody else wrote.
    Boost,
    Refused {
        uri: String,
        reason: &'static str,
    },
}

/// A post as it was elsewhere.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Post {
    pub uri: String,
    pub published: Time,
    /// HTML, not yet sanitised.
    pub content: String,
    /// As its author typed it, where that is said, and how that is written.
    pub source: Option<String>,
    pub is_markdown: bool,
    pub warning: String,
    pub sensitive: bool,
    pub language: Option<String>,
    pub visibility: Visibility,
    pub in_reply_to: Option<String>,
    pub tags: Vec<String>,
    pub files: Vec<Attached>,
    /// What was to choose, and how many chose it.
    pub options: Vec<(String, i64)>,
    /// What Staffroom says that it comes from.
    #[serde(default)]
    pub based_on: Vec<String>,
    #[serde(default)]
    pub quoted: Option<String>,
}

/// A file of a post.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Attached {
    /// In the archive.
    pub name: String,
    pub description: Option<String>,
    pub focus: (f64, f64),
    #[serde(default)]
    pub is_document: bool,
}

/// What `activity` is, in an archive of `owner` that is read at `now`.
pub(super) fn read(activity: &Value, owner: &Owner, now: Time) -> Entry {
    let object = match text(activity, "type") {
        Some("Announce") => return Entry::Boost,
        Some("Create") => activity.get("object").unwrap_or(&Value::Null),
        _ => activity,
    };
    let uri = object.get("id").and_then(address);
    match uri
        .ok_or("It has no address")
        .and_then(|uri| post(activity, object, owner, now, uri))
    {
        Ok(post) => Entry::Post(Box::new(post)),
        Err(reason) => Entry::Refused {
            uri: object.get("id").and_then(address).unwrap_or_default(),
            reason,
        },
    }
}

fn post(
    activity: &Value,
    object: &Value,
    owner: &Owner,
    now: Time,
    uri: String,
) -> Result<Post, &'static str> {
    if !matches!(text(object, "type"), Some("Note" | "Question")) {
        return Err("Only posts are taken over");
    }
    let authors = [activity.get("actor"), object.get("attributedTo")];
    if authors
        .into_iter()
        .flatten()
        .any(|by| by.as_str() != Some(owner.id.as_str()))
    {
        return Err("Somebody else wrote it");
    }
    let published = text(object, "published")
        .and_then(|text| DateTime::parse_from_rfc3339(text).ok())
        .and_then(|time| DateTime::from_timestamp_millis(time.timestamp_millis()))
        .filter(|time| time.timestamp_millis() > 0)
        .ok_or("It does not say when it was written")?;
    let (content, language) = words(object);
    let source = object.get("source");
    let typed = source.and_then(|source| text(source, "content"));
    let kind = source.and_then(|source| text(source, "mediaType"));
    Ok(Post {
        uri,
        published: published.naive_utc().min(now),
        content: limits::cut_bytes(&content, limits::REMOTE_CONTENT_BYTES).to_owned(),
        source: typed.map(|text| limits::cut_bytes(text, limits::REMOTE_CONTENT_BYTES).to_owned()),
        is_markdown: typed.is_some() && kind == Some(ContentType::Markdown.name()),
        warning: limits::cut(
            text(object, "summary").unwrap_or_default().trim(),
            limits::REMOTE_NAME,
        )
        .to_owned(),
        sensitive: object
            .get("sensitive")
            .and_then(Value::as_bool)
            .unwrap_or(false),
        language,
        visibility: visibility(object, owner),
        in_reply_to: object.get("inReplyTo").and_then(address),
        tags: hashtags(object),
        files: files(object),
        options: options(object),
        based_on: many(object, "isBasedOn")
            .filter_map(address)
            .take(SOURCES)
            .collect(),
        quoted: ["quote", "quoteUrl", "quoteUri", "_misskey_quote"]
            .into_iter()
            .find_map(|key| object.get(key).and_then(address)),
    })
}

/// An address of the web.
fn address(value: &Value) -> Option<String> {
    let text = value
        .as_str()
        .filter(|text| text.len() <= URI_BYTES && !text.contains('\0'))?;
    let url = Url::parse(text).ok()?;
    (matches!(url.scheme(), "https" | "http") && url.has_host()).then(|| text.to_owned())
}

fn text<'a>(object: &'a Value, key: &str) -> Option<&'a str> {
    object.get(key).and_then(Value::as_str)
}

/// One or many, as ActivityStreams has it.
fn many<'a>(object: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    let list: &[Value] = match object.get(key) {
        Some(Value::Array(list)) => list,
        Some(Value::Null) | None => &[],
        Some(one) => std::slice::from_ref(one),
    };
    list.iter()
}

/// The text, and its language where there is only one.
fn words(object: &Value) -> (String, Option<String>) {
    let map = object.get("contentMap").and_then(Value::as_object);
    let only = map
        .filter(|map| map.len() == 1)
        .and_then(|map| map.iter().next());
    let content = text(object, "content")
        .or_else(|| map?.values().next()?.as_str())
        .unwrap_or_default();
    let language = only.map(|(code, _)| code).filter(|code| is_code(code));
    (content.to_owned(), language.cloned())
}

/// Who may see it: nobody whom it does not name.
fn visibility(object: &Value, owner: &Owner) -> Visibility {
    let names = |key: &'static str, of: &dyn Fn(&str) -> bool| {
        many(object, key).filter_map(Value::as_str).any(of)
    };
    let everybody = |id: &str| PUBLIC.contains(&id);
    let followers = |id: &str| !owner.followers.is_empty() && id == owner.followers;
    if names("to", &everybody) {
        Visibility::Public
    } else if names("cc", &everybody) {
        Visibility::Unlisted
    } else if names("to", &followers) || names("cc", &followers) {
        Visibility::FollowersOnly
    } else {
        Visibility::Direct
    }
}

fn hashtags(object: &Value) -> Vec<String> {
    many(object, "tag")
        .filter(|tag| text(tag, "type") == Some("Hashtag"))
        .filter_map(|tag| text(tag, "name"))
        .take(limits::TAGS)
        .map(str::to_owned)
        .collect()
}

fn files(object: &Value) -> Vec<Attached> {
    many(object, "attachment")
        .filter_map(attached)
        .take(limits::REMOTE_ATTACHMENTS)
        .collect()
}

/// Mastodon writes where the file is on its own disk, as far as that is the same in the archive; where files are kept
/// elsewhere, something may come before.
fn attached(file: &Value) -> Option<Attached> {
    if !matches!(
        text(file, "type"),
        Some("Document" | "Image" | "Video" | "Audio")
    ) {
        return None;
    }
    let url = text(file, "url").filter(|url| url.len() <= URI_BYTES)?;
    let place = url.find("media_attachments/").and_then(|at| url.get(at..));
    let focus: Vec<f64> = many(file, "focalPoint")
        .filter_map(Value::as_f64)
        .map(|at| at.clamp(-1.0, 1.0))
        .collect();
    Some(Attached {
        name: place
            .unwrap_or_else(|| url.trim_start_matches('/'))
            .to_owned(),
        description: text(file, "name")
            .map(|text| limits::cut(text, limits::MEDIA_DESCRIPTION).replace('\0', "")),
        focus: match focus.as_slice() {
            [x, y] => (*x, *y),
            _ => (0.0, 0.0),
        },
        is_document: text(file, "mediaType")
            .is_some_and(|mime| DocumentType::with_mime(mime).is_some()),
    })
}

fn options(object: &Value) -> Vec<(String, i64)> {
    let counted = |option: &Value| {
        let votes = option
            .pointer("/replies/totalItems")
            .and_then(Value::as_i64);
        let title = limits::cut(text(option, "name")?, limits::REMOTE_POLL_OPTION);
        Some((title.to_owned(), votes.unwrap_or(0).max(0)))
    };
    many(object, "oneOf")
        .chain(many(object, "anyOf"))
        .filter_map(counted)
        .take(limits::REMOTE_POLL_OPTIONS)
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn now() -> Time {
        DateTime::from_timestamp(1_790_000_000, 0)
            .unwrap()
            .naive_utc()
    }

    fn owner() -> Owner {
        Owner::of(&json!({ "id": "https://old.example/users/ada",
            "followers": "https://old.example/users/ada/followers" }))
        .unwrap()
    }

    fn note(more: &Value) -> Value {
        let mut note = json!({ "id": "https://old.example/1", "type": "Note", "published": "2020-02-03T04:05:06Z",
            "attributedTo": "https://old.example/users/ada", "content": "<p>Hi</p>" });
        for (key, value) in more.as_object().unwrap() {
            note[key] = value.clone();
        }
        note
    }

    fn created(more: &Value) -> Value {
        json!({ "type": "Create", "actor": "https://old.example/users/ada", "object": note(more) })
    }

    fn taken(more: &Value) -> Post {
        match read(&created(more), &owner(), now()) {
            Entry::Post(post) => *post,
            other => panic!("{other:?}"),
        }
    }

    fn refused(activity: &Value) -> &'static str {
        match read(activity, &owner(), now()) {
            Entry::Refused { reason, .. } => reason,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_post_says_what_it_said() {
        let post = taken(&json!({
            "summary": "a warning", "sensitive": true, "contentMap": { "de": "<p>Hi</p>" },
            "inReplyTo": "https://old.example/0",
            "tag": [{ "type": "Hashtag", "name": "#Maths" }, { "type": "Mention", "name": "@bo" }],
            "attachment": [{ "type": "Document", "url": "/bucket/media_attachments/files/1/a.png", "name": "A cat",
                "focalPoint": [0.5, -7] }, { "type": "PropertyValue", "url": "b" }],
        }));
        assert_eq!(post.content, "<p>Hi</p>");
        assert_eq!(post.published.to_string(), "2020-02-03 04:05:06");
        assert_eq!((post.warning.as_str(), post.sensitive), ("a warning", true));
        assert_eq!(post.language.as_deref(), Some("de"));
        assert_eq!(post.in_reply_to.as_deref(), Some("https://old.example/0"));
        assert_eq!(post.tags, ["#Maths"]);
        assert_eq!(post.files.len(), 1);
        assert_eq!(post.files[0].name, "media_attachments/files/1/a.png");
        assert_eq!(post.files[0].description.as_deref(), Some("A cat"));
        assert_eq!(post.files[0].focus, (0.5, -1.0));
    }

    #[test]
    fn nobody_sees_more_than_before() {
        let (all, own) = (PUBLIC[0], "https://old.example/users/ada/followers");
        for (to, cc, meant) in [
            (json!([all]), json!([own]), Visibility::Public),
            (json!(own), json!([all]), Visibility::Unlisted),
            (json!([own]), json!([]), Visibility::FollowersOnly),
            (
                json!(["https://b.example/f/followers"]),
                json!([]),
                Visibility::Direct,
            ),
            (json!(null), json!({ "id": all }), Visibility::Direct),
        ] {
            let post = taken(&json!({ "to": to, "cc": cc }));
            assert_eq!(post.visibility, meant, "{to} {cc}");
        }
        let stranger = Owner::of(&json!({ "id": "https://old.example/users/ada" })).unwrap();
        let said = note(&json!({ "to": [""] }));
        assert_eq!(visibility(&said, &stranger), Visibility::Direct);
    }

    #[test]
    fn what_was_asked_is_kept_with_what_was_answered() {
        let post = taken(&json!({ "type": "Question", "oneOf": [
            { "type": "Note", "name": "Tea", "replies": { "totalItems": 3 } }, { "name": "Coffee" }] }));
        assert_eq!(
            post.options,
            [("Tea".to_owned(), 3), ("Coffee".to_owned(), 0)]
        );
    }

    #[test]
    fn what_is_no_post_of_the_owner_is_not_taken() {
        assert!(matches!(
            read(
                &json!({ "type": "Announce", "object": "https://b.example/1" }),
                &owner(),
                now()
            ),
            Entry::Boost
        ));
        let mut forged = created(&json!({}));
        forged["object"]["attributedTo"] = json!("https://old.example/users/bo");
        assert_eq!(refused(&forged), "Somebody else wrote it");
        assert_eq!(
            refused(&created(&json!({ "id": "javascript:alert(1)" }))),
            "It has no address"
        );
        assert_eq!(
            refused(&created(&json!({ "type": "Tombstone" }))),
            "Only posts are taken over"
        );
        for when in ["", "soon", "1960-01-01T00:00:00Z"] {
            assert_eq!(
                refused(&created(&json!({ "published": when }))),
                "It does not say when it was written"
            );
        }
        for nonsense in [
            json!(null),
            json!([]),
            json!(7),
            json!({ "type": "Create", "object": [] }),
        ] {
            assert_eq!(refused(&nonsense), "It has no address");
        }
        let later = taken(&json!({ "published": "2999-01-01T00:00:00Z" }));
        assert_eq!(later.published, now());
    }
}
