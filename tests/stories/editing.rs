//! What becomes of a post by an edit, as Mastodon does it.

use std::io::Cursor;

use image::{ImageFormat, RgbImage};
use reqwest::{Method, StatusCode, multipart};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::elsewhere::{Elsewhere, account_id};
use crate::harness::{School, Teacher, answer};

fn path_of(post: &Value) -> String {
    format!("/api/v1/statuses/{}", post["id"].as_str().unwrap())
}

async fn picture(teacher: &Teacher) -> Value {
    let mut png = Cursor::new(Vec::new());
    RgbImage::new(8, 8)
        .write_to(&mut png, ImageFormat::Png)
        .unwrap();
    let part = multipart::Part::bytes(png.into_inner()).file_name("dot.png");
    let upload = teacher.request(Method::POST, "/api/v2/media");
    answer(upload.multipart(multipart::Form::new().part("file", part))).await
}

async fn edit(teacher: &Teacher, post: &Value, change: Value) -> Value {
    answer(teacher.request(Method::PUT, &path_of(post)).json(&change)).await
}

async fn versions(teacher: &Teacher, post: &Value) -> usize {
    let history = teacher.get(&format!("{}/history", path_of(post))).await;
    history.as_array().unwrap().len()
}

async fn what_is_not_said_is_gone(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let file = picture(&ada).await;
    let post = json!({ "status": "A dot", "media_ids": [file["id"]], "spoiler_text": "Small" });
    let post = ada.publish(post).await;
    assert_eq!(post["sensitive"], true);
    // What is said of a file keeps it.
    let described = json!({ "status": "A dot", "spoiler_text": "Small",
        "media_attributes": [{ "id": file["id"], "description": "Black" }] });
    let edited = edit(&ada, &post, described).await;
    assert_eq!(edited["media_attachments"][0]["description"], "Black");
    assert_eq!(edited["spoiler_text"], "Small");
    // A form has no word for an empty list.
    let form = ada.request(Method::PUT, &path_of(&post));
    let edited = answer(form.form(&[("status", "No dot")])).await;
    assert_eq!(edited["content"], "<p>No dot</p>");
    assert_eq!(edited["media_attachments"], json!([]));
    assert_eq!(edited["spoiler_text"], "");
    assert_eq!(edited["sensitive"], false);
    // A warning alone is the text, as of a new post; beside a picture it is one.
    let alone = json!({ "status": " ", "spoiler_text": "No dot at all" });
    let edited = edit(&ada, &post, alone).await;
    assert_eq!(edited["content"], "<p>No dot at all</p>");
    assert_eq!(edited["spoiler_text"], "");
    assert_eq!(edited["sensitive"], true);
    let beside = json!({ "status": "", "spoiler_text": "A dot", "media_ids": [file["id"]] });
    let edited = edit(&ada, &post, beside).await;
    assert_eq!(edited["content"], "");
    assert_eq!(edited["spoiler_text"], "A dot");
    // The picture may come back.
    let again = json!({ "status": "A dot", "media_ids": [file["id"]] });
    let edited = edit(&ada, &post, again).await;
    assert_eq!(edited["media_attachments"][0]["id"], file["id"]);

    let poll = json!({ "options": ["Monday", "Tuesday"], "expires_in": 3600 });
    let both = json!({ "status": "When?", "media_ids": [file["id"]], "poll": poll });
    let refused = ada.request(Method::PUT, &path_of(&post)).json(&both);
    let refused = refused.send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let asked = edit(&ada, &post, json!({ "status": "When?", "poll": poll })).await;
    assert_eq!(asked["poll"]["options"][0]["title"], "Monday");
    assert_eq!(asked["media_attachments"], json!([]));
    let poll = format!("/api/v1/polls/{}", asked["poll"]["id"].as_str().unwrap());
    let edited = edit(&ada, &post, json!({ "status": "Never" })).await;
    assert_eq!(edited["poll"], Value::Null);
    assert_eq!(ada.status_of(&poll).await, StatusCode::NOT_FOUND);
    assert_eq!(ada.get(&path_of(&post)).await["poll"], Value::Null);
}

#[tokio::test]
async fn what_an_edit_does_not_say_is_gone_on_sqlite() {
    what_is_not_said_is_gone(Sqlite).await;
}

#[tokio::test]
async fn what_an_edit_does_not_say_is_gone_on_postgresql() {
    what_is_not_said_is_gone(Postgres).await;
}

async fn the_same_again(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    let file = picture(&ada).await;
    let said = json!({ "status": "A dot #maths", "media_ids": [file["id"]], "sensitive": true,
        "spoiler_text": "Small", "language": "en" });
    let post = ada.publish(said.clone()).await;
    bo.post(&format!("{}/reblog", path_of(&post)), Value::Null)
        .await;
    let edited = edit(&ada, &post, said.clone()).await;
    assert_eq!(edited["edited_at"], Value::Null);
    assert_eq!(versions(&ada, &post).await, 1);
    assert_eq!(
        bo.get("/api/v1/notifications?types[]=update").await,
        json!([])
    );
    // What is said of a file is a change, once.
    let mut described = said;
    described["media_attributes"] =
        json!([{ "id": file["id"], "description": "Black", "focus": "0.5,0" }]);
    for _ in 0..2 {
        let edited = edit(&ada, &post, described.clone()).await;
        assert!(edited["edited_at"].is_string(), "{edited}");
        assert_eq!(versions(&ada, &post).await, 2);
    }
    described["language"] = json!("cy");
    edit(&ada, &post, described).await;
    assert_eq!(versions(&ada, &post).await, 3);
    bo.is_told("update").await;
    // Each change is told anew, in the place of the one before.
    let told = "/api/v1/notifications?types[]=update";
    let before = bo.get(told).await;
    edit(&ada, &post, json!({ "status": "No dot" })).await;
    let after = bo.get(told).await;
    assert_eq!(after.as_array().unwrap().len(), 1, "{after}");
    assert_ne!(after[0]["id"], before[0]["id"]);
}

#[tokio::test]
async fn an_edit_that_changes_nothing_is_no_version_on_sqlite() {
    the_same_again(Sqlite).await;
}

#[tokio::test]
async fn an_edit_that_changes_nothing_is_no_version_on_postgresql() {
    the_same_again(Postgres).await;
}

async fn who_is_named_no_more(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo, _cy] = ["ada", "bo", "cy"].map(|name| school.teacher(name));
    let post = ada
        .publish(json!({ "status": "@bo and @cy, read this", "visibility": "private" }))
        .await;
    let path = format!("/api/v1/statuses/{}", post["id"].as_str().unwrap());
    let named = async |words: &str| {
        let change = json!({ "status": words });
        let edited = answer(ada.request(Method::PUT, &path).json(&change)).await;
        let names = edited["mentions"].as_array().unwrap().iter();
        let names: Vec<Value> = names.map(|mention| mention["acct"].clone()).collect();
        names
    };
    assert_eq!(named("@cy, read this").await, ["cy"]);
    // It was said to them all the same.
    let read = bo.get(&path).await;
    assert_eq!(read["mentions"].as_array().unwrap().len(), 1);
    assert_eq!(named("@bo and @cy, read this now").await, ["bo", "cy"]);
    let told = bo.get("/api/v1/notifications?types[]=mention").await;
    assert_eq!(told.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_edit_names_who_is_in_its_words_on_sqlite() {
    who_is_named_no_more(Sqlite).await;
}

#[tokio::test]
async fn an_edit_names_who_is_in_its_words_on_postgresql() {
    who_is_named_no_more(Postgres).await;
}

/// Other servers are told so, too: whoever is named no more gets the new version, and is not in it.
async fn who_is_named_no_more_elsewhere(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let there = Elsewhere::open().await;
    let mo = there.person("mo");
    let handle = format!("mo@{}", there.host);
    account_id(&ada, &handle).await;
    let post = ada
        .publish(json!({ "status": format!("@{handle} read this") }))
        .await;
    let names_mo = |activity: &Value| {
        let tag = activity["object"]["tag"].as_array().unwrap();
        let cc = activity["cc"].as_array().unwrap();
        (
            tag.iter().any(|one| one["href"] == mo["id"]),
            cc.contains(&mo["id"]),
        )
    };
    let of_kind = |kind: &'static str| there.receives(kind, move |told| told["type"] == kind);
    assert_eq!(names_mo(&of_kind("Create").await), (true, true));
    let path = format!("/api/v1/statuses/{}", post["id"].as_str().unwrap());
    let change = json!({ "status": "Read this" });
    answer(ada.request(Method::PUT, &path).json(&change)).await;
    assert_eq!(names_mo(&of_kind("Update").await), (false, false));
}

#[tokio::test]
async fn an_edit_names_elsewhere_who_is_in_its_words_on_sqlite() {
    who_is_named_no_more_elsewhere(Sqlite).await;
}

#[tokio::test]
async fn an_edit_names_elsewhere_who_is_in_its_words_on_postgresql() {
    who_is_named_no_more_elsewhere(Postgres).await;
}

/// Who boosted or quoted a post is told of its last edit, and of a quote by their own post.
async fn told_anew(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo, cy] = ["ada", "bo", "cy"].map(|name| school.teacher(name));
    let post = ada.publish(json!({ "status": "Paper strips" })).await;
    bo.post(&format!("{}/reblog", path_of(&post)), json!({}))
        .await;
    let quote = cy
        .publish(json!({ "status": "Try this", "quoted_status_id": post["id"] }))
        .await;
    let told = async |of: &Teacher, kind: &str| {
        let path = format!("/api/v1/notifications?types[]={kind}");
        let lines = of.get(&path).await.as_array().unwrap().clone();
        assert_eq!(lines.len(), 1, "{kind}");
        lines[0].clone()
    };
    edit(&ada, &post, json!({ "status": "Paper stripes" })).await;
    let first = told(&bo, "update").await;
    assert_eq!(first["status"]["id"], post["id"]);
    edit(&ada, &post, json!({ "status": "Stripes of paper" })).await;
    assert_ne!(told(&bo, "update").await["id"], first["id"]);
    let of_quote = told(&cy, "quoted_update").await;
    assert_eq!(of_quote["account"]["acct"], "ada");
    assert_eq!(of_quote["status"]["id"], quote["id"]);

    // Whom an edit brings in takes part.
    let said = json!({ "status": "@bo a word?", "visibility": "direct" });
    let said = ada.publish(said).await;
    let change = json!({ "status": "@bo @cy a word?" });
    edit(&ada, &said, change).await;
    let talks = cy.get("/api/v1/conversations").await;
    assert_eq!(talks[0]["last_status"]["id"], said["id"], "{talks}");
    assert_eq!(talks[0]["unread"], true);
}

#[tokio::test]
async fn the_last_edit_is_told_on_sqlite() {
    told_anew(Sqlite).await;
}

#[tokio::test]
async fn the_last_edit_is_told_on_postgresql() {
    told_anew(Postgres).await;
}

async fn named_from_elsewhere(kind: Kind) {
    let (Some(here), Some(there)) = (School::open(kind).await, School::open(kind).await) else {
        return;
    };
    let (ada, bo) = (here.teacher("ada"), there.teacher("bo"));
    ada.follow(&format!("@bo@{}", there.host)).await;
    let post = bo.publish(json!({ "status": "Paper strips" })).await;
    let read = ada.reads("Paper strips").await;
    let change = json!({ "status": format!("Paper strips, @ada@{}", here.host) });
    edit(&bo, &post, change).await;
    let told = ada.is_told("mention").await;
    assert_eq!(told["status"]["id"], read["id"]);
}

#[tokio::test]
async fn whom_an_edit_elsewhere_names_is_told_on_sqlite() {
    named_from_elsewhere(Sqlite).await;
}

#[tokio::test]
async fn whom_an_edit_elsewhere_names_is_told_on_postgresql() {
    named_from_elsewhere(Postgres).await;
}
