//! A disk that is full: nothing new is kept, everything old is read, and nobody needs to start anything anew.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Command;

use image::{ImageFormat, RgbImage};
use reqwest::multipart::{Form, Part};
use reqwest::{Method, StatusCode};
use serde_json::json;
use test_support::TestDatabase;

use crate::harness::{School, eventually};

/// A small disk of its own, for root only.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn new(folder: &Path) -> Option<Self> {
        let path = folder.join("disk");
        std::fs::create_dir(&path).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=24m", "tmpfs"])
            .arg(&path)
            .output();
        match mounted {
            Ok(done) if done.status.success() => Some(Self(path)),
            other => {
                eprintln!("NOT TESTED ON A FULL DISK: no disk could be mounted ({other:?})");
                None
            }
        }
    }

    /// Leaves no byte free.
    fn fill(&self) {
        let fill = self.0.join("filling");
        // Ends when there is no room any more.
        let done = Command::new("dd")
            .args(["if=/dev/zero", "bs=4096"])
            .arg(format!("of={}", fill.display()))
            .output()
            .unwrap();
        assert!(!done.status.success());
    }

    fn make_room(&self) {
        std::fs::remove_file(self.0.join("filling")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: the server's files may still be open.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// One that takes room: no two pixels are alike.
fn picture() -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    RgbImage::from_fn(300, 300, |_, _| image::Rgb(rand::random()))
        .write_to(&mut bytes, ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

#[tokio::test]
async fn a_full_disk_stops_writing_and_nothing_else() {
    let outside = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::new(outside.path()) else {
        return;
    };
    let folder = tempfile::tempdir_in(&disk.0).unwrap();
    let database = TestDatabase::in_folder(folder.path());
    // Lower than what is free: SQLite's own journals take room too.
    let settings = [("limits.min_free_bytes", "1048576")];
    let school = School::open_on(database, folder, "localhost", &settings).await;
    let ada = school.teacher("ada");
    let kept = ada.publish(json!({ "status": "kept" })).await;
    let kept = format!("/api/v1/statuses/{}", kept["id"].as_str().unwrap());

    disk.fill();
    let mut refused = 0;
    for number in 0..40 {
        let status = ada
            .request(Method::POST, "/api/v1/statuses")
            .json(&json!({ "status": format!("{number} {}", "words ".repeat(700)) }))
            .send()
            .await
            .unwrap()
            .status();
        match status {
            // There may be a little room in the files that are there.
            StatusCode::OK => {}
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::INSUFFICIENT_STORAGE => refused += 1,
            other => panic!("{other}"),
        }
    }
    assert!(refused > 0);
    let part = Part::bytes(picture()).file_name("x.png");
    let sent = ada
        .request(Method::POST, "/api/v2/media")
        .multipart(Form::new().part("file", part))
        .send()
        .await
        .unwrap();
    assert!(
        [503, 507].contains(&sent.status().as_u16()),
        "{}",
        sent.status()
    );
    let home = ada.get("/api/v1/timelines/home?limit=40").await;
    let shown = home.as_array().unwrap().len();
    assert!(shown > 0 && shown <= 41 - refused, "{shown} {refused}");
    assert_eq!(ada.get(&kept).await["content"], "<p>kept</p>");
    // What was found last is told for a second.
    let ready = eventually("ready to be red", || async {
        let ready = school.request(Method::GET, "/readyz").send().await.ok()?;
        (ready.status() == StatusCode::SERVICE_UNAVAILABLE).then_some(ready)
    })
    .await;
    let said = ready.text().await.unwrap();
    assert!(
        said.starts_with("not ready\n") && said.contains("disk"),
        "{said}"
    );

    disk.make_room();
    eventually("writing to go on", || async {
        let sent = ada
            .request(Method::POST, "/api/v1/statuses")
            .json(&json!({ "status": "room again" }))
            .send()
            .await
            .ok()?;
        sent.status().is_success().then_some(())
    })
    .await;
    ada.reads("room again").await;
    eventually("ready to be green", || async {
        let ready = school.request(Method::GET, "/readyz").send().await.ok()?;
        ready.status().is_success().then_some(())
    })
    .await;
}
