//! What takes neither token, id nor body is asked by a method that it does not take; and what no description can say.

use reqwest::Method;

use super::super::World;
use super::ledger::{Case, Ledger, Operation};

const METHODS: [&str; 5] = ["DELETE", "PATCH", "PUT", "POST", "GET"];

pub async fn drive(world: &World, ledger: &mut Ledger<'_>) {
    for operation in ledger.document.operations() {
        if ledger.is_refused(&operation) {
            continue;
        }
        let path = operation.1.clone();
        let unknown = METHODS
            .iter()
            .find(|method| ledger.document.operation(method, &path).is_none());
        let other: Operation = ((*unknown.unwrap()).to_owned(), path.clone());
        let request = ledger.request(&other, &path, "");
        let what = format!("by {}", other.0);
        let allowed = [404, 405];
        ledger
            .refuses(&operation, Case::Method, request, &allowed, &what)
            .await;
    }
    undescribed(world, ledger).await;
}

/// What the coverage by tier counts besides: the public timeline for nobody, a browser's first question, the socket,
/// and documents without a description.
async fn undescribed(world: &World, ledger: &mut Ledger<'_>) {
    let named = |method: &str, path: &str| (method.to_owned(), path.to_owned());
    let school = &world.school;

    let operation = named("GET", "/api/v1/timelines/public#anonymous");
    let request = school.request(Method::GET, "/api/v1/timelines/public");
    let request = request.bearer_auth("made-up");
    ledger
        .refuses(&operation, Case::Token, request, &[401], "a made-up token")
        .await;

    let operation = named("OPTIONS", "/api/v1/instance");
    let request = school
        .request(Method::OPTIONS, "/api/v1/instance")
        .header("origin", "https://app.example")
        .header("access-control-request-method", "TRACE");
    ledger
        .refuses(&operation, Case::Method, request, &[400], "for TRACE")
        .await;

    let operation = named("WS", "/api/v1/streaming");
    let request = school
        .request(Method::GET, "/api/v1/streaming?stream=user")
        .header("connection", "Upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    ledger
        .refuses(&operation, Case::Token, request, &[401], "no token")
        .await;

    for path in ["/nodeinfo/2.0", "/.well-known/host-meta"] {
        let request = school.request(Method::POST, path);
        ledger
            .refuses(
                &named("GET", path),
                Case::Method,
                request,
                &[404, 405],
                "by POST",
            )
            .await;
    }
}
