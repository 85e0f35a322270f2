//! A server fails for good: with both halves of its key, its network goes on at another one.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use super::moves::{document, goes_along, is_member};
use super::{NETWORKS, hears, id_of, is_passed_on, network, text, writes};
use crate::elsewhere::account_id;
use crate::harness::{School, Teacher, out};

/// Writes something into a file of a school; answers its path.
pub(super) fn file(school: &School, name: &str, content: &str) -> String {
    let path = school.folder().join(name);
    std::fs::write(&path, content).unwrap();
    path.display().to_string()
}

/// Halves the key of the network between Ada, who lives there, and Bo, who does not; answers both halves.
pub(super) async fn halves(
    hub: &School,
    ada: &Teacher,
    bo: &Teacher,
    bo_there: &str,
) -> [String; 2] {
    let id = id_of(hub, "english").await;
    let who = account_id(ada, bo_there).await;
    let share = format!("{NETWORKS}/{id}/people/{who}/share_key");
    let said = ada.post(&share, Value::Null).await;
    assert!(text(&said["message"]).starts_with("This is proposal 1."));
    let path = format!("{NETWORKS}/{id}/half");
    let early = ada.request(Method::POST, &path).send().await.unwrap();
    assert_eq!(early.status(), StatusCode::NOT_FOUND, "only one wants it");
    writes(bo, &format!("@english@{} confirm 1", hub.host)).await;
    hears(bo, "The key is halved between").await;

    // Each half once, and only to whom it is for.
    let dan = hub.teacher("dan");
    let strange = dan.request(Method::POST, &path).send().await.unwrap();
    assert_eq!(strange.status(), StatusCode::FORBIDDEN);
    let one = ada.post(&path, Value::Null).await;
    let again = ada.request(Method::POST, &path).send().await.unwrap();
    assert_eq!(again.status(), StatusCode::NOT_FOUND);
    let other = hub.command(&["network", "half", "english", bo_there]);
    assert!(other.status.success(), "{}", out(&other));
    let again = hub.command(&["network", "half", "english", bo_there]);
    assert!(!again.status.success() && out(&again).contains("shown once"));
    let other = String::from_utf8(other.stdout).unwrap();
    [text(&one["half"]).to_owned(), other]
}

/// Whether somebody at the standby follows the network: then it is known there.
async fn takeover(kind: Kind, is_known: bool) {
    let (Some(mut hub), Some(standby), Some(first), Some(second), Some(third)) = (
        School::open(kind).await,
        School::open(kind).await,
        School::open(kind).await,
        School::open(kind).await,
        School::open(kind).await,
    ) else {
        return;
    };
    let (ada, bo, cy) = (
        hub.teacher("ada"),
        first.teacher("bo"),
        standby.teacher("cy"),
    );
    let gus = third.teacher("gus");
    let mut members = vec![bo.clone(), second.teacher("eve"), second.teacher("fay")];
    members.push(gus.clone());
    if is_known {
        members.push(cy.clone());
    }
    network(
        &hub,
        "english",
        &["ada", &format!("bo@{}", first.host)],
        &["--rules", "Be kind.", "--posts-are-practice"],
    );
    hears(&bo, "You look after").await;
    let before = format!("english@{}", hub.host);
    let mut old = Vec::new();
    for member in &members {
        old.push(member.follow(&format!("@{before}")).await);
    }
    let bo_there = format!("bo@{}", first.host);
    let [one, other] = halves(&hub, &ada, &bo, &bo_there).await;
    let one = file(&standby, "one.txt", &one);
    let other = file(&standby, "other.txt", &other);
    let saved = standby.folder().join("english.json").display().to_string();
    let id = id_of(&hub, "english").await;
    let by_api = ada.get(&format!("{NETWORKS}/{id}/saved")).await;
    let written = hub.command(&["network", "save", "english", saved.as_str()]);
    assert!(written.status.success(), "{}", out(&written));
    let written: Value = serde_json::from_slice(&std::fs::read(&saved).unwrap()).unwrap();
    assert_eq!(written, by_api);
    let inboxes = if is_known { 4 } else { 3 };
    assert_eq!(written["inboxes"].as_array().unwrap().len(), inboxes);

    // Whose key is whose says their server, as long as there is one, and not a file.
    let mut forged = written.clone();
    forged["id"] = json!(format!("{}/users/ada", hub.base));
    forged["name"] = json!("ada");
    let forged = file(&standby, "forged.json", &forged.to_string());
    let refused = standby.command(&[
        "network",
        "takeover",
        &forged,
        "--steward",
        "cy",
        "--half",
        &one,
        "--half",
        &other,
    ]);
    let said = out(&refused);
    assert!(!refused.status.success(), "{said}");
    assert!(said.contains("another key"), "{said}");
    hub.kill();

    // One half alone, or one twice, is nothing.
    let after = format!("english@{}", standby.host);
    let (one, other) = (one.as_str(), other.as_str());
    let begin = ["network", "takeover", saved.as_str(), "--steward", "cy"];
    for halves in [
        vec![],
        vec!["--half", one],
        vec!["--half", other],
        vec!["--half", one, "--half", one],
    ] {
        let refused = standby.command(&[&begin[..], &halves[..]].concat());
        let said = out(&refused);
        assert!(!refused.status.success(), "{said}");
        assert!(said.contains("nothing was done"), "{said}");
    }
    assert_eq!(cy.get(NETWORKS).await, json!([]));
    for (member, old) in members.iter().zip(&old) {
        assert!(is_member(member, old).await, "{} went", member.name);
    }

    let halves = ["--half", one, "--half", other];
    let done = standby.command(&[&begin[..], &halves[..]].concat());
    assert!(done.status.success(), "{}", out(&done));
    for member in &members {
        goes_along(member, &after).await;
    }
    for (member, old) in members.iter().zip(&old) {
        assert!(!is_member(member, old).await, "{} is in both", member.name);
    }
    let log = out(&standby.command(&["report", "log"]));
    let line = format!("command line\ttake over\t{}/users/english", hub.base);
    assert!(log.contains(&line), "{log}");
    let id = id_of(&standby, "english").await;
    let shown = cy.get(&format!("{NETWORKS}/{id}")).await;
    assert_eq!(shown["rules"], "Be kind.");
    assert_eq!(shown["posts_are_practice"], true);
    assert_eq!(shown["title"], "All of English");
    gus.publish(json!({ "status": format!("@{after} It goes on") }))
        .await;
    for member in members.iter().filter(|member| member.name != gus.name) {
        is_passed_on(member, "It goes on").await;
    }

    // Done twice it is the same.
    let again = standby.command(&[&begin[..], &halves[..]].concat());
    assert!(again.status.success(), "{}", out(&again));
    assert_eq!(cy.get(NETWORKS).await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn with_both_halves_a_network_goes_on_where_it_was_followed_on_sqlite() {
    takeover(Sqlite, true).await;
}

// On SQLite alone: where it was known it is taken over on both.
#[tokio::test]
async fn with_both_halves_a_network_goes_on_where_nobody_knew_it_on_sqlite() {
    takeover(Sqlite, false).await;
}

#[tokio::test]
async fn with_both_halves_a_network_goes_on_where_it_was_followed_on_postgresql() {
    takeover(Postgres, true).await;
}

async fn unfetched(kind: Kind) {
    let Some(hub) = School::open(kind).await else {
        return;
    };
    let (ada, bo) = (hub.teacher("ada"), hub.teacher("bo"));
    network(&hub, "english", &["ada", "bo"], &[]);
    // Which has its key by then.
    document(&hub, "/users/english").await;
    let id = id_of(&hub, "english").await;
    let who = account_id(&ada, "bo").await;
    let share = format!("{NETWORKS}/{id}/people/{who}/share_key");
    ada.post(&share, Value::Null).await;
    let confirm = format!("{NETWORKS}/{id}/proposals/1/confirm");
    let said = bo.post(&confirm, Value::Null).await;
    assert!(text(&said["message"]).starts_with("The key is halved"));
    let half = || hub.command(&["network", "half", "english", &format!("bo@{}", hub.host)]);
    assert!(hub.command(&["user", "suspend", "bo"]).status.success());
    let refused = half();
    let reason = out(&refused);
    assert!(
        !refused.status.success() && reason.contains("there is no half"),
        "{reason}"
    );
    assert!(hub.command(&["user", "unsuspend", "bo"]).status.success());
    let given = half();
    assert!(given.status.success(), "{}", out(&given));
}

#[tokio::test]
async fn whoever_is_no_steward_now_gets_no_half_on_sqlite() {
    unfetched(Sqlite).await;
}

#[tokio::test]
async fn whoever_is_no_steward_now_gets_no_half_on_postgresql() {
    unfetched(Postgres).await;
}
