//! What is uploaded comes back as a picture and as nothing else.

use std::io::Cursor;

use image::{ImageFormat, RgbImage};
use reqwest::{Method, StatusCode, multipart};
use serde_json::{Value, json};
use test_support::Kind::Sqlite;

use crate::harness::{School, Teacher, answer, eventually};

fn upload(teacher: &Teacher, bytes: Vec<u8>, name: &str, mime: &str) -> reqwest::RequestBuilder {
    let part = multipart::Part::bytes(bytes).file_name(name.to_owned());
    let form = multipart::Form::new().part("file", part.mime_str(mime).unwrap());
    teacher
        .request(Method::POST, "/api/v2/media")
        .multipart(form)
}

#[tokio::test]
async fn a_file_is_served_by_what_it_is_and_not_by_what_it_was_called() {
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    let ada = school.teacher("ada");
    let mut png = Cursor::new(Vec::new());
    RgbImage::new(8, 8)
        .write_to(&mut png, ImageFormat::Png)
        .unwrap();
    let script = [png.into_inner(), b"<script>alert(1)</script>".to_vec()].concat();
    let made: Value = answer(upload(&ada, script, "../../x.html", "text/html")).await;
    for key in ["url", "preview_url"] {
        let url = made[key].as_str().unwrap();
        let path = url
            .strip_prefix(&format!("{}/media/", school.base))
            .unwrap();
        let named = path.strip_suffix(".png").unwrap();
        assert!(
            named
                .bytes()
                .all(|byte| byte.is_ascii_hexdigit() || byte == b'/'),
            "{url}"
        );
        assert!(named.len() >= 32, "nobody guesses {url}");
        let served = school.http.get(url).send().await.unwrap();
        let header = |name: &str| served.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "image/png");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(
            header("content-security-policy"),
            "default-src 'none'; sandbox"
        );
        assert!(!served.headers().contains_key("set-cookie"));
        let bytes = served.bytes().await.unwrap();
        assert!(!bytes.windows(7).any(|part| part == b"<script"));
    }
    for (bytes, name, mime) in [
        (
            &b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>"[..],
            "x.svg",
            "image/svg+xml",
        ),
        (b"<!doctype html>", "x.png", "image/png"),
    ] {
        let refused = upload(&ada, bytes.to_vec(), name, mime)
            .send()
            .await
            .unwrap();
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{name}");
    }
    let folder = "/media/..%2f..%2fstaffroom.toml";
    for path in [
        folder,
        "/media/ab/..%2f..%2f..%2fstaffroom.toml",
        "/media/%2e%2e/staffroom.toml",
    ] {
        let missing = school.request(Method::GET, path).send().await.unwrap();
        assert_eq!(missing.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_post_is_taken_back_with_its_pictures_or_without() {
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    let ada = school.teacher("ada");
    let mut png = Cursor::new(Vec::new());
    RgbImage::new(8, 8)
        .write_to(&mut png, ImageFormat::Png)
        .unwrap();
    let made: Value = answer(upload(&ada, png.into_inner(), "dot.png", "image/png")).await;
    let words = json!({ "status": "look", "media_ids": [made["id"]] });
    let delete = async |status: &Value, how: &str| {
        let id = status["id"].as_str().unwrap();
        answer(ada.request(Method::DELETE, &format!("/api/v1/statuses/{id}{how}"))).await
    };
    let posted = ada.publish(words.clone()).await;
    delete(&posted, "").await;
    // Its picture is still there, for the post that is written in its place.
    let again = ada.publish(words.clone()).await;
    let gone = delete(&again, "?delete_media=true").await;
    assert_eq!(gone["media_attachments"][0]["id"], made["id"]);
    let refused = ada.request(Method::POST, "/api/v1/statuses").json(&words);
    let refused = refused.send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let address = made["url"].as_str().unwrap();
    eventually("the picture to go", || async {
        let served = school.http.get(address).send().await.unwrap();
        (served.status() == StatusCode::NOT_FOUND).then_some(())
    })
    .await;
}
