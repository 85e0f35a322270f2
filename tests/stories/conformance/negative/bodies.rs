//! Bodies that make no sense, say too little or too much, or what is not among the choices: refused as Mastodon refuses,
//! by every operation that reads one, without effect.

use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::super::World;
use super::super::document::Document;
use super::ledger::{Case, Ledger, Operation};
use super::places::Places;
use crate::harness::Teacher;

/// What Abe sees of all that he could have changed.
const SEEN: [&str; 20] = [
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
    "/api/v1/blocks",
    "/api/v1/notifications/requests",
    "/api/v1/push/subscription",
    "/api/v2/notifications/policy",
    "/api/v1/admin/domain_blocks",
    "/api/v1/admin/ip_blocks",
    "/api/v1/admin/email_domain_blocks",
    "/api/v1/admin/reports",
    "/api/v1/admin/accounts",
];

/// What needs something said: nothing is too little. Whose names are not here may be asked without a word.
const NEEDS: [(&str, &str); 35] = [
    ("POST", "/api/staffroom/v1/documents"),
    ("POST", "/api/v1/accounts"),
    ("POST", "/api/v1/admin/accounts/{id}/action"),
    ("POST", "/api/v1/admin/canonical_email_blocks"),
    ("POST", "/api/v1/admin/canonical_email_blocks/test"),
    ("POST", "/api/v1/admin/dimensions"),
    ("POST", "/api/v1/admin/domain_allows"),
    ("POST", "/api/v1/admin/domain_blocks"),
    ("POST", "/api/v1/admin/email_domain_blocks"),
    ("POST", "/api/v1/admin/ip_blocks"),
    ("POST", "/api/v1/admin/measures"),
    ("POST", "/api/v1/admin/retention"),
    ("POST", "/api/v1/apps"),
    ("POST", "/api/v1/collections"),
    ("POST", "/api/v1/collections/{id}/items"),
    ("POST", "/api/v1/domain_blocks"),
    ("POST", "/api/v1/emails/confirmations"),
    ("POST", "/api/v1/featured_tags"),
    ("POST", "/api/v1/filters"),
    ("POST", "/api/v1/lists"),
    ("DELETE", "/api/v1/domain_blocks"),
    ("POST", "/api/v1/media"),
    ("POST", "/api/v2/media"),
    ("POST", "/api/v1/notifications/dismiss"),
    ("POST", "/api/v1/polls/{id}/votes"),
    ("POST", "/api/v1/push/subscription"),
    ("POST", "/api/v1/reports"),
    ("PUT", "/api/v1/scheduled_statuses/{id}"),
    ("PATCH", "/api/v1/scheduled_statuses/{id}"),
    ("POST", "/api/v1/statuses"),
    ("POST", "/api/v2/filters"),
    ("POST", "/api/v2/filters/{id}/keywords"),
    ("POST", "/api/v2/filters/{id}/statuses"),
    ("POST", "/oauth/token"),
    ("POST", "/oauth/revoke"),
];

/// What is not read where it may be said, however long it is.
const UNREAD: [(&str, &str); 2] = [
    ("/api/v1/admin/domain_blocks/{id}", "domain"),
    ("/api/v2/filters/keywords/{id}", "id"),
];

const REFUSED: &str = include_str!("refused.tsv");

/// Method, path, body, and what must be said of it.
fn refused() -> Vec<(&'static str, &'static str, Value, &'static str)> {
    let long = "ü".repeat(10_000);
    let hosts: Vec<String> = (0..101)
        .map(|number| format!("h{number}.example"))
        .collect();
    let hosts = json!(hosts).to_string();
    let lines = REFUSED.lines().filter(|line| !line.starts_with('#'));
    let line = |line: &'static str| {
        let cells: Vec<&str> = line.split('\t').collect();
        let [method, path, body, words] = cells[..] else {
            panic!("{line}");
        };
        let body = body.replace("LONG", &long).replace("HOSTS", &hosts);
        let body = serde_json::from_str(&body).unwrap_or_else(|_| panic!("{line}"));
        (method, path, body, words)
    };
    lines.map(line).collect()
}

pub async fn drive(world: &World, ledger: &mut Ledger<'_>) {
    let World { abe, cy, .. } = world;
    let mut places = Places::of(abe, cy).await;
    for (part, path, body) in [
        (
            "/admin/domain_blocks/{id}",
            "/api/v1/admin/domain_blocks",
            json!({ "domain": "loud.example" }),
        ),
        (
            "/admin/ip_blocks/{id}",
            "/api/v1/admin/ip_blocks",
            json!({ "ip": "198.51.100.0/24", "severity": "sign_up_block" }),
        ),
    ] {
        let made = abe.post(path, body).await;
        places.put(part, made["id"].as_str().unwrap());
    }
    let before = seen(abe).await;
    let mut long = Vec::new();
    let mut asked = 0;
    for operation in ledger.document.operations() {
        let (method, path) = &operation;
        let Some(fields) = ledger.document.body(method, path) else {
            continue;
        };
        asked += 1;
        let mut bodies = Vec::new();
        for (name, field) in fields {
            bodies.push(json!({ name: wrong(&ledger.document, field) }));
            if ledger.document.resolved(field)["type"] == "string" {
                long.push((operation.clone(), name.to_owned()));
            }
        }
        let address = places.fill(path);
        for body in bodies {
            is_refused(
                ledger,
                &operation,
                &address,
                abe,
                body.to_string().as_bytes(),
            )
            .await;
        }
        nonsense(ledger, &operation, &address, abe).await;
    }
    assert!(asked > 50, "{asked}");
    for (method, path) in NEEDS {
        let operation = (method.to_owned(), path.to_owned());
        let request = ledger.request(&operation, &places.fill(path), &abe.token);
        let allowed = allowed_without_a_word(path);
        ledger
            .refuses(
                &operation,
                Case::Body,
                request.json(&json!({})),
                allowed,
                "nothing said",
            )
            .await;
    }
    for (method, path, body, words) in refused() {
        let operation = (method.to_owned(), path.to_owned());
        let request = ledger.request(&operation, &places.fill(path), &abe.token);
        let what: String = body.to_string().chars().take(80).collect();
        let said = ledger
            .refuses(&operation, Case::Body, request.json(&body), &[422], &what)
            .await;
        if said["error"]
            .as_str()
            .is_some_and(|said| !said.contains(words))
        {
            ledger.is_wrong(format!("{operation:?} with {what}: {said}, not {words:?}"));
        }
    }
    too_long(ledger, &places, abe, &long).await;
    let after = seen(abe).await;
    for ((path, before), after) in SEEN.iter().zip(before).zip(after) {
        if before != after {
            ledger.is_wrong(format!(
                "something that was refused changed {path}: {before}\nis now {after}"
            ));
        }
    }
    without_nul(ledger, &places, abe, &long).await;
}

async fn seen(abe: &Teacher) -> Vec<Value> {
    let mut seen = Vec::new();
    for path in SEEN {
        seen.push(abe.get(path).await);
    }
    seen
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

/// Whoever says wrongly which app they are is not let in.
fn allowed(path: &str) -> &'static [u16] {
    match path {
        "/oauth/token" | "/oauth/revoke" => &[400, 401, 422],
        _ => &[400, 422],
    }
}

/// What names nothing is nowhere; whose address is confirmed is sent no letter; and who is here does not sign up.
fn allowed_without_a_word(path: &str) -> &'static [u16] {
    match path {
        "/oauth/token" | "/oauth/revoke" => &[400, 401, 403],
        "/api/v1/accounts" | "/api/v1/emails/confirmations" => &[403],
        "/api/v1/featured_tags" | "/api/v1/polls/{id}/votes" => &[400],
        "/api/v1/collections/{id}/items"
        | "/api/v1/notifications/dismiss"
        | "/api/v1/reports"
        | "/api/v2/filters/{id}/statuses" => &[404],
        _ => &[422],
    }
}

async fn is_refused(
    ledger: &mut Ledger<'_>,
    operation: &Operation,
    address: &str,
    abe: &Teacher,
    body: &[u8],
) {
    let request = ledger.request(operation, address, &abe.token);
    let request = request
        .header(CONTENT_TYPE, "application/json")
        .body(body.to_vec());
    let what: String = String::from_utf8_lossy(body).chars().take(80).collect();
    ledger
        .refuses(operation, Case::Body, request, allowed(&operation.1), &what)
        .await;
}

/// What cannot be read at all.
async fn nonsense(ledger: &mut Ledger<'_>, operation: &Operation, address: &str, abe: &Teacher) {
    let deep = |depth: usize| format!("{{\"a\":{}1{}}}", "[".repeat(depth), "]".repeat(depth));
    let many = format!("{{\"a\":[{}1]}}", "1,".repeat(2_000));
    for body in ["{\"status\":", "nonsense", "[1, 2]", "\"text\"", "7"] {
        is_refused(ledger, operation, address, abe, body.as_bytes()).await;
    }
    for body in [deep(20), deep(10_000), many] {
        is_refused(ledger, operation, address, abe, body.as_bytes()).await;
    }
    is_refused(
        ledger,
        operation,
        address,
        abe,
        b"{\"status\":\"\xff\xfe\"}",
    )
    .await;
    for kind in ["multipart/form-data", "multipart/form-data; boundary=b"] {
        let request = ledger.request(operation, address, &abe.token);
        let request = request.header(CONTENT_TYPE, kind).body("");
        ledger
            .refuses(operation, Case::Body, request, allowed(&operation.1), kind)
            .await;
    }
}

/// Far more than any field takes: refused, never cut in silence.
async fn too_long(
    ledger: &mut Ledger<'_>,
    places: &Places,
    abe: &Teacher,
    fields: &[(Operation, String)],
) {
    let allowed = [400, 401, 403, 404, 422];
    for (operation, name) in fields {
        let is_unread = |(path, unread): &(&str, &str)| operation.1 == *path && name == unread;
        if UNREAD.iter().any(is_unread) {
            continue;
        }
        let body = json!({ name: "ü".repeat(200_000) });
        let request = ledger.request(operation, &places.fill(&operation.1), &abe.token);
        let what = format!("a long {name}");
        ledger
            .refuses(operation, Case::Body, request.json(&body), &allowed, &what)
            .await;
    }
}

/// No database keeps it, and nobody sees it again.
async fn without_nul(
    ledger: &mut Ledger<'_>,
    places: &Places,
    abe: &Teacher,
    fields: &[(Operation, String)],
) {
    for (operation, name) in fields {
        let body = json!({ name: "\0a\0" });
        let request = ledger.request(operation, &places.fill(&operation.1), &abe.token);
        let (status, text) = ledger.asks(request.json(&body)).await;
        if status >= 500 || text.contains("\\u0000") || text.contains('\0') {
            ledger.is_wrong(format!("{operation:?} with NUL in {name}: {status} {text}"));
        }
    }
}
