//! Several processes on one PostgreSQL hear each other; nothing is told that was taken back.

use std::process::{Child, Stdio};

use serde_json::json;
use test_support::Kind::Postgres;
use test_support::{end_listening, free_port};

use super::ear::{Ear, address};
use super::{follows, says};
use crate::harness::{School, eventually, program};

struct Second {
    process: Child,
    port: u16,
}

impl Drop for Second {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// One more process with the school's configuration and data.
async fn second(school: &School) -> Second {
    let port = free_port();
    let process = program(school.folder())
        .env("STAFFROOM_SERVER__LISTEN", format!("127.0.0.1:{port}"))
        .arg("serve")
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    let second = Second { process, port };
    let ready = format!("http://127.0.0.1:{port}/readyz");
    eventually("the second process to be ready", || async {
        let answer = school.http.get(&ready).send().await.ok()?;
        answer.status().is_success().then_some(())
    })
    .await;
    second
}

// On PostgreSQL alone: one process at a time has a file.
#[tokio::test]
async fn what_happens_in_one_process_is_told_by_the_other() {
    let Some(school) = School::open(Postgres).await else {
        return;
    };
    let [ada, bo] = ["ada", "bo"].map(|name| school.teacher(name));
    follows(&ada, &bo).await;
    let other = second(&school).await;
    let own = school.host.rsplit(':').next().unwrap().to_owned();
    let at = |port: &str| {
        let rest = format!("?stream=user&access_token={}", ada.token);
        address(&school, &rest).replace(&own, port)
    };
    let mut here = Ear::open(&at(&own), &[]).await.unwrap().0;
    let mut there = Ear::open(&at(&other.port.to_string()), &[])
        .await
        .unwrap()
        .0;
    here.pings().await;
    there.pings().await;
    let status = says(&bo, "to both").await;
    let (a, b) = (here.hears().await, there.hears().await);
    assert_eq!(a.payload["id"], status["id"]);
    assert_eq!(a, b);

    // Refused, and so taken back.
    let refused = json!({ "status": "never said", "media_ids": ["1"] });
    let refused = bo
        .request(reqwest::Method::POST, "/api/v1/statuses")
        .json(&refused);
    assert_eq!(refused.send().await.unwrap().status(), 422);
    says(&bo, "said").await;
    for ear in [&mut here, &mut there] {
        assert_eq!(ear.hears().await.payload["content"], "<p>said</p>");
    }
}

// On PostgreSQL alone: a file lets nobody go.
#[tokio::test]
async fn what_happens_is_heard_again_after_the_database_let_go_of_who_listened() {
    let Some(school) = School::open(Postgres).await else {
        return;
    };
    let [ada, bo] = ["ada", "bo"].map(|name| school.teacher(name));
    follows(&ada, &bo).await;
    let url = address(&school, &format!("?stream=user&access_token={}", ada.token));
    let mut ear = Ear::open(&url, &[]).await.unwrap().0;
    ear.pings().await;
    says(&bo, "before").await;
    assert_eq!(ear.hears().await.payload["content"], "<p>before</p>");

    // Nothing is passed over in silence: the app is let go, and asks for what it missed when it comes again.
    assert_eq!(end_listening(&mut school.database().connect()), 1);
    ear.is_let_go().await;
    let again = eventually("to be let in again", || async {
        Ear::open(&url, &[]).await.ok()
    });
    let mut ear = again.await.0;
    ear.pings().await;
    says(&bo, "after").await;
    assert_eq!(ear.hears().await.payload["content"], "<p>after</p>");
    assert_eq!(end_listening(&mut school.database().connect()), 1);
}
