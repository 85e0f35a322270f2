//! One's own profile as one wrote it.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, answer};

async fn profile(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let own = ada.get("/api/v1/accounts/verify_credentials").await;
    let new = ada.get("/api/v1/profile").await;
    let expected = json!({ "id": own["id"], "display_name": "", "note": "", "fields": [], "avatar": null,
        "avatar_static": null, "avatar_description": "", "header": null, "header_static": null,
        "header_description": "", "locked": false, "bot": false, "hide_collections": false, "discoverable": false,
        "indexable": false, "show_media": true, "show_media_replies": true, "show_featured": true,
        "attribution_domains": [], "featured_tags": [] });
    assert_eq!(new, expected);

    ada.post("/api/v1/featured_tags", json!({ "name": "chalk" }))
        .await;
    let change = json!({ "display_name": "Ada", "note": "I teach <maths>", "locked": true, "discoverable": true,
        "fields_attributes": [{ "name": "Room", "value": "12 & 13" }],
        "attribution_domains": ["school.example"] });
    let write = ada.request(Method::PATCH, "/api/v1/profile").json(&change);
    let written = answer(write).await;
    assert_eq!(written["note"], "I teach <maths>");
    let row = json!([{ "name": "Room", "value": "12 & 13", "verified_at": null }]);
    assert_eq!(written["fields"], row);
    for (key, value) in [
        ("display_name", json!("Ada")),
        ("locked", json!(true)),
        ("discoverable", json!(true)),
        ("attribution_domains", json!(["school.example"])),
    ] {
        assert_eq!(written[key], value, "{key}");
    }
    assert_eq!(written["featured_tags"][0]["name"], "chalk");
    assert_eq!(ada.get("/api/v1/profile").await, written);
    let seen = ada.get("/api/v1/accounts/verify_credentials").await;
    assert_eq!(seen["note"], "<p>I teach &lt;maths&gt;</p>");

    // What is too long changes nothing.
    let long = json!({ "display_name": "x".repeat(101), "note": "other" });
    let refused = ada.request(Method::PATCH, "/api/v1/profile").json(&long);
    let refused = refused.send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(ada.get("/api/v1/profile").await, written);
    assert_eq!(written["avatar"], Value::Null);
}

#[tokio::test]
async fn a_profile_as_it_was_written_on_sqlite() {
    profile(Sqlite).await;
}

#[tokio::test]
async fn a_profile_as_it_was_written_on_postgresql() {
    profile(Postgres).await;
}

/// When the actor of Ada was last changed, as other servers are told.
async fn updated(school: &School) -> String {
    let actor = school.request(Method::GET, "/users/ada");
    let actor = answer(actor.header("accept", "application/activity+json")).await;
    actor["updated"].as_str().unwrap().to_owned()
}

async fn changes(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let first = updated(&school).await;
    let said = ada
        .publish(json!({ "status": "no change of my profile" }))
        .await;
    let pin = format!("/api/v1/statuses/{}/pin", said["id"].as_str().unwrap());
    ada.post(&pin, Value::Null).await;
    assert_eq!(updated(&school).await, first);

    let change = ada.request(Method::PATCH, "/api/v1/accounts/update_credentials");
    answer(change.json(&json!({ "note": "I teach maths" }))).await;
    let second = updated(&school).await;
    assert!(second > first, "{second}");
}

#[tokio::test]
async fn others_are_told_when_a_profile_was_changed_on_sqlite() {
    changes(Sqlite).await;
}

#[tokio::test]
async fn others_are_told_when_a_profile_was_changed_on_postgresql() {
    changes(Postgres).await;
}
