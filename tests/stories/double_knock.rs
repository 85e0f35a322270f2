//! Servers that read only the older signatures are sent those, and a restart does not make us forget it.

use serde_json::json;
use test_support::Kind::{self, Postgres, Sqlite};
use wiremock::matchers::header_exists;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::elsewhere::Elsewhere;
use crate::harness::{School, Teacher, eventually};
use crate::networks::runs;

async fn story(kind: Kind) {
    let Some(mut school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let server = MockServer::start().await;
    Mock::given(header_exists("signature-input"))
        .respond_with(ResponseTemplate::new(401))
        .mount(&server)
        .await;
    let elsewhere = Elsewhere::open_on(server).await;
    let grace = elsewhere.person("grace");
    let ada_uri = format!("{}/users/ada", school.base);
    let id = format!("{}#follow", grace["id"].as_str().unwrap());
    let follow = json!({ "id": id, "type": "Follow", "actor": grace["id"], "object": ada_uri });
    elsewhere.tells(&school, &follow).await;
    let has = |words: &'static str| {
        let elsewhere = &elsewhere;
        async move {
            let requests = elsewhere.server.received_requests().await.unwrap();
            let sent = requests.iter().filter(|request| {
                request.method.as_str() == "POST"
                    && String::from_utf8_lossy(&request.body).contains(words)
            });
            // Of each, whether it was signed in the newer way.
            let all: Vec<bool> = sent
                .map(|request| request.headers.contains_key("signature-input"))
                .collect();
            all.contains(&false).then_some(all)
        }
    };
    let accepts = eventually("an Accept", || has("Accept")).await;
    assert_eq!(accepts, [false], "that was found out with her document");
    let requests = elsewhere.server.received_requests().await.unwrap();
    let fetches = requests
        .iter()
        .filter(|request| request.url.path() == "/users/grace");
    let newer: Vec<bool> = fetches
        .map(|request| request.headers.contains_key("signature-input"))
        .collect();
    assert_eq!(newer, [true, false], "both were tried");
    ada.publish(json!({ "status": "first words" })).await;
    let first = eventually("the first post", || has("first words")).await;
    assert_eq!(first, [false], "what they read was remembered");
    school.kill();
    school.start().await;
    ada.publish(json!({ "status": "second words" })).await;
    let second = eventually("the second post", || has("second words")).await;
    assert_eq!(second, [false], "it is still remembered");
}

/// Some software says yes to all, and drops later what it cannot read: it is known by its name.
async fn says_yes(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    // Each stays, or the next would have its address.
    let mut met = Vec::new();
    for name in ["Pixelfed", "PieFed", "pleroma", "mbin", "snac", "bookwyrm"] {
        met.push(is_sent_the_older_signature(&school, &ada, name).await);
    }
}

async fn is_sent_the_older_signature(school: &School, ada: &Teacher, software: &str) -> Elsewhere {
    let elsewhere = Elsewhere::open().await;
    runs(&elsewhere, software).await;
    let grace = elsewhere.person("grace");
    elsewhere.is_followed(school, ada, &grace).await;
    let id = format!("{}#follow", grace["id"].as_str().unwrap());
    let follow = json!({ "id": id, "type": "Follow", "actor": grace["id"], "object": format!("{}/users/ada", school.base) });
    elsewhere.tells(school, &follow).await;
    elsewhere
        .receives("an Accept", |activity| activity["type"] == "Accept")
        .await;
    let requests = elsewhere.server.received_requests().await.unwrap();
    let mut sent = requests
        .iter()
        .filter(|request| request.method.as_str() == "POST");
    assert!(
        sent.all(|request| !request.headers.contains_key("signature-input")),
        "{software}: its Follow and its Accept are signed in the older way, from the first on"
    );
    elsewhere
}

#[tokio::test]
async fn who_says_yes_to_all_is_sent_the_older_signature_on_sqlite() {
    says_yes(Sqlite).await;
}

#[tokio::test]
async fn who_says_yes_to_all_is_sent_the_older_signature_on_postgresql() {
    says_yes(Postgres).await;
}

#[tokio::test]
async fn what_others_read_is_remembered_on_sqlite() {
    story(Sqlite).await;
}

#[tokio::test]
async fn what_others_read_is_remembered_on_postgresql() {
    story(Postgres).await;
}
