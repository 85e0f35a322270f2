//! What belongs to somebody else, asked for by a stranger; and what was there and is no more, asked for by its owner.

use reqwest::Method;
use serde_json::{Value, json};

use super::super::World;
use super::ledger::{Case, Ledger, Operation};
use super::places::Places;
use super::right;
use crate::harness::Teacher;

/// What a stranger is answered otherwise than that there is no such thing, as in Mastodon.
const OTHERWISE: [(&str, &str, u16); 9] = [
    // Whoever knows its number may look at it; what it says is not theirs to change.
    ("GET", "/api/v1/collections/{id}", 200),
    ("PUT", "/api/v1/collections/{id}", 403),
    ("PATCH", "/api/v1/collections/{id}", 403),
    ("DELETE", "/api/v1/collections/{id}", 403),
    ("POST", "/api/v1/collections/{id}/items", 403),
    ("DELETE", "/api/v1/collections/{id}/items/{item}", 403),
    ("POST", "/api/v1/collections/{id}/items/{item}/revoke", 403),
    // Of the notifications with that key, the stranger has none.
    ("GET", "/api/v2/notifications/{key}/accounts", 200),
    ("POST", "/api/v2/notifications/{key}/dismiss", 200),
];

/// All of Ada's that a stranger could have changed.
const SEEN: [&str; 16] = [
    "/api/v1/accounts/verify_credentials",
    "/api/v1/lists",
    "/api/v1/filters",
    "/api/v2/filters",
    "/api/v1/scheduled_statuses",
    "/api/v1/featured_tags",
    "/api/v1/conversations",
    "/api/v1/notifications",
    "/api/v1/notifications/requests",
    "/api/v2/notifications/policy",
    "/api/v1/follow_requests",
    "/api/v1/push/subscription",
    "/api/v1/annual_reports",
    "/api/v1/statuses/{id}",
    "/api/v1/media/{id}",
    "/api/v1/collections/{id}",
];

/// How each of a person's things is taken away.
const AWAY: [(&str, &str); 11] = [
    ("DELETE", "/api/v1/statuses/{id}"),
    ("DELETE", "/api/v1/lists/{id}"),
    ("DELETE", "/api/v2/filters/{id}"),
    ("DELETE", "/api/v1/scheduled_statuses/{id}"),
    ("DELETE", "/api/v1/media/{id}"),
    ("DELETE", "/api/v1/featured_tags/{id}"),
    ("DELETE", "/api/v1/collections/{id}"),
    ("DELETE", "/api/v1/conversations/{id}"),
    ("POST", "/api/v1/notifications/{id}/dismiss"),
    ("POST", "/api/v1/notifications/requests/{id}/dismiss"),
    ("POST", "/api/v1/follow_requests/{id}/reject"),
];

pub async fn drive(world: &World, ledger: &mut Ledger<'_>) {
    let World { ada, bo, cy, .. } = world;
    let places = Places::of(ada, cy).await;
    let before = seen(ada, &places).await;
    let post = bo.publish(json!({ "status": "Mine" })).await;
    let own = bo.get("/api/v1/accounts/verify_credentials").await;
    let right = right(post["id"].as_str().unwrap(), own["id"].as_str().unwrap());
    for operation in personal(ledger, &places) {
        let request = asked(ledger, &operation, &places, &bo.token, &right);
        let otherwise = otherwise(&operation);
        let what = "of somebody else";
        if otherwise == Some(200) {
            let (status, text) = ledger.asks(request).await;
            if status != 200 {
                ledger.is_wrong(format!("{operation:?}, {what}: {status} {text}"));
            }
        } else {
            let allowed = [otherwise.unwrap_or(404)];
            ledger
                .refuses(&operation, Case::Other, request, &allowed, what)
                .await;
        }
    }
    in_bodies(world, ledger, &places).await;
    let after = seen(ada, &places).await;
    for ((path, before), after) in SEEN.iter().zip(before).zip(after) {
        if before != after {
            ledger.is_wrong(format!(
                "a stranger changed {path}: {before}\nis now {after}"
            ));
        }
    }
    gone(world, ledger, &places, &right).await;
}

async fn seen(ada: &Teacher, places: &Places) -> Vec<Value> {
    let mut seen = Vec::new();
    for path in SEEN {
        seen.push(ada.get(&places.fill(path)).await);
    }
    seen
}

/// The operations about a thing that is one person's: not what moderators do, nor what is said of people; and a year, in
/// which everybody may have a report, is nobody's.
fn personal(ledger: &Ledger<'_>, places: &Places) -> Vec<Operation> {
    let mut all = ledger.document.operations();
    all.retain(|(_, path)| {
        places.name(path)
            && !path.starts_with("/api/v1/admin/")
            && !path.starts_with("/api/v1/accounts/")
            && !path.ends_with("/generate")
            && !path.ends_with("/state")
    });
    all
}

fn otherwise((method, path): &Operation) -> Option<u16> {
    let mut known = OTHERWISE.iter();
    let found = known.find(|(verb, at, _)| verb == method && at == path);
    found.map(|(_, _, status)| *status)
}

fn asked(
    ledger: &Ledger<'_>,
    operation: &Operation,
    places: &Places,
    token: &str,
    right: &Value,
) -> reqwest::RequestBuilder {
    let request = ledger.request(operation, &places.fill(&operation.1), token);
    if operation.0 == "GET" {
        request
    } else {
        request.json(right)
    }
}

/// What belongs to Ada, named in what Bo says.
async fn in_bodies(world: &World, ledger: &mut Ledger<'_>, places: &Places) {
    let World { ada, bo, .. } = world;
    let list = bo.post("/api/v1/lists", json!({ "title": "Bo's" })).await;
    let words = json!({ "title": "Bo's", "context": ["home"], "keywords_attributes": [{ "keyword": "x" }] });
    let filter = bo.post("/api/v2/filters", words).await;
    let [list, filter] = [&list, &filter].map(|made| made["id"].as_str().unwrap());
    let (post, ada_id) = (places.id("/statuses/{id}"), places.id("/accounts/{id}"));
    let keyword = places.id("/v2/filters/keywords/{id}");
    let request = places.id("/notifications/requests/{id}");
    let app = &world.client;
    let statuses = "/api/v1/statuses";
    for (method, path, id, body, status) in [
        (
            "POST",
            statuses,
            "",
            json!({ "status": "x", "media_ids": [places.id("/media/{id}")] }),
            422,
        ),
        (
            "POST",
            statuses,
            "",
            json!({ "status": "x", "document_ids": [places.id("/media/{id}")] }),
            422,
        ),
        (
            "POST",
            statuses,
            "",
            json!({ "status": "x", "in_reply_to_id": post }),
            404,
        ),
        (
            "POST",
            statuses,
            "",
            json!({ "status": "x", "quoted_status_id": post }),
            404,
        ),
        (
            "POST",
            "/api/v1/reports",
            "",
            json!({ "account_id": ada_id, "status_ids": [post] }),
            404,
        ),
        (
            "POST",
            "/api/v2/filters/{id}/statuses",
            filter,
            json!({ "status_id": post }),
            404,
        ),
        (
            "PUT",
            "/api/v2/filters/{id}",
            filter,
            json!({ "keywords_attributes": [{ "id": keyword, "keyword": "taken" }] }),
            404,
        ),
        (
            "POST",
            "/api/v1/lists/{id}/accounts",
            list,
            json!({ "account_ids": [ada_id] }),
            404,
        ),
        (
            "POST",
            "/api/v1/notifications/dismiss",
            "",
            json!({ "id": places.id("/notifications/{id}") }),
            404,
        ),
        (
            "POST",
            "/api/v1/notifications/requests/accept",
            "",
            json!({ "id": [request] }),
            404,
        ),
        (
            "POST",
            "/api/v1/notifications/requests/dismiss",
            "",
            json!({ "id": [request] }),
            404,
        ),
        (
            "POST",
            "/oauth/revoke",
            "",
            json!({ "client_id": app["client_id"], "client_secret": app["client_secret"], "token": ada.token }),
            403,
        ),
        ("GET", "/api/v1/push/subscription", "", Value::Null, 404),
        (
            "PUT",
            "/api/v1/push/subscription",
            "",
            json!({ "data": { "alerts": { "follow": true } } }),
            404,
        ),
    ] {
        let operation = (method.to_owned(), path.to_owned());
        let mut request = ledger.request(&operation, &path.replace("{id}", id), &bo.token);
        if method != "GET" {
            request = request.json(&body);
        }
        let what = format!("with what is somebody else's: {body}");
        ledger
            .refuses(&operation, Case::Other, request, &[status], &what)
            .await;
    }
    // Bo has none of his own, and takes nobody else's away.
    bo.request(Method::DELETE, "/api/v1/push/subscription")
        .send()
        .await
        .unwrap();
}

/// What Ada has taken away is nowhere, for herself too.
async fn gone(world: &World, ledger: &mut Ledger<'_>, places: &Places, right: &Value) {
    let ada = &world.ada;
    for (method, path) in AWAY {
        let request = ada.request(method.parse().unwrap(), &places.fill(path));
        let (status, text) = ledger.asks(request).await;
        if status != 200 {
            ledger.is_wrong(format!("{method} {path}, once: {status} {text}"));
        }
    }
    for operation in personal(ledger, places) {
        let path = &operation.1;
        let stays = path.contains("/annual_reports/") || path.contains("/notifications/{key}");
        if stays {
            continue;
        }
        let request = asked(ledger, &operation, places, &ada.token, right);
        ledger
            .refuses(&operation, Case::Id, request, &[404], "of what is gone")
            .await;
    }
}
