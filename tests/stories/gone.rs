//! Followers whose inbox is gone: only who is gone for good is forgotten.

use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};
use test_support::hurry;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::authorised_fetch::follows;
use crate::elsewhere::Elsewhere;
use crate::harness::{School, eventually};

async fn story(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let ada_uri = format!("{}/users/ada", school.base);
    let server = MockServer::start().await;
    let there = Elsewhere::open_on(server).await;
    let gone = ["mo", "ny"].map(|name| there.person(name));
    let here = there.person("li");
    for person in gone.iter().chain([&here]) {
        follows(&there, &school, person, &ada_uri).await;
    }
    let own = ada.get("/api/v1/accounts/verify_credentials").await;
    let path_of = format!("/api/v1/accounts/{}/followers", own["id"].as_str().unwrap());
    let followers = async || {
        let found: Value = ada.get(&path_of).await;
        let names = found.as_array().unwrap().iter();
        let mut names: Vec<String> = names
            .map(|account| account["username"].as_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    };

    // Every inbox is gone; of the people two, and one comes back.
    there.server.reset().await;
    let answers = |status| ResponseTemplate::new(status);
    let mount = async |people: &[&str]| {
        there.server.reset().await;
        Mock::given(method("POST"))
            .respond_with(answers(410))
            .mount(&there.server)
            .await;
        for name in people {
            Mock::given(path(format!("/users/{name}")))
                .respond_with(answers(410))
                .mount(&there.server)
                .await;
        }
        there.serve_all().await;
    };
    mount(&["mo", "ny"]).await;
    ada.publish(json!({ "status": "Is anybody there?" })).await;
    for name in ["mo", "ny", "li"] {
        let place = format!("/users/{name}");
        eventually("them to be asked for", || async {
            (there.asked_for(&place).await > 0).then_some(())
        })
        .await;
    }
    assert_eq!(followers().await, ["li", "mo", "ny"], "one answer is none");

    mount(&["mo"]).await;
    // What failed a moment ago is not asked again for a second.
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    eventually("Mo to be forgotten", || async {
        hurry(&mut school.database().connect());
        ada.publish(json!({ "status": "wakes the workers" })).await;
        (followers().await == ["li", "ny"]).then_some(())
    })
    .await;
}

#[tokio::test]
async fn who_is_gone_for_good_follows_no_more_on_sqlite() {
    story(Sqlite).await;
}

#[tokio::test]
async fn who_is_gone_for_good_follows_no_more_on_postgresql() {
    story(Postgres).await;
}
