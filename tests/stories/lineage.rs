//! Who adapted what: from plain posts, over servers, with what becomes of claims and of what is deleted.

mod here;
mod many;
mod with_others;

use std::collections::BTreeMap;
use std::time::Instant;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, Teacher, answer, eventually};
use crate::sign_in::{Browser, field};

fn id(status: &Value) -> &str {
    status["id"].as_str().unwrap()
}

fn url(status: &Value) -> &str {
    status["url"].as_str().unwrap()
}

/// The tree around a status.
async fn tree(teacher: &Teacher, of: &str) -> Value {
    teacher
        .get(&format!("/api/staffroom/v1/statuses/{of}/lineage"))
        .await
}

/// How many posts of a tree there are in each state.
fn states(tree: &Value) -> BTreeMap<&str, usize> {
    let mut states = BTreeMap::new();
    for node in tree["nodes"].as_array().unwrap() {
        *states.entry(node["state"].as_str().unwrap()).or_default() += 1;
    }
    states
}

fn titles(tree: &Value) -> Vec<&str> {
    let nodes = tree["nodes"].as_array().unwrap();
    nodes
        .iter()
        .filter_map(|node| node["title"].as_str())
        .collect()
}

/// The states of all ties of a tree.
fn ties(tree: &Value) -> Vec<&str> {
    let edges = tree["edges"].as_array().unwrap();
    edges
        .iter()
        .map(|edge| edge["state"].as_str().unwrap())
        .collect()
}

/// Waits until what a status comes from is in this state.
async fn is_of(teacher: &Teacher, status: &str, state: &str) -> Value {
    eventually(&format!("{} to see {state}", teacher.name), || async {
        let seen = teacher.get(&format!("/api/v1/statuses/{status}")).await;
        let source = &seen["staffroom"]["adapted_from"][0];
        (source["state"] == state).then(|| source.clone())
    })
    .await
}

/// Posts what comes from another post, as any app does, and waits until its author agrees.
async fn adapts(teacher: &Teacher, title: &str, wording: &str, source: &Value) -> Value {
    let words = format!(
        "{title}\n{wording} {}. Changed: the colours\n#Practice #KS3 #English #CCBY",
        url(source)
    );
    let made = teacher.publish(json!({ "status": words })).await;
    let agreed = is_of(teacher, id(&made), "confirmed").await;
    assert_eq!(agreed["kind"], "adaptation");
    made
}

async fn over_three_schools(kind: Kind) {
    let (Some(riverside), Some(oakfield), Some(bryn)) = (
        School::open(kind).await,
        School::open(kind).await,
        School::open(kind).await,
    ) else {
        return;
    };
    let (tom, priya, gwen) = (
        riverside.teacher("tom"),
        oakfield.teacher("priya"),
        bryn.teacher("gwen"),
    );
    let begun = Instant::now();
    let first = json!({ "status": "Five-tick tracker\n#Practice #KS3 #English #CCBY" });
    let first = tom.publish(first).await;
    let second = adapts(&priya, "Three-tick tracker", "Adapted from", &first).await;
    // Who wrote the source hears of it, though nobody follows anybody.
    eventually("Tom to be told", || async {
        let told = tom.get("/api/v1/notifications?types[]=mention").await;
        let told = told.as_array()?.iter();
        let mut told = told.map(|line| &line["status"]["uri"]);
        told.any(|uri| *uri == second["uri"]).then_some(())
    })
    .await;
    let third = adapts(&gwen, "Traciwr tri thic", "Addaswyd o", &second).await;
    let fourth = adapts(&tom, "Tracker for geography", "Based on", &third).await;
    adapts(&priya, "Tracker for history", "Adapted from", &fourth).await;
    let expected = [
        "Five-tick tracker",
        "Three-tick tracker",
        "Traciwr tri thic",
        "Tracker for geography",
        "Tracker for history",
    ];
    let everywhere = [(&tom, &first), (&priya, &second), (&gwen, &third)];
    for (teacher, own) in everywhere {
        let seen = eventually(&format!("{} to see the tree", teacher.name), || async {
            let seen = tree(teacher, id(own)).await;
            let agreed = ties(&seen) == ["confirmed"; 4];
            agreed.then_some(seen)
        })
        .await;
        assert_eq!(titles(&seen), expected, "{}: {seen:#}", teacher.name);
        assert_eq!(seen["truncated"], false);
        let focus = seen["focus"].as_str().unwrap();
        let nodes = seen["nodes"].as_array().unwrap();
        let focus = nodes.iter().find(|node| node["key"] == focus).unwrap();
        assert_eq!(focus["id"], own["id"]);
        let welsh = nodes.iter().find(|node| node["title"] == expected[2]);
        assert!(
            welsh.unwrap()["account"]["acct"]
                .as_str()
                .unwrap()
                .starts_with("gwen")
        );
        let edges = seen["edges"].as_array().unwrap();
        assert!(
            edges
                .iter()
                .all(|edge| edge["context"] == "Changed: the colours")
        );
    }
    eprintln!(
        "five posts over three servers, {kind:?}: seen everywhere {:?} after the first",
        begun.elapsed()
    );

    // The third is deleted: the chain holds.
    let path = format!("/api/v1/statuses/{}", id(&third));
    answer(gwen.request(Method::DELETE, &path)).await;
    let others = [(&tom, &first), (&priya, &second)];
    for (teacher, own) in others {
        let seen = eventually(&format!("{} to see it gone", teacher.name), || async {
            let seen = tree(teacher, id(own)).await;
            let is_gone = states(&seen).contains_key("deleted");
            is_gone.then_some(seen)
        })
        .await;
        assert_eq!(ties(&seen), ["confirmed"; 4], "{seen:#}");
        assert_eq!(states(&seen)["shown"], 4, "{seen:#}");
        let nodes = seen["nodes"].as_array().unwrap();
        let gone = nodes
            .iter()
            .find(|node| node["state"] == "deleted")
            .unwrap();
        assert_eq!(gone["uri"], third["uri"]);
        assert_eq!(
            (&gone["title"], &gone["account"]),
            (&Value::Null, &Value::Null)
        );
    }
    let fourth = tom.get(&format!("/api/v1/statuses/{}", id(&fourth))).await;
    let source = &fourth["staffroom"]["adapted_from"][0];
    assert_eq!(
        (&source["uri"], &source["url"]),
        (&third["uri"], &Value::Null)
    );
}

#[tokio::test]
async fn a_chain_over_three_schools_on_sqlite() {
    over_three_schools(Sqlite).await;
}

#[tokio::test]
async fn a_chain_over_three_schools_on_postgresql() {
    over_three_schools(Postgres).await;
}

/// A claim of which the source's author knows nothing good.
async fn a_false_claim(kind: Kind) {
    let (Some(here), Some(there)) = (School::open(kind).await, School::open(kind).await) else {
        return;
    };
    let (ada, bo) = (here.teacher("ada"), there.teacher("bo"));
    let source = ada.publish(json!({ "status": "Seating plans" })).await;
    let words = format!("Better seating plans, adapted from {}", url(&source));
    let claim = bo.publish(json!({ "status": words })).await;
    let question = asked(&ada, url(&claim)).await;
    let seen = tree(&ada, id(&source)).await;
    assert_eq!(ties(&seen), ["claimed"], "{seen:#}");
    assert_eq!(seen["edges"][0]["may_decide"], true);
    assert_eq!(seen["counts"]["adaptation"], 1);

    // Whoever claims it cannot confirm it, here or there.
    let own = tree(&bo, id(&claim)).await;
    assert_eq!(ties(&own), ["claimed"], "{own:#}");
    assert_eq!(own["edges"][0]["may_decide"], false);
    assert!(own["counts"]["adaptation"] == 0, "{own:#}");
    let edge = own["edges"][0]["id"].as_str().unwrap();
    let nodes = own["nodes"].as_array().unwrap();
    for node in nodes {
        let path = format!(
            "/api/staffroom/v1/statuses/{}/lineage/{edge}/confirm",
            node["id"].as_str().unwrap()
        );
        let refused = bo.request(Method::POST, &path).send().await.unwrap();
        assert_eq!(refused.status(), 404, "{path}");
    }

    // The author says no, in plain words; what is left is a link.
    let no = json!({ "status": "No!", "in_reply_to_id": id(&question), "visibility": "direct" });
    ada.publish(no).await;
    let seen = tree(&ada, id(&source)).await;
    assert!(ties(&seen).is_empty(), "{seen:#}");
    assert_eq!(titles(&seen), ["Seating plans"]);
    let known = ada
        .get(&format!(
            "/api/v2/search?type=statuses&q={}",
            claim["uri"].as_str().unwrap()
        ))
        .await;
    let known = &known["statuses"][0];
    assert_eq!(known["staffroom"]["adapted_from"][0]["state"], "refused");
    // The server of whoever claimed it is told, and tells them.
    is_of(&bo, id(&claim), "refused").await;
    let told = asked(&bo, "in the family tree of theirs").await;
    for link in [url(&claim), url(&source)] {
        let content = told["content"].as_str().unwrap();
        assert!(content.contains(link), "{link}: {content}");
    }

    // Another one she confirms by the API, and takes that back.
    let words = format!("Seating plans in Welsh, adapted from {}", url(&source));
    let good = bo.publish(json!({ "status": words })).await;
    asked(&ada, url(&good)).await;
    let seen = tree(&ada, id(&source)).await;
    let edge = seen["edges"][0]["id"].as_str().unwrap().to_owned();
    let deed = |deed: &str| {
        let of = id(&source);
        format!("/api/staffroom/v1/statuses/{of}/lineage/{edge}/{deed}")
    };
    let confirmed = ada.post(&deed("confirm"), Value::Null).await;
    assert_eq!(ties(&confirmed), ["confirmed"]);
    is_of(&bo, id(&good), "confirmed").await;
    // Who wants no such messages gets none.
    wants_no_reminders(&there, "bo").await;
    ada.post(&deed("refuse"), Value::Null).await;
    is_of(&bo, id(&good), "refused").await;
    assert_eq!(noes(&bo).await, 1);
}

/// How often somebody was told that their post is not wanted in a family tree.
async fn noes(teacher: &Teacher) -> usize {
    let told = teacher.get("/api/v1/notifications?types[]=mention").await;
    let told = told.as_array().unwrap().iter();
    let words = told.map(|line| line["status"]["content"].as_str().unwrap());
    words
        .filter(|words| words.contains("in the family tree of theirs"))
        .count()
}

async fn wants_no_reminders(school: &School, name: &str) {
    let browser = Browser::new(school);
    browser.sign_in(name, "chalk and cheese", "/").await;
    let (_, _, page) = browser.page("/settings/practice").await;
    let csrf = field(&page, "csrf");
    let form = [("csrf", csrf.as_str()), ("licence", "")];
    let (status, _, page) = browser.submit("/settings/practice", &form).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
}

/// Waits until somebody is asked about a post.
async fn asked(teacher: &Teacher, about: &str) -> Value {
    eventually(&format!("{} to be asked", teacher.name), || async {
        let told = teacher.get("/api/v1/notifications?types[]=mention").await;
        let told = told.as_array()?.iter().map(|line| &line["status"]);
        let mut told = told.filter(|status| {
            let content = status["content"].as_str().unwrap_or_default();
            status["visibility"] == "direct" && content.contains(about)
        });
        told.next().cloned()
    })
    .await
}

#[tokio::test]
async fn a_false_claim_stays_one_on_sqlite() {
    a_false_claim(Sqlite).await;
}

#[tokio::test]
async fn a_false_claim_stays_one_on_postgresql() {
    a_false_claim(Postgres).await;
}
