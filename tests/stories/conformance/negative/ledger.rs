//! What was asked wrongly of which operation, and what was not refused as it should be.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use super::super::coverage;
use super::super::document::Document;
use super::super::reference::bare;
use crate::harness::{School, answer};

/// What is wrong with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Case {
    /// There is no token, or none of ours.
    Token,
    /// The token is for other things.
    Scope,
    /// Whoever asks is no moderator.
    Role,
    /// What it is about belongs to somebody else.
    Other,
    /// There is no such thing.
    Id,
    Body,
    /// Nothing else can be wrong with it than its method.
    Method,
}

/// Method and path, as they are described.
pub type Operation = (String, String);

pub struct Ledger<'a> {
    pub school: &'a School,
    pub document: Document,
    refused: BTreeMap<Operation, BTreeSet<Case>>,
    mistakes: Vec<String>,
}

impl<'a> Ledger<'a> {
    pub async fn new(school: &'a School) -> Self {
        let document = answer(school.request(Method::GET, "/api/openapi.json")).await;
        Self {
            school,
            document: Document(document),
            refused: BTreeMap::new(),
            mistakes: Vec::new(),
        }
    }

    pub fn request(&self, operation: &Operation, address: &str, token: &str) -> RequestBuilder {
        let method = operation.0.parse().unwrap();
        let request = self.school.request(method, address);
        if token.is_empty() {
            request
        } else {
            request.bearer_auth(token)
        }
    }

    pub fn is_refused(&self, operation: &Operation) -> bool {
        self.refused.contains_key(operation)
    }

    pub fn is_wrong(&mut self, mistake: String) {
        self.mistakes.push(mistake);
    }

    /// Asks, and expects one of these refusals in Mastodon's shape; answers what was said.
    pub async fn refuses(
        &mut self,
        operation: &Operation,
        case: Case,
        request: RequestBuilder,
        allowed: &[u16],
        what: &str,
    ) -> Value {
        let (status, text) = self.asks(request).await;
        let said: Value = serde_json::from_str(&text).unwrap_or_default();
        let in_shape = said["error"].is_string() || !speaks_json(operation);
        if allowed.contains(&status) && in_shape {
            let cases = self.refused.entry(operation.clone()).or_default();
            cases.insert(case);
        } else {
            let text: String = text.chars().take(150).collect();
            let (method, path) = operation;
            self.mistakes
                .push(format!("{method} {path}, {what}: {status} {text}"));
        }
        said
    }

    /// Status and text of an answer; a stream has no end, and is not read.
    pub async fn asks(&self, request: RequestBuilder) -> (u16, String) {
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let kind = response.headers().get("content-type");
        if kind.is_some_and(|kind| kind == "text/event-stream") {
            return (status, String::new());
        }
        (status, response.text().await.unwrap())
    }

    /// Prints how many operations were asked wrongly, by what was wrong and by tier: all must have been, and refused.
    pub fn concludes(self) {
        let all = self.document.operations();
        for case in [
            Case::Token,
            Case::Scope,
            Case::Role,
            Case::Other,
            Case::Id,
            Case::Body,
            Case::Method,
        ] {
            let count = self.refused.values().filter(|cases| cases.contains(&case));
            eprintln!("refused for {case:?}: {} operations", count.count());
        }
        eprintln!("refused: {}/{} operations", self.refused.len(), all.len());
        let untouched: Vec<String> = all
            .iter()
            .filter(|operation| !self.refused.contains_key(*operation))
            .map(|(method, path)| format!("{method} {path}"))
            .collect();
        assert!(
            self.mistakes.is_empty(),
            "{} requests were not refused as they should be:\n{}",
            self.mistakes.len(),
            self.mistakes.join("\n")
        );
        assert!(
            untouched.is_empty(),
            "described, and asked wrongly by nothing in tests/stories/conformance/negative/:\n{}",
            untouched.join("\n")
        );
        let there = self.refused.into_keys();
        let there = there.map(|(method, path)| (method, bare(&path))).collect();
        coverage::by_tier("asked wrongly", &there);
    }
}

/// Whether refusals are JSON there: elsewhere they are pages, and of what a browser asks first nobody reads more than
/// the status.
fn speaks_json((method, path): &Operation) -> bool {
    let oauth = ["/oauth/token", "/oauth/revoke", "/oauth/userinfo"];
    method != "OPTIONS" && (path.starts_with("/api/") || oauth.contains(&path.as_str()))
}
