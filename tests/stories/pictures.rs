//! What is uploaded comes back as a picture and as nothing else.

use std::io::Cursor;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::{ImageFormat, RgbImage};
use reqwest::{Method, StatusCode, multipart};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, Teacher, answer, eventually};

fn upload(teacher: &Teacher, bytes: Vec<u8>, name: &str, mime: &str) -> reqwest::RequestBuilder {
    let part = multipart::Part::bytes(bytes).file_name(name.to_owned());
    let form = multipart::Form::new().part("file", part.mime_str(mime).unwrap());
    teacher
        .request(Method::POST, "/api/v2/media")
        .multipart(form)
}

// On SQLite alone: it is about files.
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
    // A frame of 60,000 by 60,000 pixels in a picture of ten by ten.
    let bomb = [
        &b"GIF89a\x0a\0\x0a\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0"[..],
        &[60_000_u16.to_le_bytes(), 60_000_u16.to_le_bytes()].concat()[..],
        b"\0\x02\x02\x4c\x01\0;",
    ]
    .concat();
    // Twenty thousand of a thousand by a thousand.
    let crowd = [
        &b"GIF89a\xe8\x03\xe8\x03\x80\0\0\0\0\0\xff\xff\xff"[..],
        &b",\0\0\0\0\x01\0\x01\0\0\x02\x02\x4c\x01\0".repeat(20_000)[..],
        b";",
    ]
    .concat();
    for (bytes, name, mime) in [
        (
            &b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>"[..],
            "x.svg",
            "image/svg+xml",
        ),
        (b"<!doctype html>", "x.png", "image/png"),
        (&bomb[..], "x.gif", "image/gif"),
        (&crowd[..], "x.gif", "image/gif"),
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

// On SQLite alone: it is about files.
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

async fn another_small_picture(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo] = ["ada", "bo"].map(|name| school.teacher(name));
    let png = |side: u32| {
        let mut png = Cursor::new(Vec::new());
        RgbImage::new(side, side)
            .write_to(&mut png, ImageFormat::Png)
            .unwrap();
        png.into_inner()
    };
    let made: Value = answer(upload(&ada, png(8), "dot.png", "image/png")).await;
    let said = json!({ "status": "look", "media_ids": [made["id"]] });
    let posted = ada.publish(said).await;
    let path = format!("/api/v1/statuses/{}", posted["id"].as_str().unwrap());
    let change = |thumbnail: String| {
        let file = json!({ "id": made["id"], "description": "A dot", "focus": "0.2,-0.1", "thumbnail": thumbnail });
        json!({ "status": "look here", "media_attributes": [file] })
    };
    let put = async |who: &Teacher, thumbnail: String| {
        let request = who.request(Method::PUT, &path).json(&change(thumbnail));
        request.send().await.unwrap()
    };
    let picture = format!("data:image/png;base64,{}", STANDARD.encode(png(16)));
    for (who, thumbnail, code) in [
        (
            &ada,
            "data:image/png;base64,###",
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            &ada,
            "https://school.example/a.png",
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            &ada,
            "data:image/png;base64,bm9uZQ==",
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (&bo, picture.as_str(), StatusCode::NOT_FOUND),
    ] {
        let refused = put(who, thumbnail.to_owned()).await;
        assert_eq!(refused.status(), code, "{thumbnail}");
    }
    let edited: Value = put(&ada, picture).await.json().await.unwrap();
    let (old, new) = (
        &posted["media_attachments"][0],
        &edited["media_attachments"][0],
    );
    assert_eq!(new["description"], "A dot");
    assert_eq!(new["meta"]["focus"], json!({ "x": 0.2, "y": -0.1 }));
    assert_eq!(new["url"], old["url"]);
    let served = async |file: &Value| {
        let served = school.http.get(file["preview_url"].as_str().unwrap());
        served.send().await.unwrap().status()
    };
    assert_eq!(served(new).await, StatusCode::OK, "{new}");
    eventually("the old small picture to go", || async {
        (served(old).await == StatusCode::NOT_FOUND).then_some(())
    })
    .await;

    // The same as a form with a file, which belongs to the item that it stands in.
    let own = made["id"].as_str().unwrap().to_owned();
    let form = |item: &str, file: Vec<u8>| {
        let name = |of: &str| format!("media_attributes[{item}][{of}]");
        let file = multipart::Part::bytes(file).file_name("small.png");
        multipart::Form::new()
            .text("status", "look there")
            .text(name("id"), own.clone())
            .text(name("description"), "A larger dot")
            .part(name("thumbnail"), file)
    };
    let mut before = new["preview_url"].clone();
    for (method, item) in [(Method::PUT, ""), (Method::PATCH, "0")] {
        let asked = ada.request(method, &path).multipart(form(item, png(24)));
        let edited = answer(asked).await;
        let new = &edited["media_attachments"][0];
        assert_eq!(new["description"], "A larger dot");
        assert_eq!(new["url"], old["url"]);
        assert_ne!(new["preview_url"], before);
        assert_eq!(served(new).await, StatusCode::OK, "{new}");
        before = new["preview_url"].clone();
    }
    for (who, file, code) in [
        (&ada, b"none".to_vec(), StatusCode::UNPROCESSABLE_ENTITY),
        (&bo, png(24), StatusCode::NOT_FOUND),
    ] {
        let asked = who.request(Method::PUT, &path).multipart(form("", file));
        assert_eq!(asked.send().await.unwrap().status(), code);
    }

    // A file on its own is described by a form too; a post takes none.
    let media = format!("/api/v1/media/{own}");
    let part = multipart::Part::bytes(png(12)).file_name("small.png");
    let form = multipart::Form::new()
        .text("description", "A dot again")
        .part("thumbnail", part);
    let described = answer(ada.request(Method::PATCH, &media).multipart(form)).await;
    assert_eq!(described["description"], "A dot again");
    assert_ne!(described["preview_url"], before);
    let part = multipart::Part::bytes(png(12)).file_name("small.png");
    let form = multipart::Form::new()
        .text("status", "look")
        .part("file", part);
    let refused = ada
        .request(Method::POST, "/api/v1/statuses")
        .multipart(form)
        .send()
        .await
        .unwrap();
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let said: Value = refused.json().await.unwrap();
    assert_eq!(said["error"], "Validation failed: File takes no file");
}

#[tokio::test]
async fn a_change_of_a_post_brings_another_small_picture_on_sqlite() {
    another_small_picture(Sqlite).await;
}

#[tokio::test]
async fn a_change_of_a_post_brings_another_small_picture_on_postgresql() {
    another_small_picture(Postgres).await;
}
