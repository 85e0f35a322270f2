//! Apps, and how they show who they are.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Method, StatusCode};
use serde_json::json;
use test_support::Kind::Sqlite;

use crate::harness::School;
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
