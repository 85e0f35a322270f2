//! The same key makes one post, however often and however much at once it is sent.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, answer};

const PICTURE: &[u8] = include_bytes!("../../crates/web/assets/avatar.png");

async fn story(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    for round in 0..5 {
        let part = Part::bytes(PICTURE.to_vec()).file_name("board.png");
        let upload = ada.request(Method::POST, "/api/v2/media");
        let file = answer(upload.multipart(Form::new().part("file", part))).await;
        let send = |_| async {
            answer(
                ada.request(Method::POST, "/api/v1/statuses")
                    .header("Idempotency-Key", format!("round {round}"))
                    .json(&json!({ "status": format!("@bo round {round}"), "media_ids": [file["id"]] })),
            )
            .await
        };
        let made = join_all((0..20).map(send)).await;
        let ids: BTreeSet<&str> = made
            .iter()
            .map(|status: &Value| status["id"].as_str().unwrap())
            .collect();
        assert_eq!(ids.len(), 1, "{ids:?}");
    }
    let home = ada.get("/api/v1/timelines/home?limit=40").await;
    assert_eq!(home.as_array().unwrap().len(), 5);
    let told = bo
        .get("/api/v1/notifications?types[]=mention&limit=40")
        .await;
    assert_eq!(told.as_array().unwrap().len(), 5);
    // A key is its owner's: somebody else's is another one.
    let other = answer(
        bo.request(Method::POST, "/api/v1/statuses")
            .header("Idempotency-Key", "round 0")
            .json(&json!({ "status": "mine" })),
    )
    .await;
    assert_eq!(other["account"]["username"], "bo");
}

#[tokio::test]
async fn one_key_makes_one_post_on_sqlite() {
    story(Sqlite).await;
}

#[tokio::test]
async fn one_key_makes_one_post_on_postgresql() {
    story(Postgres).await;
}
