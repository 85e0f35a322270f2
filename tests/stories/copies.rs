//! Pictures of people elsewhere are shown from here: their servers do not learn who looks.

use reqwest::multipart::{Form, Part};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, Teacher, answer};

fn png() -> Part {
    let mut png = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(64, 32, image::Rgb([9, 120, 90]))
        .write_to(&mut png, image::ImageFormat::Png)
        .unwrap();
    Part::bytes(png.into_inner()).file_name("strip.png")
}

async fn with_avatar(school: &School, name: &str) -> Teacher {
    let teacher = school.teacher(name);
    let update = teacher.request(Method::PATCH, "/api/v1/accounts/update_credentials");
    answer(update.multipart(Form::new().part("avatar", png()))).await;
    teacher
}

async fn picture(teacher: &Teacher, words: &str) {
    let upload = teacher.request(Method::POST, "/api/v2/media");
    let media = answer(upload.multipart(Form::new().part("file", png()))).await;
    let post = json!({ "status": words, "media_ids": [media["id"]] });
    teacher.publish(post).await;
}

async fn get(school: &School, url: &Value) -> Response {
    school.http.get(url.as_str().unwrap()).send().await.unwrap()
}

async fn story(kind: Kind) {
    let (Some(here), Some(there)) = (School::open(kind).await, School::open(kind).await) else {
        return;
    };
    let ada = here.teacher("ada");
    let bo = with_avatar(&there, "bo").await;
    with_avatar(&there, "cy").await;
    ada.follow(&format!("@bo@{}", there.host)).await;
    picture(&bo, "Looked at").await;
    picture(&bo, "Overlooked").await;
    let read = ada.reads("Looked at").await;
    let overlooked = ada.reads("Overlooked").await;
    let found = ada
        .get(&format!("/api/v2/search?q=@cy@{}&resolve=true", there.host))
        .await;
    let media = &read["media_attachments"][0];
    assert!(
        media["remote_url"]
            .as_str()
            .unwrap()
            .starts_with(&there.base),
        "{media}"
    );
    let proxy = format!("{}/media/proxy/", here.base);
    let shown = [
        &read["account"]["avatar"],
        &media["url"],
        &media["preview_url"],
    ];
    for url in shown {
        assert!(url.as_str().unwrap().starts_with(&proxy), "{url}");
        let file = get(&here, url).await;
        assert_eq!(file.status(), StatusCode::OK, "{url}");
        assert_eq!(file.headers()["content-type"], "image/png");
        assert_eq!(file.headers()["x-content-type-options"], "nosniff");
        assert_eq!(
            file.headers()["content-security-policy"],
            "default-src 'none'; sandbox"
        );
        image::load_from_memory(&file.bytes().await.unwrap()).unwrap();
    }
    let part = here
        .http
        .get(media["url"].as_str().unwrap())
        .header("range", "bytes=0-7")
        .send()
        .await
        .unwrap();
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    let size = part.headers()["content-range"].to_str().unwrap();
    let size = size.rsplit('/').next().unwrap().to_owned();
    assert_eq!(part.bytes().await.unwrap().as_ref(), b"\x89PNG\r\n\x1a\n");
    for asked in [format!("bytes={size}-"), "bytes=-0".to_owned()] {
        let beyond = here.http.get(media["url"].as_str().unwrap());
        let beyond = beyond.header("range", &asked).send().await.unwrap();
        assert_eq!(
            beyond.status(),
            StatusCode::RANGE_NOT_SATISFIABLE,
            "{asked}"
        );
        let all = format!("bytes */{size}");
        assert_eq!(beyond.headers()["content-range"], all);
        assert!(
            !beyond.headers()["cache-control"]
                .to_str()
                .unwrap()
                .contains("public")
        );
    }

    // Only what a row of ours holds, and only for whoever knows it.
    let url = media["url"].as_str().unwrap();
    let digest = url.rsplit('/').next().unwrap();
    for bad in [
        url.replace(digest, &"0".repeat(32)),
        url.replace("/files/", "/accounts/"),
        url.replace("/files/", "/others/"),
        format!("{url}%00"),
        format!("{proxy}files/1/{digest}"),
    ] {
        let refused = here.http.get(&bad).send().await.unwrap();
        assert_eq!(refused.status(), StatusCode::NOT_FOUND, "{bad}");
    }

    drop(there);
    for url in shown {
        assert_eq!(get(&here, url).await.status(), StatusCode::OK, "{url}");
    }
    let missed = get(&here, &overlooked["media_attachments"][0]["url"]).await;
    assert_eq!(missed.status(), StatusCode::BAD_GATEWAY);
    let nobody = get(&here, &found["accounts"][0]["avatar"]).await;
    assert_eq!(nobody.status(), StatusCode::BAD_GATEWAY);
    assert_eq!(nobody.headers()["content-type"], "image/png");
    image::load_from_memory(&nobody.bytes().await.unwrap()).unwrap();
    let page = here.request(Method::GET, "/about").send().await.unwrap();
    let policy = page.headers()["content-security-policy"].to_str().unwrap();
    assert!(
        !policy.contains("http:;") && !policy.contains("https:;"),
        "{policy}"
    );
}

#[tokio::test]
async fn pictures_of_others_come_from_here_on_sqlite() {
    story(Sqlite).await;
}

#[tokio::test]
async fn pictures_of_others_come_from_here_on_postgresql() {
    story(Postgres).await;
}

// On SQLite alone: it is about a setting.
#[tokio::test]
async fn an_administrator_may_leave_pictures_where_they_are() {
    let settings = [("media.cache_remote", "false")];
    let here = School::open_with(Sqlite, &settings).await;
    let (Some(here), Some(there)) = (here, School::open(Sqlite).await) else {
        return;
    };
    let ada = here.teacher("ada");
    with_avatar(&there, "bo").await;
    let found = ada
        .get(&format!("/api/v2/search?q=@bo@{}&resolve=true", there.host))
        .await;
    let avatar = found["accounts"][0]["avatar"].as_str().unwrap();
    assert!(avatar.starts_with(&there.base), "{avatar}");
}
