//! `staffroom jobs`: what was given up is seen, and tried again when somebody says so.

use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::authorised_fetch::follows;
use crate::elsewhere::Elsewhere;
use crate::harness::{School, eventually, out};

async fn story(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let jobs = |arguments: &[&str]| {
        let output = school.command(&[&["jobs"], arguments].concat());
        assert!(output.status.success(), "{}", out(&output));
        out(&output)
    };
    assert!(jobs(&["dead"]).contains("Nothing was given up."));
    let ada = school.teacher("ada");
    let there = Elsewhere::open_on(MockServer::start().await).await;
    let mo = there.person("mo");
    follows(&there, &school, &mo, &format!("{}/users/ada", school.base)).await;
    there.server.reset().await;
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(413))
        .mount(&there.server)
        .await;
    ada.publish(json!({ "status": "too large" })).await;
    let dead = format!("{}: 1 not delivered: refused with status 413", there.host);
    eventually("it to be given up", || async {
        jobs(&["dead"]).contains(&dead).then_some(())
    })
    .await;

    there.server.reset().await;
    there.serve_all().await;
    let other = jobs(&["retry", "--host", "other.example"]);
    assert!(other.contains("0 deliveries are tried again."), "{other}");
    let again = jobs(&["retry", "--host", &there.host]);
    assert!(again.contains("1 deliveries are tried again."), "{again}");
    let is_it = |activity: &Value| activity.to_string().contains("too large");
    there.receives("what was given up", is_it).await;
    eventually("nothing to be left", || async {
        jobs(&["dead"])
            .contains("Nothing was given up.")
            .then_some(())
    })
    .await;
    let all = jobs(&["retry"]);
    for line in ["0 deliveries", "0 jobs", "0 received activities"] {
        assert!(all.contains(line), "{all}");
    }
}

#[tokio::test]
async fn what_was_given_up_is_tried_again_on_sqlite() {
    story(Sqlite).await;
}

#[tokio::test]
async fn what_was_given_up_is_tried_again_on_postgresql() {
    story(Postgres).await;
}

/// Whoever leads elsewhere for a while, to a page or into a network of their own, gets what they missed.
async fn led_elsewhere(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let there = Elsewhere::open_on(MockServer::start().await).await;
    let mo = there.person("mo");
    follows(&there, &school, &mo, &format!("{}/users/ada", school.base)).await;
    for (status, to) in [(302, "/soon-back"), (307, "http://169.254.0.1/inbox")] {
        let leads = ResponseTemplate::new(status).insert_header("location", to);
        Mock::given(method("POST"))
            .respond_with(leads)
            .up_to_n_times(1)
            .with_priority(1)
            .mount(&there.server)
            .await;
        let words = format!("sent on with {status}");
        ada.publish(json!({ "status": words })).await;
        let is_it = |activity: &Value| activity.to_string().contains(&words);
        there.receives("a first attempt", is_it).await;
        eventually("it to be delivered", || async {
            let list = out(&school.command(&["jobs", "list"]));
            list.contains("to be delivered: 0 waiting; 0 given up")
                .then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn who_leads_elsewhere_for_a_while_misses_nothing_on_sqlite() {
    led_elsewhere(Sqlite).await;
}

#[tokio::test]
async fn who_leads_elsewhere_for_a_while_misses_nothing_on_postgresql() {
    led_elsewhere(Postgres).await;
}
