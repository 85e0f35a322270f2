//! Answering and quoting what is not there, or not there any more: people are told what is missing, in their language.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, Teacher, answer};

async fn refused(teacher: &Teacher, body: &Value) -> String {
    let asked = teacher.request(Method::POST, "/api/v1/statuses").json(body);
    let response = asked.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::NOT_FOUND, "{body}");
    let said: Value = response.json().await.unwrap();
    said["error"].as_str().unwrap().to_owned()
}

async fn what_is_missing_is_said(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    let post = bo.publish(json!({ "status": "How?" })).await;
    let path = format!("/api/v1/statuses/{}", post["id"].as_str().unwrap());
    answer(bo.request(Method::DELETE, &path)).await;
    for id in [&post["id"], &json!("0"), &json!("none")] {
        let words = json!({ "status": "So", "in_reply_to_id": id });
        let said = refused(&ada, &words).await;
        assert_eq!(said, "The post you want to reply to does not exist");
        let mut later = words;
        later["scheduled_at"] = json!("2100-01-01T00:00:00Z");
        assert_eq!(refused(&ada, &later).await, said);
        let quote = json!({ "status": "See", "quoted_status_id": id, "lang": "de" });
        let said = refused(&ada, &quote).await;
        assert!(said.starts_with("Den Beitrag, den du zitieren"), "{said}");
    }
}

#[tokio::test]
async fn what_is_missing_for_an_answer_is_said_on_sqlite() {
    what_is_missing_is_said(Sqlite).await;
}

#[tokio::test]
async fn what_is_missing_for_an_answer_is_said_on_postgresql() {
    what_is_missing_is_said(Postgres).await;
}
