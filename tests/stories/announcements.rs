//! What whoever looks after a server tells everybody there.

use reqwest::{Method, StatusCode};
use serde_json::json;
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, Teacher, out};

async fn does(teacher: &Teacher, method: Method, path: &str) -> StatusCode {
    let path = format!("/api/v1/announcements/{path}");
    teacher
        .request(method, &path)
        .send()
        .await
        .unwrap()
        .status()
}

async fn announcements(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo] = ["ada", "bo"].map(|name| school.teacher(name));
    assert_eq!(ada.get("/api/v1/announcements").await, json!([]));
    let announce = |arguments: &[&str]| {
        let made = school.command(&[&["announcement", "create"], arguments].concat());
        assert!(made.status.success(), "{}", out(&made));
        out(&made).trim().to_owned()
    };
    let first = announce(&["Holidays <soon> #Rest"]);
    let second = announce(&[
        "A fair",
        "--starts",
        "2126-12-01",
        "--ends",
        "2126-12-02T18:30",
        "--all-day",
    ]);
    let welcome = announce(&["Welcome to @ada, not to @nobody"]);
    let over = announce(&["Over", "--starts", "2020-01-01", "--ends", "2020-01-02"]);

    let list = ada.get("/api/v1/announcements").await;
    assert_eq!(list.as_array().unwrap().len(), 3, "{list}");
    let tag = format!("{}/tags/rest", school.base);
    let content = format!(
        "<p>Holidays &lt;soon&gt; <a href=\"{}/tags/Rest\" class=\"mention hashtag\" rel=\"tag\">#<span>Rest</span></a></p>",
        school.base
    );
    let published = &list[0]["published_at"];
    let expected = json!({ "id": first, "content": content, "starts_at": null, "ends_at": null, "all_day": false,
        "published_at": published, "updated_at": published, "read": false, "mentions": [], "statuses": [],
        "tags": [{ "name": "rest", "url": tag }], "emojis": [], "reactions": [] });
    assert_eq!(list[0], expected);
    assert_eq!(list[1]["starts_at"], "2126-12-01T00:00:00.000Z");
    assert_eq!(list[1]["ends_at"], "2126-12-02T18:30:00.000Z");
    assert_eq!(list[1]["all_day"], true);
    assert_eq!(list[2]["id"], welcome);
    let own = ada.get("/api/v1/accounts/verify_credentials").await;
    let mentions = list[2]["mentions"].as_array().unwrap();
    assert_eq!(mentions.len(), 1, "{list}");
    assert_eq!(mentions[0]["id"], own["id"]);
    assert_eq!(mentions[0]["acct"], "ada");
    let content = list[2]["content"].as_str().unwrap();
    let profile = format!("href=\"{}/@ada\"", school.base);
    assert!(
        content.contains(&profile) && content.contains("not to @nobody"),
        "{content}"
    );

    // Read, by one.
    let dismiss = format!("{first}/dismiss");
    for _ in 0..2 {
        assert_eq!(does(&ada, Method::POST, &dismiss).await, StatusCode::OK);
    }
    assert_eq!(ada.get("/api/v1/announcements").await[0]["read"], true);
    assert_eq!(bo.get("/api/v1/announcements").await[0]["read"], false);
    for none in [
        format!("{over}/dismiss"),
        "1/dismiss".to_owned(),
        "x/dismiss".to_owned(),
    ] {
        assert_eq!(
            does(&ada, Method::POST, &none).await,
            StatusCode::NOT_FOUND,
            "{none}"
        );
    }

    // Answered.
    let (thumb, heart) = (
        format!("{second}/reactions/👍"),
        format!("{second}/reactions/❤️"),
    );
    for path in [&thumb, &thumb, &heart] {
        assert_eq!(does(&ada, Method::PUT, path).await, StatusCode::OK);
    }
    assert_eq!(does(&bo, Method::PUT, &thumb).await, StatusCode::OK);
    let reactions = |list: serde_json::Value| list[1]["reactions"].clone();
    assert_eq!(
        reactions(bo.get("/api/v1/announcements").await),
        json!([{ "name": "👍", "count": 2, "me": true }, { "name": "❤️", "count": 1, "me": false }])
    );
    assert_eq!(does(&ada, Method::DELETE, &heart).await, StatusCode::OK);
    assert_eq!(
        does(&ada, Method::DELETE, &heart).await,
        StatusCode::NOT_FOUND
    );
    assert_eq!(does(&bo, Method::DELETE, &thumb).await, StatusCode::OK);
    assert_eq!(
        reactions(ada.get("/api/v1/announcements").await),
        json!([{ "name": "👍", "count": 1, "me": true }])
    );
    for word in ["chalk", "👍👍", "%00", "1"] {
        let path = format!("{second}/reactions/{word}");
        let refused = does(&ada, Method::PUT, &path).await;
        assert_eq!(refused, StatusCode::UNPROCESSABLE_ENTITY, "{word}");
    }
    for none in [&over, "1", "x"] {
        let path = format!("{none}/reactions/👍");
        assert_eq!(
            does(&ada, Method::PUT, &path).await,
            StatusCode::NOT_FOUND,
            "{none}"
        );
    }
    // Eight different ones at most; more of the same may still come.
    for emoji in ["😀", "😁", "😂", "😃", "😄", "😅", "😆"] {
        let path = format!("{second}/reactions/{emoji}");
        assert_eq!(
            does(&ada, Method::PUT, &path).await,
            StatusCode::OK,
            "{emoji}"
        );
    }
    let ninth = does(&bo, Method::PUT, &format!("{second}/reactions/😇")).await;
    assert_eq!(ninth, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(does(&bo, Method::PUT, &thumb).await, StatusCode::OK);

    // The commands.
    let listed = out(&school.command(&["announcement", "list"]));
    let lines: Vec<&str> = listed.lines().collect();
    assert_eq!(lines[0], format!("{first}\t-\t-\tHolidays <soon> #Rest"));
    assert_eq!(
        lines[3],
        format!("{over}\t2020-01-01T00:00\t2020-01-02T00:00\tOver")
    );
    let delete = ["announcement", "delete", &second];
    assert!(school.command(&delete).status.success());
    assert!(!school.command(&delete).status.success());
    let left = ada.get("/api/v1/announcements").await;
    assert_eq!(left.as_array().unwrap().len(), 2);
    for wrong in [
        vec![" "],
        vec!["x", "--ends", "2126-12-01"],
        vec!["x", "--starts", "2126-12-02", "--ends", "2126-12-01"],
        vec!["x", "--all-day"],
        vec!["x", "--starts", "tomorrow"],
    ] {
        let refused = school.command(&[&["announcement", "create"], wrong.as_slice()].concat());
        assert!(!refused.status.success(), "{wrong:?}");
    }
}

#[tokio::test]
async fn announcements_are_read_and_answered_on_sqlite() {
    announcements(Sqlite).await;
}

#[tokio::test]
async fn announcements_are_read_and_answered_on_postgresql() {
    announcements(Postgres).await;
}
