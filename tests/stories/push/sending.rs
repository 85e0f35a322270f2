//! What becomes of messages when push services, programs or the server fail, or somebody leaves.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};
use wiremock::ResponseTemplate;

use super::receiver::{PushService, Receiver};
use super::{CONTACT, PLACE, SCOPES, nothing_owed, subscribe};
use crate::harness::{School, Teacher, answer, eventually, out};
use crate::sign_in::{Browser, OUT_OF_BAND, field};

fn mentions() -> Value {
    json!({ "alerts": { "mention": true } })
}

/// Waits until there is no subscription any more.
async fn is_gone(teacher: &Teacher) {
    eventually("the subscription to end", || async {
        (teacher.status_of(PLACE).await == StatusCode::NOT_FOUND).then_some(())
    })
    .await;
}

async fn endings(kind: Kind) {
    let Some(school) = School::open_with(kind, &[CONTACT]).await else {
        return;
    };
    let service = PushService::open().await;
    let cy = school.teacher("cy");
    for (name, status) in [("gone", 410), ("lost", 404)] {
        let teacher = school.person(name, "user", SCOPES);
        let receiver = Receiver::new(&service, &format!("/{name}"), true);
        service
            .answers_at(&receiver.at, 1, ResponseTemplate::new(status))
            .await;
        subscribe(&teacher, &receiver, mentions()).await;
        cy.publish(json!({ "status": format!("@{name} hello") }))
            .await;
        is_gone(&teacher).await;
    }

    // A message that is refused is not sent again, and the next one is sent all the same.
    let kept = school.person("kept", "user", SCOPES);
    let receiver = Receiver::new(&service, "/kept", false);
    let made = subscribe(&kept, &receiver, mentions()).await;
    for status in [400, 401, 403, 413] {
        service
            .answers_at("/kept", 1, ResponseTemplate::new(status))
            .await;
        cy.publish(json!({ "status": "@kept hello" })).await;
        nothing_owed(&school).await;
    }
    cy.publish(json!({ "status": "@kept again" })).await;
    nothing_owed(&school).await;
    let server_key = made["server_key"].as_str().unwrap();
    let read = receiver.reads(&service, 5, server_key).await;
    assert_eq!(read.len(), 5);
    assert_eq!(kept.status_of(PLACE).await, StatusCode::OK);
}

#[tokio::test]
async fn a_subscription_ends_when_the_push_service_says_so_on_sqlite() {
    endings(Sqlite).await;
}

#[tokio::test]
async fn a_subscription_ends_when_the_push_service_says_so_on_postgresql() {
    endings(Postgres).await;
}

async fn failures(kind: Kind) {
    let Some(mut school) = School::open_with(kind, &[CONTACT]).await else {
        return;
    };
    let [ada, bo, cy] = ["ada", "bo", "cy"].map(|name| school.person(name, "user", SCOPES));
    let service = PushService::open().await;

    // Too often for this program, or for a while not at all: later.
    let slow = Receiver::new(&service, "/slow", true);
    for status in [429, 503, 500] {
        service
            .answers_at("/slow", 1, ResponseTemplate::new(status))
            .await;
    }
    let made = subscribe(&ada, &slow, mentions()).await;
    let server_key = made["server_key"].as_str().unwrap();
    cy.publish(json!({ "status": "@ada hello" })).await;
    let read = slow.reads(&service, 4, server_key).await;
    assert!(read.iter().all(|message| message == &read[0]), "{read:?}");
    nothing_owed(&school).await;

    // A push service that takes connections and says nothing holds up nobody else.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let nowhere = silent.local_addr().unwrap().port();
    let mut subscription = Receiver::new(&service, "/", true).subscription();
    subscription["endpoint"] = json!(format!("http://localhost:{nowhere}/1"));
    let body = json!({ "subscription": subscription, "data": mentions() });
    bo.post(PLACE, body).await;
    for _ in 0..40 {
        cy.publish(json!({ "status": "@bo hello" })).await;
    }
    let begun = Instant::now();
    cy.publish(json!({ "status": "@ada quick" })).await;
    slow.reads(&service, 5, server_key).await;
    assert!(begun.elapsed() < Duration::from_secs(5), "{begun:?}");
    answer(bo.request(Method::DELETE, PLACE)).await;

    // What is owed outlives the process.
    service
        .answers_at("/slow", 1_000, ResponseTemplate::new(503))
        .await;
    cy.publish(json!({ "status": "@ada late" })).await;
    eventually("a first try", || async {
        (service.requests("/slow").await.len() > 5).then_some(())
    })
    .await;
    school.kill();
    let back = PushService::open().await;
    school.start().await;
    let owed = out(&school.command(&["jobs", "list"]));
    assert!(owed.contains("to be pushed: 1 waiting"), "{owed}");
    // It goes where the program is by now.
    let moved = Receiver::new(&back, "/moved", false);
    let remade = subscribe(&ada, &moved, mentions()).await;
    assert_eq!(remade["server_key"], server_key);
    let read = moved.reads(&back, 1, server_key).await;
    assert_eq!(read[0]["body"], "@ada late");
    nothing_owed(&school).await;
    let (stopped, _) = school.terminate();
    assert!(stopped);
}

#[tokio::test]
async fn no_push_is_lost_on_sqlite() {
    failures(Sqlite).await;
}

#[tokio::test]
async fn no_push_is_lost_on_postgresql() {
    failures(Postgres).await;
}

/// An app, and the token that somebody gave it.
async fn let_in(school: &School, name: &str) -> (Value, String) {
    let form = [
        ("client_name", "An app"),
        ("redirect_uris", OUT_OF_BAND),
        ("scopes", SCOPES),
    ];
    let app = answer(school.request(Method::POST, "/api/v1/apps").form(&form)).await;
    let browser = Browser::new(school);
    browser.sign_in(name, "chalk and cheese", "/").await;
    let client = app["client_id"].as_str().unwrap();
    let ask = format!(
        "/oauth/authorize?client_id={client}&redirect_uri={OUT_OF_BAND}&response_type=code&scope=read+push"
    );
    let (_, _, page) = browser.page(&ask).await;
    let form = [
        ("csrf", &*field(&page, "csrf")),
        ("decision", "allow"),
        ("client_id", client),
        ("response_type", "code"),
        ("redirect_uri", OUT_OF_BAND),
        ("scope", "read push"),
    ];
    let (_, to, _) = browser.submit("/oauth/authorize", &form).await;
    let code = to.split("code=").nth(1).unwrap();
    let grant = json!({ "grant_type": "authorization_code", "code": code, "redirect_uri": OUT_OF_BAND,
        "client_id": client, "client_secret": app["client_secret"] });
    let issued = answer(school.request(Method::POST, "/oauth/token").json(&grant)).await;
    (app, issued["access_token"].as_str().unwrap().to_owned())
}

async fn leaving(kind: Kind) {
    let Some(school) = School::open_with(kind, &[CONTACT]).await else {
        return;
    };
    let [ada, bo, cy] = ["ada", "bo", "cy"].map(|name| school.person(name, "user", SCOPES));
    let service = PushService::open().await;
    let (app, token) = let_in(&school, "ada").await;
    let [one, two, three] = ["/one", "/two", "/three"].map(|at| Receiver::new(&service, at, false));
    let body = json!({ "subscription": one.subscription(), "data": mentions() });
    let at = |method: Method| school.request(method, PLACE).bearer_auth(&token);
    answer(at(Method::POST).json(&body)).await;
    // Each token has its own.
    subscribe(&ada, &two, mentions()).await;
    subscribe(&bo, &three, mentions()).await;

    // Nothing can be sent for a while, and is owed to all three.
    for receiver in [&one, &two, &three] {
        let busy = ResponseTemplate::new(429).insert_header("retry-after", "3");
        service.answers_at(&receiver.at, 1, busy).await;
    }
    cy.publish(json!({ "status": "@ada @bo hello" })).await;
    for receiver in [&one, &two, &three] {
        eventually("a first try", || async {
            (service.requests(&receiver.at).await.len() == 1).then_some(())
        })
        .await;
    }
    let revoke = json!({ "client_id": app["client_id"], "client_secret": app["client_secret"], "token": token });
    answer(school.request(Method::POST, "/oauth/revoke").json(&revoke)).await;
    let refused = at(Method::GET).send().await.unwrap().status();
    assert_eq!(refused, StatusCode::UNAUTHORIZED);
    assert!(school.command(&["user", "suspend", "bo"]).status.success());
    let read = two.reads(&service, 2, &server_key(&ada).await).await;
    assert_eq!(read[1]["body"], "@ada @bo hello");
    nothing_owed(&school).await;
    cy.publish(json!({ "status": "@ada @bo more" })).await;
    nothing_owed(&school).await;
    assert_eq!(service.requests("/one").await.len(), 1);
    assert_eq!(service.requests("/two").await.len(), 3);
    assert_eq!(service.requests("/three").await.len(), 1);

    // A deed that was taken back, and a post that was deleted, are not told any more.
    let busy = ResponseTemplate::new(429).insert_header("retry-after", "2");
    service.answers_at("/two", 1, busy).await;
    let regretted = cy.publish(json!({ "status": "@ada oh" })).await;
    eventually("a first try", || async {
        (service.requests("/two").await.len() == 4).then_some(())
    })
    .await;
    let path = format!("/api/v1/statuses/{}", regretted["id"].as_str().unwrap());
    answer(cy.request(Method::DELETE, &path)).await;
    nothing_owed(&school).await;
    assert_eq!(service.requests("/two").await.len(), 4);
}

async fn server_key(teacher: &Teacher) -> String {
    let subscription = teacher.get(PLACE).await;
    subscription["server_key"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn nothing_is_pushed_for_who_left_on_sqlite() {
    leaving(Sqlite).await;
}

#[tokio::test]
async fn nothing_is_pushed_for_who_left_on_postgresql() {
    leaving(Postgres).await;
}
