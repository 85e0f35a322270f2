//! Asks for one operation after the other, and remembers which, and what was wrong with the answers.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::Value;

use super::document::Document;
use super::reference::Reference;
use super::{NOT_DRIVEN, TOLERATED};
use crate::harness::{School, Teacher, answer};

pub struct Driver<'a> {
    pub school: &'a School,
    pub document: Document,
    pub reference: Reference,
    driven: BTreeSet<(String, String)>,
    /// What is wrong, and where it was seen first.
    wrong: BTreeMap<String, String>,
}

impl<'a> Driver<'a> {
    pub async fn new(school: &'a School) -> Self {
        let document = answer(school.request(Method::GET, "/api/openapi.json")).await;
        Self {
            school,
            document: Document(document),
            reference: Reference::read(),
            driven: BTreeSet::new(),
            wrong: BTreeMap::new(),
        }
    }

    /// `operation` is `POST /api/v1/lists/{id}?limit=2`; `ids` fill what is in braces.
    pub fn request(
        &self,
        who: Option<&Teacher>,
        operation: &str,
        ids: &[&Value],
    ) -> RequestBuilder {
        let (method, address) = operation.split_once(' ').unwrap();
        let mut address = address.to_owned();
        for id in ids {
            let (start, end) = (address.find('{').unwrap(), address.find('}').unwrap());
            address.replace_range(start..=end, id.as_str().unwrap_or("0"));
        }
        assert!(!address.contains('{'), "{operation}");
        let request = self.school.request(method.parse().unwrap(), &address);
        match who {
            Some(teacher) => request.bearer_auth(&teacher.token),
            None => request,
        }
    }

    pub fn notes(&mut self, operation: &str) -> (String, String) {
        let (method, address) = operation.split_once(' ').unwrap();
        let path = address.split('?').next().unwrap();
        let found = (method.to_owned(), path.to_owned());
        assert!(
            self.document.operation(method, path).is_some(),
            "{method} {path} is not described: add it to `operations` in crates/http_api/src/routes"
        );
        self.driven.insert(found.clone());
        found
    }

    pub fn is_wrong(&mut self, what: String, operation: &str) {
        self.wrong
            .entry(what)
            .or_insert_with(|| operation.to_owned());
    }

    /// Asks, and looks at the answer, which is a good one; what PUT and PATCH do alike is asked by both.
    pub async fn asks(
        &mut self,
        who: &Teacher,
        operation: &str,
        ids: &[&Value],
        body: Value,
    ) -> Value {
        let found = self.asks_once(who, operation, ids, &body).await;
        let (method, address) = operation.split_once(' ').unwrap();
        let other = match method {
            "PUT" => "PATCH",
            "PATCH" => "PUT",
            _ => return found,
        };
        let path = address.split('?').next().unwrap();
        if self.document.operation(other, path).is_some() {
            let operation = format!("{other} {address}");
            self.asks_once(who, &operation, ids, &body).await;
        }
        found
    }

    async fn asks_once(
        &mut self,
        who: &Teacher,
        operation: &str,
        ids: &[&Value],
        body: &Value,
    ) -> Value {
        let mut request = self.request(Some(who), operation, ids);
        if !body.is_null() {
            request = request.json(body);
        }
        self.looks_at(operation, request).await
    }

    pub async fn gets(&mut self, who: &Teacher, operation: &str, ids: &[&Value]) -> Value {
        self.asks(who, operation, ids, Value::Null).await
    }

    pub async fn looks_at(&mut self, operation: &str, request: RequestBuilder) -> Value {
        let (method, path) = self.notes(operation);
        let response = request.send().await.unwrap();
        let status = response.status();
        let text = response.text().await.unwrap();
        if !status.is_success() {
            self.is_wrong(format!("{operation}: {status} {text}"), operation);
            return Value::Null;
        }
        let Ok(said) = serde_json::from_str::<Value>(&text) else {
            self.is_wrong(format!("{operation}: no JSON: {text}"), operation);
            return Value::Null;
        };
        let known = self
            .reference
            .find(&method, &path)
            .map(|known| known.answer);
        if let Some(kind) = known.filter(|kind| *kind != "-") {
            for mistake in self.reference.mistakes(&said, kind, &path) {
                if !TOLERATED.iter().any(|(part, _)| mistake.starts_with(part)) {
                    self.is_wrong(mistake, operation);
                }
            }
        }
        for mistake in self.document.mistakes(&method, &path, &said) {
            self.is_wrong(format!("unlike our own description: {mistake}"), operation);
        }
        said
    }

    /// What can only be refused here; `why` is for whoever reads this.
    pub async fn is_refused(
        &mut self,
        who: &Teacher,
        operation: &str,
        ids: &[&Value],
        expected: StatusCode,
        _why: &str,
    ) {
        self.notes(operation);
        let response = self
            .request(Some(who), operation, ids)
            .send()
            .await
            .unwrap();
        let (status, said): (_, Value) = (response.status(), response.json().await.unwrap());
        if status != expected || !said["error"].is_string() {
            self.is_wrong(
                format!("{operation}: {status}, not {expected}: {said}"),
                operation,
            );
        }
    }

    /// Something else than JSON: of a kind that begins so.
    pub async fn answers_as(&mut self, who: Option<&Teacher>, operation: &str, kind: &str) {
        self.notes(operation);
        let response = self.request(who, operation, &[]).send().await.unwrap();
        let header = response.headers().get("content-type");
        let said = header
            .map_or("", |value| value.to_str().unwrap())
            .to_owned();
        if !response.status().is_success() || !said.starts_with(kind) {
            self.is_wrong(
                format!("{operation}: {} {said}", response.status()),
                operation,
            );
        }
    }

    /// Prints how many were driven; all must have been, and nothing wrong.
    pub fn concludes(self) {
        let all = self.document.operations();
        let excused = |operation: &(String, String)| {
            let name = format!("{} {}", operation.0, operation.1);
            NOT_DRIVEN.iter().any(|(known, _)| *known == name)
        };
        eprintln!(
            "driven: {}/{} operations of our description",
            self.driven.len(),
            all.len()
        );
        let undriven = all
            .iter()
            .filter(|operation| !self.driven.contains(*operation) && !excused(operation));
        let undriven: Vec<String> = undriven
            .map(|(method, path)| format!("{method} {path}"))
            .collect();
        let wrong: Vec<String> = self
            .wrong
            .iter()
            .map(|(what, first)| format!("{what}    [{first}]"))
            .collect();
        assert!(
            wrong.is_empty(),
            "{} answers are wrong:\n{}",
            wrong.len(),
            wrong.join("\n")
        );
        assert!(
            undriven.is_empty(),
            "described and driven by no test: ask for each with a real object in \
             tests/stories/conformance/, or say why not in NOT_DRIVEN:\n{}",
            undriven.join("\n")
        );
    }
}
