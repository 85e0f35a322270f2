//! `staffroom federation test`: where the way to another server ends, and what to look at.

use serde_json::Value;
use test_support::Kind::{self, Postgres, Sqlite};
use wiremock::matchers::{header_exists, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::elsewhere::Elsewhere;
use crate::harness::{School, out};

/// What is said of the way to Mo on that server.
fn walk(school: &School, host: &str) -> (bool, String) {
    let output = school.command(&["federation", "test", &format!("@mo@{host}")]);
    (output.status.success(), out(&output))
}

/// The way ends at this step, and these words say why; all before it was well.
fn ends(school: &School, host: &str, step: &str, why: &str) {
    let (well, said) = walk(school, host);
    assert!(!well, "{step}: {said}");
    let last = said.lines().rfind(|line| line.starts_with("FAIL"));
    let last = last.unwrap_or_else(|| panic!("{step}: {said}"));
    assert!(last.starts_with(&format!("FAIL {step}: ")), "{said}");
    assert!(last.contains(why), "{why}: {said}");
    assert_eq!(said.matches("FAIL").count(), 1, "{said}");
}

/// A server where all is well but for these answers.
async fn broken(mocks: Vec<Mock>) -> Elsewhere {
    let server = MockServer::start().await;
    for mock in mocks {
        mock.mount(&server).await;
    }
    let elsewhere = Elsewhere::open_on(server).await;
    elsewhere.person("mo");
    elsewhere
}

async fn story(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let good = broken(Vec::new()).await;
    let (well, said) = walk(&school, &good.host);
    assert!(well, "{said}");
    assert_eq!(said.matches("ok   ").count(), 6, "{said}");
    // What was delivered takes back what never was.
    let received = good.received().await;
    assert!(!received.is_empty());
    assert!(received.iter().all(|activity: &Value| {
        activity["type"] == "Undo" && activity["object"]["type"] == "Follow"
    }));

    // Another Staffroom takes it, and nothing comes of it.
    let other = School::open(kind).await.unwrap();
    let mo = other.teacher("mo");
    let (well, said) = walk(&school, &other.host);
    assert!(well, "{said}");
    assert_eq!(mo.get("/api/v1/notifications").await, serde_json::json!([]));

    let own = format!("mo@{} is nobody elsewhere", school.host);
    assert!(walk(&school, &school.host).1.contains(&own));

    let actor = || Mock::given(path("/users/mo"));
    let answer = ResponseTemplate::new;
    let page = answer(200).set_body_raw("<p>Hello</p>", "text/html");
    let finger = || Mock::given(path("/.well-known/webfinger"));
    let inbox = || Mock::given(method("POST"));
    let signed = || actor().and(header_exists("signature"));
    for (mock, step, why) in [
        (
            finger().respond_with(answer(404)),
            "WebFinger",
            "knows nobody of this name",
        ),
        (
            finger().respond_with(page.clone()),
            "WebFinger",
            "A page came instead of data",
        ),
        (
            finger().respond_with(answer(200).set_body_raw("{}", "application/json")),
            "WebFinger",
            "names no actor",
        ),
        (actor().respond_with(page), "actor", "the header Accept"),
        (actor().respond_with(answer(502)), "actor", "status 502"),
        (actor().respond_with(answer(410)), "actor", "gone"),
        (
            signed().respond_with(answer(401)),
            "signed fetch",
            "staffroom doctor",
        ),
        (
            signed().respond_with(answer(200).set_body_raw("{}", "application/activity+json")),
            "signed fetch",
            "not at its own id",
        ),
        (
            inbox().respond_with(answer(401)),
            "delivery",
            "cannot check its signature",
        ),
        (inbox().respond_with(answer(404)), "delivery", "no inbox"),
        (
            inbox().respond_with(answer(410)),
            "delivery",
            "is gone (410)",
        ),
        (
            inbox().respond_with(answer(500)),
            "delivery",
            "Their server fails",
        ),
    ] {
        let there = broken(vec![mock]).await;
        ends(&school, &there.host, step, why);
    }

    // One that wants to know who asks is no broken one.
    let mut careful = School::open_with(kind, &[("federation.authorized_fetch", "true")])
        .await
        .unwrap();
    careful.teacher("mo");
    let (well, said) = walk(&school, &careful.host);
    assert!(well, "{said}");
    careful.kill();
    ends(&school, &careful.host, "WebFinger", "Nobody listens");

    let keyless = broken(Vec::new()).await;
    let mut mo = keyless.person("mo");
    mo["publicKey"]["owner"] = serde_json::json!("https://other.example/users/mo");
    keyless.serve(mo);
    ends(&school, &keyless.host, "their key", "names no key");

    ends(&school, "mo.nobody.invalid", "WebFinger", "(DNS)");
    let blocked = school.command(&["domain", "block", &good.host]);
    assert!(blocked.status.success(), "{}", out(&blocked));
    ends(&school, &good.host, "rules", "staffroom domain list");
}

#[tokio::test]
async fn an_administrator_learns_where_the_way_ends_on_sqlite() {
    story(Sqlite).await;
}

#[tokio::test]
async fn an_administrator_learns_where_the_way_ends_on_postgresql() {
    story(Postgres).await;
}
