//! Posts written in Markdown.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind;

use crate::elsewhere::Elsewhere;
use crate::harness::{School, Teacher, answer};

const TEXT: &str = "# Fractions\n\nAsk **@bob** _why_, see https://a.example/x_y_z #Key_Stage_2\n\n```\n@bob #Code https://a.example\n```";

async fn refused(by: &Teacher, method: Method, path: &str, body: Value) -> (StatusCode, Value) {
    let response = by.request(method, path).json(&body).send().await.unwrap();
    (response.status(), response.json().await.unwrap())
}

fn html(school: &School) -> String {
    format!(
        "<p><strong>Fractions</strong></p><p>Ask <strong><span class=\"h-card\" translate=\"no\">\
         <a href=\"{base}/@bob\" class=\"u-url mention\">@<span>bob</span></a></span></strong> <em>why</em>, see \
         <a href=\"https://a.example/x_y_z\" target=\"_blank\" rel=\"nofollow noopener noreferrer\" translate=\"no\">\
         <span class=\"invisible\">https://</span><span class=\"\">a.example/x_y_z</span><span class=\"invisible\"></span></a> \
         <a href=\"{base}/tags/key_stage_2\" class=\"mention hashtag\" rel=\"tag\">#<span>Key_Stage_2</span></a></p>\
         <pre><code>@bob #Code https://a.example\n</code></pre>",
        base = school.base
    )
}

async fn written_in_markdown(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let (ada, bob) = (school.teacher("ada"), school.teacher("bob"));
    let elsewhere = Elsewhere::open().await;
    let gwen = elsewhere.person("gwen");
    elsewhere.is_followed(&school, &ada, &gwen).await;
    // Somebody there reads what she posts.
    let follow = json!({ "id": format!("{}/follows/1", elsewhere.base), "type": "Follow", "actor": gwen["id"],
        "object": format!("{}/users/ada", school.base) });
    elsewhere.tells(&school, &follow).await;
    elsewhere
        .receives("a yes", |activity| {
            activity["type"] == "Accept" && activity["object"]["id"] == follow["id"]
        })
        .await;

    let post = ada
        .publish(json!({ "status": TEXT, "content_type": "text/markdown" }))
        .await;
    assert_eq!(post["content"], html(&school));
    let names = |list: &Value, key: &str| -> Vec<String> {
        let list = list.as_array().unwrap().iter();
        list.map(|item| item[key].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names(&post["mentions"], "acct"), ["bob"]);
    assert_eq!(names(&post["tags"], "name"), ["key_stage_2"]);
    bob.is_told("mention").await;

    // Others get the HTML, and what was typed with what it is.
    let create = elsewhere
        .receives("the post", |activity| activity["type"] == "Create")
        .await;
    let note = &create["object"];
    assert_eq!(note["content"], post["content"]);
    assert_eq!(
        note["source"],
        json!({ "content": TEXT, "mediaType": "text/markdown" })
    );

    // What was typed is kept, and an edit that says nothing of it is read alike.
    let path = format!("/api/v1/statuses/{}", post["id"].as_str().unwrap());
    let source = ada.get(&format!("{path}/source")).await;
    assert_eq!(
        source,
        json!({ "id": post["id"], "text": TEXT, "spoiler_text": "", "content_type": "text/markdown" })
    );
    let edit = |body: Value| answer(ada.request(Method::PUT, &path).json(&body));
    let edited = edit(json!({ "status": "*still*" })).await;
    assert_eq!(edited["content"], "<p><em>still</em></p>");
    let edited = edit(json!({ "content_type": "text/plain" })).await;
    assert_eq!(edited["content"], "<p>*still*</p>");
    let source = ada.get(&format!("{path}/source")).await;
    assert_eq!(source["content_type"], "text/plain");
    let versions = ada.get(&format!("{path}/history")).await;
    assert_eq!(versions[0]["content"], html(&school));

    // Plain unless said otherwise, and nothing else is taken.
    let plain = ada.publish(json!({ "status": "*as it is*" })).await;
    assert_eq!(plain["content"], "<p>*as it is*</p>");
    let update = elsewhere
        .receives("the plain post", |activity| {
            activity["type"] == "Create" && activity["object"]["content"] == plain["content"]
        })
        .await;
    assert_eq!(update["object"].get("source"), None);
    for kind in ["text/html", "text/bbcode", "markdown"] {
        let body = json!({ "status": "x", "content_type": kind });
        for (method, path) in [
            (Method::POST, "/api/v1/statuses"),
            (Method::PUT, path.as_str()),
        ] {
            let (status, said) = refused(&ada, method, path, body.clone()).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{kind}: {said}");
            assert_eq!(
                said,
                json!({ "error": "Validation failed: Content type is not included in the list" })
            );
        }
    }
    // As in Mastodon, whoever sees a post may see how it was typed.
    assert_eq!(bob.get(&format!("{path}/source")).await, source);
}

#[tokio::test]
async fn on_sqlite_posts_are_written_in_markdown() {
    written_in_markdown(Kind::Sqlite).await;
}

#[tokio::test]
async fn on_postgres_posts_are_written_in_markdown() {
    written_in_markdown(Kind::Postgres).await;
}

async fn by_default(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    for path in ["/api/v1/instance", "/api/v2/instance"] {
        let document = ada.get(path).await;
        assert_eq!(
            document["configuration"]["statuses"]["supported_mime_types"],
            json!(["text/plain", "text/markdown"])
        );
    }
    let update = |kind: &str| {
        let body = json!({ "source": { "status_content_type": kind } });
        let request = ada.request(Method::PATCH, "/api/v1/accounts/update_credentials");
        request.json(&body).send()
    };
    let own = ada.get("/api/v1/accounts/verify_credentials").await;
    assert_eq!(own["source"]["status_content_type"], "text/plain");
    let refused = update("text/html").await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let changed: Value = update("text/markdown").await.unwrap().json().await.unwrap();
    assert_eq!(changed["source"]["status_content_type"], "text/markdown");
    let post = ada.publish(json!({ "status": "**mine**" })).await;
    assert_eq!(post["content"], "<p><strong>mine</strong></p>");
    let said = json!({ "status": "**mine**", "content_type": "text/plain" });
    assert_eq!(ada.publish(said).await["content"], "<p>**mine**</p>");

    // HTML that is typed is words, and marks of which nothing is seen are words too.
    let post = ada
        .publish(json!({ "status": "a <b onclick=x>b</b> <script>alert(1)</script>" }))
        .await;
    let content = post["content"].as_str().unwrap();
    assert!(!content.contains("<b") && !content.contains("<script"));
    assert!(content.contains("&lt;b onclick=x&gt;b"), "{content}");
    let post = ada
        .publish(json!({ "status": "[a]: https://a.example" }))
        .await;
    assert!(post["content"].as_str().unwrap().contains("[a]: "));
}

#[tokio::test]
async fn on_sqlite_one_may_always_write_markdown() {
    by_default(Kind::Sqlite).await;
}

#[tokio::test]
async fn on_postgres_one_may_always_write_markdown() {
    by_default(Kind::Postgres).await;
}

/// A link counts for 23 characters and somebody elsewhere for their name, whatever the text is; all else counts as it is seen.
async fn characters(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let link = format!("https://a.example/{}", "x".repeat(300));
    for (text, counts) in [
        (link.as_str(), 23),
        ("@gwen@localhost:1", 5),
        ("👩‍🏫", 1),
        ("é", 1),
        ("**x**", 5),
    ] {
        let fill = 5_000 - counts - 1;
        for kind in ["text/plain", "text/markdown"] {
            let body = |more: usize, warning: &str| {
                json!({ "status": format!("{text} {}", "y".repeat(fill + more)), "content_type": kind,
                    "spoiler_text": warning })
            };
            for (body, expected) in [
                (body(0, ""), StatusCode::OK),
                (body(1, ""), StatusCode::UNPROCESSABLE_ENTITY),
                (body(0, "w"), StatusCode::UNPROCESSABLE_ENTITY),
            ] {
                let (status, said) = refused(&ada, Method::POST, "/api/v1/statuses", body).await;
                assert_eq!(status, expected, "{text}: {}", said["error"]);
            }
        }
    }
}

#[tokio::test]
async fn on_sqlite_characters_are_counted_as_they_are_seen() {
    characters(Kind::Sqlite).await;
}

#[tokio::test]
async fn on_postgres_characters_are_counted_as_they_are_seen() {
    characters(Kind::Postgres).await;
}
