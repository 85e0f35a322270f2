//! What a network says to people at other servers, where nobody follows it, is no spam there.

use serde_json::json;
use test_support::Kind::{self, Postgres, Sqlite};

use super::{NETWORKS, has, hears, id_of, network, text, writes};
use crate::harness::{School, eventually, out};

async fn heard(kind: Kind) {
    let (Some(hub), Some(other)) = (School::open(kind).await, School::open(kind).await) else {
        return;
    };
    let (_ada, dan) = (hub.teacher("ada"), hub.teacher("dan"));
    let (bo, cy) = (other.teacher("bo"), other.teacher("cy"));
    let rules = "Read https://rules.example/ first.";
    let elsewhere = format!("bo@{}", other.host);
    network(&hub, "english", &["ada", &elsewhere], &["--rules", rules]);
    hears(&bo, "You look after").await;

    // A steward who never wrote to it hears what waits, with a link.
    let post = dan
        .publish(json!({ "status": "@english Iambs by foot" }))
        .await;
    let told = hears(&bo, "waits:").await;
    assert!(has(&told, text(&post["url"])), "{told}");
    let id = id_of(&hub, "english").await;
    let waiting = format!("{NETWORKS}/{id}/posts?state=waiting");
    assert_eq!(
        dan.status_of(&waiting).await,
        reqwest::StatusCode::FORBIDDEN
    );

    // Whoever asks is answered, as often as they ask the same.
    for times in 1..=4 {
        writes(&cy, &format!("@english@{} rules", hub.host)).await;
        eventually("each question to be answered", || async {
            let told = cy
                .get("/api/v1/notifications?types[]=mention&limit=80")
                .await;
            let answers = told.as_array()?.iter();
            let answers = answers.filter(|line| has(&line["status"], "rules.example"));
            (answers.count() == times).then_some(())
        })
        .await;
    }
    let held = other.command(&["quarantine", "list"]);
    assert!(
        held.status.success() && out(&held).trim().is_empty(),
        "{}",
        out(&held)
    );
}

#[tokio::test]
async fn a_young_network_is_heard_at_other_servers_on_sqlite() {
    heard(Sqlite).await;
}

#[tokio::test]
async fn a_young_network_is_heard_at_other_servers_on_postgresql() {
    heard(Postgres).await;
}
