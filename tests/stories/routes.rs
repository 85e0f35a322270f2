//! Every address of a server, asked with every kind of token: the right refusal, never a failure, never
//! a word that is not for whoever asks. `routes.tsv` is the list; a test in `server::site` keeps it whole.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::{Value, json};
use test_support::Kind::Sqlite;

use crate::harness::{School, answer};
use crate::sign_in::{Browser, OUT_OF_BAND, granted, let_in};

const ROUTES: &str = include_str!("routes.tsv");
/// In a post for nobody but its author, and in what she is told of it.
const SECRET: &str = "zqsecretqz";
pub const SCOPES: &str = "read write follow push profile admin:read admin:write";

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Who {
    Public,
    Anyone,
    Person,
    Moderator,
    Admin,
    Holder,
}

pub struct Route {
    pub method: Method,
    pub path: &'static str,
    pub who: Who,
    /// Any one of these is enough; none: any token will do.
    pub scopes: Vec<&'static str>,
}

impl Route {
    /// Whether the role is all that can be missing.
    fn hangs_on_the_role(&self) -> bool {
        let more = ["/approve", "/reject"]
            .iter()
            .any(|end| self.path.ends_with(end));
        matches!(self.who, Who::Moderator | Who::Admin) && !more && self.method != Method::DELETE
    }
}

pub fn routes() -> Vec<Route> {
    let lines = ROUTES.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            let [method, path, who, shows] = cells[..] else {
                panic!("{line}");
            };
            assert!(
                matches!(shows, "statuses" | "accounts" | "own" | "-"),
                "{line}"
            );
            let (who, scopes) = who.split_once(' ').unwrap_or((who, "any"));
            Route {
                method: method.parse().unwrap(),
                path,
                who: match who {
                    "public" => Who::Public,
                    "anyone" => Who::Anyone,
                    "person" => Who::Person,
                    "moderator" => Who::Moderator,
                    "admin" => Who::Admin,
                    "holder" => Who::Holder,
                    _ => panic!("{line}"),
                },
                scopes: scopes.split('|').filter(|scope| *scope != "any").collect(),
            }
        })
        .collect()
}

/// Ada's server, and what of hers is named in addresses.
struct World {
    school: School,
    browser: Browser,
    app: Value,
    places: BTreeMap<&'static str, String>,
}

impl World {
    // On SQLite alone: it is about who is let in where.
    async fn new() -> Self {
        let school = School::open(Sqlite).await.unwrap();
        let [ada, bo, cy] = ["ada", "bo", "cy"].map(|name| school.teacher(name));
        let own = ada.get("/api/v1/accounts/verify_credentials").await;
        let locked = ada.request(Method::PATCH, "/api/v1/accounts/update_credentials");
        answer(locked.json(&json!({ "locked": true }))).await;
        let hidden = json!({ "status": SECRET, "visibility": "direct" });
        let hidden = ada.publish(hidden).await;
        // She is told of a like by somebody who was mentioned.
        let told = json!({ "status": format!("{SECRET} @cy"), "visibility": "direct" });
        let told = ada.publish(told).await;
        let like = format!(
            "/api/v1/statuses/{}/favourite",
            told["id"].as_str().unwrap()
        );
        cy.post(&like, Value::Null).await;
        let lines = ada.get("/api/v1/notifications").await;
        let text = |value: &Value| value["id"].as_str().unwrap().to_owned();
        let app = school.request(Method::POST, "/api/v1/apps").form(&[
            ("client_name", "An app"),
            ("redirect_uris", OUT_OF_BAND),
            ("scopes", SCOPES),
        ]);
        let app = answer(app).await;
        let browser = Browser::new(&school);
        browser.sign_in(&bo.name, "chalk and cheese", "/").await;
        let places = BTreeMap::from([
            ("/statuses/{id}", text(&hidden)),
            ("/accounts/{id}", text(&own)),
            ("/follow_requests/{id}", text(&own)),
            ("/notifications/{id}", text(&lines[0])),
            ("/@{name}/{id}", text(&hidden)),
        ]);
        Self {
            school,
            browser,
            app,
            places,
        }
    }

    /// A token of Bo's, who has nothing to do with Ada.
    async fn token(&self, scopes: &str) -> String {
        let_in(&self.school, &self.browser, &self.app, scopes).await
    }

    async fn grant(&self, grant: Value) -> String {
        granted(&self.school, &self.app, grant).await
    }

    /// The address with Ada's things in it.
    fn address(&self, path: &str) -> String {
        let mut path = path.to_owned();
        for (part, id) in &self.places {
            let filled = part.replace("{id}", id);
            path = path.replace(part, &filled);
        }
        for (part, value) in [
            ("{id}", "1"),
            ("{quoting_status_id}", "1"),
            ("{edge}", "1"),
            ("{item}", "1"),
            ("{account}", "1"),
            ("{number}", "1"),
            ("{post}", "1"),
            ("{deed}", "pin"),
            ("{name}", "ada"),
            ("{scheme}", "phase"),
            ("{hashtag}", "secret"),
            ("{key}", "ungrouped-1"),
            ("{tag}", "secret"),
            ("{folder}", "ab"),
            ("{stem}", "00"),
            ("{version}", "2.0"),
            ("{collection:outbox|followers|following}", "outbox"),
            ("{kind}", "media"),
            ("{digest}", "00"),
            ("{date}", "2026-12-01"),
            ("{channel:.+}", "nothing"),
            ("{code}", "00"),
        ] {
            path = path.replace(part, value);
        }
        assert!(!path.contains('{'), "{path}");
        path
    }

    async fn ask(&self, method: &Method, path: &str, token: Option<&str>) -> (u16, String) {
        let mut request = self.school.request(method.clone(), &self.address(path));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let kind = response.headers().get("content-type");
        let body = if kind.is_some_and(|kind| kind == "text/event-stream") {
            // It has no end.
            String::new()
        } else {
            response.text().await.unwrap()
        };
        assert!(status < 500, "{method} {path}: {status} {body}");
        assert!(!body.contains(SECRET), "{method} {path}: {body}");
        (status, body)
    }

    async fn is_refused(&self, route: &Route, token: Option<&str>, expected: u16, why: &str) {
        let (status, body) = self.ask(&route.method, route.path, token).await;
        let place = format!("{} {}, {why}: {body}", route.method, route.path);
        assert_eq!(status, expected, "{place}");
        let body: BTreeMap<String, Value> = serde_json::from_str(&body).unwrap();
        assert_eq!(body.keys().collect::<Vec<_>>(), ["error"], "{place}");
    }

    async fn is_let_in(&self, route: &Route, token: Option<&str>, why: &str) {
        let (status, body) = self.ask(&route.method, route.path, token).await;
        let refused = status == 401
            || body.contains("outside the authorized scopes")
            || body.contains("requires an authenticated user")
            || (body.contains("This action is not allowed") && route.hangs_on_the_role());
        assert!(
            !refused,
            "{} {}, {why}: {status} {body}",
            route.method, route.path
        );
    }
}

/// All scopes that do not cover what a route asks for.
fn other_scopes(wanted: &[&str], known: &[&str]) -> String {
    let others = known.iter().copied().filter(|name| !wanted.contains(name));
    let narrow = others.filter(|name| {
        name.contains(':') && !name.starts_with("admin") || *name == "push" || *name == "profile"
    });
    narrow.collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn every_address_refuses_whom_it_must() {
    let world = World::new().await;
    let metadata = world
        .school
        .request(Method::GET, "/.well-known/oauth-authorization-server");
    let metadata = answer(metadata).await;
    let known: Vec<&str> = metadata["scopes_supported"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let of_app = world
        .grant(json!({ "grant_type": "client_credentials", "scope": SCOPES }))
        .await;
    let suspended = world.school.teacher("eve");
    assert!(
        world
            .school
            .command(&["user", "suspend", "eve"])
            .status
            .success()
    );
    let scopes = "admin:read admin:write";
    let moderator = world.school.person("mia", "moderator", scopes);
    let admin = world.school.person("abe", "admin", scopes);
    let mut tokens: BTreeMap<String, String> = BTreeMap::new();
    for route in routes() {
        if route.who == Who::Public {
            for token in [None, Some("made-up"), Some(&of_app), Some(&suspended.token)] {
                world.ask(&route.method, route.path, token).await;
            }
            continue;
        }
        if route.who == Who::Anyone {
            world.is_let_in(&route, None, "nobody").await;
        } else {
            world.is_refused(&route, None, 401, "no token").await;
        }
        for bad in ["made-up", "%00", &"x".repeat(300)] {
            world.is_refused(&route, Some(bad), 401, "bad token").await;
        }
        world
            .is_refused(&route, Some(&suspended.token), 403, "suspended")
            .await;
        if matches!(route.who, Who::Person | Who::Moderator | Who::Admin) {
            world
                .is_refused(&route, Some(&of_app), 422, "an app's token")
                .await;
        } else {
            world
                .is_let_in(&route, Some(&of_app), "an app's token")
                .await;
        }
        let good: Vec<String> = match route.scopes.as_slice() {
            [] => vec!["push".to_owned()],
            scopes => scopes.iter().map(ToString::to_string).collect(),
        };
        let others = other_scopes(&route.scopes, &known);
        for scopes in good.iter().chain([&others]) {
            if !tokens.contains_key(scopes) {
                tokens.insert(scopes.clone(), world.token(scopes).await);
            }
        }
        for scopes in &good {
            if matches!(route.who, Who::Moderator | Who::Admin) {
                world
                    .is_refused(&route, Some(&tokens[scopes]), 403, "a plain person")
                    .await;
            } else {
                world.is_let_in(&route, Some(&tokens[scopes]), scopes).await;
            }
        }
        if route.who == Who::Admin {
            world
                .is_refused(&route, Some(&moderator.token), 403, "a moderator")
                .await;
            world
                .is_let_in(&route, Some(&admin.token), "an administrator")
                .await;
        }
        if route.who == Who::Moderator {
            world
                .is_let_in(&route, Some(&moderator.token), "a moderator")
                .await;
        }
        if !route.scopes.is_empty() {
            world
                .is_refused(&route, Some(&tokens[&others]), 403, "other scopes")
                .await;
        }
    }
}

#[tokio::test]
async fn no_address_takes_a_method_that_is_not_listed() {
    let world = World::new().await;
    let listed: BTreeSet<(String, &str)> = routes()
        .iter()
        .map(|route| (route.method.to_string(), route.path))
        .collect();
    for path in listed
        .iter()
        .map(|(_, path)| *path)
        .collect::<BTreeSet<_>>()
    {
        for method in [
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ] {
            if listed.contains(&(method.to_string(), path)) {
                continue;
            }
            let (status, body) = world.ask(&method, path, None).await;
            // For apps there is no such thing, as in Mastodon; elsewhere the method is refused.
            assert!(
                matches!(status, 404 | 405),
                "{method} {path}: {status} {body}"
            );
        }
    }
}
