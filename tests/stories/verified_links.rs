//! Rows of profiles whose pages link back.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use reqwest::Method;
use serde_json::{Value, json};
use test_support::Kind;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::elsewhere::{Elsewhere, account_id};
use crate::harness::{School, Teacher, answer, eventually};

/// A site in the web whose pages change.
struct Site {
    server: MockServer,
    pages: Arc<Mutex<BTreeMap<String, String>>>,
}

struct Pages(Arc<Mutex<BTreeMap<String, String>>>);

impl Respond for Pages {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        match self.0.lock().unwrap().get(request.url.path()) {
            Some(html) => ResponseTemplate::new(200).set_body_raw(html.clone(), "text/html"),
            None => ResponseTemplate::new(404),
        }
    }
}

impl Site {
    async fn open() -> Self {
        let server = MockServer::start().await;
        let pages = Arc::new(Mutex::new(BTreeMap::new()));
        Mock::given(any())
            .respond_with(Pages(pages.clone()))
            .mount(&server)
            .await;
        Self { server, pages }
    }

    fn page(&self, path: &str, html: &str) -> String {
        self.pages
            .lock()
            .unwrap()
            .insert(path.to_owned(), html.to_owned());
        format!("http://localhost:{}{path}", self.server.address().port())
    }

    async fn asked(&self, path: &str) -> usize {
        let requests = self.server.received_requests().await.unwrap();
        requests
            .iter()
            .filter(|request| request.url.path() == path)
            .count()
    }
}

async fn rows(by: &Teacher, fields: &[(&str, &str)]) -> Value {
    let fields: Vec<Value> = fields
        .iter()
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect();
    let change = by.request(Method::PATCH, "/api/v1/accounts/update_credentials");
    answer(change.json(&json!({ "fields_attributes": fields }))).await
}

async fn own(by: &Teacher) -> Vec<bool> {
    let own = by.get("/api/v1/accounts/verify_credentials").await;
    let fields = own["fields"].as_array().unwrap();
    fields
        .iter()
        .map(|field| !field["verified_at"].is_null())
        .collect()
}

async fn is_verified(by: &Teacher, expected: &[bool]) {
    eventually(&format!("{expected:?}"), || async {
        (own(by).await == expected).then_some(())
    })
    .await;
}

async fn of_ones_own(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let site = Site::open().await;
    let back = format!("<a rel=\"me\" href=\"{}/@ada\">", school.base);
    let good = site.page("/ada", &back);
    let silent = site.page("/silent", &format!("<a href=\"{}/@ada\">", school.base));
    let others = site.page(
        "/bob",
        &format!("<a rel=\"me\" href=\"{}/@bob\">", school.base),
    );
    let gone = format!("{good}/gone");
    let changed = rows(
        &ada,
        &[("Home", &good), ("Other", &others), ("Gone", &gone)],
    )
    .await;
    assert!(
        changed["fields"]
            .as_array()
            .unwrap()
            .iter()
            .all(|field| field["verified_at"].is_null())
    );
    is_verified(&ada, &[true, false, false]).await;
    let seen = ada.get("/api/v1/accounts/verify_credentials").await;
    let when = seen["fields"][0]["verified_at"].clone();
    assert_eq!(seen["source"]["fields"][0]["verified_at"], when);

    // The same link under another name stays what it was; another link, or more than a link, is not.
    let changed = rows(
        &ada,
        &[
            ("Page", &good),
            ("Home", &silent),
            ("Words", &format!("see {good}")),
        ],
    )
    .await;
    assert_eq!(changed["fields"][0]["verified_at"], when);
    assert!(changed["fields"][1]["verified_at"].is_null());
    assert!(changed["fields"][2]["verified_at"].is_null());
    eventually("the second page to be asked", || async {
        (site.asked("/silent").await == 1).then_some(())
    })
    .await;
    assert_eq!(own(&ada).await, [true, false, false]);

    // A page that does not link back any more says so when the profile changes; one that cannot be read says nothing.
    site.page("/ada", "<p>moved</p>");
    rows(&ada, &[("Page", &good)]).await;
    is_verified(&ada, &[false]).await;
    site.page("/ada", &back);
    rows(&ada, &[("Page", &good)]).await;
    is_verified(&ada, &[true]).await;
    site.pages.lock().unwrap().clear();
    let asked = site.asked("/ada").await;
    rows(&ada, &[("Page", &good)]).await;
    eventually("the page to be asked in vain", || async {
        (site.asked("/ada").await > asked).then_some(())
    })
    .await;
    assert_eq!(own(&ada).await, [true]);

    // Our own page says the same of the page there.
    let page = school.request(Method::GET, "/@ada").send().await.unwrap();
    let page = page.text().await.unwrap();
    assert!(
        page.contains(&format!("<link rel=\"me\" href=\"{good}\">")),
        "{page}"
    );
    assert!(page.contains("rel=\"me nofollow noopener\""), "{page}");
}

#[tokio::test]
async fn on_sqlite_links_of_a_profile_are_verified() {
    of_ones_own(Kind::Sqlite).await;
}

#[tokio::test]
async fn on_postgres_links_of_a_profile_are_verified() {
    of_ones_own(Kind::Postgres).await;
}

async fn of_others(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let elsewhere = Elsewhere::open().await;
    let site = Site::open().await;
    let mut gwen = elsewhere.person("gwen");
    let back = format!("<a rel=\"me\" href=\"{}\">", gwen["url"].as_str().unwrap());
    let good = site.page("/gwen", &back);
    let other = site.page("/other", "<p>nobody</p>");
    let row = |name: &str, link: &str| {
        json!({ "type": "PropertyValue", "name": name,
            "value": format!("<a href=\"{link}\" rel=\"me\"><span>{link}</span></a>") })
    };
    gwen["attachment"] = json!([row("Home", &good), row("Other", &other)]);
    elsewhere.serve(gwen.clone());
    let id = account_id(&ada, &format!("gwen@{}", elsewhere.host)).await;
    let profile = format!("/api/v1/accounts/{id}");
    let seen = ada.get(&profile).await;
    assert!(seen["fields"][0]["verified_at"].is_null());
    assert_eq!(site.asked("/gwen").await, 0, "nobody opened the profile");
    ada.get(&format!("{profile}/statuses")).await;
    eventually("the link to be verified", || async {
        let seen = ada.get(&profile).await;
        assert!(seen["fields"][1]["verified_at"].is_null());
        (!seen["fields"][0]["verified_at"].is_null()).then_some(())
    })
    .await;
    // News of the profile leave it as it is.
    gwen["name"] = json!("Gwen T.");
    elsewhere.serve(gwen.clone());
    let update = json!({ "id": format!("{}/updates/1", elsewhere.base), "type": "Update", "actor": gwen["id"],
        "object": gwen });
    elsewhere.tells(&school, &update).await;
    let seen = eventually("her new name", || async {
        let seen = ada.get(&profile).await;
        (seen["display_name"] == "Gwen T.").then_some(seen)
    })
    .await;
    assert!(!seen["fields"][0]["verified_at"].is_null());
}

#[tokio::test]
async fn on_sqlite_links_of_others_are_verified_when_somebody_looks() {
    of_others(Kind::Sqlite).await;
}

#[tokio::test]
async fn on_postgres_links_of_others_are_verified_when_somebody_looks() {
    of_others(Kind::Postgres).await;
}
