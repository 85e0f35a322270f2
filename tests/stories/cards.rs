//! What the pages are about to which posts link.

use std::io::Cursor;

use image::{ImageFormat, RgbImage};
use reqwest::Method;
use serde_json::{Value, json};
use test_support::Kind;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::elsewhere::{Elsewhere, status_at};
use crate::harness::{School, Teacher, answer, eventually};

pub const AT_ONCE: (&str, &str) = ("statuses.link_preview_spread_seconds", "0");

/// A site in the web.
pub struct Site {
    server: MockServer,
    base: String,
}

impl Site {
    pub async fn open() -> Self {
        let server = MockServer::start().await;
        let base = format!("http://localhost:{}", server.address().port());
        let site = Self { server, base };
        let mut png = Cursor::new(Vec::new());
        RgbImage::new(64, 32)
            .write_to(&mut png, ImageFormat::Png)
            .unwrap();
        let picture = ResponseTemplate::new(200).set_body_raw(png.into_inner(), "image/png");
        site.answers("/bee.png", picture).await;
        site
    }

    pub async fn answers(&self, at: &str, answer: ResponseTemplate) {
        Mock::given(path(at))
            .respond_with(answer)
            .mount(&self.server)
            .await;
    }

    pub async fn page(&self, at: &str, html: &str) -> String {
        let page = ResponseTemplate::new(200).set_body_raw(html, "text/html; charset=utf-8");
        self.answers(at, page).await;
        format!("{}{at}", self.base)
    }

    async fn asked(&self, at: &str) -> usize {
        let requests = self.server.received_requests().await.unwrap();
        requests
            .iter()
            .filter(|request| request.url.path() == at)
            .count()
    }
}

pub async fn card_of(reader: &Teacher, id: &Value) -> Value {
    let id = id.as_str().unwrap();
    eventually("a card", || async {
        let status = reader.get(&format!("/api/v1/statuses/{id}")).await;
        (!status["card"].is_null()).then(|| status["card"].clone())
    })
    .await
}

async fn a_card_says_what_the_page_is_about(kind: Kind) {
    let Some(school) = School::open_with(kind, &[AT_ONCE]).await else {
        return;
    };
    let (ada, bob) = (school.teacher("ada"), school.teacher("bob"));
    let site = Site::open().await;
    let bees = site
        .page(
            "/bees",
            &format!(
                r#"<html lang="en"><title>no</title><meta property="og:title" content="Bees &amp; more">
                <meta property="og:description" content="Why they dance">
                <meta property="og:image" content="/bee.png"><meta property="og:image:alt" content="A bee">
                <meta property="og:site_name" content="The Paper"><meta name="author" content="A. Green">
                <meta property="article:published_time" content="2026-11-24T01:00:00Z">
                <meta name="fediverse:creator" content="@ada@{}">{}"#,
                school.host,
                "<p>".repeat(300_000),
            ),
        )
        .await;
    let first = ada
        .publish(json!({ "status": format!("{bees} #bees") }))
        .await;
    let card = card_of(&bob, &first["id"]).await;
    let image = card["image"].as_str().unwrap().to_owned();
    assert!(
        image.starts_with(&format!("{}/media/proxy/cards/", school.base)),
        "{image}"
    );
    assert!(card["blurhash"].as_str().unwrap().len() > 6);
    let expected = json!({
        "url": bees, "title": "Bees & more", "description": "Why they dance", "language": "en", "type": "link",
        "author_name": "A. Green", "author_url": "", "provider_name": "The Paper", "provider_url": "", "html": "",
        "width": 64, "height": 32, "image": image, "image_description": "A bee", "embed_url": "",
        "blurhash": card["blurhash"], "published_at": "2026-11-24T01:00:00.000Z",
        "authors": [{ "name": "A. Green", "url": "", "account": null }], "missing_attribution": false,
    });
    assert_eq!(card, expected);
    let shown = school.http.get(&image).send().await.unwrap();
    assert_eq!(shown.headers()["content-type"], "image/png");

    // Known by now: nobody waits for it, and nobody asks again.
    let second = bob
        .publish(json!({ "status": format!("See {bees}") }))
        .await;
    assert_eq!(second["card"]["title"], "Bees & more");
    assert_eq!(
        (site.asked("/bees").await, site.asked("/bee.png").await),
        (1, 1)
    );

    // Whom the page names as its author must let it.
    let own = card_of(&ada, &first["id"]).await;
    assert_eq!(own["missing_attribution"], true);
    let change = ada.request(Method::PATCH, "/api/v1/accounts/update_credentials");
    answer(change.json(&json!({ "attribution_domains": ["localhost"] }))).await;
    let credited = card_of(&bob, &first["id"]).await;
    assert_eq!(credited["authors"][0]["account"]["acct"], "ada");
}

#[tokio::test]
async fn on_sqlite_a_card_says_what_the_page_is_about() {
    a_card_says_what_the_page_is_about(Kind::Sqlite).await;
}

#[tokio::test]
async fn on_postgres_a_card_says_what_the_page_is_about() {
    a_card_says_what_the_page_is_about(Kind::Postgres).await;
}

async fn a_card_goes_with_the_link(kind: Kind) {
    let Some(school) = School::open_with(kind, &[AT_ONCE]).await else {
        return;
    };
    let ada = school.teacher("ada");
    let site = Site::open().await;
    let one = site.page("/one", "<title>One</title>").await;
    let two = site.page("/two", "<title>Two</title>").await;
    let silent = site.page("/silent", "<p>no title").await;
    let post = ada.publish(json!({ "status": one })).await;
    let id = post["id"].as_str().unwrap();
    assert_eq!(card_of(&ada, &post["id"]).await["title"], "One");
    let edit = |text: String| {
        let request = ada.request(Method::PUT, &format!("/api/v1/statuses/{id}"));
        answer(request.json(&json!({ "status": text })))
    };
    assert_eq!(edit(format!("{two} and {one}")).await["card"], Value::Null);
    assert_eq!(card_of(&ada, &post["id"]).await["title"], "Two");
    assert_eq!(edit("no link".to_owned()).await["card"], Value::Null);
    assert_eq!(edit(one.clone()).await["card"]["title"], "One");

    // A page that says nothing is not asked again, and one's own pages are not asked at all.
    for _ in 0..2 {
        ada.publish(json!({ "status": silent })).await;
    }
    eventually("the page to be asked", || async {
        (site.asked("/silent").await == 1).then_some(())
    })
    .await;
    ada.publish(json!({ "status": format!("{}/@ada", school.base) }))
        .await;
    let poll = json!({ "options": ["a", "b"], "expires_in": 3600 });
    let asked = ada.publish(json!({ "status": one, "poll": poll })).await;
    assert_eq!(asked["card"], Value::Null);
    let quoting = ada
        .publish(json!({ "status": one, "quoted_status_id": id }))
        .await;
    assert_eq!(quoting["card"], Value::Null);
    let last = ada.publish(json!({ "status": silent })).await;
    assert_eq!(
        (last["card"].clone(), site.asked("/silent").await),
        (Value::Null, 1)
    );
}

#[tokio::test]
async fn on_sqlite_a_card_goes_with_the_link() {
    a_card_goes_with_the_link(Kind::Sqlite).await;
}

#[tokio::test]
async fn on_postgres_a_card_goes_with_the_link() {
    a_card_goes_with_the_link(Kind::Postgres).await;
}

async fn what_the_authors_server_says_comes_first(kind: Kind) {
    let Some(school) = School::open_with(kind, &[AT_ONCE]).await else {
        return;
    };
    let ada = school.teacher("ada");
    let elsewhere = Elsewhere::open().await;
    let gwen = elsewhere.person("gwen");
    elsewhere.is_followed(&school, &ada, &gwen).await;
    let site = Site::open().await;
    let page = site.page("/page", "<title>As the page says</title>").await;
    let other = site.page("/other", "<title>Another</title>").await;
    let note = |name: &str, content: String, attachment: Value| {
        let id = format!("{}/notes/{name}", elsewhere.base);
        json!({
            "@context": "https://www.w3.org/ns/activitystreams", "id": format!("{id}#create"), "type": "Create",
            "actor": gwen["id"], "to": ["https://www.w3.org/ns/activitystreams#Public"],
            "object": { "id": id, "type": "Note", "attributedTo": gwen["id"], "content": content,
                "to": ["https://www.w3.org/ns/activitystreams#Public"], "attachment": attachment },
        })
    };
    let told = json!({ "type": "Link", "href": page, "preview": {
        "type": "Article", "name": "As gwen's server says", "summary": "In short",
        "image": { "url": { "type": "Link", "href": format!("{}/bee.png", site.base), "width": 64, "height": 32 } },
    } });
    let text = format!("<p><a href=\"{other}\">{other}</a></p>");
    elsewhere
        .tells(&school, &note("1", text.clone(), told))
        .await;
    let first = ada.reads("other").await;
    assert_eq!(first["card"]["title"], "As gwen's server says");
    assert_eq!(first["card"]["url"], page.as_str());
    assert_eq!(
        (&first["card"]["width"], &first["card"]["height"]),
        (&json!(64), &json!(32))
    );
    let image = first["card"]["image"].as_str().unwrap();
    assert_eq!(school.http.get(image).send().await.unwrap().status(), 200);

    // It is the word of that server, and not what others get to see of the page.
    let own = ada.publish(json!({ "status": page })).await;
    assert_eq!(card_of(&ada, &own["id"]).await["title"], "As the page says");

    // Without it, the first link counts that is neither a mention nor a hashtag.
    let text = format!(
        "<p><a href=\"{0}/@gwen\" class=\"u-url mention\">@gwen</a> <a href=\"{0}/tags/x\" rel=\"tag\">#x</a> {text}",
        elsewhere.base
    );
    elsewhere.tells(&school, &note("2", text, json!([]))).await;
    let uri = format!("{}/notes/2", elsewhere.base);
    let second = eventually("the second post", || status_at(&ada, &uri)).await;
    assert_eq!(card_of(&ada, &second["id"]).await["title"], "Another");
    assert_eq!(elsewhere.asked_for("/tags/x").await, 0);
}

#[tokio::test]
async fn on_sqlite_what_the_authors_server_says_comes_first() {
    what_the_authors_server_says_comes_first(Kind::Sqlite).await;
}

#[tokio::test]
async fn on_postgres_what_the_authors_server_says_comes_first() {
    what_the_authors_server_says_comes_first(Kind::Postgres).await;
}

// On SQLite alone: it is about a setting.
#[tokio::test]
async fn where_previews_are_off_no_page_is_asked() {
    let settings = [("statuses.link_previews", "false")];
    let Some(school) = School::open_with(Kind::Sqlite, &settings).await else {
        return;
    };
    let ada = school.teacher("ada");
    let site = Site::open().await;
    let page = site.page("/page", "<title>A page</title>").await;
    let post = ada.publish(json!({ "status": page })).await;
    let jobs = school.command(&["jobs", "list"]);
    assert!(!String::from_utf8_lossy(&jobs.stdout).contains("AskPage"));
    assert_eq!(
        (post["card"].clone(), site.asked("/page").await),
        (Value::Null, 0)
    );
}
