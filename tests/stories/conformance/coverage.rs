//! How much of what apps may ask there is, by tier: what is described is routed (a test in `http_api`), and
//! driven (`every_operation`); what no description can say is asked here. How much of it is asked wrongly too, and
//! refused, is counted by `negative`.

use std::collections::BTreeSet;

use test_support::Kind::Sqlite;

use super::document::Document;
use super::reference::{Reference, bare};
use super::{World, house};
use crate::harness::answer;
use crate::streaming::ear::Ear;

// On SQLite alone: it is about which addresses there are.
#[tokio::test]
async fn all_that_apps_ask_is_there_by_tier() {
    let world = World::open(Sqlite).await.unwrap();
    let document = world
        .school
        .request(reqwest::Method::GET, "/api/openapi.json");
    let document = Document(answer(document).await);
    let mut there: BTreeSet<(String, String)> = document
        .operations()
        .into_iter()
        .map(|(method, path)| (method, bare(&path)))
        .collect();
    let mut add = |method: &str, path: &str| there.insert((method.to_owned(), path.to_owned()));
    if house::preflight(&world).await {
        add("OPTIONS", "/api/v1/instance");
    }
    if house::anonymous(&world).await {
        add("GET", "/api/v1/timelines/public#anonymous");
    }
    let mut ear = Ear::of(&world.school, &world.ada, "stream=user").await;
    ear.pings().await;
    add("WS", "/api/v1/streaming");
    let nodeinfo = world.school.request(reqwest::Method::GET, "/nodeinfo/2.0");
    if answer(nodeinfo).await["version"] == "2.0" {
        add("GET", "/nodeinfo/2.0");
    }
    let host_meta = world
        .school
        .request(reqwest::Method::GET, "/.well-known/host-meta");
    let host_meta = host_meta.send().await.unwrap().text().await.unwrap();
    if host_meta.contains("/.well-known/webfinger?resource={uri}") {
        add("GET", "/.well-known/host-meta");
    }
    by_tier("there", &there);
}

/// Prints how many operations of each tier are among these: all that apps ask must be.
pub fn by_tier(what: &str, these: &BTreeSet<(String, String)>) {
    let reference = Reference::read();
    for tier in 1..=3 {
        let all: Vec<_> = reference
            .operations
            .iter()
            .filter(|known| known.tier == tier)
            .collect();
        let missing: Vec<String> = all
            .iter()
            .filter(|known| !these.contains(&(known.method.to_owned(), bare(known.path))))
            .map(|known| format!("{} {}", known.method, known.path))
            .collect();
        let count = all.len() - missing.len();
        eprintln!("tier {tier}: {count}/{} {what}", all.len());
        if tier < 3 {
            assert!(missing.is_empty(), "not {what}: {missing:?}");
        } else {
            missing
                .iter()
                .for_each(|operation| eprintln!("  not {what}: {operation}"));
        }
    }
}
