//! What a block leaves to whoever is behind it: to take back what they did, and to report; and who can be blocked.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, Teacher, out};

async fn own_id(who: &Teacher) -> String {
    let own = who.get("/api/v1/accounts/verify_credentials").await;
    own["id"].as_str().unwrap().to_owned()
}

async fn blocks(who: &Teacher, whom: &Teacher) {
    let path = format!("/api/v1/accounts/{}/block", own_id(whom).await);
    who.post(&path, Value::Null).await;
}

async fn what_was_done_is_taken_back(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    let post = ada.publish(json!({ "status": "Paper strips" })).await;
    let id = post["id"].as_str().unwrap();
    let of = |verb: &str| format!("/api/v1/statuses/{id}/{verb}");
    for verb in ["favourite", "bookmark", "reblog"] {
        bo.post(&of(verb), Value::Null).await;
    }
    blocks(&ada, &bo).await;
    let nowhere = StatusCode::NOT_FOUND;
    assert_eq!(
        bo.status_of(&format!("/api/v1/statuses/{id}")).await,
        nowhere
    );
    for (verb, field) in [
        ("unfavourite", "favourited"),
        ("unbookmark", "bookmarked"),
        ("unreblog", "reblogged"),
    ] {
        let left = bo.post(&of(verb), Value::Null).await;
        assert_eq!(left["id"], id, "{verb}");
        assert_eq!(left[field], false, "{verb}");
        // There is nothing more to take back, and so nothing to be seen.
        let again = bo.request(Method::POST, &of(verb)).send().await.unwrap();
        assert_eq!(again.status(), nowhere, "{verb}");
    }
    let own = ada.get(&format!("/api/v1/statuses/{id}")).await;
    assert_eq!(own["favourites_count"], 0);
    assert_eq!(own["reblogs_count"], 0);
}

/// What is changed in a letter since is not read by taking back a like of it.
async fn a_letter_stays_closed(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    let letter = json!({ "status": "@bo hello", "visibility": "direct" });
    let letter = ada.publish(letter).await;
    let of = |verb: &str| format!("/api/v1/statuses/{}/{verb}", letter["id"].as_str().unwrap());
    bo.post(&of("favourite"), Value::Null).await;
    blocks(&ada, &bo).await;
    let undone = bo.request(Method::POST, &of("unfavourite")).send().await;
    assert_eq!(undone.unwrap().status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_letter_stays_closed_behind_a_block_on_sqlite() {
    a_letter_stays_closed(Sqlite).await;
}

#[tokio::test]
async fn a_letter_stays_closed_behind_a_block_on_postgresql() {
    a_letter_stays_closed(Postgres).await;
}

#[tokio::test]
async fn what_was_done_is_taken_back_behind_a_block_on_sqlite() {
    what_was_done_is_taken_back(Sqlite).await;
}

#[tokio::test]
async fn what_was_done_is_taken_back_behind_a_block_on_postgresql() {
    what_was_done_is_taken_back(Postgres).await;
}

async fn whoever_blocks_first_reports_then(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    let rude = bo.publish(json!({ "status": "@ada is boring" })).await;
    let letter = bo
        .publish(json!({ "status": "@ada go away", "visibility": "direct" }))
        .await;
    let closed = bo
        .publish(json!({ "status": "Among us", "visibility": "private" }))
        .await;
    blocks(&ada, &bo).await;
    blocks(&bo, &ada).await;
    let bo_id = own_id(&bo).await;
    let said = [&rude["id"], &letter["id"]];
    let report = json!({ "account_id": bo_id, "status_ids": said });
    let made = ada.post("/api/v1/reports", report).await;
    let named = made["status_ids"].as_array().unwrap();
    assert_eq!(named.len(), 2, "{made}");
    assert!(said.into_iter().all(|id| named.contains(id)), "{made}");
    // But nothing that was never for her.
    let report = json!({ "account_id": bo_id, "status_ids": [closed["id"]] });
    let refused = ada.request(Method::POST, "/api/v1/reports").json(&report);
    assert_eq!(
        refused.send().await.unwrap().status(),
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn whoever_blocks_first_can_report_then_on_sqlite() {
    whoever_blocks_first_reports_then(Sqlite).await;
}

#[tokio::test]
async fn whoever_blocks_first_can_report_then_on_postgresql() {
    whoever_blocks_first_reports_then(Postgres).await;
}

async fn who_is_suspended_is_blocked(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    let bo_id = own_id(&bo).await;
    let of = |verb: &str| format!("/api/v1/accounts/{bo_id}/{verb}");
    let decides = |verb: &str| {
        let decided = school.command(&["user", verb, "bo"]);
        assert!(decided.status.success(), "{}", out(&decided));
    };
    decides("suspend");
    assert_eq!(ada.post(&of("block"), Value::Null).await["blocking"], true);
    assert_eq!(ada.post(&of("mute"), Value::Null).await["muting"], true);
    let note = json!({ "comment": "rude" });
    assert_eq!(ada.post(&of("note"), note).await["note"], "rude");
    assert_eq!(ada.get(&of("lists")).await, json!([]));
    decides("unsuspend");
    let path = format!("/api/v1/accounts/relationships?id[]={bo_id}");
    let stands = ada.get(&path).await[0].clone();
    assert_eq!(stands["blocking"], true);
    assert_eq!(stands["muting"], true);
}

#[tokio::test]
async fn who_is_suspended_can_be_blocked_on_sqlite() {
    who_is_suspended_is_blocked(Sqlite).await;
}

#[tokio::test]
async fn who_is_suspended_can_be_blocked_on_postgresql() {
    who_is_suspended_is_blocked(Postgres).await;
}
