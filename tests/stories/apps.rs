//! Apps, and how they show who they are.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Method, StatusCode, multipart};
use serde_json::json;
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, answer};
use crate::sign_in::{Browser, OUT_OF_BAND, code_for, register};

// On SQLite alone: it is about a header.
#[tokio::test]
async fn an_app_shows_its_secret_in_the_body_or_by_http_basic() {
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    let app = register(&school, OUT_OF_BAND).await;
    let id = app["client_id"].as_str().unwrap();
    let secret = app["client_secret"].as_str().unwrap();
    let by = |scheme: &str, secret: &str| {
        let coded = STANDARD.encode(format!("{id}:{secret}"));
        Some(format!("{scheme} {coded}"))
    };
    let in_body = json!({ "client_id": id, "client_secret": secret });
    let named = json!({ "client_id": id });
    for (body, authorization, expected) in [
        (in_body, None, StatusCode::OK),
        (json!({}), by("Basic", secret), StatusCode::OK),
        (json!({}), by("basic", secret), StatusCode::OK),
        (named.clone(), by("Basic", secret), StatusCode::OK),
        (
            named.clone(),
            by("Basic", "wrong"),
            StatusCode::UNAUTHORIZED,
        ),
        (
            json!({ "client_id": "other" }),
            by("Basic", secret),
            StatusCode::UNAUTHORIZED,
        ),
        (named, None, StatusCode::UNAUTHORIZED),
        (
            json!({}),
            Some("Basic ###".to_owned()),
            StatusCode::UNAUTHORIZED,
        ),
        (json!({}), None, StatusCode::UNAUTHORIZED),
    ] {
        let mut body = body;
        body["grant_type"] = json!("client_credentials");
        let mut request = school.request(Method::POST, "/oauth/token").json(&body);
        if let Some(authorization) = &authorization {
            request = request.header("authorization", authorization);
        }
        let status = request.send().await.unwrap().status();
        assert_eq!(status, expected, "{body} {authorization:?}");
    }
}

// On SQLite alone: it is about what is sent.
#[tokio::test]
async fn a_verifier_whose_challenge_was_taken_out_is_refused() {
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    school.teacher("ada");
    let app = register(&school, OUT_OF_BAND).await;
    let browser = Browser::new(&school);
    browser.sign_in("ada", "chalk and cheese", "/").await;
    let code = code_for(&browser, &app, "read").await;
    for (verifier, expected) in [
        (
            "a-verifier-that-is-long-enough-for-the-rules-of-rfc-7636",
            StatusCode::BAD_REQUEST,
        ),
        ("", StatusCode::OK),
    ] {
        let grant = json!({ "grant_type": "authorization_code", "code": code, "redirect_uri": OUT_OF_BAND,
            "client_id": app["client_id"], "client_secret": app["client_secret"], "code_verifier": verifier });
        let asked = school.request(Method::POST, "/oauth/token").json(&grant);
        let status = asked.send().await.unwrap().status();
        assert_eq!(status, expected, "{verifier}");
    }
}

async fn a_token_in_the_body(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let post = |path: &str| school.request(Method::POST, path);
    for name in ["access_token", "bearer_token"] {
        let form = [("status", "By form"), (name, ada.token.as_str())];
        let said = answer(post("/api/v1/statuses").form(&form)).await;
        assert_eq!(said["account"]["username"], "ada");
        let mut body = json!({ "status": "As JSON" });
        body[name] = json!(ada.token);
        let said = answer(post("/api/v1/statuses").json(&body)).await;
        assert_eq!(said["content"], "<p>As JSON</p>");
    }
    let parts = multipart::Form::new()
        .text("status", "In parts")
        .text("access_token", ada.token.clone());
    let said = answer(post("/api/v1/statuses").multipart(parts)).await;
    assert_eq!(said["content"], "<p>In parts</p>");
    let nothing = [("access_token", &ada.token)];
    let blank = post("/api/v1/statuses")
        .form(&nothing)
        .send()
        .await
        .unwrap();
    assert_eq!(blank.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let wrong = [("status", "Nobody"), ("access_token", "guessed")];
    let wrong = post("/api/v1/statuses").form(&wrong).send().await.unwrap();
    assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED);
    // A header outweighs it.
    let both = [("status", "Twice"), ("access_token", "guessed")];
    let sent = ada.request(Method::POST, "/api/v1/statuses").form(&both);
    assert_eq!(answer(sent).await["content"], "<p>Twice</p>");
}

#[tokio::test]
async fn a_token_may_stand_in_the_body_on_sqlite() {
    a_token_in_the_body(Sqlite).await;
}

#[tokio::test]
async fn a_token_may_stand_in_the_body_on_postgresql() {
    a_token_in_the_body(Postgres).await;
}
