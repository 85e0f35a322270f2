//! Bad input of every kind: a clear refusal, never a failure of ours, and nothing changed.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{Postgres, Sqlite};

use crate::harness::{School, Teacher};

/// A request that must be refused with one of these answers, as JSON.
async fn refused(teacher: &Teacher, method: Method, path: &str, body: Body, expected: &[u16]) {
    let request = teacher.request(method.clone(), path);
    let request = match body {
        Body::None => request,
        Body::Json(text) => request
            .header("content-type", "application/json")
            .body(text),
        Body::Form(text) => request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(text),
        Body::Multipart(text) => request
            .header("content-type", "multipart/form-data; boundary=x")
            .body(text),
    };
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    assert!(
        expected.contains(&status),
        "{method} {path}: {status} {text}"
    );
    let said: Value =
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("{method} {path}: {text}"));
    assert!(said["error"].is_string(), "{method} {path}: {text}");
}

enum Body {
    None,
    Json(String),
    Form(String),
    Multipart(String),
}

async fn story(kind: test_support::Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let made = ada.publish(json!({ "status": "mine" })).await;
    let id = made["id"].as_str().unwrap();
    let statuses = "/api/v1/statuses";
    let json = |value: Value| Body::Json(value.to_string());
    let (post, get, put, delete) = (Method::POST, Method::GET, Method::PUT, Method::DELETE);
    for (method, path, body, expected) in [
        (&post, statuses.to_owned(), Body::None, &[422_u16][..]),
        (
            &post,
            statuses.to_owned(),
            json(json!({ "status": "" })),
            &[422],
        ),
        (
            &post,
            statuses.to_owned(),
            json(json!({ "status": "   \n " })),
            &[422],
        ),
        (
            &post,
            statuses.to_owned(),
            json(json!({ "status": "x".repeat(6_000) })),
            &[422],
        ),
        (
            &post,
            statuses.to_owned(),
            json(json!({ "status": "x", "visibility": "everybody" })),
            &[422],
        ),
        (
            &post,
            statuses.to_owned(),
            json(json!({ "status": "x", "language": "<b>".repeat(50) })),
            &[422],
        ),
        (
            &post,
            statuses.to_owned(),
            json(json!({ "status": "x", "in_reply_to_id": "1" })),
            &[404],
        ),
        (
            &post,
            statuses.to_owned(),
            json(json!({ "status": "x", "in_reply_to_id": "abc" })),
            &[404],
        ),
        (
            &post,
            statuses.to_owned(),
            json(json!({ "status": "x", "media_ids": ["1"] })),
            &[422],
        ),
        (
            &post,
            statuses.to_owned(),
            json(json!({ "status": "x", "media_ids": "nonsense" })),
            &[422],
        ),
        (
            &post,
            statuses.to_owned(),
            json(json!({ "status": { "a": 1 } })),
            &[422],
        ),
        (
            &post,
            statuses.to_owned(),
            json(json!({ "status": "x", "poll": { "options": ["a", "b"] } })),
            &[422],
        ),
        (&post, statuses.to_owned(), Body::Json("{".into()), &[400]),
        (
            &post,
            statuses.to_owned(),
            Body::Json("[".repeat(2_000)),
            &[400],
        ),
        (
            &post,
            statuses.to_owned(),
            Body::Json("\"text\"".into()),
            &[400, 422],
        ),
        (
            &post,
            statuses.to_owned(),
            Body::Form("status[a][b][c][d][e][f][g]=1".into()),
            &[400, 422],
        ),
        (
            &post,
            statuses.to_owned(),
            Body::Multipart("--x\r\nnonsense".into()),
            &[400],
        ),
        (
            &post,
            "/api/v2/media".to_owned(),
            Body::Multipart("--x--\r\n".into()),
            &[400, 422],
        ),
        (&post, "/api/v1/media".to_owned(), Body::None, &[422]),
        (&get, format!("{statuses}/0"), Body::None, &[404]),
        (&get, format!("{statuses}/-1"), Body::None, &[404]),
        (
            &get,
            format!("{statuses}/99999999999999999999999"),
            Body::None,
            &[404],
        ),
        (&get, format!("{statuses}/%00"), Body::None, &[400, 404]),
        (&get, format!("{statuses}/{id}/nothing"), Body::None, &[404]),
        (
            &put,
            format!("{statuses}/{id}"),
            json(json!({ "status": "" })),
            &[422],
        ),
        (
            &put,
            format!("{statuses}/1"),
            json(json!({ "status": "x" })),
            &[404],
        ),
        (&delete, format!("{statuses}/1"), Body::None, &[404]),
        (&delete, statuses.to_owned(), Body::None, &[404, 405]),
        (&get, "/api/v1/accounts/1".to_owned(), Body::None, &[404]),
        (
            &get,
            "/api/v1/accounts/lookup?acct=nobody".to_owned(),
            Body::None,
            &[404],
        ),
        (
            &get,
            "/api/v1/accounts/lookup".to_owned(),
            Body::None,
            &[404],
        ),
        (
            &post,
            "/api/v1/accounts/1/follow".to_owned(),
            Body::None,
            &[404],
        ),
        (
            &post,
            "/api/v1/markers".to_owned(),
            json(json!({ "home": { "last_read_id": "x" } })),
            &[422],
        ),
        (
            &post,
            "/api/v1/notifications/1/dismiss".to_owned(),
            Body::None,
            &[404],
        ),
        (
            &post,
            "/api/v1/apps".to_owned(),
            json(json!({ "client_name": "x", "redirect_uris": "javascript:alert(1)" })),
            &[422],
        ),
        (
            &post,
            "/api/v1/apps".to_owned(),
            json(
                json!({ "client_name": "x", "redirect_uris": "https://a.example", "scopes": "everything" }),
            ),
            &[422],
        ),
        (&get, "/api/v9/nothing".to_owned(), Body::None, &[404]),
        (
            &post,
            "/oauth/token".to_owned(),
            json(json!({ "grant_type": "magic" })),
            &[400, 401],
        ),
        (
            &post,
            "/oauth/token".to_owned(),
            json(
                json!({ "grant_type": "authorization_code", "client_id": "x", "client_secret": "y", "code": "z" }),
            ),
            &[401],
        ),
    ] {
        refused(&ada, method.clone(), &path, body, expected).await;
    }
    let own = ada.get("/api/v1/accounts/verify_credentials").await;
    assert_eq!(own["statuses_count"], 1, "nothing was changed");
    // Cursors and limits are never refused, and NUL never reaches a database.
    for path in [
        "/api/v1/timelines/public?limit=-5&max_id=abc",
        "/api/v1/timelines/home?min_id=99999999999999999999&limit=1000000",
        "/api/v1/timelines/tag/%00?any[]=%00",
        "/api/v2/search?q=%00%25_'\"",
    ] {
        assert!(
            ada.request(Method::GET, path)
                .send()
                .await
                .unwrap()
                .status()
                .as_u16()
                < 500,
            "{path}"
        );
    }
    for path in [
        "/tags/%00",
        "/@%00",
        "/@ada/%00",
        "/users/%00",
        "/users/ada%00/outbox?page=true",
        "/users/ada/statuses/%00",
        "/media/ab/%00.png",
        "/nodeinfo/%00",
        "/confirm?token=%00",
        "/oauth/authorize?client_id=%00&response_type=code",
        "/.well-known/webfinger?resource=acct:%00@x",
        "/.well-known/webfinger?resource=http://x/%00",
        "/api/v1/accounts/lookup?acct=%00",
        "/api/v1/markers?timeline[]=%00",
    ] {
        for accept in ["text/html", "application/activity+json"] {
            let request = school.request(Method::GET, path).header("accept", accept);
            let status = request.send().await.unwrap().status();
            assert!(status.as_u16() < 500, "{path}: {status}");
        }
    }
    let token = school
        .request(Method::POST, "/oauth/token")
        .basic_auth("nul\0", Some("nul\0"))
        .form(&[("grant_type", "client_credentials")]);
    assert_eq!(token.send().await.unwrap().status(), 401);
    ada.publish(json!({ "status": "nul \u{0} inside", "spoiler_text": "\u{0}x" }))
        .await;
}

#[tokio::test]
async fn bad_requests_on_sqlite() {
    story(Sqlite).await;
}

#[tokio::test]
async fn bad_requests_on_postgresql() {
    story(Postgres).await;
}

// On SQLite alone: scopes are compared by the program.
#[tokio::test]
async fn tokens_open_only_what_they_are_for() {
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    school.teacher("ada");
    let read_only = school.command(&[
        "user",
        "create",
        "bo",
        "--email",
        "bo@school.example",
        "--confirmed",
        "--token",
        "read:statuses",
    ]);
    let token = String::from_utf8(read_only.stdout)
        .unwrap()
        .trim()
        .to_owned();
    let with = |method: Method, path: &str, token: &str| {
        school.request(method, path).bearer_auth(token).send()
    };
    for (method, path, token, expected) in [
        (
            Method::GET,
            "/api/v1/timelines/home",
            token.as_str(),
            StatusCode::OK,
        ),
        (
            Method::POST,
            "/api/v1/statuses",
            token.as_str(),
            StatusCode::FORBIDDEN,
        ),
        (
            Method::GET,
            "/api/v1/accounts/verify_credentials",
            token.as_str(),
            StatusCode::FORBIDDEN,
        ),
        (
            Method::GET,
            "/api/v1/notifications",
            token.as_str(),
            StatusCode::FORBIDDEN,
        ),
        (
            Method::GET,
            "/api/v1/timelines/home",
            "made-up",
            StatusCode::UNAUTHORIZED,
        ),
        (
            Method::GET,
            "/api/v1/timelines/public",
            "made-up",
            StatusCode::UNAUTHORIZED,
        ),
    ] {
        assert_eq!(
            with(method, path, token).await.unwrap().status(),
            expected,
            "{path}"
        );
    }
    let signed_out = school
        .request(Method::GET, "/api/v1/timelines/home")
        .send()
        .await
        .unwrap();
    assert_eq!(signed_out.status(), StatusCode::UNAUTHORIZED);
}

// On SQLite alone: it is about signatures.
#[tokio::test]
async fn nobody_speaks_for_somebody_else() {
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    school.teacher("ada");
    let forged = json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": "http://localhost:1/1", "type": "Create", "actor": "http://localhost:1/users/mallory",
        "object": { "id": "http://localhost:1/2", "type": "Note", "attributedTo": "http://localhost:1/users/mallory",
            "content": "forged", "to": ["https://www.w3.org/ns/activitystreams#Public"] }
    });
    let deep = format!(
        "{}{}",
        "{\"a\":".repeat(500),
        "1".to_owned() + &"}".repeat(500)
    );
    for (kind, body, expected) in [
        ("application/activity+json", forged.to_string(), 401),
        ("application/json", forged.to_string(), 401),
        ("application/activity+json", "{}".to_owned(), 401),
        ("application/activity+json", "not json".to_owned(), 401),
        ("application/activity+json", deep, 401),
        ("application/activity+json", "x".repeat(2_000_000), 413),
    ] {
        for inbox in ["/inbox", "/users/ada/inbox"] {
            let sent = school
                .request(Method::POST, inbox)
                .header("content-type", kind)
                .body(body.clone())
                .send()
                .await
                .unwrap();
            assert_eq!(sent.status().as_u16(), expected, "{inbox} {kind}");
        }
    }
}
