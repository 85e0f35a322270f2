//! Nobody is ranked: every GET of a server, asked by somebody else and by nobody, tells no figure by which people, posts or
//! schools could be ordered, and orders nobody by one. The addresses come from `routes.tsv` and the parameters from our own
//! description, so that a new route is walked without being named here.

mod right;
mod walk;
mod world;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::answer;
use crate::streaming::ear::Ear;
use walk::{Finding, walk};
use world::World;

/// The only list that is in an order by figures, where these are shown.
const TRENDING: &str = "/api/v1/trends/statuses";
/// Where figures are told if they may be told: what a walk that works must find.
const TOLD: [(&str, &str); 37] = [
    ("/@{name}", "followers"),
    ("/@{name}", "following"),
    ("/@{name}", "posts"),
    ("/@{name}/{id}", "favourites"),
    ("/@{name}/{id}", "boosts"),
    ("/@{name}/{id}", "quotes"),
    ("/users/{name}/followers", "followers"),
    ("/users/{name}/following", "following"),
    ("/users/{name}/outbox", "posts"),
    ("/users/{name}/statuses/{id}", "favourites"),
    ("/users/{name}/statuses/{id}", "boosts"),
    ("/users/{name}/statuses/{id}/likes", "favourites"),
    ("/users/{name}/statuses/{id}/shares", "boosts"),
    ("/api/v1/accounts", "followers"),
    ("/api/v1/accounts/search", "followers"),
    ("/api/v1/accounts/{id}", "followers"),
    ("/api/v1/accounts/{id}", "following"),
    ("/api/v1/accounts/{id}", "posts"),
    ("/api/v1/accounts/{id}/featured_tags", "uses of a hashtag"),
    ("/api/v1/accounts/{id}/statuses", "favourites"),
    ("/api/v1/bookmarks", "favourites"),
    ("/api/v1/conversations", "followers"),
    ("/api/v1/directory", "followers"),
    ("/api/v1/lists/{id}/accounts", "followers"),
    ("/api/v1/notifications", "favourites"),
    ("/api/v1/statuses/{id}", "favourites"),
    ("/api/v1/statuses/{id}", "boosts"),
    ("/api/v1/statuses/{id}", "quotes"),
    ("/api/v1/statuses/{id}/favourited_by", "all who like it"),
    ("/api/v1/statuses/{id}/reblogged_by", "all who passed it on"),
    ("/api/v1/suggestions", "followers"),
    ("/api/v1/timelines/home", "favourites"),
    ("/api/v1/timelines/public", "favourites"),
    ("/api/v1/timelines/tag/{hashtag}", "boosts"),
    (TRENDING, "favourites"),
    ("/api/v2/notifications", "favourites"),
    ("/api/v2/search", "favourites"),
];

fn lines(findings: &[Finding]) -> String {
    let lines: BTreeSet<String> = findings.iter().map(ToString::to_string).collect();
    lines.into_iter().collect::<Vec<_>>().join("\n")
}

async fn nobody_is_ranked(kind: Kind) {
    let Some(world) = World::open(kind, false).await else {
        return;
    };
    let walked = walk(&world).await;
    assert!(
        walked.findings.is_empty(),
        "figures by which somebody could be ranked:\n{}",
        lines(&walked.findings)
    );
    walked.is_thorough();
    let told = what_is_told_at_once(&world).await;
    let found = world.figures().found_in(&told);
    assert!(found.is_empty(), "{found:?} in {told}");
    for figure in school(&world).await {
        assert!(figure == 0 || figure == "0", "{figure}");
    }
}

/// That the walk can fail: where figures are shown it finds them, and what trends is all that is ordered by one.
async fn where_figures_are_shown_they_are_found(kind: Kind) {
    let Some(world) = World::open(kind, true).await else {
        return;
    };
    let walked = walk(&world).await;
    walked.is_thorough();
    let seen = walked.findings.iter().map(|one| (one.path, one.what));
    let seen: BTreeSet<(&str, &str)> = seen.collect();
    let unseen: Vec<_> = TOLD.iter().filter(|told| !seen.contains(*told)).collect();
    assert!(unseen.is_empty(), "not shown, or not seen: {unseen:?}");
    let mut ordered = walked.findings;
    ordered.retain(|one| one.what == walk::ORDERED);
    assert!(ordered.iter().any(|one| one.path == TRENDING));
    ordered.retain(|one| one.path != TRENDING);
    assert!(ordered.is_empty(), "{}", lines(&ordered));
    let told = what_is_told_at_once(&world).await;
    let found = world.figures().found_in(&told);
    for what in ["favourites", "boosts", "quotes", "followers"] {
        assert!(found.contains(what), "{what} in {told}");
    }
    let school = school(&world).await;
    assert!(school.iter().any(|figure| *figure == 5), "{school:?}");
}

/// What Bo hears of a post that changed.
async fn what_is_told_at_once(world: &World) -> String {
    let mut ear = Ear::of(&world.school, &world.bo, "stream=user").await;
    ear.pings().await;
    let star = &world.stars[0];
    let path = format!("/api/v1/statuses/{}", star.status);
    let change = json!({ "status": "@bo Fractions, anew #fractions" });
    answer(
        star.teacher
            .request(reqwest::Method::PUT, &path)
            .json(&change),
    )
    .await;
    ear.hears_of("status.update").await.payload.to_string()
}

/// All that the school says of its size and of what goes on in it.
async fn school(world: &World) -> Vec<Value> {
    let get = async |path: &str| answer(world.school.request(reqwest::Method::GET, path)).await;
    let mut figures = Vec::new();
    let stats = get("/api/v1/instance").await["stats"].clone();
    figures.extend(stats.as_object().unwrap().values().cloned());
    figures.push(get("/api/v2/instance").await["usage"]["users"]["active_month"].clone());
    for week in get("/api/v1/instance/activity").await.as_array().unwrap() {
        figures.extend(["statuses", "logins", "registrations"].map(|key| week[key].clone()));
    }
    for version in ["2.0", "2.1"] {
        let usage = get(&format!("/nodeinfo/{version}")).await["usage"].clone();
        figures.extend(usage["users"].as_object().unwrap().values().cloned());
        figures.push(usage["localPosts"].clone());
    }
    figures
}

#[tokio::test]
async fn nobody_is_ranked_on_sqlite() {
    nobody_is_ranked(Sqlite).await;
}

#[tokio::test]
async fn nobody_is_ranked_on_postgresql() {
    nobody_is_ranked(Postgres).await;
}

#[tokio::test]
async fn where_figures_are_shown_they_are_found_on_sqlite() {
    where_figures_are_shown_they_are_found(Sqlite).await;
}

#[tokio::test]
async fn where_figures_are_shown_they_are_found_on_postgresql() {
    where_figures_are_shown_they_are_found(Postgres).await;
}
