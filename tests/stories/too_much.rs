//! More than anybody needs: it is cut, and never leads to more requests than one activity may cause.

use chrono::Utc;
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::elsewhere::{Elsewhere, account_id, status_at};
use crate::harness::{School, eventually};

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

fn id(object: &Value) -> &str {
    object["id"].as_str().unwrap()
}

fn many(count: usize, each: impl Fn(usize) -> Value) -> Vec<Value> {
    (0..count).map(each).collect()
}

fn length(value: &Value) -> usize {
    value.as_array().unwrap().len()
}

async fn cut(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let there = Elsewhere::open().await;
    let base = there.base.clone();
    let emoji = |number: usize| {
        json!({ "type": "Emoji", "name": format!(":e{number}:"),
            "icon": { "type": "Image", "url": format!("{base}/e{number}.png") } })
    };
    let mut grace = there.person("grace");
    grace["name"] = json!("é".repeat(600));
    grace["summary"] = json!(format!("<p>{}</p>", "é".repeat(20_000)));
    grace["attachment"] = json!(many(20, |number| json!({ "type": "PropertyValue",
        "name": format!("{number} {}", "n".repeat(600)), "value": "v".repeat(30_000) })));
    grace["tag"] = json!(many(70, emoji));
    grace["published"] = json!("2126-01-01T00:00:00Z");
    there.serve(grace.clone());
    let account = account_id(&ada, &format!("grace@{}", there.host)).await;
    let found = ada.get(&format!("/api/v1/accounts/{account}")).await;
    assert_eq!(found["display_name"].as_str().unwrap().chars().count(), 500);
    let biography = found["note"].as_str().unwrap();
    assert!(
        (19_000..=20_100).contains(&biography.len()),
        "{}",
        biography.len()
    );
    assert_eq!(length(&found["fields"]), 16);
    for field in found["fields"].as_array().unwrap() {
        assert_eq!(field["name"].as_str().unwrap().len(), 500);
        assert!(field["value"].as_str().unwrap().len() <= 20_000);
    }
    assert_eq!(length(&found["emojis"]), 64);
    let now = Utc::now().to_rfc3339();
    assert!(
        found["created_at"].as_str().unwrap() <= now.as_str(),
        "{found}"
    );

    let mentioned: Vec<Value> = (0..60)
        .map(|number| there.person(&format!("p{number}")))
        .collect();
    for person in &mentioned {
        let follow = json!({ "id": format!("{}/follow", id(person)), "type": "Follow", "actor": id(person),
            "object": format!("{}/users/ada", school.base) });
        there.tells(&school, &follow).await;
    }
    there.is_followed(&school, &ada, &grace).await;
    let by = id(&grace);
    let mut post = json!({ "id": format!("{by}/much"), "type": "Question", "attributedTo": by, "to": [PUBLIC],
        "published": "2126-01-01T00:00:00Z", "endTime": "2126-01-02T00:00:00Z",
        "content": format!("<p>{}</p>", "é".repeat(100_000)), "summary": "s".repeat(600) });
    let mut tag: Vec<Value> = mentioned
        .iter()
        .map(|person| json!({ "type": "Mention", "href": id(person) }))
        .collect();
    tag.extend(many(
        70,
        |number| json!({ "type": "Hashtag", "name": format!("#tag{number}") }),
    ));
    tag.extend(many(70, emoji));
    post["tag"] = json!(tag);
    post["attachment"] = json!(many(
        20,
        |number| json!({ "type": "Image", "mediaType": "image/png",
        "url": format!("{base}/{number}.png"), "name": "d".repeat(2_000) })
    ));
    post["oneOf"] = json!(many(25, |number| json!({ "type": "Note",
        "name": format!("{number} {}", "o".repeat(600)) })));
    let create = json!({ "id": format!("{by}/much/create"), "type": "Create", "actor": by, "to": [PUBLIC],
        "object": post });
    there.tells(&school, &create).await;
    let kept = eventually("the post", || status_at(&ada, id(&post))).await;
    let content = kept["content"].as_str().unwrap();
    assert!(
        (99_000..=100_100).contains(&content.len()),
        "{}",
        content.len()
    );
    assert_eq!(kept["spoiler_text"].as_str().unwrap().len(), 500);
    assert_eq!(length(&kept["mentions"]), 50);
    assert_eq!(length(&kept["tags"]), 64);
    assert_eq!(length(&kept["emojis"]), 64);
    assert_eq!(length(&kept["media_attachments"]), 16);
    for media in kept["media_attachments"].as_array().unwrap() {
        assert_eq!(media["description"].as_str().unwrap().len(), 1_500);
    }
    assert_eq!(length(&kept["poll"]["options"]), 20);
    for option in kept["poll"]["options"].as_array().unwrap() {
        assert_eq!(option["title"].as_str().unwrap().len(), 500);
    }
    let now = Utc::now().to_rfc3339();
    assert!(
        kept["created_at"].as_str().unwrap() <= now.as_str(),
        "{kept}"
    );
}

#[tokio::test]
async fn what_is_too_much_is_cut_on_sqlite() {
    cut(Sqlite).await;
}

#[tokio::test]
async fn what_is_too_much_is_cut_on_postgresql() {
    cut(Postgres).await;
}

async fn fetched(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let (there, far) = (Elsewhere::open().await, Elsewhere::open().await);
    let (grace, xi) = (there.person("grace"), far.person("xi"));
    there.is_followed(&school, &ada, &grace).await;
    let dead = |post: usize| {
        let mention = |number: usize| json!({ "type": "Mention", "href": format!("{}/users/dead{post}-{number}", far.base) });
        many(10, mention)
    };
    let by = id(&xi);
    for number in 0..20 {
        let mut post = json!({ "id": format!("{by}/{number}"), "type": "Note", "attributedTo": by, "to": [PUBLIC],
            "content": format!("link {number}"), "tag": dead(number) });
        if number > 0 {
            post["inReplyTo"] = json!(format!("{by}/{}", number - 1));
        }
        far.serve(post);
    }
    let by = id(&grace);
    let last = json!({ "id": format!("{by}/last"), "type": "Note", "attributedTo": by, "to": [PUBLIC],
        "content": "the last link", "tag": dead(20), "inReplyTo": format!("{}/19", id(&xi)) });
    let create = json!({ "id": format!("{by}/last/create"), "type": "Create", "actor": by, "to": [PUBLIC],
        "object": last });
    let before = there.asked().await;
    there.tells(&school, &create).await;
    eventually("the last link", || status_at(&ada, id(&last))).await;
    let asked = far.asked().await + there.asked().await - before;
    assert!((20..=100).contains(&asked), "{asked}");
}

#[tokio::test]
async fn one_activity_causes_no_flood_on_sqlite() {
    fetched(Sqlite).await;
}

#[tokio::test]
async fn one_activity_causes_no_flood_on_postgresql() {
    fetched(Postgres).await;
}
