//! All that somebody wrote is taken along as a ZIP file, and posts out of such files are brought to another account.

mod bucket;
mod documents;
mod hostile;
mod lineage;

use std::io::{Cursor, Read, Write};

use image::{ImageFormat, RgbImage};
use reqwest::{Method, StatusCode, multipart};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::harness::{School, Teacher, answer, eventually, out};
use crate::mail::{letterbox, text};
use crate::sign_in::field;
use crate::transfer::{Desk, HERE};

const OLD: &str = "https://old.example/users/ada";
const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

impl Desk {
    async fn asks_for_an_archive(&self) -> (StatusCode, String) {
        let (_, page) = self.page(HERE).await;
        let form = [("csrf", field(&page, "csrf"))];
        let sent = self.http.post(format!("{}{HERE}/archives", self.base));
        let response = sent.form(&form).send().await.unwrap();
        (response.status(), response.text().await.unwrap())
    }

    /// Where the archive is, once it is made.
    async fn finds_the_archive(&self) -> String {
        eventually("the archive to be made", || async {
            let (_, page) = self.page(HERE).await;
            let (_, rest) = page.split_once(&format!("href=\"{HERE}/archives/"))?;
            let (id, _) = rest.split_once('"')?;
            Some(format!("{HERE}/archives/{id}"))
        })
        .await
    }

    async fn downloads(&self, path: &str) -> (StatusCode, Vec<u8>) {
        let asked = self.http.get(format!("{}{path}", self.base));
        let response = asked.send().await.unwrap();
        let status = response.status();
        (status, response.bytes().await.unwrap().to_vec())
    }

    /// Where the answer leads, or what it says.
    async fn submits_posts(&self, csrf: &str, file: Vec<u8>) -> (StatusCode, String) {
        let file = multipart::Part::bytes(file).file_name("../../archive.zip");
        let form = multipart::Form::new()
            .text("csrf", csrf.to_owned())
            .part("file", file);
        let sent = self.http.post(format!("{}{HERE}/posts", self.base));
        let response = sent.multipart(form).send().await.unwrap();
        let status = response.status();
        let to = response.headers().get("location").cloned();
        let text = response.text().await.unwrap();
        (
            status,
            to.map_or(text, |to| to.to_str().unwrap().to_owned()),
        )
    }

    async fn tries_posts(&self, file: Vec<u8>) -> (StatusCode, String) {
        let (_, page) = self.page(HERE).await;
        self.submits_posts(&field(&page, "csrf"), file).await
    }

    /// The report, once the archive is worked off.
    async fn brings_posts(&self, file: Vec<u8>) -> String {
        let (status, to) = self.tries_posts(file).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{to}");
        self.reads_report(&to).await
    }

    async fn reads_report(&self, path: &str) -> String {
        eventually("the archive to be worked off", || async {
            let (_, page) = self.page(path).await;
            let is_done =
                page.contains("All posts are worked off") || page.contains("could not be read");
            is_done.then_some(page)
        })
        .await
    }
}

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// An archive of `OLD` with these activities and files.
fn archive(items: &[Value], files: &[(&str, &[u8])]) -> Vec<u8> {
    let actor =
        json!({ "id": OLD, "type": "Person", "followers": format!("{OLD}/followers") }).to_string();
    let outbox =
        json!({ "id": "outbox.json", "type": "OrderedCollection", "totalItems": items.len(),
        "orderedItems": items })
        .to_string();
    let mut all: Vec<(&str, &[u8])> = vec![
        ("actor.json", actor.as_bytes()),
        ("outbox.json", outbox.as_bytes()),
    ];
    all.extend(files);
    zipped(&all)
}

/// A post in an archive of `OLD`; a day has two hundred.
fn created(number: usize, content: &str, more: &Value) -> Value {
    let mut note = json!({ "id": format!("{OLD}/statuses/{number}"), "type": "Note", "attributedTo": OLD,
        "published": format!("2021-03-{:02}T{:02}:{:02}:{:02}Z", 4 + number / 200, number / 3600, number / 60 % 60, number % 60),
        "to": [PUBLIC], "cc": [format!("{OLD}/followers")], "content": content });
    for (key, value) in more.as_object().unwrap() {
        note[key] = value.clone();
    }
    json!({ "id": format!("{OLD}/statuses/{number}/activity"), "type": "Create", "actor": OLD, "object": note })
}

fn picture() -> Vec<u8> {
    let mut png = Cursor::new(Vec::new());
    let picture = RgbImage::from_fn(40, 20, |x, y| {
        image::Rgb([
            6 * u8::try_from(x).unwrap(),
            12 * u8::try_from(y).unwrap(),
            99,
        ])
    });
    picture.write_to(&mut png, ImageFormat::Png).unwrap();
    png.into_inner()
}

async fn uploads(teacher: &Teacher, description: &str) -> String {
    let part = multipart::Part::bytes(picture()).file_name("a.png");
    let form = multipart::Form::new()
        .text("description", description.to_owned())
        .text("focus", "0.5,-0.25")
        .part("file", part.mime_str("image/png").unwrap());
    let sent = teacher
        .request(Method::POST, "/api/v2/media")
        .multipart(form);
    answer(sent).await["id"].as_str().unwrap().to_owned()
}

fn id(value: &Value) -> &str {
    value["id"].as_str().unwrap()
}

/// What somebody wrote, oldest first.
async fn written(teacher: &Teacher) -> Vec<Value> {
    let own = teacher.get("/api/v1/accounts/verify_credentials").await;
    let path = format!(
        "/api/v1/accounts/{}/statuses?limit=40&exclude_reblogs=true",
        id(&own)
    );
    let mut found = teacher.get(&path).await.as_array().unwrap().clone();
    found.reverse();
    found
}

/// What is the same wherever a post is; the address of another server, and so of links to it, is not.
fn seen(posts: &[Value]) -> Vec<Value> {
    let place = |post: &Value| {
        let above = posts
            .iter()
            .position(|other| other["id"] == post["in_reply_to_id"]);
        json!(above)
    };
    let media = |post: &Value| {
        let files = post["media_attachments"].as_array().unwrap().iter();
        let facts = |file: &Value| {
            json!([
                file["type"],
                file["description"],
                file["meta"]["focus"],
                file["meta"]["original"]["size"]
            ])
        };
        files.map(facts).collect::<Vec<_>>()
    };
    let tags = |post: &Value| {
        let tags = post["tags"].as_array().unwrap().iter();
        tags.map(|tag| tag["name"].clone()).collect::<Vec<_>>()
    };
    posts
        .iter()
        .map(|post| {
            json!({ "at": post["created_at"], "visibility": post["visibility"], "warning": post["spoiler_text"],
                "sensitive": post["sensitive"], "language": post["language"], "above": place(post),
                "media": media(post), "tags": tags(post), "replies": post["replies_count"] })
        })
        .collect()
}

fn json_in(zip: &mut ZipArchive<Cursor<Vec<u8>>>, name: &str) -> Value {
    serde_json::from_slice(&bytes_in(zip, name)).unwrap()
}

fn bytes_in(zip: &mut ZipArchive<Cursor<Vec<u8>>>, name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut file = zip
        .by_name(name)
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    file.read_to_end(&mut bytes).unwrap();
    bytes
}

async fn round_trip(kind: Kind) {
    let (Some(here), Some(there)) = (School::open(kind).await, School::open(kind).await) else {
        return;
    };
    let [ada, bo] = ["ada", "bo"].map(|name| here.teacher(name));
    let [eve, fay] = ["eve", "fay"].map(|name| there.teacher(name));
    let avatar = multipart::Part::bytes(picture()).file_name("me.png");
    let form = multipart::Form::new().part("avatar", avatar.mime_str("image/png").unwrap());
    let path = "/api/v1/accounts/update_credentials";
    answer(ada.request(Method::PATCH, path).multipart(form)).await;

    let file = uploads(&ada, "A blue rectangle").await;
    let first = ada
        .publish(
            json!({ "status": "Paper strips & #Fractions", "language": "en", "media_ids": [file] }),
        )
        .await;
    ada.publish(
        json!({ "status": "and how to fold them", "in_reply_to_id": id(&first), "language": "en" }),
    )
    .await;
    for (words, visibility, warning) in [
        ("for those who follow", "private", "marks"),
        ("for @bo alone", "direct", ""),
        ("not on the front page", "unlisted", ""),
    ] {
        ada.publish(json!({ "status": words, "visibility": visibility, "spoiler_text": warning, "language": "de" }))
            .await;
    }
    ada.publish(json!({ "status": "stays here", "local_only": true, "language": "en" }))
        .await;
    ada.publish(
        json!({ "status": "**Bold** words", "content_type": "text/markdown", "language": "en" }),
    )
    .await;
    let poll = json!({ "options": ["Chalk", "Board & pen"], "expires_in": 600 });
    ada.publish(json!({ "status": "Which one?", "poll": poll, "language": "en" }))
        .await;
    let kept = bo.publish(json!({ "status": "worth keeping" })).await;
    for deed in ["reblog", "favourite", "bookmark"] {
        ada.post(
            &format!("/api/v1/statuses/{}/{deed}", id(&kept)),
            Value::Null,
        )
        .await;
    }
    let told = bo.get("/api/v1/notifications").await;

    // It is made once in seven days, and for her alone.
    let desk = Desk::of(&here, "ada").await;
    assert_eq!(desk.asks_for_an_archive().await.0, StatusCode::SEE_OTHER);
    let (status, page) = desk.asks_for_an_archive().await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("one archive in seven days"), "{page}");
    let path = desk.finds_the_archive().await;
    let (status, bytes) = desk.downloads(&path).await;
    assert_eq!(status, StatusCode::OK);
    let others = Desk::of(&here, "bo").await;
    assert_eq!(others.downloads(&path).await.0, StatusCode::NOT_FOUND);
    let (_, page) = others.page(HERE).await;
    assert!(!page.contains(&path), "{page}");
    let nobody = here.request(Method::GET, &path).send().await.unwrap();
    assert!(
        nobody.url().path().starts_with("/sign-in"),
        "{}",
        nobody.url()
    );

    let mut zip = ZipArchive::new(Cursor::new(bytes.clone())).unwrap();
    let actor = json_in(&mut zip, "actor.json");
    assert_eq!(actor["id"], format!("{}/users/ada", here.base));
    assert_eq!(actor["outbox"], "outbox.json");
    let face = actor["icon"]["url"].as_str().unwrap().to_owned();
    assert!(face.starts_with("avatar.") && !bytes_in(&mut zip, &face).is_empty());
    for name in ["likes.json", "bookmarks.json"] {
        let marked = json_in(&mut zip, name);
        assert_eq!(marked["orderedItems"], json!([kept["uri"]]), "{name}");
        assert_eq!(marked["totalItems"], 1);
    }
    let outbox = json_in(&mut zip, "outbox.json");
    assert_eq!(outbox["type"], "OrderedCollection");
    assert_eq!(outbox["totalItems"], 9);
    let items = outbox["orderedItems"].as_array().unwrap();
    assert_eq!(items.len(), 9);
    let boosts: Vec<&Value> = items
        .iter()
        .filter(|item| item["type"] == "Announce")
        .collect();
    assert_eq!(boosts.len(), 1);
    assert_eq!(boosts[0]["object"], kept["uri"]);
    assert_eq!(items[0]["object"]["id"], first["uri"]);
    assert_eq!(items[1]["object"]["inReplyTo"], first["uri"]);
    let attached = &items[0]["object"]["attachment"][0];
    let name = attached["url"].as_str().unwrap();
    assert!(name.starts_with("media_attachments/files/"), "{name}");
    let served = first["media_attachments"][0]["url"].as_str().unwrap();
    let served = here
        .http
        .get(served)
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    assert_eq!(bytes_in(&mut zip, name), served);
    let stays = items
        .iter()
        .find(|item| item["object"]["content"] == "<p>stays here</p>");
    assert_eq!(stays.unwrap()["object"]["to"], json!([]));

    // What was written here is here.
    let report = desk.brings_posts(bytes.clone()).await;
    assert!(report.contains("here already: 8"), "{report}");
    assert_eq!(written(&ada).await.len(), 8);
    // Moderators see who brought what.
    let log = out(&here.command(&["report", "log"]));
    let line = format!("@ada\tbring posts\t{}/users/ada", here.base);
    assert!(log.contains(&line), "{log}");

    fay.follow("@eve").await;
    eve.publish(json!({ "status": "I am new here" })).await;
    fay.reads("I am new here").await;
    let other = Desk::of(&there, "eve").await;
    let report = other.brings_posts(bytes.clone()).await;
    assert!(report.contains("taken over: 8"), "{report}");
    assert!(report.contains("boosts that stay behind: 1"), "{report}");
    let mut before = written(&ada).await;
    let after = written(&eve).await;
    assert_eq!(after.len(), 9);
    // What never left the server is nobody else's, and a question is text.
    let local = before
        .iter_mut()
        .find(|post| post["staffroom"]["local_only"] == true);
    local.unwrap()["visibility"] = json!("direct");
    assert_eq!(seen(&after[..8]), seen(&before));
    assert_eq!(after[8]["content"], "<p>I am new here</p>");
    assert_eq!(after[1]["content"], "<p>and how to fold them</p>");
    assert!(
        after[3]["content"]
            .as_str()
            .unwrap()
            .contains(&format!("{}/@bo", here.base))
    );
    assert_eq!(after[3]["mentions"], json!([]));
    assert!(
        after[6]["content"]
            .as_str()
            .unwrap()
            .contains("<strong>Bold</strong>")
    );
    let asked = after[7]["content"].as_str().unwrap();
    assert!(asked.contains("<li>Board &amp; pen (0)</li>"), "{asked}");
    assert!(after[7]["poll"].is_null());
    let uri = after[0]["uri"].as_str().unwrap();
    assert!(uri.starts_with(&there.base), "{uri}");
    let source = eve
        .get(&format!("/api/v1/statuses/{}/source", id(&after[6])))
        .await;
    assert_eq!(source["text"], "**Bold** words");
    let own = eve.get("/api/v1/accounts/verify_credentials").await;
    assert_eq!(
        own["statuses_count"], 7,
        "those for some, and not direct ones"
    );

    // Nobody is told of it, but whoever looks finds it.
    for reader in [&eve, &fay] {
        let home = reader.get("/api/v1/timelines/home").await;
        assert_eq!(home.as_array().unwrap().len(), 1, "{}: {home}", reader.name);
    }
    assert_eq!(bo.get("/api/v1/notifications").await, told);
    let tagged = fay.get("/api/v1/timelines/tag/fractions").await;
    assert_eq!(tagged[0]["id"], after[0]["id"]);

    // Once is enough, also if one was deleted since.
    let gone = format!("/api/v1/statuses/{}", id(&after[4]));
    answer(eve.request(Method::DELETE, &gone)).await;
    let report = other.brings_posts(bytes).await;
    assert!(report.contains("taken over: 0"), "{report}");
    assert!(report.contains("here already: 8"), "{report}");
    assert_eq!(written(&eve).await.len(), 8);
}

#[tokio::test]
async fn what_somebody_wrote_is_taken_along_and_brought_on_sqlite() {
    round_trip(Sqlite).await;
}

#[tokio::test]
async fn what_somebody_wrote_is_taken_along_and_brought_on_postgresql() {
    round_trip(Postgres).await;
}

// On SQLite alone: archives are made on both; this is about a letter.
#[tokio::test]
async fn whoever_asked_for_an_archive_is_told_by_mail() {
    let (port, letters) = letterbox();
    let port = port.to_string();
    let settings = [
        ("mail.host", "\"127.0.0.1\""),
        ("mail.port", port.as_str()),
        ("mail.encryption", "\"none\""),
        ("mail.from", "\"Staffroom <staffroom@school.example>\""),
    ];
    let Some(school) = School::open_with(Sqlite, &settings).await else {
        return;
    };
    school.teacher("ada");
    let desk = Desk::of(&school, "ada").await;
    assert_eq!(desk.asks_for_an_archive().await.0, StatusCode::SEE_OTHER);
    let letter = eventually("the letter", || async { letters.try_recv().ok() }).await;
    let letter = text(&letter);
    assert!(letter.contains("Your archive of"), "{letter}");
    let link = format!("{}{HERE}", school.base);
    assert!(letter.contains(&link), "{letter}");
    // By then it is there.
    let (_, page) = desk.page(HERE).await;
    assert!(page.contains("your archive</a>"), "{page}");
}

async fn killed(kind: Kind) {
    const POSTS: usize = 1_500;
    let Some(mut school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let desk = Desk::of(&school, "ada").await;
    let items: Vec<Value> = (1..=POSTS)
        .map(|number| {
            let above = format!("{OLD}/statuses/{}", number - 1);
            let more = match number % 2 {
                0 => json!({ "inReplyTo": above }),
                _ => json!({}),
            };
            created(number, &format!("<p>number {number}</p>"), &more)
        })
        .collect();
    let (status, report) = desk.tries_posts(archive(&items, &[])).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{report}");
    let (status, page) = desk.tries_posts(archive(&items, &[])).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("still being worked off"), "{page}");
    eventually("some posts to be taken over", || async {
        (!written(&ada).await.is_empty()).then_some(())
    })
    .await;
    school.kill();
    school.start().await;
    let page = desk.reads_report(&report).await;
    assert!(page.contains(&format!("taken over: {POSTS}<")), "{page}");
    assert!(page.contains("here already: 0<"), "{page}");
    let own = ada.get("/api/v1/accounts/verify_credentials").await;
    assert_eq!(own["statuses_count"], POSTS);
    let newest = written(&ada).await;
    let last = newest.last().unwrap();
    assert_eq!(last["content"], format!("<p>number {POSTS}</p>"));
    let replies = newest
        .iter()
        .filter(|post| !post["in_reply_to_id"].is_null());
    assert_eq!(replies.count(), 20);

    // An archive of all that is made, whatever happens meanwhile.
    assert_eq!(desk.asks_for_an_archive().await.0, StatusCode::SEE_OTHER);
    school.kill();
    school.start().await;
    let path = desk.finds_the_archive().await;
    let (_, bytes) = desk.downloads(&path).await;
    let mut zip = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let outbox = json_in(&mut zip, "outbox.json");
    let items = outbox["orderedItems"].as_array().unwrap();
    assert_eq!((items.len(), &outbox["totalItems"]), (POSTS, &json!(POSTS)));
    let words = |item: &Value| item["object"]["content"].clone();
    assert_eq!(words(&items[0]), "<p>number 1</p>");
    assert_eq!(words(&items[POSTS - 1]), format!("<p>number {POSTS}</p>"));
}

#[tokio::test]
async fn an_archive_is_worked_off_whatever_happens_on_sqlite() {
    killed(Sqlite).await;
}

#[tokio::test]
async fn an_archive_is_worked_off_whatever_happens_on_postgresql() {
    killed(Postgres).await;
}
