//! `kill -9` at any moment loses nothing that was acknowledged, and nothing comes twice.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, Teacher, eventually};

const POSTS: usize = 200;
/// At random moments, of whichever side.
const KILLS: usize = 6;

/// Posts until it is acknowledged, as an app does: with the same key.
async fn post_surely(author: &Teacher, number: usize, reader: &str) {
    for _ in 0..600 {
        let sent = author
            .request(Method::POST, "/api/v1/statuses")
            .header("Idempotency-Key", format!("post-{number}"))
            .json(&json!({ "status": format!("post number {number} for {reader}") }))
            .send()
            .await;
        if sent.is_ok_and(|response| response.status().is_success()) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("post {number} was never acknowledged");
}

/// How often each post is in somebody's view of the author.
async fn seen(reader: &Teacher, author_id: &str) -> BTreeMap<String, usize> {
    let path = format!("/api/v1/accounts/{author_id}/statuses?limit=40");
    counted(reader, &path, "/content").await
}

/// How often somebody was told of each post.
async fn told(reader: &Teacher) -> BTreeMap<String, usize> {
    let path = "/api/v1/notifications?types[]=mention&limit=80";
    counted(reader, path, "/status/content").await
}

/// How often each text is in a list, over all its pages.
async fn counted(reader: &Teacher, path: &str, text: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    let mut max_id = String::new();
    loop {
        let page = reader.get(&format!("{path}{max_id}")).await;
        let Some(last) = page.as_array().and_then(|list| list.last()) else {
            return counts;
        };
        for item in page.as_array().unwrap() {
            let words = item.pointer(text).and_then(Value::as_str).unwrap();
            *counts.entry(words.to_owned()).or_insert(0) += 1;
        }
        max_id = format!("&max_id={}", last["id"].as_str().unwrap());
    }
}

async fn story(kind: Kind) {
    let (Some(mut here), Some(mut there)) = (School::open(kind).await, School::open(kind).await)
    else {
        return;
    };
    let (ada, bo) = (here.teacher("ada"), there.teacher("bo"));
    let bo_seen_here = ada.follow(&format!("@bo@{}", there.host)).await;
    let own: Value = bo.get("/api/v1/accounts/verify_credentials").await;

    let posting = {
        let (bo, reader) = (bo.clone(), format!("@ada@{}", here.host));
        tokio::spawn(async move {
            for number in 0..POSTS {
                post_surely(&bo, number, &reader).await;
            }
        })
    };
    let mut kills = Vec::new();
    for _ in 0..KILLS {
        let (wait, is_author) = (rand::random_range(0..600), rand::random::<bool>());
        kills.push((wait, is_author));
        tokio::time::sleep(Duration::from_millis(wait)).await;
        let school = if is_author { &mut there } else { &mut here };
        school.kill();
        school.start().await;
    }
    posting.await.unwrap();

    let at_home = seen(&bo, own["id"].as_str().unwrap()).await;
    assert_eq!(at_home.len(), POSTS, "{kills:?}");
    assert!(
        at_home.values().all(|times| *times == 1),
        "{kills:?} {at_home:?}"
    );
    eventually("all posts to arrive", || async {
        (seen(&ada, &bo_seen_here).await.len() == POSTS).then_some(())
    })
    .await;
    let arrived = seen(&ada, &bo_seen_here).await;
    assert!(
        arrived.values().all(|times| *times == 1),
        "{kills:?} {arrived:?}"
    );
    let told = told(&ada).await;
    assert_eq!(
        told.keys().collect::<Vec<_>>(),
        arrived.keys().collect::<Vec<_>>(),
        "{kills:?}"
    );
    assert!(told.values().all(|times| *times == 1), "{kills:?} {told:?}");
    for school in [&here, &there] {
        eventually("nothing to be owed", || async {
            let listed = school.command(&["jobs", "list"]).stdout;
            let listed = String::from_utf8(listed).unwrap();
            let is_done = |name: &str| listed.contains(&format!("{name}: 0 waiting; 0 given up"));
            (is_done("received") && is_done("to be delivered")).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn two_hundred_posts_survive_on_sqlite() {
    story(Sqlite).await;
}

#[tokio::test]
async fn two_hundred_posts_survive_on_postgresql() {
    story(Postgres).await;
}

async fn what_was_said_while_the_other_was_away_is_told_when_it_returns(kind: Kind) {
    let (Some(mut here), Some(there)) = (School::open(kind).await, School::open(kind).await) else {
        return;
    };
    let (ada, bo) = (here.teacher("ada"), there.teacher("bo"));
    ada.follow(&format!("@bo@{}", there.host)).await;
    here.kill();
    for words in ["one while you were away", "two while you were away"] {
        bo.publish(json!({ "status": words })).await;
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    here.start().await;
    ada.reads("two while you were away").await;
    let home = ada.get("/api/v1/timelines/home").await;
    let words: Vec<&str> = home
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|status| status["content"].as_str())
        .collect();
    assert_eq!(
        words,
        [
            "<p>two while you were away</p>",
            "<p>one while you were away</p>"
        ]
    );
}

#[tokio::test]
async fn what_was_said_while_the_other_was_away_is_told_when_it_returns_on_sqlite() {
    what_was_said_while_the_other_was_away_is_told_when_it_returns(Sqlite).await;
}

#[tokio::test]
async fn what_was_said_while_the_other_was_away_is_told_when_it_returns_on_postgresql() {
    what_was_said_while_the_other_was_away_is_told_when_it_returns(Postgres).await;
}

// On SQLite alone: with PostgreSQL it is told to in `stop.rs`.
#[tokio::test]
async fn a_server_that_is_told_to_stop_stops_soon_and_well() {
    let Some(mut school) = School::open(Sqlite).await else {
        return;
    };
    let ada = school.teacher("ada");
    ada.publish(json!({ "status": "before the bell" })).await;
    let (well, took) = school.terminate();
    assert!(well && took < Duration::from_secs(10), "{took:?}");
    school.start().await;
    ada.reads("before the bell").await;
}
