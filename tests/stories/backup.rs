//! A copy is made while the school is busy, and the school lives on from it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};
use test_support::TestDatabase;

use crate::harness::{School, Teacher, answer, out};

fn picture() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(40, 30, image::Rgb([180, 40, 90]))
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

async fn post_with_picture(author: &Teacher) -> Value {
    let part = Part::bytes(picture())
        .file_name("board.png")
        .mime_str("image/png")
        .unwrap();
    let sent = author
        .request(Method::POST, "/api/v2/media")
        .multipart(Form::new().part("file", part));
    let media = answer(sent).await;
    author
        .publish(json!({ "status": "The blackboard", "media_ids": [media["id"]] }))
        .await
}

/// Posts, each an answer to the one before, until told to stop; how many were acknowledged.
fn post_on(author: Teacher, stop: Arc<AtomicBool>, acknowledged: Arc<AtomicUsize>) {
    tokio::spawn(async move {
        let mut last = Value::Null;
        while !stop.load(Ordering::SeqCst) {
            let number = acknowledged.load(Ordering::SeqCst);
            let body = json!({ "status": format!("lesson {number} \u{1f4da}\\\n\"quoted\""), "in_reply_to_id": last });
            last = author.publish(body).await["id"].clone();
            acknowledged.fetch_add(1, Ordering::SeqCst);
        }
    });
}

async fn lessons(author: &Teacher) -> usize {
    let me = author.get("/api/v1/accounts/verify_credentials").await;
    let (mut count, mut max_id) = (0, String::new());
    loop {
        let path = format!(
            "/api/v1/accounts/{}/statuses?limit=40{max_id}",
            me["id"].as_str().unwrap()
        );
        let page = author.get(&path).await;
        let page = page.as_array().unwrap();
        let Some(last) = page.last() else {
            return count;
        };
        let is_lesson = |status: &&Value| status["content"].as_str().unwrap().contains("lesson");
        count += page.iter().filter(is_lesson).count();
        max_id = format!("&max_id={}", last["id"].as_str().unwrap());
    }
}

async fn story(kind: Kind) {
    let Some(mut school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let pictured = post_with_picture(&ada).await;
    let (stop, acknowledged) = (Arc::default(), Arc::default());
    post_on(ada.clone(), Arc::clone(&stop), Arc::clone(&acknowledged));
    while acknowledged.load(Ordering::SeqCst) < 30 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    let shelf = tempfile::tempdir().unwrap();
    let copy = shelf.path().join("monday").display().to_string();
    let before = acknowledged.load(Ordering::SeqCst);
    let made = school.command(&["backup", &copy]);
    let after = acknowledged.load(Ordering::SeqCst);
    assert!(made.status.success(), "{}", out(&made));
    assert!(!out(&made).contains("were not there"), "{}", out(&made));
    stop.store(true, Ordering::SeqCst);
    let again = school.command(&["backup", &copy]);
    assert!(!again.status.success(), "a backup is not overwritten");

    // Everything is there: nothing is overwritten.
    school.kill();
    let refused = school.command(&["restore", &copy]);
    assert!(
        !refused.status.success() && out(&refused).contains("overwritten"),
        "{}",
        out(&refused)
    );

    // The house burns down. A copy that was changed is not lived in.
    let ashes = school.move_out(TestDatabase::empty(kind).unwrap());
    drop(ashes);
    let table = match kind {
        Sqlite => shelf.path().join("monday/database/staffroom.db"),
        Postgres => shelf.path().join("monday/database/statuses.jsonl"),
    };
    let sound = std::fs::read(&table).unwrap();
    let mut changed = sound.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    std::fs::write(&table, &changed).unwrap();
    for arguments in [&["restore", &copy][..], &["restore", "--check", &copy]] {
        let refused = school.command(arguments);
        assert!(
            !refused.status.success() && out(&refused).contains("damaged"),
            "{}",
            out(&refused)
        );
    }
    assert!(!school.folder().join("media").exists());
    std::fs::write(&table, &sound).unwrap();

    let restored = school.command(&["restore", &copy]);
    assert!(restored.status.success(), "{}", out(&restored));
    school.start().await;
    let kept = lessons(&ada).await;
    // One more may have been written and not yet answered.
    assert!(
        (before..=after + 1).contains(&kept),
        "{before} {kept} {after}"
    );
    let shown = ada
        .get(&format!(
            "/api/v1/statuses/{}",
            pictured["id"].as_str().unwrap()
        ))
        .await;
    let address = shown["media_attachments"][0]["url"].as_str().unwrap();
    let served = school.http.get(address).send().await.unwrap();
    assert_eq!(served.status(), 200);
    assert!(!served.bytes().await.unwrap().is_empty());
    ada.publish(json!({ "status": "We go on" })).await;
    ada.reads("We go on").await;
}

#[tokio::test]
async fn a_busy_school_is_copied_and_lives_on_from_the_copy_on_sqlite() {
    story(Sqlite).await;
}

#[tokio::test]
async fn a_busy_school_is_copied_and_lives_on_from_the_copy_on_postgresql() {
    story(Postgres).await;
}

// On SQLite alone: it is about the files of a copy.
#[tokio::test]
async fn a_file_that_is_gone_is_told_and_an_unfinished_copy_is_none() {
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    let ada = school.teacher("ada");
    post_with_picture(&ada).await;
    let media = school.folder().join("media");
    let folder = std::fs::read_dir(&media)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| {
            let hidden = path
                .file_name()
                .unwrap()
                .as_encoded_bytes()
                .starts_with(b".");
            path.is_dir() && !hidden
        })
        .unwrap();
    std::fs::remove_dir_all(folder).unwrap();
    let copy = school.folder().join("copy");
    let path = copy.display().to_string();
    let made = school.command(&["backup", &path]);
    assert!(
        made.status.success() && out(&made).contains("were not there"),
        "{}",
        out(&made)
    );
    assert!(
        school
            .command(&["restore", "--check", &path])
            .status
            .success()
    );
    std::fs::remove_file(copy.join("manifest.json")).unwrap();
    let refused = school.command(&["restore", "--check", &path]);
    assert!(
        !refused.status.success() && out(&refused).contains("not finished"),
        "{}",
        out(&refused)
    );
}
