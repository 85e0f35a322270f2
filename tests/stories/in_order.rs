//! What somebody does is told to other servers in the order in which it was done, and once, even if we are killed meanwhile.

use std::time::Duration;

use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::authorised_fetch::follows;
use crate::elsewhere::{Elsewhere, account_id};
use crate::harness::{School, eventually};

/// Of whom each is blocked: that is three activities at once.
const PEOPLE: usize = 8;

async fn story(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let there = Elsewhere::open().await;
    let mut blocked = Vec::new();
    for number in 0..PEOPLE {
        let mo = there.person(&format!("mo{number}"));
        follows(&there, &school, &mo, &format!("{}/users/ada", school.base)).await;
        there.is_followed(&school, &ada, &mo).await;
        let id = account_id(&ada, &format!("mo{number}@{}", there.host)).await;
        blocked.push((mo, id));
    }
    for (_, id) in &blocked {
        ada.post(&format!("/api/v1/accounts/{id}/block"), Value::Null)
            .await;
    }
    for (mo, _) in &blocked {
        let told = eventually("all of it", || async {
            let mut told = there.received().await;
            told.retain(|activity| {
                activity["type"] != "Follow" && activity["to"] == json!([mo["id"]])
            });
            (told.len() >= 4).then_some(told)
        })
        .await;
        let kinds: Vec<&Value> = told.iter().map(|activity| &activity["type"]).collect();
        assert_eq!(kinds, ["Accept", "Undo", "Reject", "Block"]);
    }
}

#[tokio::test]
async fn things_are_told_in_the_order_in_which_they_happened_on_sqlite() {
    story(Sqlite).await;
}

#[tokio::test]
async fn things_are_told_in_the_order_in_which_they_happened_on_postgresql() {
    story(Postgres).await;
}

// On SQLite alone: what was taken is noted in the same way, and with PostgreSQL the lease takes a minute.
#[tokio::test]
async fn after_a_kill_a_slow_server_gets_nothing_twice_but_what_was_under_way() {
    let Some(mut school) = School::open(Sqlite).await else {
        return;
    };
    let ada = school.teacher("ada");
    let server = MockServer::start().await;
    let slow = ResponseTemplate::new(202).set_delay(Duration::from_millis(400));
    Mock::given(method("POST"))
        .respond_with(slow)
        .mount(&server)
        .await;
    let there = Elsewhere::open_on(server).await;
    let mo = there.person("mo");
    follows(&there, &school, &mo, &format!("{}/users/ada", school.base)).await;
    let words: Vec<String> = (0..8)
        .map(|number| format!("<p>post {number}</p>"))
        .collect();
    for number in 0..words.len() {
        ada.publish(json!({ "status": format!("post {number}") }))
            .await;
    }
    let told = async || {
        let told = there.received().await.into_iter();
        told.filter_map(|activity| Some(activity["object"]["content"].as_str()?.to_owned()))
            .collect::<Vec<_>>()
    };
    eventually("five of them", || async {
        (told().await.len() >= 5).then_some(())
    })
    .await;
    school.kill();
    let under_way = told().await.pop().unwrap();
    school.start().await;
    eventually("the last", || async {
        told().await.contains(&words[7]).then_some(())
    })
    .await;
    let mut told = told().await;
    let first = told.iter().position(|words| *words == under_way).unwrap();
    if told[first + 1] == under_way {
        told.remove(first);
    }
    assert_eq!(told, words);
}

// On SQLite alone: nothing of this hangs on the database.
#[tokio::test]
async fn servers_on_one_machine_are_left_alone_for_as_long_as_all_others() {
    let settings = [
        ("federation.retry_seconds", "30"),
        ("federation.failure_seconds", "300"),
    ];
    let Some(school) = School::open_with(Sqlite, &settings).await else {
        return;
    };
    let ada = school.teacher("ada");
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(503))
        .mount(&server)
        .await;
    let there = Elsewhere::open_on(server).await;
    let mo = there.person("mo");
    follows(&there, &school, &mo, &format!("{}/users/ada", school.base)).await;
    let search = format!("/api/v2/search?resolve=true&q={}/nothing", there.base);
    ada.get(&search).await;
    let before = (
        there.received().await.len(),
        there.asked_for("/nothing").await,
    );
    tokio::time::sleep(Duration::from_secs(4)).await;
    ada.get(&search).await;
    let after = (
        there.received().await.len(),
        there.asked_for("/nothing").await,
    );
    assert_eq!(before, after);
    assert!(before.0 > 0 && before.1 > 0, "{before:?}");
}
