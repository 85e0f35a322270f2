//! Subject networks: anybody follows and mentions one, and it passes on what it should, to each kind of server in its way.

mod answers;
mod bans;
mod changes;
mod desk;
mod desk_of_stewards;
mod edited;
mod held;
mod lemmy;
mod listed;
mod looked_after;
mod manners;
mod moves;
mod practice;
mod similar;
mod stewards;
mod succession;
mod takeover;
mod threads;

use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, ResponseTemplate};

use crate::elsewhere::Elsewhere;
use crate::harness::{School, Teacher, eventually, out};

const NETWORKS: &str = "/api/staffroom/v1/networks";

/// Makes a network, as an administrator.
fn network(school: &School, name: &str, stewards: &[&str], more: &[&str]) {
    let mut arguments = vec!["network", "create", name, "--title", "All of English"];
    for steward in stewards {
        arguments.extend(["--steward", steward]);
    }
    arguments.extend(more);
    let made = school.command(&arguments);
    assert!(made.status.success(), "{}", out(&made));
    assert!(out(&made).contains(&format!("@{name}@{}", school.host)));
}

/// The id of a network at its own school.
async fn id_of(school: &School, name: &str) -> String {
    let all: Value = school
        .request(reqwest::Method::GET, NETWORKS)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let all = all.as_array().unwrap();
    let found = all.iter().find(|row| row["account"]["username"] == name);
    found.unwrap()["id"].as_str().unwrap().to_owned()
}

/// What a server says that it runs.
pub async fn runs(elsewhere: &Elsewhere, software: &str) {
    let document = format!("{}/nodeinfo/2.0", elsewhere.base);
    let links = json!({ "links": [
        { "rel": "http://nodeinfo.diaspora.software/ns/schema/2.0", "href": document },
    ] });
    let said = json!({ "version": "2.0", "software": { "name": software, "version": "1.0" } });
    for (place, body) in [("/.well-known/nodeinfo", links), ("/nodeinfo/2.0", said)] {
        Mock::given(method("GET"))
            .and(path(place))
            .respond_with(ResponseTemplate::new(200).set_body_json(body))
            .with_priority(1)
            .mount(&elsewhere.server)
            .await;
    }
}

/// Somebody elsewhere follows a network, which says yes.
async fn joins(elsewhere: &Elsewhere, school: &School, who: &Value, name: &str) {
    let network = format!("{}/users/{name}", school.base);
    let by = who["id"].as_str().unwrap();
    let follow =
        json!({ "id": format!("{by}/follow"), "type": "Follow", "actor": by, "object": network });
    elsewhere.tells(school, &follow).await;
    elsewhere
        .receives("an Accept", |activity| {
            activity["type"] == "Accept" && activity["actor"] == *network
        })
        .await;
}

/// Waits until a post with these words was passed on to somebody's home timeline.
async fn is_passed_on(to: &Teacher, words: &str) -> Value {
    eventually(
        &format!("{words:?} to be passed on to {}", to.name),
        || async {
            let home = to.get("/api/v1/timelines/home?limit=40").await;
            let rows = home.as_array()?.iter();
            let mut boosted = rows.map(|row| row["reblog"].clone());
            boosted.find(|status| has(status, words))
        },
    )
    .await
}

/// Waits until a message with these words came, and answers it.
async fn hears(who: &Teacher, words: &str) -> Value {
    eventually(&format!("{} to hear {words:?}", who.name), || async {
        let told = who
            .get("/api/v1/notifications?types[]=mention&limit=80")
            .await;
        let mut said = told.as_array()?.iter().map(|line| line["status"].clone());
        said.find(|status| status["visibility"] == "direct" && has(status, words))
    })
    .await
}

fn has(status: &Value, words: &str) -> bool {
    status["content"]
        .as_str()
        .is_some_and(|content| content.contains(words))
}

async fn writes(who: &Teacher, words: &str) -> Value {
    who.publish(json!({ "status": words, "visibility": "direct" }))
        .await
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}
