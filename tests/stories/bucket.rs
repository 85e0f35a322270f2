//! Files in a bucket: they are served as from a folder, a service that does not answer costs files only, and an
//! installation moves there and back without losing one.

mod service;

use std::collections::BTreeSet;
use std::io::Cursor;
use std::time::{Duration, Instant};

use image::{ImageFormat, RgbImage};
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

pub use service::{BUCKET, Mood, Service};

use crate::documents::uploaded;
use crate::films;
use crate::harness::{School, Teacher, answer, eventually, out};

/// A school that knows the service, and keeps its files there or in its folder.
pub async fn school(kind: Kind, service: &Service, store: &str) -> Option<School> {
    school_with(kind, service, store, &[]).await
}

async fn school_with(
    kind: Kind,
    service: &Service,
    store: &str,
    more: &[(&'static str, &str)],
) -> Option<School> {
    let mut settings = service.settings();
    settings.push(("media.store", format!("\"{store}\"")));
    settings.extend(more.iter().map(|(key, value)| (*key, (*value).to_owned())));
    let settings: Vec<(&str, &str)> = settings
        .iter()
        .map(|(key, value)| (*key, value.as_str()))
        .collect();
    School::open_with(kind, &settings).await
}

fn upload(teacher: &Teacher) -> RequestBuilder {
    let mut png = Cursor::new(Vec::new());
    RgbImage::from_fn(60, 40, |_, _| image::Rgb(rand::random()))
        .write_to(&mut png, ImageFormat::Png)
        .unwrap();
    let part = Part::bytes(png.into_inner()).file_name("board.png");
    teacher
        .request(Method::POST, "/api/v2/media")
        .multipart(Form::new().part("file", part.mime_str("image/png").unwrap()))
}

async fn get(school: &School, url: &str) -> Response {
    school.http.get(url).send().await.unwrap()
}

async fn part_of(school: &School, url: &str, range: &str) -> Response {
    let asked = school.http.get(url).header("range", range);
    asked.send().await.unwrap()
}

fn url(entity: &Value) -> &str {
    entity["url"].as_str().unwrap()
}

/// The path in the store of what is served there.
fn path<'a>(school: &School, url: &'a str) -> &'a str {
    let served = url.strip_prefix(&school.base).unwrap();
    served.strip_prefix("/media/").unwrap()
}

/// What lies in the media folder, but what is on its way.
fn in_folder(school: &School) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let Ok(folders) = std::fs::read_dir(school.folder().join("media")) else {
        return found;
    };
    for folder in folders {
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

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers()[name].to_str().unwrap()
}

async fn kept(kind: Kind) {
    let service = Service::start().await;
    let Some(mut school) = school(kind, &service, "s3").await else {
        return;
    };
    let ada = school.teacher("ada");
    let picture = answer(upload(&ada)).await;
    ada.publish(json!({ "status": "The blackboard", "media_ids": [picture["id"]] }))
        .await;
    for key in ["url", "preview_url"] {
        let served = get(&school, picture[key].as_str().unwrap()).await;
        assert_eq!(served.status(), StatusCode::OK);
        for (name, value) in [
            ("content-type", "image/png"),
            ("content-security-policy", "default-src 'none'; sandbox"),
            ("x-content-type-options", "nosniff"),
            ("accept-ranges", "bytes"),
        ] {
            assert_eq!(header(&served, name), value);
        }
        image::load_from_memory(&served.bytes().await.unwrap()).unwrap();
    }
    assert!(service.files().contains(path(&school, url(&picture))));
    assert_eq!(in_folder(&school), BTreeSet::new());

    // More than goes at once.
    let lines = "A line of a long list.\n".repeat(300_000);
    let list = uploaded(&ada, lines.as_bytes(), "Long list.txt").await;
    assert_eq!(service.came_in_parts(), 1);
    let served = get(&school, url(&list)).await;
    assert_eq!(header(&served, "content-disposition"), "attachment");
    assert_eq!(served.text().await.unwrap(), lines);
    let last = lines.len() - 1;
    for (range, first, end) in [
        ("bytes=2-9".to_owned(), 2, 9),
        ("bytes=-5".to_owned(), last - 4, last),
        (format!("bytes={}-", last - 1), last - 1, last),
        ("bytes=5000000-6000000".to_owned(), 5_000_000, 6_000_000),
    ] {
        let served = part_of(&school, url(&list), &range).await;
        assert_eq!(served.status(), StatusCode::PARTIAL_CONTENT, "{range}");
        let total = lines.len();
        assert_eq!(
            header(&served, "content-range"),
            format!("bytes {first}-{end}/{total}")
        );
        assert_eq!(served.text().await.unwrap(), lines[first..=end], "{range}");
    }
    let beyond = part_of(&school, url(&list), &format!("bytes={}-", last + 1)).await;
    assert_eq!(beyond.status(), StatusCode::RANGE_NOT_SATISFIABLE);

    // What is deleted is gone there, too; what is lost is not there.
    let before = service.files();
    let draft = answer(upload(&ada)).await;
    let delete = format!("/api/v1/media/{}", draft["id"].as_str().unwrap());
    answer(ada.request(Method::DELETE, &delete)).await;
    eventually("the files to go", async || {
        (service.files() == before).then_some(())
    })
    .await;
    let gone = get(&school, url(&draft)).await;
    assert_eq!(gone.status(), StatusCode::NOT_FOUND);
    service.lose(path(&school, url(&picture)));
    let lost = get(&school, url(&picture)).await;
    assert_eq!(lost.status(), StatusCode::NOT_FOUND);

    // A copy says where the files are.
    let shelf = tempfile::tempdir().unwrap();
    let copy = shelf.path().join("monday").display().to_string();
    let made = school.command(&["backup", &copy]);
    let said = out(&made);
    assert!(
        made.status.success() && said.contains(&format!("in the bucket {BUCKET}")),
        "{said}"
    );
    assert!(!said.contains("were not there"), "{said}");
    assert!(
        school
            .command(&["restore", "--check", &copy])
            .status
            .success()
    );
    school.kill();
    let refused = school.command(&["restore", &copy, "--set", "media.store=folder"]);
    assert!(
        !refused.status.success() && out(&refused).contains("set media.store to s3"),
        "{}",
        out(&refused)
    );
}

#[tokio::test]
async fn files_are_kept_in_a_bucket_on_sqlite() {
    kept(Sqlite).await;
}

#[tokio::test]
async fn files_are_kept_in_a_bucket_on_postgresql() {
    kept(Postgres).await;
}

fn about_the_bucket(said: &str) -> &str {
    let line = said.lines().find(|line| line.contains(" bucket: "));
    line.unwrap_or_else(|| panic!("{said}"))
}

async fn failing(kind: Kind) {
    let service = Service::start().await;
    let Some(school) = school(kind, &service, "s3").await else {
        return;
    };
    let ada = school.teacher("ada");
    let picture = answer(upload(&ada)).await;
    let there = service.files();
    let doctor = school.command(&["doctor"]);
    let said = out(&doctor);
    assert!(doctor.status.success(), "{said}");
    assert!(about_the_bucket(&said).starts_with("ok"), "{said}");
    assert_eq!(service.files(), there, "nothing is left behind");

    service.turn(Mood::Failing);
    let served = get(&school, url(&picture)).await;
    assert_eq!(served.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(served.headers().contains_key("retry-after"));
    let refused = upload(&ada).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    // All else goes on.
    ada.publish(json!({ "status": "without a picture" })).await;
    let said = eventually("ready to say so", async || {
        let ready = school.request(Method::GET, "/readyz").send().await.ok()?;
        assert_eq!(ready.status(), StatusCode::OK);
        let said = ready.text().await.ok()?;
        said.contains("bucket").then_some(said)
    })
    .await;
    assert!(said.starts_with("degraded\n"), "{said}");
    let doctor = school.command(&["doctor"]);
    let said = out(&doctor);
    assert!(!doctor.status.success(), "{said}");
    assert!(about_the_bucket(&said).starts_with("FAIL"), "{said}");
    assert!(!said.contains("hunter2"), "{said}");

    service.turn(Mood::Well);
    let served = get(&school, url(&picture)).await;
    assert_eq!(served.status(), StatusCode::OK);
    answer(upload(&ada)).await;
}

#[tokio::test]
async fn a_service_that_fails_costs_files_only_on_sqlite() {
    failing(Sqlite).await;
}

#[tokio::test]
async fn a_service_that_fails_costs_files_only_on_postgresql() {
    failing(Postgres).await;
}

// On SQLite alone: it is about the service.
#[tokio::test]
async fn nobody_waits_long_for_a_service_that_says_nothing() {
    let service = Service::start().await;
    let Some(school) = school(Sqlite, &service, "s3").await else {
        return;
    };
    let ada = school.teacher("ada");
    let picture = answer(upload(&ada)).await;
    service.turn(Mood::Silent);
    let begun = Instant::now();
    let served = get(&school, url(&picture)).await;
    assert_eq!(served.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(begun.elapsed() < Duration::from_secs(19), "{begun:?}");
    let begun = Instant::now();
    let ready = school.request(Method::GET, "/readyz").send().await.unwrap();
    assert_eq!(ready.status(), StatusCode::OK);
    assert!(begun.elapsed() < Duration::from_secs(5), "{begun:?}");
    service.turn(Mood::Well);
    let served = get(&school, url(&picture)).await;
    assert_eq!(served.status(), StatusCode::OK);
}

async fn copies(kind: Kind) {
    let service = Service::start().await;
    let (Some(here), Some(there)) = (school(kind, &service, "s3").await, School::open(kind).await)
    else {
        return;
    };
    let (ada, bo) = (here.teacher("ada"), there.teacher("bo"));
    ada.follow(&format!("@bo@{}", there.host)).await;
    let picture = answer(upload(&bo)).await;
    bo.publish(json!({ "status": "From elsewhere", "media_ids": [picture["id"]] }))
        .await;
    let read = ada.reads("From elsewhere").await;
    let shown = url(&read["media_attachments"][0]);
    assert!(shown.starts_with(&here.base), "{shown}");
    assert_eq!(get(&here, shown).await.status(), StatusCode::OK);
    assert!(!service.files().is_empty());
    assert_eq!(in_folder(&here), BTreeSet::new());
    // It is not that the other server cannot be reached.
    service.turn(Mood::Failing);
    let served = get(&here, shown).await;
    assert_eq!(served.status(), StatusCode::SERVICE_UNAVAILABLE);
    service.turn(Mood::Well);
    assert_eq!(get(&here, shown).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn copies_of_files_from_elsewhere_are_kept_in_a_bucket_on_sqlite() {
    copies(Sqlite).await;
}

#[tokio::test]
async fn copies_of_files_from_elsewhere_are_kept_in_a_bucket_on_postgresql() {
    copies(Postgres).await;
}

// On SQLite alone: it is about files.
#[tokio::test]
async fn a_film_is_converted_out_of_a_bucket_and_into_it() {
    let service = Service::start().await;
    let found = [films::FOUND];
    let (Some(()), Some(school)) = (
        films::ffmpeg(),
        school_with(Sqlite, &service, "s3", &found).await,
    ) else {
        return;
    };
    let ada = school.teacher("ada");
    let (code, waiting) = films::send(&ada, 2, films::file(films::film())).await;
    assert_eq!(code, StatusCode::ACCEPTED, "{waiting}");
    let film = films::ready(&ada, &waiting["id"]).await;
    films::is_served(&school, &film).await;
    assert!(service.files().contains(path(&school, url(&film))));
    assert_eq!(in_folder(&school), BTreeSet::new());
}

/// What `staffroom media copy` says, if it is done.
fn copied(school: &School, arguments: &[&str]) -> String {
    let done = school.command(&[&["media", "copy"][..], arguments].concat());
    assert!(done.status.success(), "{}", out(&done));
    out(&done)
}

/// What it says, if it is not.
fn not_copied(school: &School, arguments: &[&str]) -> String {
    let done = school.command(&[&["media", "copy"][..], arguments].concat());
    assert!(!done.status.success(), "{}", out(&done));
    out(&done)
}

async fn moves(kind: Kind) {
    let service = Service::start().await;
    let Some(mut school) = school(kind, &service, "folder").await else {
        return;
    };
    let ada = school.teacher("ada");
    let mut pictures = Vec::new();
    for _ in 0..3 {
        pictures.push(answer(upload(&ada)).await);
    }
    let words = json!({ "status": "Three", "media_ids": [pictures[0]["id"], pictures[1]["id"]] });
    ada.publish(words).await;
    let files = in_folder(&school);

    // While it runs; begun anew, only what is missing is copied.
    service.turn(Mood::Failing);
    let said = not_copied(&school, &["--to", "s3"]);
    assert!(said.contains("run it again"), "{said}");
    service.turn(Mood::Well);
    let said = copied(&school, &["--to", "s3"]);
    let all = format!("{} files copied", files.len());
    assert!(said.contains(&all), "{said}");
    assert_eq!(service.files(), files);
    let lost = path(&school, url(&pictures[0]));
    service.lose(lost);
    let said = copied(&school, &["--to", "s3"]);
    assert!(said.contains("1 files copied"), "{said}");
    assert_eq!(service.files(), files);
    // A file that is another one has the same size.
    service.spoil(lost);
    let said = copied(&school, &["--to", "s3"]);
    assert!(said.contains("0 files copied"), "{said}");
    let said = copied(&school, &["--to", "s3", "--verify"]);
    assert!(said.contains("1 files copied"), "{said}");

    // What was deleted meanwhile goes there as well, and nothing where the server keeps its files.
    let delete = format!("/api/v1/media/{}", pictures[2]["id"].as_str().unwrap());
    answer(ada.request(Method::DELETE, &delete)).await;
    eventually("its files to go", async || {
        let left = in_folder(&school);
        let is_left = |key: &str| left.contains(path(&school, pictures[2][key].as_str().unwrap()));
        (!["url", "preview_url"].into_iter().any(is_left)).then_some(())
    })
    .await;
    school.terminate();
    let files = in_folder(&school);
    let said = not_copied(&school, &["--to", "folder", "--exact"]);
    assert!(said.contains("nothing is removed"), "{said}");
    copied(&school, &["--to", "s3", "--exact"]);
    assert_eq!(service.files(), files);

    // It lives there from now on.
    let place = school.folder().join("staffroom.toml");
    let text = std::fs::read_to_string(&place).unwrap();
    let text = text.replace("media.store = \"folder\"", "media.store = \"s3\"");
    std::fs::write(&place, text).unwrap();
    std::fs::remove_dir_all(school.folder().join("media")).unwrap();
    school.start().await;
    for picture in &pictures[..2] {
        let served = get(&school, url(picture)).await;
        assert_eq!(served.status(), StatusCode::OK);
        image::load_from_memory(&served.bytes().await.unwrap()).unwrap();
    }
    let gone = get(&school, url(&pictures[2])).await;
    assert_eq!(gone.status(), StatusCode::NOT_FOUND);

    // And could go back.
    copied(&school, &["--to", "folder"]);
    assert_eq!(in_folder(&school), files);
}

#[tokio::test]
async fn a_school_moves_to_a_bucket_and_back_on_sqlite() {
    moves(Sqlite).await;
}

#[tokio::test]
async fn a_school_moves_to_a_bucket_and_back_on_postgresql() {
    moves(Postgres).await;
}
