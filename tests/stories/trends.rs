//! What trends where figures are shown, how much a hashtag is used, and what a moderator says of it.

use reqwest::Method;
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, Teacher, answer};

const SCOPES: &str = "read write follow admin:read admin:write";

/// Four people who post the same hashtag, and a post of Ada's that the others like.
struct World {
    school: School,
    ada: Teacher,
    dan: Teacher,
    /// Moderates.
    mia: Teacher,
    post: String,
    /// A hashtag and a link that three others post.
    tag: String,
    link: String,
}

impl World {
    async fn open(kind: Kind, shown: bool) -> Option<Self> {
        let shown = if shown { "true" } else { "false" };
        let school = School::open_with(kind, &[("community.show_counts", shown)]).await?;
        let seeded = school.command(&["dev", "seed"]);
        assert!(seeded.status.success(), "{seeded:?}");
        let seeded: Value = serde_json::from_slice(&seeded.stdout).unwrap();
        let [ada, bo, cy, dan] = ["ada", "bo", "cy", "dan"].map(|name| school.teacher(name));
        let mia = school.person("mia", "moderator", SCOPES);
        let wish = ada.request(Method::PATCH, "/api/v1/accounts/update_credentials");
        answer(wish.json(&json!({ "discoverable": true }))).await;
        let post = ada.publish(json!({ "status": "Paper #Strips" })).await;
        for teacher in [&ada, &bo, &cy, &dan] {
            teacher.publish(json!({ "status": "More #strips" })).await;
        }
        let quiet = json!({ "status": "Hush #strips #quiet", "visibility": "unlisted" });
        for teacher in [&ada, &bo, &cy, &dan] {
            teacher.publish(quiet.clone()).await;
        }
        for teacher in [&ada, &bo] {
            teacher.publish(json!({ "status": "We two #few" })).await;
        }
        let post = post["id"].as_str().unwrap().to_owned();
        for (teacher, deed) in [(&bo, "favourite"), (&cy, "favourite"), (&dan, "reblog")] {
            let path = format!("/api/v1/statuses/{post}/{deed}");
            teacher.post(&path, Value::Null).await;
        }
        let text = |key: &str| seeded[key].as_str().unwrap().to_owned();
        Some(Self {
            tag: text("tag"),
            link: text("link"),
            school,
            ada,
            dan,
            mia,
            post,
        })
    }

    /// What is told to somebody who is not signed in, by the given part of each.
    async fn told(&self, path: &str, part: &str) -> Vec<String> {
        let asked = self
            .school
            .request(Method::GET, &format!("/api/v1/trends{path}"));
        parts(&answer(asked).await, part)
    }

    /// Mia says something of what could trend.
    async fn says(&self, word: &str, of: &str) -> Value {
        let path = format!("/api/v1/admin/trends/{of}/{word}");
        self.mia.post(&path, json!({})).await
    }
}

fn parts(list: &Value, part: &str) -> Vec<String> {
    let part = |one: &Value| one[part].as_str().unwrap().to_owned();
    list.as_array().unwrap().iter().map(part).collect()
}

/// How often in a week.
fn uses(entity: &Value) -> i64 {
    let days = entity["history"].as_array().unwrap();
    assert_eq!(days.len(), 7, "{entity}");
    let starts: Vec<i64> = days
        .iter()
        .map(|day| day["day"].as_str().unwrap().parse().unwrap())
        .collect();
    for pair in starts.windows(2) {
        assert_eq!(pair[0] - pair[1], 86_400, "{entity}");
    }
    let number = |day: &Value| -> i64 { day["uses"].as_str().unwrap().parse().unwrap() };
    days.iter().map(number).sum()
}

async fn shown(kind: Kind) {
    let Some(world) = World::open(kind, true).await else {
        return;
    };
    for path in ["", "/tags"] {
        assert_eq!(world.told(path, "name").await, ["strips", &world.tag]);
    }
    let second = world.told("/tags?limit=1&offset=1", "name").await;
    assert_eq!(second, [world.tag.as_str()]);
    let first = world
        .school
        .request(Method::GET, "/api/v1/trends/tags?limit=1");
    let first = first.send().await.unwrap();
    assert_eq!(
        first.headers()["link"],
        format!(
            "<{}/api/v1/trends/tags?limit=1&offset=1>; rel=\"next\"",
            world.school.base
        )
    );
    let found = world.ada.get("/api/v1/trends/tags").await;
    assert_eq!(uses(&found[0]), 5, "unlisted posts are not counted");
    assert_eq!(found[0]["following"], false);
    let days = found[0]["history"].as_array().unwrap();
    assert!(days.iter().any(|day| day["accounts"] == "4"), "{found}");
    let one = world.ada.get("/api/v1/tags/strips").await;
    assert_eq!(one["history"], found[0]["history"]);
    assert_eq!(uses(&world.ada.get("/api/v1/tags/unheard").await), 0);

    assert_eq!(world.told("/links", "url").await, [world.link.as_str()]);
    let links = world.ada.get("/api/v1/trends/links").await;
    assert_eq!(links[0]["title"], "News for teachers");
    assert_eq!(uses(&links[0]), 3);

    assert_eq!(world.told("/statuses", "id").await, [world.post.as_str()]);
    let own = world.ada.get("/api/v1/accounts/verify_credentials").await;
    let block = format!("/api/v1/accounts/{}/block", own["id"].as_str().unwrap());
    world.dan.post(&block, json!({})).await;
    assert_eq!(world.dan.get("/api/v1/trends/statuses").await, json!([]));
}

#[tokio::test]
async fn what_many_use_trends_where_figures_are_shown_on_sqlite() {
    shown(Sqlite).await;
}

#[tokio::test]
async fn what_many_use_trends_where_figures_are_shown_on_postgresql() {
    shown(Postgres).await;
}

async fn reviewed(kind: Kind) {
    let Some(world) = World::open(kind, true).await else {
        return;
    };
    let admin = async |what: &str| world.mia.get(&format!("/api/v1/admin/trends/{what}")).await;
    let tags = admin("tags").await;
    assert_eq!(parts(&tags, "name"), ["strips", &world.tag]);
    assert_eq!(tags[0]["trendable"], true);
    world.says("reject", "tags/strips").await;
    assert_eq!(world.told("/tags", "name").await, [world.tag.as_str()]);
    let tags = admin("tags").await;
    assert_eq!(parts(&tags, "name"), [world.tag.as_str(), "strips"]);
    assert_eq!(tags[1]["trendable"], false);
    world.says("approve", "tags/strips").await;
    assert_eq!(world.told("/tags", "name").await, ["strips", &world.tag]);

    let links = admin("links").await;
    assert_eq!(links[0]["requires_review"], false);
    let link = format!("links/{}", links[0]["id"].as_str().unwrap());
    let rejected = world.says("reject", &link).await;
    assert_eq!(rejected["url"], world.link.as_str());
    assert_eq!(uses(&rejected), 3);
    assert_eq!(world.told("/links", "url").await, [""; 0]);
    assert_eq!(parts(&admin("links").await, "url"), [world.link.as_str()]);

    let status = format!("statuses/{}", world.post);
    world.says("reject", &status).await;
    assert_eq!(world.told("/statuses", "id").await, [""; 0]);
    assert_eq!(parts(&admin("statuses").await, "id"), [world.post.as_str()]);
    world.says("approve", &status).await;
    assert_eq!(world.told("/statuses", "id").await, [world.post.as_str()]);
}

#[tokio::test]
async fn what_a_moderator_rejects_does_not_trend_on_sqlite() {
    reviewed(Sqlite).await;
}

#[tokio::test]
async fn what_a_moderator_rejects_does_not_trend_on_postgresql() {
    reviewed(Postgres).await;
}

async fn hidden(kind: Kind) {
    let Some(world) = World::open(kind, false).await else {
        return;
    };
    for what in ["", "/tags", "/links", "/statuses"] {
        assert_eq!(world.told(what, "id").await, [""; 0], "{what}");
    }
    for what in ["tags", "links", "statuses"] {
        let path = format!("/api/v1/admin/trends/{what}");
        assert_eq!(world.mia.get(&path).await, json!([]), "{what}");
    }
    let one = world.ada.get("/api/v1/tags/strips").await;
    assert_eq!(one["history"], json!([]));
}

#[tokio::test]
async fn nothing_trends_where_figures_are_hidden_on_sqlite() {
    hidden(Sqlite).await;
}

#[tokio::test]
async fn nothing_trends_where_figures_are_hidden_on_postgresql() {
    hidden(Postgres).await;
}
