//! What is written otherwise than most write it, or says what cannot be: it is understood as far as it can be.

use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::elsewhere::{Elsewhere, status_at};
use crate::harness::{School, Teacher, eventually};
use crate::strangers::{raw, raw_to};

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";
const JSON: &str = "application/activity+json";

struct Writer {
    there: Elsewhere,
    uri: String,
}

impl Writer {
    fn post(&self, name: &str, more: Value) -> Value {
        let mut post = json!({ "id": format!("{}/{name}", self.uri), "type": "Note", "attributedTo": self.uri,
            "to": [PUBLIC], "content": name });
        let fields = post.as_object_mut().unwrap();
        let Value::Object(more) = more else {
            panic!("no fields: {more}");
        };
        for (key, value) in more {
            match value {
                Value::Null => fields.remove(&key),
                value => fields.insert(key, value),
            };
        }
        post
    }

    fn create(&self, post: &Value) -> Value {
        json!({ "id": format!("{}/create", post["id"].as_str().unwrap()), "type": "Create", "actor": self.uri,
            "to": [PUBLIC], "object": post })
    }

    /// The post as Ada sees it once it came.
    async fn read(&self, ada: &Teacher, school: &School, post: &Value) -> Value {
        self.there.tells(school, &self.create(post)).await;
        eventually("the post", || status_at(ada, post["id"].as_str().unwrap())).await
    }
}

async fn story(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let there = Elsewhere::open().await;
    let grace = there.person("grace");
    there.is_followed(&school, &ada, &grace).await;
    let uri = grace["id"].as_str().unwrap().to_owned();
    let writer = Writer { there, uri };

    // By whom and for whom it is, only the activity says.
    let bare = writer.post("bare", json!({ "attributedTo": null, "to": null }));
    let seen = writer.read(&ada, &school, &bare).await;
    assert_eq!(seen["visibility"], "public");
    assert_eq!(seen["account"]["username"], "grace");

    // What apps could not read, they do not get.
    let file = |name: &str, hash: &str| {
        json!({ "type": "Document", "mediaType": "image/png", "blurhash": hash,
            "url": format!("{}/{name}.png", writer.there.base) })
    };
    let unnamed = json!({ "type": "Document", "url": format!("{}/d.webp", writer.there.base) });
    let hash = "UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH";
    let odd = json!({ "content": null, "contentMap": { "<b>no code": "odd" },
        "attachment": [file("a", "<b>none"), file("b", &hash[..30]), file("c", hash), unnamed] });
    let seen = writer.read(&ada, &school, &writer.post("odd", odd)).await;
    assert_eq!(seen["language"], Value::Null);
    let hashes: Vec<&Value> = seen["media_attachments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| &file["blurhash"])
        .collect();
    assert_eq!(hashes[..3], [&Value::Null, &Value::Null, &json!(hash)]);
    assert_eq!(seen["media_attachments"][3]["type"], "image");

    // Named by her page, in no language, at a moment without a zone.
    let named = json!({ "published": "2026-11-02T10:00:00", "contentMap": { "und": "named" }, "tag": [
        { "type": "Mention", "href": format!("{}/@ada", school.base), "name": "@ada" },
    ] });
    let seen = writer
        .read(&ada, &school, &writer.post("named", named))
        .await;
    assert_eq!(seen["mentions"][0]["acct"], "ada");
    assert_eq!(seen["language"], Value::Null);
    assert_eq!(seen["created_at"], "2026-11-02T10:00:00.000Z");
    let told = ada.is_told("mention").await;
    assert_eq!(told["status"]["id"], seen["id"]);

    // Whoever pasted the address of a page means what is there.
    let mine = ada.publish(json!({ "status": "mine" })).await;
    let reply = writer.post("reply", json!({ "inReplyTo": [mine["url"]] }));
    let seen = writer.read(&ada, &school, &reply).await;
    assert_eq!(seen["in_reply_to_id"], mine["id"]);
    let like = json!({ "id": format!("{}/like", writer.uri), "type": "Like", "actor": writer.uri, "object": mine["url"] });
    writer.there.tells(&school, &like).await;
    let told = ada.is_told("favourite").await;
    assert_eq!(told["status"]["id"], mine["id"]);
    let first = writer.post("first", json!({}));
    writer.there.serve(first.clone());
    {
        let mut documents = writer.there.documents.lock().unwrap();
        documents.insert("/@grace/first".to_owned(), first.clone());
    }
    let page = format!("{}/@grace/first", writer.there.base);
    let below = writer.post("below", json!({ "inReplyTo": page }));
    let seen = writer.read(&ada, &school, &below).await;
    let above = status_at(&ada, first["id"].as_str().unwrap())
        .await
        .unwrap();
    assert_eq!(seen["in_reply_to_id"], above["id"]);

    // What was never yet keeps no edit from being seen.
    let late = writer.post("late", json!({ "updated": "9999-12-31T23:59:59Z" }));
    let seen = writer.read(&ada, &school, &late).await;
    assert_eq!(seen["edited_at"], Value::Null);
    let mut edited = late;
    edited["content"] = json!("edited");
    edited["updated"] = json!(chrono::Utc::now().to_rfc3339());
    let update = json!({ "id": format!("{}/update", writer.uri), "type": "Update", "actor": writer.uri, "object": edited });
    writer.there.tells(&school, &update).await;
    ada.reads("edited").await;

    // In a circle nothing is above or below itself, or twice.
    let one = writer.post(
        "one",
        json!({ "inReplyTo": format!("{}/other", writer.uri) }),
    );
    let other = writer.post("other", json!({ "inReplyTo": one["id"] }));
    let seen = writer.read(&ada, &school, &one).await;
    writer.read(&ada, &school, &other).await;
    let place = format!("/api/v1/statuses/{}/context", seen["id"].as_str().unwrap());
    let context = ada.get(&place).await;
    assert_eq!(context["ancestors"][0]["uri"], other["id"]);
    assert_eq!(context["ancestors"][1], Value::Null);
    assert_eq!(context["descendants"], json!([]));

    // Half a character.
    let cut = writer.post("cut", json!({ "content": "cut HALF" }));
    let body = writer.create(&cut).to_string().replace("HALF", "\\ud83d");
    let signer = writer.there.signer(&grace);
    let sent = raw(&school, Some(&signer), JSON, body.as_bytes()).await;
    assert_eq!(sent, 202);
    ada.reads("cut \u{fffd}").await;

    // To a circle, of which nothing is said but whose inbox it comes into.
    let circle = json!([format!("{}/circles/1", writer.uri)]);
    let few = writer.post("few", json!({ "to": circle }));
    let mut create = writer.create(&few);
    create["to"] = circle;
    let body = create.to_string();
    let sent = raw_to(
        &school,
        "/users/ada/inbox",
        Some(&signer),
        JSON,
        body.as_bytes(),
    )
    .await;
    assert_eq!(sent, 202);
    let read = eventually("the post to few", || {
        status_at(&ada, few["id"].as_str().unwrap())
    });
    assert_eq!(read.await["visibility"], "direct");
}

#[tokio::test]
async fn what_is_written_otherwise_is_understood_on_sqlite() {
    story(Sqlite).await;
}

#[tokio::test]
async fn what_is_written_otherwise_is_understood_on_postgresql() {
    story(Postgres).await;
}
