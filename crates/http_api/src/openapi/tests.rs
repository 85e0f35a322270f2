use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

use super::*;

const ROUTES: &str = include_str!("../../../../tests/stories/routes.tsv");
/// Whatever stream is asked for that is none, and the page that shows the description.
const NO_OPERATIONS: [&str; 7] = [
    "/api/v1/streaming/{channel:.+}",
    "/api/v1/streaming/hashtag/{channel:.+}",
    "/api/v1/streaming/public/{channel:.+}",
    "/api/v1/streaming/user/{channel:.+}",
    "/api/docs",
    "/api/docs.css",
    "/api/docs.js",
];

fn all() -> Operations {
    let mut api = Operations::default();
    crate::routes::operations(&mut api);
    elsewhere::operations(&mut api);
    api
}

fn document() -> Value {
    serde_json::to_value(all().into_document("0")).unwrap()
}

/// Method and path of each operation, with who may ask: the scopes, `|` between them.
fn described() -> BTreeMap<(String, String), String> {
    let document = document();
    let mut found = BTreeMap::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let security = operation["security"].as_array();
            let scopes: BTreeSet<&str> = security
                .into_iter()
                .flatten()
                .filter_map(|one| one["oauth"].as_array())
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            let scopes = scopes.into_iter().collect::<Vec<_>>().join("|");
            let optional = security.is_some_and(|all| all.iter().any(|one| one["oauth"].is_null()));
            let role = operation["description"].as_str();
            let who = match (security, optional, role) {
                (None, _, _) => "public",
                (Some(_), true, _) => "anyone",
                (Some(_), false, Some("For moderators.")) => "moderator",
                (Some(_), false, Some("For administrators.")) => "admin",
                (Some(_), false, _) => "person",
            };
            found.insert(
                (method.to_uppercase(), path.clone()),
                format!("{who} {scopes}").trim_end().to_owned(),
            );
        }
    }
    found
}

#[test]
fn every_operation_is_described_as_it_is_routed_and_no_other() {
    let mut described = described();
    let mut mistakes = Vec::new();
    for line in ROUTES.lines().filter(|line| !line.starts_with('#')) {
        let cells: Vec<&str> = line.split('\t').collect();
        let (method, path, who) = (cells[0], cells[1], cells[2]);
        let found = described.remove(&(method.to_owned(), path.to_owned()));
        let is_ours = path.starts_with("/api/") && !NO_OPERATIONS.contains(&path);
        match found {
            None if is_ours => mistakes.push(format!(
                "{method} {path} is routed and not described: add a line to `operations` in the file \
                 of crates/http_api/src/routes that has its handler"
            )),
            None => {}
            Some(said) if path.starts_with("/api/") => {
                let (role, scopes) = who.split_once(' ').unwrap_or((who, ""));
                let mut scopes: Vec<&str> =
                    scopes.split('|').filter(|scope| *scope != "any").collect();
                scopes.sort_unstable();
                // Whether an app's own token is enough cannot be said there.
                let role = role.replace("holder", "person");
                let listed = format!("{role} {}", scopes.join("|"));
                // Any token or none is for everybody; signing up asks for a scope by itself.
                let for_all = role == "public" && said == "anyone";
                if said != listed.trim_end() && !for_all && path != "/api/v1/accounts" {
                    mistakes.push(format!("{method} {path}: routes.tsv has {listed}, its handler {said}"));
                }
            }
            Some(_) => {}
        }
    }
    for (method, path) in described.keys() {
        mistakes.push(format!(
            "{method} {path} is described and not in tests/stories/routes.tsv"
        ));
    }
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

#[test]
fn every_operation_says_what_it_answers_and_is_called_once() {
    let document = document();
    let mut ids = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let answers = operation["responses"].as_object().unwrap();
            let is_answered = answers
                .keys()
                .any(|status| status.starts_with('2') || status == "101");
            assert!(
                is_answered,
                "{method} {path}: add what it answers, e.g. `.answers::<Status>()`"
            );
            let id = operation["operationId"].as_str().unwrap();
            assert!(ids.insert(id.to_owned()), "{id} is said twice");
        }
    }
}

/// A name stands for one thing: two structs that are called alike would be taken for each other.
#[test]
fn every_name_of_a_schema_is_one_schema() {
    let mut known: BTreeMap<String, RefOr<Schema>> = BTreeMap::new();
    for (name, schema) in all().schemas() {
        let before = known.entry(name.clone()).or_insert_with(|| schema.clone());
        let same =
            serde_json::to_value(&*before).unwrap() == serde_json::to_value(&schema).unwrap();
        assert!(
            same,
            "two schemas are called {name}: give one `#[schema(as = …)]`"
        );
    }
}

#[test]
fn what_is_referred_to_is_there() {
    fn walk(part: &Value, whole: &Value) {
        match part {
            Value::Object(fields) => {
                if let Some(Value::String(to)) = fields.get("$ref") {
                    let place = to.strip_prefix('#').unwrap();
                    assert!(whole.pointer(place).is_some(), "{to}");
                }
                fields.values().for_each(|field| walk(field, whole));
            }
            Value::Array(items) => items.iter().for_each(|item| walk(item, whole)),
            _ => {}
        }
    }
    let document = document();
    walk(&document, &document);
}

#[test]
fn parameters_come_from_the_handler() {
    let document = document();
    let statuses = &document["paths"]["/api/v1/accounts/{id}/statuses"]["get"];
    let named: Vec<&str> = statuses["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|parameter| parameter["name"].as_str())
        .collect();
    for name in ["id", "only_media", "tagged", "max_id", "limit"] {
        assert!(named.contains(&name), "{name} is not in {named:?}");
    }
    let several = &document["paths"]["/api/v1/accounts"]["get"]["parameters"][0];
    assert_eq!(several["name"], "id[]");
    let publish = &document["paths"]["/api/v1/statuses"]["post"];
    let body = &publish["requestBody"]["content"]["application/json"]["schema"];
    assert_eq!(
        body["properties"]["status"]["$ref"],
        "#/components/schemas/Text"
    );
    let profile = &document["paths"]["/api/v1/profile"]["patch"]["requestBody"]["content"];
    let files = &profile["multipart/form-data"]["schema"]["allOf"][1]["properties"];
    assert_eq!(files["avatar"]["format"], "binary");
}
