//! One's own profile as one wrote it.

use std::io::Cursor;

use image::{ImageFormat, RgbImage};
use reqwest::{Method, StatusCode, multipart};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::elsewhere::{Elsewhere, account_id};
use crate::harness::{School, answer, eventually};

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
        "attribution_domains": ["school.example"], "show_media": false, "show_featured": false });
    let write = ada.request(Method::PATCH, "/api/v1/profile").json(&change);
    let written = answer(write).await;
    assert_eq!(written["note"], "I teach <maths>");
    let row = json!([{ "name": "Room", "value": "12 & 13", "verified_at": null }]);
    assert_eq!(written["fields"], row);
    for (key, value) in [
        ("display_name", json!("Ada")),
        ("locked", json!(true)),
        ("discoverable", json!(true)),
        ("show_media", json!(false)),
        ("show_media_replies", json!(true)),
        ("show_featured", json!(false)),
        ("attribution_domains", json!(["school.example"])),
    ] {
        assert_eq!(written[key], value, "{key}");
    }
    assert_eq!(written["featured_tags"][0]["name"], "chalk");
    assert_eq!(ada.get("/api/v1/profile").await, written);
    let seen = ada.get("/api/v1/accounts/verify_credentials").await;
    assert_eq!(seen["note"], "<p>I teach &lt;maths&gt;</p>");
    assert_eq!(seen["show_media"], false);
    assert_eq!(seen["show_media_replies"], true);

    // What is too long changes nothing.
    let long = json!({ "display_name": "x".repeat(101), "note": "other" });
    let refused = ada.request(Method::PATCH, "/api/v1/profile").json(&long);
    let refused = refused.send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let said: Value = refused.json().await.unwrap();
    let text = "is too long (maximum is 100 characters)";
    let details = json!({ "display_name": [{ "error": "ERR_TOO_LONG", "description": text }] });
    assert_eq!(said["details"], details);
    assert_eq!(
        said["error"],
        format!("Validation failed: Display name {text}")
    );
    assert_eq!(ada.get("/api/v1/profile").await, written);
    assert_eq!(written["avatar"], Value::Null);

    // So does a row that says something of nothing; one that is empty is no row.
    for (name, value, expected) in [
        ("", "12", StatusCode::UNPROCESSABLE_ENTITY),
        (" ", " ", StatusCode::OK),
    ] {
        let rows = json!({ "fields_attributes": [{ "name": "Room", "value": "12 & 13" }, { "name": name, "value": value }] });
        let change = ada.request(Method::PATCH, "/api/v1/profile").json(&rows);
        let change = change.send().await.unwrap();
        assert_eq!(change.status(), expected, "{value}");
        let said: Value = change.json().await.unwrap();
        if expected != StatusCode::OK {
            let code = &said["details"]["fields"][0]["error"];
            assert_eq!(code, "ERR_FIELDS_WITH_VALUES_MISSING_LABELS", "{said}");
        }
        assert_eq!(ada.get("/api/v1/profile").await["fields"], row);
    }
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

/// A picture as apps send it for a profile.
fn picture() -> multipart::Part {
    let mut png = Cursor::new(Vec::new());
    RgbImage::new(8, 8)
        .write_to(&mut png, ImageFormat::Png)
        .unwrap();
    let part = multipart::Part::bytes(png.into_inner()).file_name("face.png");
    part.mime_str("image/png").unwrap()
}

async fn descriptions(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let own = "/api/v1/accounts/update_credentials";
    let shown = "Ada at the board";
    let form = multipart::Form::new()
        .part("avatar", picture())
        .text("avatar_description", format!(" {shown} "))
        .part("header", picture())
        .text("header_description", "Hills");
    let seen = answer(ada.request(Method::PATCH, own).multipart(form)).await;
    let both = |account: &Value| {
        let said = |key: &str| account[key].as_str().unwrap().to_owned();
        (said("avatar_description"), said("header_description"))
    };
    let said = (shown.to_owned(), "Hills".to_owned());
    assert_eq!(both(&seen), said);
    assert_eq!(both(&ada.get("/api/v1/profile").await), said);
    let account = format!("/api/v1/accounts/{}", seen["id"].as_str().unwrap());
    assert_eq!(
        both(&answer(school.request(Method::GET, &account)).await),
        said
    );
    let actor = school.request(Method::GET, "/users/ada");
    let actor = answer(actor.header("accept", "application/activity+json")).await;
    for (key, text) in [("icon", shown), ("image", "Hills")] {
        assert_eq!(actor[key]["name"], text);
        assert_eq!(actor[key]["summary"], text);
    }
    let page = school.request(Method::GET, "/@ada").send().await.unwrap();
    let page = page.text().await.unwrap();
    assert!(page.contains(&format!("alt=\"{shown}\"")), "{page}");

    let instance = answer(school.request(Method::GET, "/api/v2/instance")).await;
    let limits = &instance["configuration"]["accounts"];
    assert_eq!(limits["max_avatar_description_length"], 150);
    let long = json!({ "header_description": "x".repeat(151) });
    let refused = ada.request(Method::PATCH, own).json(&long).send().await;
    assert_eq!(refused.unwrap().status(), StatusCode::UNPROCESSABLE_ENTITY);

    // Apps know by its address that there is no picture.
    let bo = school.teacher("bo");
    let bare = bo.get("/api/v1/accounts/verify_credentials").await;
    for (key, end) in [("avatar", "avatars"), ("header", "headers")] {
        let address = bare[key].as_str().unwrap();
        assert!(address.ends_with(&format!("/{end}/original/missing.png")));
        let served = school.http.get(address).send().await.unwrap();
        assert_eq!(served.headers()["content-type"], "image/png", "{address}");
    }

    // What was said of a picture goes with it, whatever comes in its place.
    let form = multipart::Form::new().part("avatar", picture());
    let changed = answer(ada.request(Method::PATCH, own).multipart(form)).await;
    assert_eq!(both(&changed), (String::new(), "Hills".to_owned()));
    let without = ada.request(Method::DELETE, "/api/v1/profile/header");
    assert_eq!(both(&answer(without).await), (String::new(), String::new()));
}

#[tokio::test]
async fn what_a_picture_shows_can_be_said_on_sqlite() {
    descriptions(Sqlite).await;
}

#[tokio::test]
async fn what_a_picture_shows_can_be_said_on_postgresql() {
    descriptions(Postgres).await;
}

async fn descriptions_elsewhere(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let there = Elsewhere::open().await;
    let mut mo = there.person("mo");
    mo["icon"] = json!({ "type": "Image", "url": format!("{}/mo.png", there.base), "summary": "Mo with a cat" });
    there.serve(mo.clone());
    let ada = school.teacher("ada");
    let path = format!(
        "/api/v1/accounts/{}",
        account_id(&ada, &format!("mo@{}", there.host)).await
    );
    let seen = ada.get(&path).await;
    assert_eq!(seen["avatar_description"], "Mo with a cat");
    assert_eq!(seen["header_description"], "");

    mo["icon"] = json!({ "type": "Image", "url": format!("{}/mo.png", there.base), "name": "y".repeat(2_000) });
    there.serve(mo.clone());
    let update = json!({ "id": format!("{}#updates/1", mo["id"].as_str().unwrap()), "type": "Update",
        "actor": mo["id"], "object": mo });
    there.tells(&school, &update).await;
    eventually("the description to be changed", || async {
        (ada.get(&path).await["avatar_description"] == "y".repeat(1_500)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_a_picture_elsewhere_shows_is_read_on_sqlite() {
    descriptions_elsewhere(Sqlite).await;
}

#[tokio::test]
async fn what_a_picture_elsewhere_shows_is_read_on_postgresql() {
    descriptions_elsewhere(Postgres).await;
}

async fn parts(kind: Kind) {
    let (Some(here), Some(there)) = (School::open(kind).await, School::open(kind).await) else {
        return;
    };
    let (ada, bo) = (here.teacher("ada"), there.teacher("bo"));
    let wish = json!({ "show_media_replies": false });
    answer(ada.request(Method::PATCH, "/api/v1/profile").json(&wish)).await;
    let id = bo.follow(&format!("@ada@{}", here.host)).await;
    let shown = async |expected: [bool; 3]| {
        eventually(&format!("{expected:?}"), || async {
            let account = bo.get(&format!("/api/v1/accounts/{id}")).await;
            let keys = ["show_media", "show_media_replies", "show_featured"];
            (keys.map(|key| account[key] == true) == expected).then_some(())
        })
        .await;
    };
    shown([true, false, true]).await;
    let wish = json!({ "show_media": false, "show_media_replies": true, "show_featured": false });
    answer(ada.request(Method::PATCH, "/api/v1/profile").json(&wish)).await;
    shown([false, true, false]).await;
}

#[tokio::test]
async fn which_parts_of_a_profile_are_shown_is_told_on_sqlite() {
    parts(Sqlite).await;
}

#[tokio::test]
async fn which_parts_of_a_profile_are_shown_is_told_on_postgresql() {
    parts(Postgres).await;
}
