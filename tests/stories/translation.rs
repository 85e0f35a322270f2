//! Posts in another language, by a translator that is played.

use std::io::Cursor;

use image::{ImageFormat, RgbImage};
use reqwest::multipart::{Form, Part};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::harness::{School, Teacher, answer};

/// Says every text louder, and adds what must not be believed.
struct Louder;

impl Respond for Louder {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let asked: Value = serde_json::from_slice(&request.body).unwrap();
        if asked["api_key"] != "secret" || asked["format"] != "html" {
            return ResponseTemplate::new(403).set_body_json(json!({ "error": "no key" }));
        }
        let louder = |text: &Value| {
            let text = text.as_str().unwrap().replace("fraction", "FRACTION");
            format!("{text}<script>alert(1)</script>")
        };
        let texts: Vec<String> = asked["q"].as_array().unwrap().iter().map(louder).collect();
        let mut body = json!({ "translatedText": texts });
        if asked["source"] == "auto" {
            let found = json!({ "confidence": 90, "language": "en" });
            body["detectedLanguage"] = json!(vec![found; texts.len()]);
        }
        ResponseTemplate::new(200).set_body_json(body)
    }
}

struct Translator {
    server: MockServer,
}

impl Translator {
    async fn open() -> Self {
        let server = MockServer::start().await;
        let languages = json!([
            { "code": "en", "name": "English", "targets": ["en", "fr", "cy"] },
            { "code": "fr", "name": "French", "targets": ["en", "fr"] },
        ]);
        Mock::given(method("GET"))
            .and(path("/here/languages"))
            .respond_with(ResponseTemplate::new(200).set_body_json(languages))
            .mount(&server)
            .await;
        Mock::given(method("POST"))
            .and(path("/here/translate"))
            .respond_with(Louder)
            .mount(&server)
            .await;
        Self { server }
    }

    /// How often it was asked to translate.
    async fn asked(&self) -> usize {
        let requests = self.server.received_requests().await.unwrap();
        let translations = requests
            .iter()
            .filter(|request| request.url.path() == "/here/translate");
        translations.count()
    }

    async fn school(&self, kind: Kind) -> Option<School> {
        let address = format!("\"{}/here/\"", self.server.uri());
        let settings = [
            ("translation.libretranslate_url", address.as_str()),
            ("translation.api_key", "\"secret\""),
        ];
        School::open_with(kind, &settings).await
    }
}

async fn translate(by: &Teacher, id: &Value, body: Value) -> (StatusCode, Value) {
    let path = format!("/api/v1/statuses/{}/translate", id.as_str().unwrap());
    let request = by.request(Method::POST, &path).json(&body);
    let response = request.send().await.unwrap();
    (response.status(), response.json().await.unwrap())
}

async fn described_picture(by: &Teacher, text: &str) -> Value {
    let mut png = Cursor::new(Vec::new());
    RgbImage::new(8, 8)
        .write_to(&mut png, ImageFormat::Png)
        .unwrap();
    let form = Form::new()
        .text("description", text.to_owned())
        .part("file", Part::bytes(png.into_inner()).file_name("a.png"));
    let upload = by.request(Method::POST, "/api/v2/media").multipart(form);
    answer(upload).await["id"].clone()
}

async fn translated(kind: Kind) {
    let translator = Translator::open().await;
    let Some(school) = translator.school(kind).await else {
        return;
    };
    let (ada, bob) = (school.teacher("ada"), school.teacher("bob"));
    let document = ada.get("/api/v2/instance").await;
    assert_eq!(document["configuration"]["translation"]["enabled"], true);
    let languages = ada.get("/api/v1/instance/translation_languages").await;
    assert_eq!(
        languages,
        json!({ "en": ["fr", "cy"], "fr": ["en"], "und": ["cy", "en", "fr"] })
    );

    let file = described_picture(&ada, "A fraction <on> paper").await;
    let text = json!({ "status": "One fraction, @bob & two", "spoiler_text": "fraction <ahead>", "language": "en-GB",
        "media_ids": [file] });
    let post = ada.publish(text).await;
    let (status, found) = translate(&bob, &post["id"], json!({ "lang": "fr" })).await;
    assert_eq!(status, StatusCode::OK, "{found}");
    let content = found["content"].as_str().unwrap();
    assert!(
        content.starts_with("<p>One FRACTION, <span class=\"h-card\""),
        "{content}"
    );
    assert!(content.contains("@<span>bob</span></a></span> &amp; two</p>"));
    assert!(!content.contains("script"), "{content}");
    let expected = json!({
        "content": content, "spoiler_text": "FRACTION <ahead>", "poll": null,
        "media_attachments": [{ "id": file, "description": "A FRACTION <on> paper" }],
        "detected_source_language": "en", "language": "fr", "provider": "LibreTranslate",
    });
    assert_eq!(found, expected);

    // The same again costs nothing, also for others; another version is another text.
    assert_eq!(
        translate(&ada, &post["id"], json!({ "lang": "fr" }))
            .await
            .1,
        found
    );
    assert_eq!(translator.asked().await, 1);
    let edit = format!("/api/v1/statuses/{}", post["id"].as_str().unwrap());
    let edit = ada.request(Method::PUT, &edit);
    answer(edit.json(&json!({ "status": "Another fraction" }))).await;
    let (_, found) = translate(&bob, &post["id"], json!({ "lang": "fr" })).await;
    assert_eq!(found["content"], "<p>Another FRACTION</p>");

    // Into one's own language where none is said; a poll with its options; a boost is what it repeats.
    let poll = json!({ "options": ["a fraction", "none"], "expires_in": 3600 });
    let post = ada
        .publish(
            json!({ "status": "Which?", "language": "fr", "poll": poll, "visibility": "unlisted" }),
        )
        .await;
    let (_, found) = translate(&bob, &post["id"], Value::Null).await;
    assert_eq!(found["language"], "en");
    assert_eq!(
        found["poll"],
        json!({ "id": post["poll"]["id"], "options": [{ "title": "a FRACTION" }, { "title": "none" }] })
    );
    let boost = format!("/api/v1/statuses/{}/reblog", post["id"].as_str().unwrap());
    let boost = ada.post(&boost, Value::Null).await;
    let (_, of_boost) = translate(&bob, &boost["id"], Value::Null).await;
    assert_eq!(of_boost, found);
}

#[tokio::test]
async fn on_sqlite_a_post_is_translated() {
    translated(Kind::Sqlite).await;
}

#[tokio::test]
async fn on_postgres_a_post_is_translated() {
    translated(Kind::Postgres).await;
}

async fn not_translated(kind: Kind) {
    let translator = Translator::open().await;
    let Some(school) = translator.school(kind).await else {
        return;
    };
    let (ada, bob) = (school.teacher("ada"), school.teacher("bob"));
    let reader = school.person("cy", "user", "write");
    let publish = |visibility: &str, language: &str| {
        ada.publish(
            json!({ "status": "a fraction @bob", "visibility": visibility, "language": language }),
        )
    };
    let open = publish("public", "en").await;
    for (visibility, by, expected) in [
        ("private", &ada, StatusCode::FORBIDDEN),
        ("direct", &bob, StatusCode::FORBIDDEN),
        ("direct", &reader, StatusCode::FORBIDDEN),
    ] {
        let post = publish(visibility, "en").await;
        let (status, _) = translate(by, &post["id"], json!({ "lang": "fr" })).await;
        assert_eq!(status, expected, "{visibility}, {}", by.name);
    }
    let stranger = school.teacher("dee");
    let hidden = publish("direct", "en").await;
    for id in [&hidden["id"], &json!("1"), &json!("x")] {
        let (status, _) = translate(&stranger, id, json!({ "lang": "fr" })).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{id}");
    }
    let stays = ada
        .publish(json!({ "status": "a fraction", "language": "en", "local_only": true }))
        .await;
    let (status, _) = translate(&bob, &stays["id"], json!({ "lang": "fr" })).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "it stays here");
    // Languages between which nothing is translated, and what is none.
    for (language, into) in [("en", "de"), ("en", "en"), ("fr", "cy"), ("de", "fr")] {
        let post = publish("public", language).await;
        let (status, said) = translate(&bob, &post["id"], json!({ "lang": into })).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{language} to {into}");
        // `lang` is also in which language refusals are said, as in Mastodon.
        let refused = match into {
            "de" => "Diese Aktion ist nicht erlaubt",
            "cy" => "Ni chaniateir y weithred hon",
            "fr" => "Cette action n'est pas autorisée",
            _ => "This action is not allowed",
        };
        assert_eq!(said, json!({ "error": refused }));
    }
    for odd in ["<b>", "e", "english, please"] {
        let (status, _) = translate(&bob, &open["id"], json!({ "lang": odd })).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{odd}");
    }
    let of_nobody = school.request(
        Method::POST,
        &format!(
            "/api/v1/statuses/{}/translate",
            open["id"].as_str().unwrap()
        ),
    );
    let refused = of_nobody.send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(translator.asked().await, 0);

    // A translator that fails, is odd, or leaves something out.
    for answer in [
        ResponseTemplate::new(429),
        ResponseTemplate::new(500),
        ResponseTemplate::new(200).set_body_string("<html>"),
        ResponseTemplate::new(200).set_body_json(json!({ "translatedText": "x" })),
        ResponseTemplate::new(200).set_body_json(json!({ "translatedText": [] })),
        ResponseTemplate::new(302).insert_header("location", "http://127.0.0.1:1/"),
    ] {
        Mock::given(method("POST"))
            .respond_with(answer)
            .up_to_n_times(1)
            .with_priority(1)
            .mount(&translator.server)
            .await;
        let (status, said) = translate(&bob, &open["id"], json!({ "lang": "fr" })).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{said}");
    }
    // What failed is not remembered.
    let (status, said) = translate(&bob, &open["id"], json!({ "lang": "fr" })).await;
    assert_eq!(status, StatusCode::OK, "{said}");
}

#[tokio::test]
async fn on_sqlite_what_is_not_for_everybody_is_not_translated() {
    not_translated(Kind::Sqlite).await;
}

#[tokio::test]
async fn on_postgres_what_is_not_for_everybody_is_not_translated() {
    not_translated(Kind::Postgres).await;
}

// On SQLite alone: it is about a setting.
#[tokio::test]
async fn without_a_translator_nothing_is_translated() {
    let school = School::open(Kind::Sqlite).await.unwrap();
    let ada = school.teacher("ada");
    let post = ada.publish(json!({ "status": "a fraction" })).await;
    let (status, _) = translate(&ada, &post["id"], json!({ "lang": "fr" })).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let document = ada.get("/api/v2/instance").await;
    assert_eq!(document["configuration"]["translation"]["enabled"], false);
    // One that is not there.
    let nowhere = [("translation.libretranslate_url", "\"http://127.0.0.1:1\"")];
    let school = School::open_with(Kind::Sqlite, &nowhere).await.unwrap();
    let languages = school.request(Method::GET, "/api/v1/instance/translation_languages");
    let refused = languages.send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    let shown = school.command(&["config", "show"]);
    assert!(crate::harness::out(&shown).contains("libretranslate_url"));
}
