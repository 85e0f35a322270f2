//! Threads of direct statuses, and what is to be posted at a time.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, Teacher, answer, eventually};

async fn says(by: &Teacher, words: &str, to: Option<&Value>) -> Value {
    let mut status = json!({ "status": words, "visibility": "direct" });
    if let Some(to) = to {
        status["in_reply_to_id"] = to["id"].clone();
    }
    by.publish(status).await
}

async fn talks(of: &Teacher) -> Vec<Value> {
    let found = of.get("/api/v1/conversations").await;
    found.as_array().unwrap().clone()
}

async fn conversations(kind: Kind) {
    let (Some(here), Some(there)) = (School::open(kind).await, School::open(kind).await) else {
        return;
    };
    let (ada, bo) = (here.teacher("ada"), here.teacher("bo"));
    let cy = there.teacher("cy");
    let first = says(&ada, "@bo a word?", None).await;
    let open = ada
        .publish(json!({ "status": "@bo for all to read" }))
        .await;
    // What only those it mentions see cannot be pinned.
    assert_eq!(
        (first.get("pinned"), open.get("pinned")),
        (None, Some(&json!(false)))
    );
    let (of_ada, of_bo) = (talks(&ada).await, talks(&bo).await);
    assert_eq!((of_ada.len(), of_bo.len()), (1, 1));
    assert_eq!(
        (&of_ada[0]["unread"], &of_bo[0]["unread"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(of_ada[0]["accounts"][0]["acct"], "bo");
    assert_eq!(of_bo[0]["accounts"][0]["acct"], "ada");
    assert_eq!(of_bo[0]["last_status"]["id"], first["id"]);

    let id = of_bo[0]["id"].as_str().unwrap();
    let read = format!("/api/v1/conversations/{id}/read");
    assert_eq!(bo.post(&read, json!({})).await["unread"], false);
    let stranger = ada.request(Method::POST, &read).send().await.unwrap();
    assert_eq!(stranger.status(), StatusCode::NOT_FOUND);
    let unread = format!("/api/v1/conversations/{id}/unread");
    let stranger = ada.request(Method::POST, &unread).send().await.unwrap();
    assert_eq!(stranger.status(), StatusCode::NOT_FOUND);
    assert_eq!(bo.post(&unread, json!({})).await["unread"], true);
    assert_eq!(talks(&bo).await[0]["unread"], true);

    // One thread is one conversation, and its last word leads.
    let other = says(&ada, "@bo something else", None).await;
    assert_eq!(talks(&bo).await.len(), 2);
    assert_eq!(talks(&bo).await[0]["last_status"]["id"], other["id"]);
    let last = says(&ada, "@bo well?", Some(&first)).await;
    let of_bo = talks(&bo).await;
    assert_eq!(of_bo.len(), 2);
    assert_eq!(of_bo[0]["id"], json!(id));
    assert_eq!(of_bo[0]["last_status"]["id"], last["id"]);
    assert_eq!(of_bo[0]["unread"], true);

    // Taken back, and what was said before is the last word again.
    let gone = format!("/api/v1/statuses/{}", last["id"].as_str().unwrap());
    answer(ada.request(Method::DELETE, &gone)).await;
    let found = talks(&bo).await;
    let talk = found.iter().find(|talk| talk["id"] == json!(id)).unwrap();
    assert_eq!(talk["last_status"]["id"], first["id"]);

    // Off the list, until there is more to read.
    let path = format!("/api/v1/conversations/{id}");
    answer(bo.request(Method::DELETE, &path)).await;
    assert_eq!(talks(&bo).await.len(), 1);
    assert_eq!(talks(&ada).await.len(), 2);
    says(&ada, "@bo still there?", Some(&first)).await;
    assert_eq!(talks(&bo).await.len(), 2);

    // From another school, and answered there.
    let handle = format!("@ada@{}", here.host);
    says(&cy, &format!("{handle} hello from afar"), None).await;
    let talk = eventually("a word from afar", async || {
        let found = talks(&ada).await;
        (found.len() == 3).then(|| found[0].clone())
    })
    .await;
    assert_eq!(talk["unread"], true);
    assert_eq!(talk["accounts"][0]["acct"], format!("cy@{}", there.host));
    assert_eq!(talks(&cy).await.len(), 1);

    // What is said to nobody is a conversation with oneself.
    says(&cy, "chalk, sponge", None).await;
    let own = talks(&cy).await[0].clone();
    assert_eq!(own["accounts"].as_array().unwrap().len(), 1);
    assert_eq!(own["accounts"][0]["acct"], "cy");
}

#[tokio::test]
async fn conversations_on_sqlite() {
    conversations(Sqlite).await;
}

#[tokio::test]
async fn conversations_on_postgresql() {
    conversations(Postgres).await;
}

async fn scheduled(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    let asks = async |at: &str| {
        let body = json!({ "status": "later", "scheduled_at": at });
        let request = ada.request(Method::POST, "/api/v1/statuses").json(&body);
        request.send().await.unwrap().status()
    };
    let soon = chrono::Utc::now() + chrono::TimeDelta::minutes(2);
    for bad in [soon.to_rfc3339().as_str(), "tomorrow"] {
        assert_eq!(asks(bad).await, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
    }
    // What is not there now will not be there then.
    for missing in ["in_reply_to_id", "quoted_status_id"] {
        let mut body = json!({ "status": "later", "scheduled_at": "2099-05-04T09:30:00Z" });
        body[missing] = json!("1");
        let request = ada.request(Method::POST, "/api/v1/statuses").json(&body);
        let refused = request.send().await.unwrap().status();
        assert_eq!(refused, StatusCode::NOT_FOUND, "{missing}");
    }
    let picture = include_bytes!("../../crates/web/assets/avatar.png");
    let part = reqwest::multipart::Part::bytes(picture.to_vec()).file_name("a.png");
    let form = reqwest::multipart::Form::new().part("file", part);
    let file = answer(ada.request(Method::POST, "/api/v2/media").multipart(form)).await;
    let made = ada
        .publish(
            json!({ "status": "a test next week", "spoiler_text": "maths", "visibility": "unlisted", "language": "en",
                "media_ids": [file["id"]], "scheduled_at": "2099-05-04T09:30:00.000Z" }),
        )
        .await;
    assert_eq!(made["scheduled_at"], "2099-05-04T09:30:00.000Z");
    let params = &made["params"];
    assert_eq!(params["text"], "a test next week");
    assert_eq!(params["visibility"], "unlisted");
    assert_eq!(params["poll"], Value::Null);
    assert_eq!(made["media_attachments"][0]["id"], file["id"]);
    assert_eq!(ada.get("/api/v1/timelines/home").await, json!([]));
    assert_eq!(ada.get("/api/v1/scheduled_statuses").await, json!([made]));
    assert_eq!(bo.get("/api/v1/scheduled_statuses").await, json!([]));
    let path = format!(
        "/api/v1/scheduled_statuses/{}",
        made["id"].as_str().unwrap()
    );
    assert_eq!(ada.get(&path).await, made);
    assert_eq!(bo.status_of(&path).await, StatusCode::NOT_FOUND);

    // Its picture is taken.
    let body = json!({ "status": "another", "media_ids": [file["id"]], "scheduled_at": "2099-05-04T09:30:00Z" });
    let taken = ada.request(Method::POST, "/api/v1/statuses").json(&body);
    assert_eq!(
        taken.send().await.unwrap().status(),
        StatusCode::UNPROCESSABLE_ENTITY
    );

    for (at, is) in [
        ("2099-05-05T09:30:00+01:00", "2099-05-05T08:30:00.000Z"),
        ("2099-05-05T10:30:00.000+0100", "2099-05-05T09:30:00.000Z"),
        ("2099-05-05T11:30:00+0000", "2099-05-05T11:30:00.000Z"),
    ] {
        let change = json!({ "scheduled_at": at });
        let moved = answer(ada.request(Method::PUT, &path).json(&change)).await;
        assert_eq!(moved["scheduled_at"], is, "{at}");
    }
    let change = json!({ "scheduled_at": "2020-05-05T09:30:00Z" });
    let past = ada.request(Method::PUT, &path).json(&change);
    assert_eq!(
        past.send().await.unwrap().status(),
        StatusCode::UNPROCESSABLE_ENTITY
    );
    answer(ada.request(Method::DELETE, &path)).await;
    assert_eq!(ada.status_of(&path).await, StatusCode::NOT_FOUND);

    // A time that has passed means now.
    let now = ada
        .publish(json!({ "status": "at once", "scheduled_at": "2020-05-05T09:30:00Z" }))
        .await;
    assert_eq!(now["content"], "<p>at once</p>");
}

#[tokio::test]
async fn scheduled_on_sqlite() {
    scheduled(Sqlite).await;
}

#[tokio::test]
async fn scheduled_on_postgresql() {
    scheduled(Postgres).await;
}
