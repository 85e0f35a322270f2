//! Who may not ask: nobody, an app that was let in for other things, somebody who is no moderator.

use serde_json::{Value, json};

use super::super::World;
use super::super::reference::bare;
use super::ledger::{Case, Ledger, Operation};
use crate::harness::answer;
use crate::routes::{Route, SCOPES, Who, routes};
use crate::sign_in::{Browser, OUT_OF_BAND, let_in};

const NO_TOKEN: &str = "The access token is invalid";
const OTHER_SCOPES: &str = "This action is outside the authorized scopes";
const NO_MODERATOR: &str = "This action is not allowed";

pub async fn drive(world: &World, ledger: &mut Ledger<'_>) {
    let school = &world.school;
    let request = school.request(reqwest::Method::POST, "/api/v1/apps");
    let wish = json!({ "client_name": "Nosy", "redirect_uris": OUT_OF_BAND, "scopes": SCOPES });
    let app = answer(request.json(&wish)).await;
    // An administrator has the role for everything, so that only the scope can be missing.
    let [abe, bo] = [Browser::new(school), Browser::new(school)];
    abe.sign_in("abe", "chalk and cheese", "/").await;
    bo.sign_in("bo", "chalk and cheese", "/").await;
    let no_moderator = let_in(school, &bo, &app, SCOPES).await;
    let known = answer(school.request(
        reqwest::Method::GET,
        "/.well-known/oauth-authorization-server",
    ))
    .await;
    let routes = routes();
    let mut tokens: Vec<(Vec<&str>, String)> = Vec::new();
    for operation in ledger.document.operations() {
        let route = routes.iter().find(|route| is_at(route, &operation));
        let Some(route) = route else {
            ledger.is_wrong(format!("{operation:?} is not in routes.tsv"));
            continue;
        };
        match route.who {
            Who::Public => continue,
            Who::Anyone => refuses(ledger, &operation, Case::Token, "made-up", NO_TOKEN).await,
            Who::Person | Who::Moderator | Who::Admin | Who::Holder => {
                refuses(ledger, &operation, Case::Token, "", NO_TOKEN).await;
            }
        }
        if !route.scopes.is_empty() {
            let found = tokens.iter().find(|(scopes, _)| *scopes == route.scopes);
            let token = match found {
                Some((_, token)) => token.clone(),
                None => {
                    let scopes = all_but(&known, &route.scopes);
                    let token = let_in(school, &abe, &app, &scopes).await;
                    tokens.push((route.scopes.clone(), token.clone()));
                    token
                }
            };
            refuses(ledger, &operation, Case::Scope, &token, OTHER_SCOPES).await;
        }
        if matches!(route.who, Who::Moderator | Who::Admin) {
            refuses(ledger, &operation, Case::Role, &no_moderator, NO_MODERATOR).await;
        }
    }
}

fn is_at(route: &Route, (method, path): &Operation) -> bool {
    route.method.as_str() == method && bare(route.path) == bare(path)
}

/// All narrow scopes that there are but these, and but those in which these are.
fn all_but(known: &Value, wanted: &[&str]) -> String {
    let covers = |name: &str| {
        let within = format!("{name}:");
        wanted
            .iter()
            .any(|wanted| *wanted == name || wanted.starts_with(&within))
    };
    let names = known["scopes_supported"].as_array().unwrap().iter();
    let names = names.filter_map(Value::as_str);
    let names = names.filter(|name| !matches!(*name, "read" | "write" | "follow"));
    let others: Vec<&str> = names.filter(|name| !covers(name)).collect();
    others.join(" ")
}

async fn refuses(
    ledger: &mut Ledger<'_>,
    operation: &Operation,
    case: Case,
    token: &str,
    words: &str,
) {
    let status = if case == Case::Token { 401 } else { 403 };
    let mut address = operation.1.clone();
    while let (Some(start), Some(end)) = (address.find('{'), address.find('}')) {
        address.replace_range(start..=end, "1");
    }
    let request = ledger.request(operation, &address, token);
    let what = format!("{case:?}");
    let said = ledger
        .refuses(operation, case, request, &[status], &what)
        .await;
    if said["error"].is_string() && said != json!({ "error": words }) {
        ledger.is_wrong(format!("{operation:?}, {case:?}: {said}, not {words:?}"));
    }
}
