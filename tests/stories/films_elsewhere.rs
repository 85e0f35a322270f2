//! Films of which there is no picture: those of other servers that send none, and those that are still being converted.

use reqwest::StatusCode;
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::elsewhere::Elsewhere;
use crate::harness::School;

/// Some picture stands for it: Mastodon's app for Android refuses a film without, which Mastodon never sends.
async fn has_a_picture(school: &School, film: &Value) {
    let picture = film["preview_url"].as_str().unwrap();
    assert_eq!(picture, format!("{}/assets/film.png", school.base));
    let served = school.http.get(picture).send().await.unwrap();
    assert_eq!(served.status(), StatusCode::OK);
    assert_eq!(served.headers()["content-type"], "image/png");
}

/// What is answered of a film that is not converted yet.
pub async fn waits(school: &School, film: &Value) {
    assert_eq!(film["url"], Value::Null);
    has_a_picture(school, film).await;
}

async fn without_a_picture(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let there = Elsewhere::open().await;
    let mo = there.person("mo");
    there.is_followed(&school, &ada, &mo).await;
    let by = mo["id"].as_str().unwrap();
    let public = "https://www.w3.org/ns/activitystreams#Public";
    let post = json!({ "id": format!("{by}/1/create"), "type": "Create", "actor": by, "to": public, "object": {
        "id": format!("{by}/1"), "type": "Note", "attributedTo": by, "to": public, "content": "Paper planes",
        "attachment": [
            { "type": "Document", "mediaType": "video/mp4", "url": format!("{by}/1.mp4"), "width": 320, "height": 180 },
            { "type": "Document", "mediaType": "audio/mpeg", "url": format!("{by}/1.mp3") },
        ],
    }});
    there.tells(&school, &post).await;
    let files = ada.reads("Paper planes").await["media_attachments"].clone();
    assert_eq!(files[0]["type"], "video");
    has_a_picture(&school, &files[0]).await;
    assert_eq!(files[1]["type"], "audio");
    assert_eq!(files[1]["preview_url"], Value::Null);
}

#[tokio::test]
async fn a_film_elsewhere_without_a_picture_has_one_on_sqlite() {
    without_a_picture(Sqlite).await;
}

#[tokio::test]
async fn a_film_elsewhere_without_a_picture_has_one_on_postgresql() {
    without_a_picture(Postgres).await;
}
