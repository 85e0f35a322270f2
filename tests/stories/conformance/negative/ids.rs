//! Ids, names and dates of nothing: no numbers, too large or too long ones, and those that nobody has.

use serde_json::{Value, json};

use super::super::World;
use super::ledger::{Case, Ledger, Operation};
use super::right;
use crate::harness::out;

/// As they stand in an address: `%FF` is no UTF-8.
const NUMBERS: [&str; 9] = [
    "x",
    "1x",
    "-1",
    "0",
    "99999999999999999999",
    "9223372036854775807",
    "%00",
    "%FF",
    "%E2%98%83",
];
/// What no hashtag is called.
const TAGS: [&str; 6] = ["-1", "0", "a%20b", "%00", "%FF", "%23"];
const DATES: [&str; 5] = ["x", "1999-01-01", "2026-13-01", "%00", "%FF"];
const VERSIONS: [&str; 4] = ["x", "9.9", "%00", "%FF"];
const KEYS: [&str; 9] = [
    "x",
    "ungrouped-",
    "ungrouped-x",
    "ungrouped-99999999999999999999",
    "nothing-1-1",
    "favourite-1-x",
    // Half a day later there is no time any more.
    "favourite-1-190052473",
    "%00",
    "%FF",
];
/// For which years there can be no report, or nobody could write anything.
const YEARS: [&str; 5] = ["x", "1x", "99999999999999999999", "%00", "%FF"];

/// What takes any name: of a tag that nobody used there are no statuses, and any channel can be asked for.
const ANY_NAME: [&str; 1] = ["/api/v1/timelines/tag/{hashtag}"];

fn wrong(path: &str, name: &str) -> &'static [&'static str] {
    match name {
        "name" => &TAGS,
        "date" => &DATES,
        "version" => &VERSIONS,
        "key" => &KEYS,
        "id" if path.contains("/annual_reports/") => &YEARS,
        _ => &NUMBERS,
    }
}

/// The names of what is filled in.
fn names(path: &str) -> Vec<&str> {
    let parts = path.split('{').skip(1);
    parts.filter_map(|part| part.split('}').next()).collect()
}

pub async fn drive(world: &World, ledger: &mut Ledger<'_>) {
    let abe = &world.abe;
    let made = world
        .school
        .command(&["announcement", "create", "Holidays #Rest"]);
    let announcement = out(&made).trim().to_owned();
    let post = abe.publish(json!({ "status": "Mine" })).await;
    let own = abe.get("/api/v1/accounts/verify_credentials").await;
    let [post, own] = [&post, &own].map(|made| made["id"].as_str().unwrap());
    let right = right(post, own);
    let long = "1".repeat(300);
    for operation in ledger.document.operations() {
        let path = operation.1.clone();
        if ANY_NAME.contains(&path.as_str()) || path.contains("/reactions/") {
            continue;
        }
        for name in names(&path) {
            for bad in wrong(&path, name).iter().copied().chain([long.as_str()]) {
                // The others are as good as can be.
                let mut address = path.replace(&format!("{{{name}}}"), bad);
                if name != "id" {
                    address = address.replace("/statuses/{id}", &format!("/statuses/{post}"));
                }
                while let (Some(start), Some(end)) = (address.find('{'), address.find('}')) {
                    address.replace_range(start..=end, "1");
                }
                is_nowhere(ledger, &operation, &address, &abe.token, &right).await;
            }
        }
    }
    reactions(ledger, &announcement, &abe.token).await;
}

async fn is_nowhere(
    ledger: &mut Ledger<'_>,
    operation: &Operation,
    address: &str,
    token: &str,
    right: &Value,
) {
    let mut request = ledger.request(operation, address, token);
    if operation.0 != "GET" {
        request = request.json(right);
    }
    let address: String = address.chars().take(100).collect();
    ledger
        .refuses(operation, Case::Id, request, &[404], &address)
        .await;
}

/// Emoji of which there are none, and announcements.
async fn reactions(ledger: &mut Ledger<'_>, announcement: &str, token: &str) {
    for method in ["PUT", "PATCH", "DELETE"] {
        let path = "/api/v1/announcements/{id}/reactions/{name}";
        let operation = (method.to_owned(), path.to_owned());
        for bad in NUMBERS {
            let address = format!("/api/v1/announcements/{bad}/reactions/%F0%9F%90%9D");
            is_nowhere(ledger, &operation, &address, token, &Value::Null).await;
        }
        let status = if method == "DELETE" { 404 } else { 422 };
        for bad in ["no-emoji", "x", "%00", &"x".repeat(300)] {
            let address = format!("/api/v1/announcements/{announcement}/reactions/{bad}");
            let request = ledger.request(&operation, &address, token);
            ledger
                .refuses(&operation, Case::Id, request, &[status], &address)
                .await;
        }
    }
}
