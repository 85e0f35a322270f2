//! Whoever signed up and was not let in yet is not there, but for moderators.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::admin::{SCOPES, names, signs_up};
use crate::elsewhere::Elsewhere;
use crate::harness::School;

async fn who_waits_is_not_there(kind: Kind) {
    let Some(school) = School::open_with(kind, &[("registrations.mode", "\"approval\"")]).await
    else {
        return;
    };
    let mia = school.person("mia", "moderator", SCOPES);
    let ada = school.teacher("ada");
    let (status, said) = signs_up(&school, "wim", "wim@school.example", "127.0.0.1").await;
    assert_eq!(status, StatusCode::OK, "{said}");
    let waiting = mia.get("/api/v2/admin/accounts?status=pending").await;
    let id = waiting[0]["id"].as_str().unwrap();
    let places = [
        format!("/api/v1/accounts/{id}"),
        "/api/v1/accounts/lookup?acct=wim".to_owned(),
        "/@wim".to_owned(),
        "/@wim.atom".to_owned(),
        "/users/wim".to_owned(),
        format!("/.well-known/webfinger?resource=acct:wim@{}", school.host),
    ];
    let lists = [
        format!("/api/v1/accounts?id[]={id}"),
        "/api/v1/accounts/search?q=wim".to_owned(),
        "/api/v1/accounts/search?q=@wim".to_owned(),
        format!("/api/v1/accounts/search?q={}/@wim", school.base),
        format!("/api/v1/accounts/search?q={}/users/wim", school.base),
    ];
    let follow = format!("/api/v1/accounts/{id}/follow");
    let open = async |path: &String| {
        let response = school.request(Method::GET, path).send().await.unwrap();
        response.status()
    };
    for path in &places {
        assert_eq!(open(path).await, StatusCode::NOT_FOUND, "{path}");
    }
    for path in &lists {
        assert!(names(&ada, path).await.is_empty(), "{path}");
    }
    let refused = ada.request(Method::POST, &follow).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::NOT_FOUND);
    let welcome = ada.publish(json!({ "status": "Welcome, @wim!" })).await;
    assert_eq!(welcome["mentions"], json!([]));
    // Nor for people elsewhere, who can guess the address.
    let there = Elsewhere::open().await;
    let grace = there.person("grace");
    let by = grace["id"].as_str().unwrap();
    for name in ["wim", "ada"] {
        let object = format!("{}/users/{name}", school.base);
        let follow = json!({ "id": format!("{by}/{name}"), "type": "Follow", "actor": by, "object": object });
        there.tells(&school, &follow).await;
    }
    there
        .receives("an Accept", |activity| activity["type"] == "Accept")
        .await;

    let path = format!("/api/v1/admin/accounts/{id}/approve");
    mia.post(&path, json!({})).await;
    for path in &places {
        assert_eq!(open(path).await, StatusCode::OK, "{path}");
    }
    for path in &lists {
        assert_eq!(names(&ada, path).await, ["wim"], "{path}");
    }
    let followers = format!("/api/v1/accounts/{id}/followers");
    assert!(names(&ada, &followers).await.is_empty());
    let followed = ada.post(&follow, Value::Null).await;
    assert_eq!(followed["following"], true);
    let welcome = ada.publish(json!({ "status": "Welcome, @wim!" })).await;
    assert_eq!(welcome["mentions"][0]["acct"], "wim");
}

#[tokio::test]
async fn who_waits_to_be_let_in_is_not_there_on_sqlite() {
    who_waits_is_not_there(Sqlite).await;
}

#[tokio::test]
async fn who_waits_to_be_let_in_is_not_there_on_postgresql() {
    who_waits_is_not_there(Postgres).await;
}
