//! Bodies that make no sense: refused as Mastodon refuses, by every operation that reads one, without effect.

use reqwest::Method;
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use super::World;
use super::document::Document;
use crate::harness::{School, Teacher, answer};

/// What Abe sees of all that he could have changed.
const SEEN: [&str; 16] = [
    "/api/v1/accounts/verify_credentials",
    "/api/v1/profile",
    "/api/v1/preferences",
    "/api/v1/timelines/home",
    "/api/v1/lists",
    "/api/v1/filters",
    "/api/v2/filters",
    "/api/v1/scheduled_statuses",
    "/api/v1/featured_tags",
    "/api/v1/domain_blocks",
    "/api/v1/mutes",
    "/api/v2/notifications/policy",
    "/api/v1/admin/domain_blocks",
    "/api/v1/admin/ip_blocks",
    "/api/v1/admin/reports",
    "/api/v1/admin/accounts",
];

async fn seen(abe: &Teacher) -> Vec<Value> {
    let mut seen = Vec::new();
    for path in SEEN {
        seen.push(abe.get(path).await);
    }
    seen
}

/// The address with things of Abe's own in it, so that it is the body which is wrong.
struct Places(Vec<(&'static str, String)>);

impl Places {
    async fn of(abe: &Teacher) -> Self {
        let id = |value: &Value| value["id"].as_str().unwrap().to_owned();
        let own = abe.get("/api/v1/accounts/verify_credentials").await;
        let post = abe.publish(json!({ "status": "Mine" })).await;
        let list = abe.post("/api/v1/lists", json!({ "title": "Mine" })).await;
        let filter = json!({ "title": "Mine", "context": ["home"], "keywords_attributes": [{ "keyword": "x" }] });
        let filter = abe.post("/api/v2/filters", filter).await;
        let block = abe
            .post(
                "/api/v1/admin/domain_blocks",
                json!({ "domain": "loud.example" }),
            )
            .await;
        Self(vec![
            ("/accounts/{id}", format!("/accounts/{}", id(&own))),
            ("/statuses/{id}", format!("/statuses/{}", id(&post))),
            ("/lists/{id}", format!("/lists/{}", id(&list))),
            ("/v2/filters/{id}", format!("/v2/filters/{}", id(&filter))),
            (
                "/domain_blocks/{id}",
                format!("/domain_blocks/{}", id(&block)),
            ),
        ])
    }

    fn fill(&self, path: &str) -> String {
        let mut path = path.to_owned();
        for (part, filled) in &self.0 {
            // A status of a filter is no status.
            if !path.contains("filters/statuses") {
                path = path.replace(part, filled);
            }
        }
        while let (Some(start), Some(end)) = (path.find('{'), path.find('}')) {
            path.replace_range(start..=end, "1");
        }
        path
    }
}

/// For one field: something that it cannot be.
fn wrong(document: &Document, field: &Value) -> Value {
    let schema = document.resolved(field);
    let kinds = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        kind => Vec::from_iter(kind.as_str()),
    };
    let is_plain = kinds.iter().any(|kind| match *kind {
        "array" => document.resolved(&schema["items"])["type"] == "string",
        "object" | "null" => false,
        _ => true,
    });
    if is_plain {
        json!({ "a": { "b": 1 } })
    } else {
        json!("no such thing")
    }
}

struct Walk<'a> {
    school: &'a School,
    abe: &'a Teacher,
    mistakes: Vec<String>,
}

impl Walk<'_> {
    /// Asks with such a body, which must be refused.
    async fn refuses(&mut self, method: &str, path: &str, body: String, what: &str) {
        let request = self
            .school
            .request(method.parse::<Method>().unwrap(), path)
            .bearer_auth(&self.abe.token)
            .header("content-type", "application/json")
            .body(body);
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        let said: Value = serde_json::from_str(&text).unwrap_or_default();
        // Whoever says wrongly which app they are is not let in.
        let allowed = match path {
            "/oauth/token" | "/oauth/revoke" => [400, 401, 422],
            _ => [400, 422, 422],
        };
        if !allowed.contains(&status) || !said["error"].is_string() {
            let text: String = text.chars().take(100).collect();
            self.mistakes
                .push(format!("{method} {path} with {what}: {status} {text}"));
        }
    }

    /// Text that is far too long: refused, or cut, or of no concern; never a failure.
    async fn survives(&mut self, method: &str, path: &str, body: &Value, what: &str) {
        let request = self
            .school
            .request(method.parse::<Method>().unwrap(), path)
            .bearer_auth(&self.abe.token)
            .json(body);
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let said: Value = response.json().await.unwrap_or_default();
        if status >= 500 || (status >= 400 && !said["error"].is_string()) {
            self.mistakes.push(format!(
                "{method} {path} with a long {what}: {status} {said}"
            ));
        }
    }
}

async fn wrong_bodies(kind: Kind) {
    let Some(world) = World::open(kind).await else {
        return;
    };
    let (school, abe) = (&world.school, &world.abe);
    let document = Document(answer(school.request(Method::GET, "/api/openapi.json")).await);
    let places = Places::of(abe).await;
    let before = seen(abe).await;
    let mut walk = Walk {
        school,
        abe,
        mistakes: Vec::new(),
    };
    let mut asked = 0;
    let mut long = Vec::new();
    for (method, path) in document.operations() {
        let Some(fields) = document.body(&method, &path) else {
            continue;
        };
        asked += 1;
        let address = places.fill(&path);
        for nonsense in ["{\"status\":", "nonsense", "[1, 2]", "\"text\"", "7"] {
            walk.refuses(&method, &address, nonsense.to_owned(), nonsense)
                .await;
        }
        for (name, field) in fields {
            let body = json!({ name: wrong(&document, field) });
            walk.refuses(&method, &address, body.to_string(), &body.to_string())
                .await;
            if document.resolved(field)["type"] == "string" {
                long.push((method.clone(), address.clone(), name.to_owned()));
            }
        }
    }
    assert!(asked > 50, "{asked}");
    assert!(
        seen(abe).await == before,
        "something that was refused had an effect"
    );
    for (method, address, name) in long {
        let body = json!({ &name: "ü".repeat(200_000) });
        walk.survives(&method, &address, &body, &name).await;
    }
    assert!(walk.mistakes.is_empty(), "{}", walk.mistakes.join("\n"));
    eprintln!("wrong bodies: refused by {asked} operations");
}

#[tokio::test]
async fn bodies_that_make_no_sense_are_refused_without_effect_on_sqlite() {
    wrong_bodies(Sqlite).await;
}

#[tokio::test]
async fn bodies_that_make_no_sense_are_refused_without_effect_on_postgresql() {
    wrong_bodies(Postgres).await;
}
