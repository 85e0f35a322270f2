//! What is not heard of at all, and what becomes of what is held back.

use reqwest::Method;
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, Teacher, answer};

async fn id(teacher: &Teacher) -> String {
    let own = teacher.get("/api/v1/accounts/verify_credentials").await;
    own["id"].as_str().unwrap().to_owned()
}

async fn says(by: &Teacher, words: &str, to: Option<&Value>) -> Value {
    let mut status = json!({ "status": words, "visibility": "direct" });
    if let Some(to) = to {
        status["in_reply_to_id"] = to["id"].clone();
    }
    by.publish(status).await
}

async fn takes_back(by: &Teacher, status: &Value) {
    let path = format!("/api/v1/statuses/{}", status["id"].as_str().unwrap());
    answer(by.request(Method::DELETE, &path)).await;
}

async fn decides(person: &Teacher, rules: Value) {
    let policy = person.request(Method::PATCH, "/api/v2/notifications/policy");
    answer(policy.json(&rules)).await;
}

/// The ids of the posts that somebody is told of, the newest first.
async fn told(person: &Teacher) -> Vec<Value> {
    let told = person.get("/api/v1/notifications").await;
    let lines = told.as_array().unwrap().iter();
    lines.map(|line| line["status"]["id"].clone()).collect()
}

/// The last words of somebody's conversations.
async fn talks(of: &Teacher) -> Vec<Value> {
    let found = of.get("/api/v1/conversations").await;
    let talks = found.as_array().unwrap().iter();
    talks
        .map(|talk| talk["last_status"]["id"].clone())
        .collect()
}

async fn waiting(person: &Teacher) -> Vec<Value> {
    let found = person.get("/api/v1/notifications/requests").await;
    let summary = person.get("/api/v2/notifications/policy").await["summary"].clone();
    let found = found.as_array().unwrap().clone();
    assert_eq!(summary["pending_requests_count"], json!(found.len()));
    found
}

async fn messages(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo] = ["ada", "bo"].map(|name| school.teacher(name));
    let bo_id = id(&bo).await;
    decides(&ada, json!({ "for_not_following": "drop" })).await;
    says(&bo, "@ada psst", None).await;
    assert_eq!(talks(&ada).await, Vec::<Value>::new());
    assert_eq!(talks(&bo).await.len(), 1);

    // Held back, it is no conversation before it is let through.
    decides(&ada, json!({ "for_not_following": "filter" })).await;
    let first = says(&bo, "@ada a word?", None).await;
    let second = says(&bo, "@ada please", Some(&first)).await;
    assert_eq!(talks(&ada).await, Vec::<Value>::new());
    let reply = says(&ada, "@bo who are you?", Some(&second)).await;
    assert_eq!(talks(&ada).await, [reply["id"].clone()]);
    takes_back(&ada, &reply).await;
    assert_eq!(talks(&ada).await, Vec::<Value>::new());
    let request = waiting(&ada).await[0].clone();
    assert_eq!(request["notifications_count"], "2");
    let path = format!(
        "/api/v1/notifications/requests/{}/accept",
        request["id"].as_str().unwrap()
    );
    ada.post(&path, json!({})).await;
    assert_eq!(talks(&ada).await, [second["id"].clone()]);
    assert_eq!(ada.get("/api/v1/conversations").await[0]["unread"], true);
    let third = says(&bo, "@ada thanks", None).await;
    assert_eq!(
        talks(&ada).await,
        [third["id"].clone(), second["id"].clone()]
    );

    // Whoever is blocked is let through no more, and what was said to them is no conversation.
    says(&ada, "@bo you are welcome", Some(&third)).await;
    for deed in ["block", "unblock"] {
        let path = format!("/api/v1/accounts/{bo_id}/{deed}");
        ada.post(&path, json!({})).await;
    }
    assert_eq!(talks(&ada).await, Vec::<Value>::new());
    bo.publish(json!({ "status": "@ada hello again" })).await;
    assert_eq!(told(&ada).await, Vec::<Value>::new());
    assert_eq!(waiting(&ada).await.len(), 1);
}

#[tokio::test]
async fn messages_on_sqlite() {
    messages(Sqlite).await;
}

#[tokio::test]
async fn messages_on_postgresql() {
    messages(Postgres).await;
}

async fn taken_back(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo, cy] = ["ada", "bo", "cy"].map(|name| school.teacher(name));
    decides(&ada, json!({ "for_not_following": "filter" })).await;
    let first = bo.publish(json!({ "status": "@ada buy this" })).await;
    let second = bo.publish(json!({ "status": "@ada or that" })).await;
    takes_back(&bo, &second).await;
    let request = waiting(&ada).await[0].clone();
    assert_eq!(request["notifications_count"], "1");
    takes_back(&bo, &first).await;
    assert_eq!(waiting(&ada).await, Vec::<Value>::new());

    // Whoever is muted is nowhere any more; only what they tell from then on is not wanted where that is all.
    let bo_id = id(&bo).await;
    bo.publish(json!({ "status": "@ada held back" })).await;
    decides(&ada, json!({ "for_not_following": "accept" })).await;
    bo.publish(json!({ "status": "@ada and told" })).await;
    let of_cy = cy.publish(json!({ "status": "@ada good morning" })).await;
    let mute = format!("/api/v1/accounts/{bo_id}/mute");
    ada.post(&mute, json!({ "notifications": false })).await;
    assert_eq!((told(&ada).await.len(), waiting(&ada).await.len()), (2, 1));
    ada.post(&mute, json!({})).await;
    assert_eq!(told(&ada).await, [of_cy["id"].clone()]);
    assert_eq!(waiting(&ada).await, Vec::<Value>::new());
}

#[tokio::test]
async fn what_is_taken_back_does_not_wait_on_sqlite() {
    taken_back(Sqlite).await;
}

#[tokio::test]
async fn what_is_taken_back_does_not_wait_on_postgresql() {
    taken_back(Postgres).await;
}

async fn company(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo, cy] = ["ada", "bo", "cy"].map(|name| school.teacher(name));
    let mo = school.person("mo", "moderator", "read write");
    let cy_id = id(&cy).await;
    let does = async |deed: &str, body: Value| {
        let path = format!("/api/v1/accounts/{cy_id}/{deed}");
        ada.post(&path, body).await;
    };
    let of_cy = cy.publish(json!({ "status": "an opinion" })).await;
    let about = json!({ "status": "@ada @cy says so" });
    let answers = json!({ "status": "@ada look", "in_reply_to_id": of_cy["id"] });
    let mut heard = Vec::new();
    for (deed, quiet, loud) in [
        ("block", json!({}), false),
        ("unblock", json!({}), true),
        ("mute", json!({ "notifications": true }), false),
        ("mute", json!({ "notifications": false }), true),
    ] {
        does(deed, quiet).await;
        for status in [&about, &answers] {
            let status = bo.publish(status.clone()).await;
            if loud {
                heard.insert(0, status["id"].clone());
            }
        }
        assert_eq!(told(&ada).await, heard, "{deed}");
    }

    // Who looks after the school has to be heard.
    let mo_id = id(&mo).await;
    ada.post(&format!("/api/v1/accounts/{mo_id}/mute"), json!({}))
        .await;
    decides(&ada, json!({ "for_not_following": "drop" })).await;
    let said = mo
        .publish(json!({ "status": "@ada please mind the rules" }))
        .await;
    assert_eq!(told(&ada).await[0], said["id"]);
    let of_ada = ada.publish(json!({ "status": "well" })).await;
    let like = format!(
        "/api/v1/statuses/{}/favourite",
        of_ada["id"].as_str().unwrap()
    );
    mo.post(&like, json!({})).await;
    assert_eq!(told(&ada).await[0], said["id"]);
    bo.publish(json!({ "status": "@ada so do I" })).await;
    assert_eq!(told(&ada).await[0], said["id"]);
}

#[tokio::test]
async fn company_on_sqlite() {
    company(Sqlite).await;
}

#[tokio::test]
async fn company_on_postgresql() {
    company(Postgres).await;
}

async fn answers_in_private(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo, cy] = ["ada", "bo", "cy"].map(|name| school.teacher(name));
    decides(&ada, json!({ "for_private_mentions": "filter" })).await;
    let open = ada.publish(json!({ "status": "for all to read" })).await;
    says(&bo, "@ada psst", Some(&open)).await;
    assert_eq!(told(&ada).await, Vec::<Value>::new());

    let asked = says(&ada, "@bo @cy when do we meet?", None).await;
    let first = says(&bo, "@ada @cy on Monday?", Some(&asked)).await;
    let second = says(&cy, "@ada @bo fine", Some(&first)).await;
    assert_eq!(
        told(&ada).await,
        [second["id"].clone(), first["id"].clone()]
    );
}

#[tokio::test]
async fn answers_in_private_on_sqlite() {
    answers_in_private(Sqlite).await;
}

#[tokio::test]
async fn answers_in_private_on_postgresql() {
    answers_in_private(Postgres).await;
}
