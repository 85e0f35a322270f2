//! What moderators decide is told to those whom it is about, and to those whose follows ended by it.

use reqwest::Method;
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, Teacher, answer, eventually};

const ADMIN: &str = "read write follow admin:read admin:write";

async fn own_id(teacher: &Teacher) -> String {
    let own = teacher.get("/api/v1/accounts/verify_credentials").await;
    own["id"].as_str().unwrap().to_owned()
}

async fn warned(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let head = school.person("head", "admin", ADMIN);
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    let id = own_id(&ada).await;
    let action = format!("/api/v1/admin/accounts/{id}/action");
    let warning = json!({ "type": "none", "text": "Please mind the tone" });
    answer(head.request(Method::POST, &action).json(&warning)).await;

    let told = ada.is_told("moderation_warning").await;
    let warning = &told["moderation_warning"];
    assert_eq!(warning["action"], "none");
    assert_eq!(warning["text"], "Please mind the tone");
    assert_eq!(warning["target_account"]["id"], id.as_str());
    assert_eq!(told["account"]["id"], id.as_str(), "no moderator is named");
    let groups = ada.get("/api/v2/notifications").await;
    let group = &groups["notification_groups"][0];
    assert_eq!(group["moderation_warning"]["id"], warning["id"]);

    // A second one is another; what is not to be told is not; nobody else hears of it.
    let limited = json!({ "type": "silence", "text": "Once more" });
    answer(head.request(Method::POST, &action).json(&limited)).await;
    let quiet = json!({ "type": "sensitive", "send_email_notification": false });
    answer(head.request(Method::POST, &action).json(&quiet)).await;
    let all = ada.get("/api/v1/notifications").await;
    let told: Vec<_> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["moderation_warning"]["action"].as_str().unwrap())
        .collect();
    assert_eq!(told, ["silence", "none"]);
    assert_eq!(bo.get("/api/v1/notifications").await, json!([]));
}

#[tokio::test]
async fn on_sqlite_who_is_warned_is_told() {
    warned(Sqlite).await;
}

#[tokio::test]
async fn on_postgres_who_is_warned_is_told() {
    warned(Postgres).await;
}

/// Waits until somebody was told of so many severances, and gives the newest.
async fn severed(teacher: &Teacher, count: usize) -> Value {
    let path = "/api/v1/notifications?types[]=severed_relationships";
    eventually("to be told that follows have ended", || async {
        let told = teacher.get(path).await;
        let told = told.as_array()?;
        (told.len() == count).then(|| told[0]["event"].clone())
    })
    .await
}

async fn parted(kind: Kind) {
    let (Some(here), Some(there)) = (School::open(kind).await, School::open(kind).await) else {
        return;
    };
    let head = here.person("head", "admin", ADMIN);
    let (ada, bo, cy) = (here.teacher("ada"), here.teacher("bo"), here.teacher("cy"));
    let (mo, ike) = (there.teacher("mo"), there.teacher("ike"));
    let host = there.host.clone();
    let mo_id = ada.follow(&format!("mo@{host}")).await;
    mo.follow(&format!("ada@{}", here.host)).await;
    bo.follow(&format!("ike@{host}")).await;
    ike.follow(&format!("cy@{}", here.host)).await;

    // Somebody is suspended.
    let action = format!("/api/v1/admin/accounts/{mo_id}/action");
    let suspend = json!({ "type": "suspend" });
    answer(head.request(Method::POST, &action).json(&suspend)).await;
    let event = severed(&ada, 1).await;
    assert_eq!(event["type"], "account_suspension");
    assert_eq!(event["target_name"], format!("mo@{host}"));
    assert_eq!(
        (&event["followers_count"], &event["following_count"]),
        (&json!(1), &json!(1))
    );

    // Somebody blocks the server for themselves.
    let block = json!({ "domain": host });
    bo.post("/api/v1/domain_blocks", block).await;
    let event = severed(&bo, 1).await;
    assert_eq!(event["type"], "user_domain_block");
    assert_eq!(event["target_name"], host.as_str());
    assert_eq!(
        (&event["followers_count"], &event["following_count"]),
        (&json!(0), &json!(1))
    );

    // The whole server is blocked.
    let block = json!({ "domain": host, "severity": "suspend" });
    head.post("/api/v1/admin/domain_blocks", block).await;
    let event = severed(&cy, 1).await;
    assert_eq!(event["type"], "domain_block");
    assert_eq!(
        (&event["followers_count"], &event["following_count"]),
        (&json!(1), &json!(0))
    );
    // Who had nothing left to lose is told nothing more.
    severed(&ada, 1).await;
    severed(&bo, 1).await;
}

#[tokio::test]
async fn on_sqlite_who_loses_follows_is_told() {
    parted(Sqlite).await;
}

#[tokio::test]
async fn on_postgres_who_loses_follows_is_told() {
    parted(Postgres).await;
}
