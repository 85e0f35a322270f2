//! Documents are taken along, and brought.

use std::io::Cursor;

use reqwest::StatusCode;
use serde_json::json;
use test_support::Kind::Sqlite;
use zip::ZipArchive;

use super::{bytes_in, id, json_in, written};
use crate::documents::{PDF, uploaded};
use crate::harness::School;
use crate::transfer::Desk;

// On SQLite alone: archives are brought to both; this is about files.
#[tokio::test]
async fn a_document_comes_along_and_its_link_is_made_anew() {
    let (Some(here), Some(there)) = (School::open(Sqlite).await, School::open(Sqlite).await) else {
        return;
    };
    let (ada, eve) = (here.teacher("ada"), there.teacher("eve"));
    let plan = uploaded(&ada, PDF, "Fractions plan.pdf").await;
    ada.publish(json!({ "status": "Paper strips", "document_ids": [id(&plan)] }))
        .await;
    let desk = Desk::of(&here, "ada").await;
    assert_eq!(desk.asks_for_an_archive().await.0, StatusCode::SEE_OTHER);
    let path = desk.finds_the_archive().await;
    let (_, bytes) = desk.downloads(&path).await;
    let mut zip = ZipArchive::new(Cursor::new(bytes.clone())).unwrap();
    let outbox = json_in(&mut zip, "outbox.json");
    let note = &outbox["orderedItems"][0]["object"];
    assert_eq!(note["content"], "<p>Paper strips</p>");
    let place = note["attachment"][0]["url"].as_str().unwrap();
    assert_eq!(bytes_in(&mut zip, place), PDF);

    let report = Desk::of(&there, "eve").await.brings_posts(bytes).await;
    let brought = written(&eve).await;
    assert_eq!(brought.len(), 1, "{report}");
    let document = &brought[0]["staffroom"]["documents"][0];
    for key in ["name", "type", "size"] {
        assert_eq!(document[key], plan[key], "{report}");
    }
    let url = document["url"].as_str().unwrap();
    assert!(url.starts_with(&there.base), "{url}");
    let content = brought[0]["content"].as_str().unwrap();
    assert_eq!(content.matches("<a ").count(), 1, "{content}");
    let served = there.http.get(url).send().await.unwrap();
    assert_eq!(served.bytes().await.unwrap(), PDF);
}
