//! Administrators look after custom emoji by an app.

use std::io::Cursor;

use image::{ImageFormat, Rgba, RgbaImage};
use reqwest::multipart::{Form, Part};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, Teacher, answer, eventually, out};

const HERE: &str = "/api/v1/admin/custom_emojis";
const BAD: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

fn picture(red: u8) -> Part {
    let mut bytes = Cursor::new(Vec::new());
    RgbaImage::from_pixel(16, 16, Rgba([red, 0, 0, 255]))
        .write_to(&mut bytes, ImageFormat::Png)
        .unwrap();
    Part::bytes(bytes.into_inner()).file_name("picture.png")
}

fn new(name: &str, red: u8) -> Form {
    let form = Form::new().text("shortcode", name.to_owned());
    form.part("image", picture(red))
}

async fn send(by: &Teacher, method: Method, path: &str, form: Form) -> (StatusCode, Value) {
    let response = by.request(method, path).multipart(form).send();
    let response = response.await.unwrap();
    let status = response.status();
    (status, response.json().await.unwrap())
}

async fn made(by: &Teacher, form: Form) -> Value {
    let (status, emoji) = send(by, Method::POST, HERE, form).await;
    assert_eq!(status, StatusCode::OK, "{emoji}");
    emoji
}

fn names(list: &Value) -> Vec<&str> {
    let list = list.as_array().unwrap().iter();
    list.map(|emoji| emoji["shortcode"].as_str().unwrap())
        .collect()
}

async fn are_looked_after(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let scopes = "read write admin:read admin:write";
    let [abe, mia] = [("abe", "admin"), ("mia", "moderator")]
        .map(|(name, role)| school.person(name, role, scopes));
    let ada = school.teacher("ada");
    for (somebody, expected) in [(&ada, StatusCode::FORBIDDEN), (&mia, StatusCode::FORBIDDEN)] {
        assert_eq!(somebody.status_of(HERE).await, expected);
        let (status, _) = send(somebody, Method::POST, HERE, new("apple", 9)).await;
        assert_eq!(status, expected);
    }
    assert_eq!(abe.get(HERE).await, json!([]));

    // What makes no sense is refused.
    for form in [
        Form::new().text("shortcode", "apple"),
        new("a", 9),
        new("with space", 9),
        new("apple", 9).text("category", "x".repeat(101)),
        Form::new().text("shortcode", "apple").part(
            "image",
            Part::bytes(b"no picture".to_vec()).file_name("x.png"),
        ),
    ] {
        let (status, body) = send(&abe, Method::POST, HERE, form).await;
        assert_eq!(status, BAD, "{body}");
    }

    let apple = made(&abe, new("apple", 200).text("category", "Fruit")).await;
    assert_eq!(apple["category"], "Fruit");
    assert_eq!(apple["visible_in_picker"], true);
    assert_eq!(apple["disabled"], false);
    assert_eq!(apple["content_type"], "image/png");
    assert_eq!(apple["uri"], format!("{}/emojis/apple", school.base));
    let file = school.http.get(apple["url"].as_str().unwrap());
    let file = file.send().await.unwrap().bytes().await.unwrap();
    assert_eq!(apple["total_file_size"], file.len());
    let (status, _) = send(&abe, Method::POST, HERE, new("apple", 9)).await;
    assert_eq!(status, BAD, "the name is taken");
    for name in ["cat", "bee"] {
        made(&abe, new(name, 100)).await;
    }

    // By name, and in pages that one can walk both ways.
    assert_eq!(names(&abe.get(HERE).await), ["apple", "bee", "cat"]);
    let response = abe.request(Method::GET, &format!("{HERE}?limit=2&filter=domain:local"));
    let response = response.send().await.unwrap();
    let links = response.headers()["link"].to_str().unwrap().to_owned();
    assert_eq!(names(&response.json().await.unwrap()), ["apple", "bee"]);
    let next = links.split_once('<').unwrap().1.split_once('>').unwrap().0;
    let next = next.strip_prefix(&school.base).unwrap();
    assert!(
        next.contains("limit=2") && next.contains("filter="),
        "{next}"
    );
    assert_eq!(names(&abe.get(next).await), ["cat"]);
    for (query, expected) in [
        ("min_shortcode_domain=cat@&limit=1", vec!["bee"]),
        ("max_shortcode_domain=cat@", vec![]),
        ("filter=shortcode:bee", vec!["bee"]),
        ("filter=domain:all,enabled", vec!["apple", "bee", "cat"]),
        ("filter=disabled", vec![]),
        ("filter=domain:elsewhere.example", vec![]),
    ] {
        let found = abe.get(&format!("{HERE}?{query}")).await;
        assert_eq!(names(&found), expected, "{query}");
    }
    let one = format!("{HERE}/{}", apple["id"].as_str().unwrap());
    assert_eq!(abe.get(&one).await, apple);
    assert_eq!(mia.status_of(&one).await, StatusCode::FORBIDDEN);
    assert_eq!(
        abe.status_of(&format!("{HERE}/1")).await,
        StatusCode::NOT_FOUND
    );

    // Another picture is one everywhere.
    let post = ada.publish(json!({ "status": "an :apple:" })).await;
    assert_eq!(post["emojis"][0]["url"], apple["url"]);
    let change = |kind: &'static str| Form::new().text("type", kind);
    for form in [
        Form::new().text("category", "x"),
        change("modify"),
        change("paint").text("category", "x"),
        change("disable"),
        change("copy").text("shortcode", "pear"),
    ] {
        let (status, body) = send(&abe, Method::PATCH, &one, form).await;
        assert_eq!(status, BAD, "{body}");
    }
    let form = change("modify").part("image", picture(30));
    assert_eq!(
        send(&mia, Method::PATCH, &one, form).await.0,
        StatusCode::FORBIDDEN
    );
    let form = change("modify").part("image", picture(30));
    let (status, changed) = send(&abe, Method::PATCH, &one, form).await;
    assert_eq!(status, StatusCode::OK, "{changed}");
    assert_eq!(changed["id"], apple["id"]);
    assert_eq!(changed["category"], "Fruit", "nothing was said of it");
    assert_ne!(changed["url"], apple["url"]);
    let path = format!("/api/v1/statuses/{}", post["id"].as_str().unwrap());
    assert_eq!(ada.get(&path).await["emojis"][0]["url"], changed["url"]);
    let old = school.http.get(apple["url"].as_str().unwrap());
    assert_eq!(
        old.send().await.unwrap().status(),
        StatusCode::NOT_FOUND,
        "its file is gone"
    );
    let form = change("modify").text("category", "");
    let (_, changed) = send(&abe, Method::PATCH, &one, form).await;
    assert_eq!(changed["category"], Value::Null);

    // Removed, it is nowhere any more.
    assert_eq!(
        mia.request(Method::DELETE, &one)
            .send()
            .await
            .unwrap()
            .status(),
        StatusCode::FORBIDDEN
    );
    let gone = answer(abe.request(Method::DELETE, &one)).await;
    assert_eq!(gone["shortcode"], "apple");
    assert_eq!(abe.status_of(&one).await, StatusCode::NOT_FOUND);
    assert_eq!(ada.get(&path).await["emojis"], json!([]));
    // The list for all is read again after a moment.
    eventually("the list to be read again", || async {
        let list = ada.get("/api/v1/custom_emojis").await;
        (names(&list) == ["bee", "cat"]).then_some(())
    })
    .await;
    let log = out(&school.command(&["report", "log"]));
    for deed in ["add emoji", "change emoji", "remove emoji"] {
        assert!(log.contains(deed) && log.contains("@abe"), "{log}");
    }
}

#[tokio::test]
async fn emoji_are_looked_after_by_an_app_on_sqlite() {
    are_looked_after(Sqlite).await;
}

#[tokio::test]
async fn emoji_are_looked_after_by_an_app_on_postgresql() {
    are_looked_after(Postgres).await;
}
