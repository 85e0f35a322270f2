//! An archive is made of files in a bucket, and read out of one.

use std::io::Cursor;

use reqwest::StatusCode;
use serde_json::json;
use test_support::Kind::{self, Postgres, Sqlite};
use zip::ZipArchive;

use super::{bytes_in, json_in, uploads, written};
use crate::bucket::{Service, school};
use crate::transfer::Desk;

async fn story(kind: Kind) {
    let services = [Service::start().await, Service::start().await];
    let (Some(here), Some(there)) = (
        school(kind, &services[0], "s3").await,
        school(kind, &services[1], "s3").await,
    ) else {
        return;
    };
    let (ada, eve) = (here.teacher("ada"), there.teacher("eve"));
    let file = uploads(&ada, "A blue rectangle").await;
    let post = json!({ "status": "Paper strips", "media_ids": [file] });
    let post = ada.publish(post).await;
    let desk = Desk::of(&here, "ada").await;
    assert_eq!(desk.asks_for_an_archive().await.0, StatusCode::SEE_OTHER);
    let path = desk.finds_the_archive().await;
    let (status, bytes) = desk.downloads(&path).await;
    assert_eq!(status, StatusCode::OK);
    let mut zip = ZipArchive::new(Cursor::new(bytes.clone())).unwrap();
    let outbox = json_in(&mut zip, "outbox.json");
    let place = &outbox["orderedItems"][0]["object"]["attachment"][0]["url"];
    let served = post["media_attachments"][0]["url"].as_str().unwrap();
    let served = here.http.get(served).send().await.unwrap();
    assert_eq!(
        bytes_in(&mut zip, place.as_str().unwrap()),
        served.bytes().await.unwrap()
    );

    let report = Desk::of(&there, "eve").await.brings_posts(bytes).await;
    let brought = written(&eve).await;
    assert_eq!(brought.len(), 1, "{report}");
    let shown = brought[0]["media_attachments"][0]["url"].as_str().unwrap();
    let shown = there.http.get(shown).send().await.unwrap();
    assert_eq!(shown.status(), StatusCode::OK);
    image::load_from_memory(&shown.bytes().await.unwrap()).unwrap();
}

#[tokio::test]
async fn archives_are_made_and_read_with_a_bucket_on_sqlite() {
    story(Sqlite).await;
}

#[tokio::test]
async fn archives_are_made_and_read_with_a_bucket_on_postgresql() {
    story(Postgres).await;
}
