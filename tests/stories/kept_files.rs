//! `kill -9` at any moment leaves no file in the media folder that nothing names.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::time::Duration;

use image::{ImageFormat, Rgb, RgbImage};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::Value;
use test_support::Kind::{self, Postgres, Sqlite};
use test_support::{hurry, named_files};

use crate::harness::{School, Teacher, eventually};

/// At random moments.
const KILLS: usize = 8;

fn png(side: u32) -> Part {
    let mut png = Cursor::new(Vec::new());
    RgbImage::from_pixel(side, side, Rgb([9, 120, 90]))
        .write_to(&mut png, ImageFormat::Png)
        .unwrap();
    Part::bytes(png.into_inner()).file_name("x.png")
}

/// Uploads pictures, deletes every other one, and changes the own picture, until nobody answers any more; answers how
/// many were taken in.
async fn send_on(ada: Teacher) -> usize {
    let mut taken = 0;
    loop {
        let form = Form::new().part("file", png(64));
        let form = form.part("thumbnail", png(24));
        let upload = ada.request(Method::POST, "/api/v2/media").multipart(form);
        let Ok(response) = upload.send().await else {
            return taken;
        };
        let Ok(made) = response.json::<Value>().await else {
            return taken;
        };
        let Some(id) = made["id"].as_str() else {
            continue;
        };
        taken += 1;
        if taken % 2 == 0 {
            let path = format!("/api/v1/media/{id}");
            if ada.request(Method::DELETE, &path).send().await.is_err() {
                return taken;
            }
        }
        let form = Form::new().part("avatar", png(32));
        let path = "/api/v1/accounts/update_credentials";
        let change = ada.request(Method::PATCH, path).multipart(form);
        if change.send().await.is_err() {
            return taken;
        }
    }
}

fn there(school: &School) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for folder in std::fs::read_dir(school.folder().join("media")).unwrap() {
        let folder = folder.unwrap();
        let name = folder.file_name().into_string().unwrap();
        if name.starts_with('.') {
            continue;
        }
        for file in std::fs::read_dir(folder.path()).unwrap() {
            let file = file.unwrap().file_name().into_string().unwrap();
            found.insert(format!("{name}/{file}"));
        }
    }
    found
}

async fn story(kind: Kind) {
    let Some(mut school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let (mut taken, mut kills) = (0, Vec::new());
    for _ in 0..KILLS {
        let sending = tokio::spawn(send_on(ada.clone()));
        let wait = rand::random_range(50..600);
        kills.push(wait);
        tokio::time::sleep(Duration::from_millis(wait)).await;
        school.kill();
        taken += sending.await.unwrap();
        school.start().await;
    }
    assert!(taken > 0, "{kills:?}");
    eventually("what nothing names to go", || async {
        // As if the time were over in which it is to be named.
        hurry(&mut school.database().connect());
        let named: BTreeSet<String> = named_files(&mut school.database().connect())
            .into_iter()
            .collect();
        assert!(named.is_subset(&there(&school)), "{kills:?}");
        (there(&school) == named).then_some(())
    })
    .await;
}

#[tokio::test]
async fn no_file_is_left_without_a_name_on_sqlite() {
    story(Sqlite).await;
}

#[tokio::test]
async fn no_file_is_left_without_a_name_on_postgresql() {
    story(Postgres).await;
}
