//! What is said to few, what links to one page, and what the pages of others show.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, Teacher, answer};

async fn words(teacher: &Teacher, path: &str) -> Vec<String> {
    let found = teacher.get(path).await;
    let text = |status: &Value| status["content"].as_str().unwrap().to_owned();
    found.as_array().unwrap().iter().map(text).collect()
}

async fn direct(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo, cy] = ["ada", "bo", "cy"].map(|name| school.teacher(name));
    let say = async |who: &Teacher, words: &str, visibility: &str| {
        let status = json!({ "status": words, "visibility": visibility });
        who.publish(status).await["id"].as_str().unwrap().to_owned()
    };
    let first = say(&ada, "to me", "direct").await;
    say(&bo, "@ada one", "direct").await;
    say(&bo, "@ada all", "public").await;
    say(&bo, "@cy other", "direct").await;
    let last = say(&ada, "@bo two", "direct").await;

    let path = "/api/v1/timelines/direct";
    let seen = words(&ada, path).await;
    assert_eq!(seen.len(), 3, "{seen:?}");
    assert!(
        seen[0].ends_with("two</p>") && seen[1].ends_with("one</p>"),
        "{seen:?}"
    );
    assert_eq!(seen[2], "<p>to me</p>");
    assert_eq!(words(&ada, &format!("{path}?limit=2")).await, seen[..2]);
    assert_eq!(
        words(&ada, &format!("{path}?max_id={last}&limit=1")).await,
        seen[1..2]
    );
    assert_eq!(
        words(&ada, &format!("{path}?min_id={first}&limit=1")).await,
        seen[1..2]
    );
    assert_eq!(words(&cy, path).await.len(), 1);
    let gone = ada.request(Method::DELETE, &format!("/api/v1/statuses/{last}"));
    assert!(gone.send().await.unwrap().status().is_success());
    assert_eq!(words(&ada, path).await, seen[1..]);
}

#[tokio::test]
async fn what_is_said_to_few_on_sqlite() {
    direct(Sqlite).await;
}

#[tokio::test]
async fn what_is_said_to_few_on_postgresql() {
    direct(Postgres).await;
}

async fn link(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo] = ["ada", "bo"].map(|name| school.teacher(name));
    let page = "https://textbook.example/fractions";
    for (who, text, visibility) in [
        (&ada, format!("look {page}"), "public"),
        (&ada, format!("quietly {page}"), "unlisted"),
        (
            &bo,
            "and https://textbook.example/other".to_owned(),
            "public",
        ),
        (&bo, format!("yes {page}"), "public"),
    ] {
        who.publish(json!({ "status": text, "visibility": visibility }))
            .await;
    }
    let path = format!("/api/v1/timelines/link?url={page}");
    let seen = words(&ada, &path).await;
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert!(
        seen[0].starts_with("<p>yes ") && seen[1].starts_with("<p>look "),
        "{seen:?}"
    );
    let nobody = answer(school.request(Method::GET, &path)).await;
    assert_eq!(nobody.as_array().unwrap().len(), 2);
    let none = words(&ada, "/api/v1/timelines/link?url=https://nowhere.example/").await;
    assert_eq!(none, [""; 0]);
    let without = ada.status_of("/api/v1/timelines/link").await;
    assert_eq!(without, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_links_to_a_page_on_sqlite() {
    link(Sqlite).await;
}

#[tokio::test]
async fn what_links_to_a_page_on_postgresql() {
    link(Postgres).await;
}

async fn embedding(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let name = ada.request(Method::PATCH, "/api/v1/accounts/update_credentials");
    answer(name.json(&json!({ "display_name": "Ada <3" }))).await;
    let open = ada.publish(json!({ "status": "1 < 2" })).await;
    let asked = async |query: &str| {
        let path = format!("/api/oembed?{query}");
        school.request(Method::GET, &path).send().await.unwrap()
    };
    let url = open["url"].as_str().unwrap();
    let expected = json!({ "type": "rich", "version": "1.0", "title": "New status by Ada <3",
        "author_name": "Ada <3", "author_url": format!("{}/@ada", school.base), "provider_name": school.host,
        "provider_url": format!("{}/", school.base), "cache_age": 86_400,
        "html": format!("<blockquote cite=\"{url}\"><p>1 &lt; 2</p><p>— <a href=\"{url}\">Ada &lt;3</a></p></blockquote>"),
        "width": 400, "height": null });
    for address in [url, open["uri"].as_str().unwrap()] {
        let shown: Value = asked(&format!("url={address}")).await.json().await.unwrap();
        assert_eq!(shown, expected, "{address}");
    }
    let wide: Value = asked(&format!("url={url}&maxwidth=600&maxheight=90"))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!((&wide["width"], &wide["height"]), (&json!(600), &json!(90)));

    let warned = json!({ "status": "the end", "spoiler_text": "a <book>" });
    let warned = ada.publish(warned).await;
    let shown = asked(&format!("url={}", warned["url"].as_str().unwrap())).await;
    let shown: Value = shown.json().await.unwrap();
    let html = shown["html"].as_str().unwrap();
    assert!(
        html.contains("a &lt;book&gt;") && !html.contains("the end"),
        "{html}"
    );

    let mut hidden = Vec::new();
    for more in [
        json!({ "status": "x", "visibility": "private" }),
        json!({ "status": "y", "visibility": "direct" }),
        json!({ "status": "z", "local_only": true }),
    ] {
        let made = ada.publish(more).await;
        hidden.push(made["url"].as_str().unwrap().to_owned());
    }
    hidden.extend([
        format!("{}/@ada", school.base),
        "https://nowhere.example/1".to_owned(),
        String::new(),
    ]);
    for address in hidden {
        let refused = asked(&format!("url={address}")).await;
        assert_eq!(refused.status(), StatusCode::NOT_FOUND, "{address}");
    }
}

#[tokio::test]
async fn a_status_for_the_pages_of_others_on_sqlite() {
    embedding(Sqlite).await;
}

#[tokio::test]
async fn a_status_for_the_pages_of_others_on_postgresql() {
    embedding(Postgres).await;
}

// On SQLite alone: it is about older names of the same.
#[tokio::test]
async fn what_older_apps_ask_for() {
    let school = School::open(Sqlite).await.unwrap();
    let ada = school.teacher("ada");
    let status = ada.publish(json!({ "status": "#chalk" })).await;
    let found = ada.get("/api/v1/search?q=chalk").await;
    assert_eq!(
        found,
        json!({ "accounts": [], "statuses": [], "hashtags": ["chalk"] })
    );
    let found = ada.get("/api/v1/search?q=ada").await;
    assert_eq!(found["accounts"][0]["acct"], "ada");
    assert_eq!(
        ada.status_of("/api/v1/search").await,
        StatusCode::BAD_REQUEST
    );

    let own = status["account"]["id"].as_str().unwrap();
    let proofs = format!("/api/v1/accounts/{own}/identity_proofs");
    assert_eq!(ada.get(&proofs).await, json!([]));
    let nobody = ada.status_of("/api/v1/accounts/1/identity_proofs").await;
    assert_eq!(nobody, StatusCode::NOT_FOUND);
    let translate = format!(
        "/api/v1/statuses/{}/translate",
        status["id"].as_str().unwrap()
    );
    let refused = ada.request(Method::POST, &translate).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::NOT_FOUND);
}
