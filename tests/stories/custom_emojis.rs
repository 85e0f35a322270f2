//! Small pictures for `:name:` in what people write.

use std::io::{Cursor, Write};
use std::path::PathBuf;
use std::time::Duration;

use image::codecs::gif::GifEncoder;
use image::{Delay, Frame, ImageFormat, Rgba, RgbaImage};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind;

use crate::elsewhere::Elsewhere;
use crate::harness::{School, Teacher, answer, out};

fn still(format: ImageFormat, red: u8) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    RgbaImage::from_pixel(16, 16, Rgba([red, 0, 0, 255]))
        .write_to(&mut bytes, format)
        .unwrap();
    bytes.into_inner()
}

fn moving() -> Vec<u8> {
    let mut gif = Vec::new();
    {
        let mut encoder = GifEncoder::new(&mut gif);
        for red in [10, 250] {
            let picture = RgbaImage::from_pixel(8, 8, Rgba([red, 0, 0, 255]));
            let delay = Delay::from_numer_denom_ms(100, 1);
            encoder
                .encode_frame(Frame::from_parts(picture, 0, 0, delay))
                .unwrap();
        }
    }
    gif
}

fn file(school: &School, name: &str, bytes: &[u8]) -> String {
    let path: PathBuf = school.folder().join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, bytes).unwrap();
    path.display().to_string()
}

/// Whether the command succeeds, and what it says.
fn emoji(school: &School, arguments: &[&str]) -> (bool, String) {
    let done = school.command(&[&["emoji"], arguments].concat());
    // The server reads the list again after 200 ms.
    std::thread::sleep(Duration::from_millis(250));
    (done.status.success(), out(&done))
}

fn add(school: &School, arguments: &[&str]) {
    let (good, said) = emoji(school, &[&["add"], arguments].concat());
    assert!(good, "{said}");
}

fn names(list: &Value) -> Vec<&str> {
    let list = list.as_array().unwrap_or_else(|| panic!("{list}")).iter();
    list.map(|emoji| emoji["shortcode"].as_str().unwrap())
        .collect()
}

async fn own(by: &Teacher) -> Value {
    by.get("/api/v1/accounts/verify_credentials").await
}

async fn used(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let (ada, bob) = (school.teacher("ada"), school.teacher("bob"));
    assert_eq!(ada.get("/api/v1/custom_emojis").await, json!([]));
    let apple = file(&school, "apple.png", &still(ImageFormat::Png, 200));
    let dance = file(&school, "dance.gif", &moving());
    add(&school, &["apple", &apple, "--category", "Fruit"]);
    add(&school, &["dance", &dance]);
    add(&school, &["secret_one", &apple, "--hidden"]);

    // Everybody may see which there are, but for the hidden one.
    let list = answer(school.request(Method::GET, "/api/v1/custom_emojis")).await;
    assert_eq!(names(&list), ["apple", "dance"]);
    let (first, second) = (&list[0], &list[1]);
    assert_eq!(first["static_url"], first["url"]);
    assert_eq!(
        (&first["category"], &first["visible_in_picker"]),
        (&json!("Fruit"), &json!(true))
    );
    assert_eq!(second["category"], Value::Null);
    for (address, mime) in [
        (&first["url"], "image/png"),
        (&second["url"], "image/gif"),
        (&second["static_url"], "image/png"),
    ] {
        let served = school
            .http
            .get(address.as_str().unwrap())
            .send()
            .await
            .unwrap();
        assert_eq!(served.headers()["content-type"], mime);
    }

    // In posts: in the text but not in code, in the warning, and in options.
    let post = ada
        .publish(json!({ "status": "an :apple: `:dance:` :nothing: a:apple:", "spoiler_text": ":secret_one:",
            "content_type": "text/markdown" }))
        .await;
    assert_eq!(names(&post["emojis"]), ["apple", "secret_one"]);
    assert_eq!(post["emojis"][0]["url"], first["url"]);
    assert!(
        post["content"]
            .as_str()
            .unwrap()
            .contains("an :apple: <code>:dance:</code>")
    );
    let poll = json!({ "options": [":dance:", "none"], "expires_in": 3600 });
    let asked = ada
        .publish(json!({ "status": "Which :apple:?", "poll": poll }))
        .await;
    assert_eq!(names(&asked["emojis"]), ["apple", "dance"]);
    assert_eq!(names(&asked["poll"]["emojis"]), ["dance"]);
    let alone = format!("/api/v1/polls/{}", asked["poll"]["id"].as_str().unwrap());
    assert_eq!(names(&bob.get(&alone).await["emojis"]), ["dance"]);
    let path = format!("/api/v1/statuses/{}", asked["id"].as_str().unwrap());
    let edit = ada.request(Method::PUT, &path);
    let edited = answer(edit.json(&json!({ "status": "Which?", "poll": poll }))).await;
    assert_eq!(names(&edited["emojis"]), ["dance"], "the poll is as it was");

    // On profiles.
    let change = ada.request(Method::PATCH, "/api/v1/accounts/update_credentials");
    let change = change.json(&json!({ "display_name": "Ada :apple:", "note": "I :dance:",
        "fields_attributes": [{ "name": ":secret_one:", "value": ":apple: :none:" }] }));
    let changed = answer(change).await;
    assert_eq!(names(&changed["emojis"]), ["apple", "dance", "secret_one"]);
    let seen = bob
        .get(&format!(
            "/api/v1/accounts/{}",
            changed["id"].as_str().unwrap()
        ))
        .await;
    assert_eq!(seen["emojis"], changed["emojis"]);

    // In announcements, and as answers to them.
    let made = school.command(&["announcement", "create", "Fair :apple:"]);
    let id = out(&made).trim().to_owned();
    let react = |name: &str| {
        let path = format!("/api/v1/announcements/{id}/reactions/{name}");
        bob.request(Method::PUT, &path).send()
    };
    assert_eq!(react("dance").await.unwrap().status(), StatusCode::OK);
    assert_eq!(
        react("nothing").await.unwrap().status(),
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let told = ada.get("/api/v1/announcements").await;
    assert_eq!(names(&told[0]["emojis"]), ["apple"]);
    assert_eq!(
        told[0]["reactions"],
        json!([{ "name": "dance", "count": 1, "me": false, "url": second["url"], "static_url": second["static_url"] }])
    );

    // Another picture under the same name, everywhere.
    let (good, said) = emoji(&school, &["add", "apple", &dance]);
    assert!(
        !good && said.contains("there is an emoji :apple: already"),
        "{said}"
    );
    add(&school, &["apple", &dance, "--replace"]);
    let list = ada.get("/api/v1/custom_emojis").await;
    assert_eq!(list[0]["category"], "Fruit");
    assert_ne!(&list[0]["url"], &first["url"]);
    let path = format!("/api/v1/statuses/{}", post["id"].as_str().unwrap());
    assert_eq!(ada.get(&path).await["emojis"][0]["url"], list[0]["url"]);
    assert_eq!(own(&ada).await["emojis"][0]["url"], list[0]["url"]);
    let old = school
        .http
        .get(first["url"].as_str().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(old.status(), StatusCode::NOT_FOUND);

    // And gone, everywhere.
    assert!(emoji(&school, &["remove", "apple"]).0);
    assert!(!emoji(&school, &["remove", "apple"]).0);
    assert_eq!(names(&ada.get(&path).await["emojis"]), ["secret_one"]);
    assert_eq!(names(&own(&ada).await["emojis"]), ["dance", "secret_one"]);
    assert_eq!(names(&ada.get("/api/v1/custom_emojis").await), ["dance"]);
    let post = ada.publish(json!({ "status": "an :apple:" })).await;
    assert_eq!(post["emojis"], json!([]));
    let (_, listed) = emoji(&school, &["list"]);
    let lines: Vec<&str> = listed.lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[1].starts_with("secret_one\t-\thidden\t"), "{listed}");
}

#[tokio::test]
async fn on_sqlite_emoji_are_used_everywhere() {
    used(Kind::Sqlite).await;
}

#[tokio::test]
async fn on_postgres_emoji_are_used_everywhere() {
    used(Kind::Postgres).await;
}

async fn federated(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let apple = file(&school, "apple.png", &still(ImageFormat::Png, 200));
    add(&school, &["apple", &apple]);
    let elsewhere = Elsewhere::open().await;
    let gwen = elsewhere.person("gwen");
    elsewhere.is_followed(&school, &ada, &gwen).await;
    let change = ada.request(Method::PATCH, "/api/v1/accounts/update_credentials");
    answer(change.json(&json!({ "display_name": "Ada :apple:" }))).await;
    let text =
        json!({ "status": format!("@gwen@{} an :apple:", elsewhere.host), "visibility": "direct" });
    let post = ada.publish(text).await;
    let create = elsewhere
        .receives("the post", |activity| activity["type"] == "Create")
        .await;
    let id = format!("{}/emojis/apple", school.base);
    let tag = json!({ "id": id, "type": "Emoji", "name": ":apple:",
        "icon": { "type": "Image", "mediaType": "image/png", "url": post["emojis"][0]["url"] } });
    let has_tag = |object: &Value| object["tag"].as_array().unwrap().contains(&tag);
    assert!(has_tag(&create["object"]), "{create}");
    let document = |path: String| {
        let request = school.request(Method::GET, &path);
        request.header("accept", "application/activity+json").send()
    };
    let actor: Value = document("/users/ada".to_owned())
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert!(has_tag(&actor), "{actor}");
    let served = document("/emojis/apple".to_owned()).await.unwrap();
    assert_eq!(
        served.headers()["content-type"],
        "application/activity+json; charset=utf-8"
    );
    let served: Value = served.json().await.unwrap();
    for key in ["id", "type", "name", "icon"] {
        assert_eq!(served[key], tag[key], "{key}");
    }
    assert!(served["updated"].is_string());
    for none in ["/emojis/nothing", "/emojis/%00", "/emojis/APPLE"] {
        let refused = document(none.to_owned()).await.unwrap();
        assert_eq!(refused.status(), StatusCode::NOT_FOUND, "{none}");
    }
}

#[tokio::test]
async fn on_sqlite_emoji_are_seen_elsewhere() {
    federated(Kind::Sqlite).await;
}

#[tokio::test]
async fn on_postgres_emoji_are_seen_elsewhere() {
    federated(Kind::Postgres).await;
}

async fn packs(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    // What is no emoji is refused.
    let large = file(&school, "large.png", &vec![0; 300_000]);
    let text = file(
        &school,
        "text.png",
        b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
    );
    let mut jpeg = Cursor::new(Vec::new());
    image::RgbImage::new(8, 8)
        .write_to(&mut jpeg, ImageFormat::Jpeg)
        .unwrap();
    let jpeg = file(&school, "photograph.png", &jpeg.into_inner());
    let good = file(&school, "good.png", &still(ImageFormat::WebP, 9));
    for arguments in [
        ["add", "large", &large],
        ["add", "text", &text],
        ["add", "jpeg", &jpeg],
        ["add", "a", &good],
        ["add", "a-b", &good],
        ["add", ":ab:", &good],
        ["add", "missing", "no/such/file.png"],
        ["import", "no/such/pack.zip", "--hidden"],
        ["import", &good, "--hidden"],
    ] {
        let (good, said) = emoji(&school, &arguments);
        assert!(!good, "{arguments:?}: {said}");
    }
    assert_eq!(ada.get("/api/v1/custom_emojis").await, json!([]));

    // A folder.
    for (name, bytes) in [
        ("pack/cat-face.png", still(ImageFormat::Png, 1)),
        ("pack/dog.webp", still(ImageFormat::WebP, 2)),
        ("pack/broken.gif", b"GIF89a".to_vec()),
        ("pack/readme.txt", b"words".to_vec()),
    ] {
        file(&school, name, &bytes);
    }
    let folder = school.folder().join("pack").display().to_string();
    let (done, said) = emoji(
        &school,
        &["import", &folder, "--category", "Pets", "--prefix", "my_"],
    );
    assert!(done && said.contains("2 added, 1 left out."), "{said}");
    assert!(said.contains("broken.gif"), "{said}");
    let list = ada.get("/api/v1/custom_emojis").await;
    assert_eq!(names(&list), ["my_cat_face", "my_dog"]);
    assert_eq!(list[0]["category"], "Pets");

    // An archive, with a list of its own, and something that would not end.
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (name, bytes) in [
        (
            "pack.json",
            br#"{ "files": { "blob_cat": "img/01.png" } }"#.to_vec(),
        ),
        ("img/01.png", still(ImageFormat::Png, 3)),
        ("img/bomb.png", vec![0; 20_000_000]),
        ("../../outside.png", still(ImageFormat::Png, 4)),
        ("__MACOSX/._01.png", vec![1]),
    ] {
        archive.start_file(name, options).unwrap();
        archive.write_all(&bytes).unwrap();
    }
    let archive = archive.finish().unwrap().into_inner();
    let path = file(&school, "pack.zip", &archive);
    let (done, said) = emoji(&school, &["import", &path]);
    assert!(done && said.contains("2 added, 1 left out."), "{said}");
    let list = ada.get("/api/v1/custom_emojis").await;
    assert_eq!(
        names(&list),
        ["blob_cat", "my_cat_face", "my_dog", "outside"]
    );
    let (done, said) = emoji(&school, &["import", &path]);
    assert!(done && said.contains("0 added, 3 left out."), "{said}");

    // A backup holds the pictures.
    let backup = school.folder().join("backup").display().to_string();
    let made = school.command(&["backup", &backup]);
    assert!(made.status.success(), "{}", out(&made));
    let checked = school.command(&["restore", "--check", &backup]);
    assert!(checked.status.success(), "{}", out(&checked));
    let address = list[0]["url"].as_str().unwrap();
    let place = address.split("/media/").nth(1).unwrap();
    let kept = school.folder().join("backup/media").join(place);
    assert!(kept.is_file(), "{}", kept.display());
}

#[tokio::test]
async fn on_sqlite_emoji_come_in_packs() {
    packs(Kind::Sqlite).await;
}

#[tokio::test]
async fn on_postgres_emoji_come_in_packs() {
    packs(Kind::Postgres).await;
}
