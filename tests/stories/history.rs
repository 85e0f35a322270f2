//! What the history of a post tells of each of its versions.

use std::io::Cursor;

use image::{ImageFormat, RgbImage};
use reqwest::{Method, StatusCode, multipart};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::elsewhere::{Elsewhere, status_at};
use crate::harness::{School, Teacher, answer, eventually};

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

fn path_of(post: &Value) -> String {
    format!("/api/v1/statuses/{}", post["id"].as_str().unwrap())
}

async fn picture(teacher: &Teacher, shows: &str) -> Value {
    let mut png = Cursor::new(Vec::new());
    RgbImage::new(8, 8)
        .write_to(&mut png, ImageFormat::Png)
        .unwrap();
    let part = multipart::Part::bytes(png.into_inner()).file_name("dot.png");
    let form = multipart::Form::new()
        .part("file", part)
        .text("description", shows.to_owned());
    let upload = teacher.request(Method::POST, "/api/v2/media");
    answer(upload.multipart(form)).await
}

async fn edit(teacher: &Teacher, post: &Value, change: Value) {
    answer(teacher.request(Method::PUT, &path_of(post)).json(&change)).await;
}

async fn history(teacher: &Teacher, post: &Value) -> Vec<Value> {
    let versions = teacher.get(&format!("{}/history", path_of(post))).await;
    versions.as_array().unwrap().clone()
}

/// What is said of the files of each version.
fn described(versions: &[Value]) -> Vec<Vec<&str>> {
    versions
        .iter()
        .map(|version| {
            let files = version["media_attachments"].as_array().unwrap().iter();
            files
                .map(|file| file["description"].as_str().unwrap())
                .collect()
        })
        .collect()
}

/// What there was to choose in each version.
fn choices(versions: &[Value]) -> Vec<Vec<&str>> {
    versions
        .iter()
        .map(|version| {
            let options = version["poll"]["options"].as_array().into_iter().flatten();
            options
                .map(|option| option["title"].as_str().unwrap())
                .collect()
        })
        .collect()
}

async fn is_served(school: &School, file: &Value) -> bool {
    let url = file["url"].as_str().unwrap();
    let served = school.http.get(url).send().await.unwrap();
    served.status() == StatusCode::OK
}

async fn goes(school: &School, file: &Value) {
    eventually("the picture to go", || async {
        (!is_served(school, file).await).then_some(())
    })
    .await;
}

async fn of_ours(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    let (plan, pond) = (picture(&ada, "A plan").await, picture(&ada, "A pond").await);
    let both = json!([plan["id"], pond["id"]]);
    let post = json!({ "status": "Our garden", "media_ids": both, "visibility": "private" });
    let post = ada.publish(post).await;
    let described_anew = json!({ "status": "Our garden", "media_ids": both,
        "media_attributes": [{ "id": plan["id"], "description": "A plan of the beds" }] });
    edit(&ada, &post, described_anew).await;
    let without_plan = json!({ "status": "Our garden", "media_ids": [pond["id"]] });
    edit(&ada, &post, without_plan).await;
    for options in [["Beans", "Peas"], ["Beans", "Leeks"]] {
        let asks =
            json!({ "status": "What next?", "poll": { "options": options, "expires_in": 3600 } });
        edit(&ada, &post, asks).await;
    }

    let versions = history(&ada, &post).await;
    let expected: [&[&str]; 5] = [
        &["A plan", "A pond"],
        &["A plan of the beds", "A pond"],
        &["A pond"],
        &[],
        &[],
    ];
    assert_eq!(described(&versions), expected);
    let expected: [&[&str]; 5] = [&[], &[], &[], &["Beans", "Peas"], &["Beans", "Leeks"]];
    assert_eq!(choices(&versions), expected);
    for file in versions[0]["media_attachments"].as_array().unwrap() {
        assert!(is_served(&school, file).await, "{file}");
    }
    // Who may not see the post sees none of its versions.
    let path = format!("{}/history", path_of(&post));
    assert_eq!(bo.status_of(&path).await, StatusCode::NOT_FOUND);
    let signed_out = school.request(Method::GET, &path).send().await.unwrap();
    assert_eq!(signed_out.status(), StatusCode::NOT_FOUND);

    // What its owner deletes for itself is shown no more.
    let path_of_plan = format!("/api/v1/media/{}", plan["id"].as_str().unwrap());
    answer(ada.request(Method::DELETE, &path_of_plan)).await;
    goes(&school, &plan).await;
    let versions = history(&ada, &post).await;
    let expected: [&[&str]; 5] = [&["A pond"], &["A pond"], &["A pond"], &[], &[]];
    assert_eq!(described(&versions), expected);
    assert!(is_served(&school, &pond).await);

    answer(ada.request(Method::DELETE, &path_of(&post))).await;
    goes(&school, &pond).await;
    assert_eq!(ada.status_of(&path).await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn each_version_has_its_own_files_and_choices_on_sqlite() {
    of_ours(Sqlite).await;
}

#[tokio::test]
async fn each_version_has_its_own_files_and_choices_on_postgresql() {
    of_ours(Postgres).await;
}

async fn of_theirs(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let (ada, elsewhere) = (school.teacher("ada"), Elsewhere::open().await);
    let grace = elsewhere.person("grace");
    elsewhere.is_followed(&school, &ada, &grace).await;
    let by = grace["id"].as_str().unwrap();
    let tells = async |kind: &str, number: usize, object: Value| {
        let activity = json!({ "@context": "https://www.w3.org/ns/activitystreams", "id": format!("{by}/a{number}"),
            "type": kind, "actor": by, "to": [PUBLIC], "object": object });
        elsewhere.tells(&school, &activity).await;
    };
    let file = |name: &str, shows: &str| json!({ "type": "Document", "mediaType": "image/png", "url": format!("{by}/{name}.png"), "name": shows });
    let uri = format!("{by}/statuses/1");
    let garden = |updated: Option<&str>, files: Value| {
        let mut note = json!({ "id": uri, "type": "Note", "attributedTo": by, "to": [PUBLIC],
            "content": "<p>Our garden</p>", "attachment": files });
        if let Some(updated) = updated {
            note["updated"] = json!(updated);
        }
        note
    };
    let (plan, pond) = (file("plan", "A plan"), file("pond", "A pond"));
    tells("Create", 1, garden(None, json!([plan, pond]))).await;
    let post = ada.reads("Our garden").await;
    // Without a word of an edit, the file is only somewhere else.
    let moved = file("signed-anew", "A plan");
    tells("Update", 2, garden(None, json!([moved, pond]))).await;
    let moved_to = json!(format!("{by}/signed-anew.png"));
    eventually("the other address", || async {
        let now = ada.get(&path_of(&post)).await;
        (now["media_attachments"][0]["remote_url"] == moved_to).then_some(())
    })
    .await;
    assert_eq!(history(&ada, &post).await.len(), 1);

    let described_anew = file("signed-anew", "A plan of the beds");
    let described_anew = garden(Some("2026-09-02T08:00:00Z"), json!([described_anew, pond]));
    tells("Update", 3, described_anew.clone()).await;
    tells("Update", 4, described_anew).await;
    let without_plan = garden(Some("2026-09-03T08:00:00Z"), json!([pond]));
    tells("Update", 5, without_plan).await;
    let versions = eventually("three versions", || async {
        let versions = history(&ada, &post).await;
        (versions.len() >= 3).then_some(versions)
    })
    .await;
    let expected: [&[&str]; 3] = [
        &["A plan", "A pond"],
        &["A plan of the beds", "A pond"],
        &["A pond"],
    ];
    assert_eq!(described(&versions), expected);
    assert_eq!(versions[0]["media_attachments"][0]["remote_url"], moved_to);

    let asks = |updated: Option<&str>, options: [&str; 2]| {
        let mut asked = garden(updated, json!([]));
        asked["id"] = json!(format!("{by}/statuses/2"));
        asked["type"] = json!("Question");
        asked["content"] = json!("<p>What next?</p>");
        asked["oneOf"] = options
            .iter()
            .map(|name| json!({ "type": "Note", "name": name, "replies": { "type": "Collection", "totalItems": 0 } }))
            .collect();
        asked
    };
    tells("Create", 6, asks(None, ["Beans", "Peas"])).await;
    let asked = ada.reads("What next?").await;
    let other = asks(Some("2026-09-02T08:00:00Z"), ["Beans", "Leeks"]);
    tells("Update", 7, other).await;
    let versions = eventually("two versions", || async {
        let versions = history(&ada, &asked).await;
        (versions.len() == 2).then_some(versions)
    })
    .await;
    assert_eq!(choices(&versions), [["Beans", "Peas"], ["Beans", "Leeks"]]);

    // With the post go all that it ever showed.
    let shown = history(&ada, &post).await[0]["media_attachments"][0].clone();
    let copy = shown["url"].as_str().unwrap();
    assert!(copy.starts_with(&school.base), "{shown}");
    tells("Delete", 8, json!({ "id": uri, "type": "Tombstone" })).await;
    eventually("the post to be gone", || async {
        status_at(&ada, &uri).await.is_none().then_some(())
    })
    .await;
    let path = format!("{}/history", path_of(&post));
    assert_eq!(ada.status_of(&path).await, StatusCode::NOT_FOUND);
    let served = school.http.get(copy).send().await.unwrap();
    assert_eq!(served.status(), StatusCode::NOT_FOUND);
    assert_eq!(elsewhere.asked_for("/users/grace/signed-anew.png").await, 0);
}

#[tokio::test]
async fn each_version_of_a_post_elsewhere_has_its_own_files_and_choices_on_sqlite() {
    of_theirs(Sqlite).await;
}

#[tokio::test]
async fn each_version_of_a_post_elsewhere_has_its_own_files_and_choices_on_postgresql() {
    of_theirs(Postgres).await;
}

async fn with_quotes(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    let said = bo.publish(json!({ "status": "Paper strips" })).await;
    let quoting = json!({ "status": "See this", "quoted_status_id": said["id"] });
    let quoting = ada.publish(quoting).await;
    edit(&ada, &quoting, json!({ "status": "Do see this" })).await;
    let versions = history(&ada, &quoting).await;
    assert_eq!(versions.len(), 2);
    for version in &versions {
        assert_eq!(version["quote"]["state"], "accepted", "{version:#}");
        assert_eq!(version["quote"]["quoted_status"]["id"], said["id"]);
    }
    assert_eq!(history(&bo, &said).await[0]["quote"], Value::Null);
    let revoke = format!(
        "{}/quotes/{}/revoke",
        path_of(&said),
        quoting["id"].as_str().unwrap()
    );
    bo.post(&revoke, Value::Null).await;
    let revoked = json!({ "state": "revoked", "quoted_status": null });
    for version in history(&ada, &quoting).await {
        assert_eq!(version["quote"], revoked);
    }

    // Elsewhere a quote can go with an edit; of what was quoted before nothing is told then.
    let elsewhere = Elsewhere::open().await;
    let grace = elsewhere.person("grace");
    elsewhere.is_followed(&school, &ada, &grace).await;
    let by = grace["id"].as_str().unwrap();
    let mut note = json!({ "id": format!("{by}/statuses/1"), "type": "Note", "attributedTo": by, "to": [PUBLIC],
        "content": "<p>Our strips</p>", "quote": said["uri"] });
    let tells = async |kind: &str, object: &Value| {
        let activity = json!({ "@context": "https://www.w3.org/ns/activitystreams", "id": format!("{by}/{kind}"),
            "type": kind, "actor": by, "to": [PUBLIC], "object": object });
        elsewhere.tells(&school, &activity).await;
    };
    tells("Create", &note).await;
    let post = ada.reads("Our strips").await;
    note["content"] = json!("<p>Our own strips</p>");
    note["updated"] = json!("2026-09-02T08:00:00Z");
    note.as_object_mut().unwrap().remove("quote");
    tells("Update", &note).await;
    let versions = eventually("two versions", || async {
        let versions = history(&ada, &post).await;
        (versions.len() == 2).then_some(versions)
    })
    .await;
    let unknown = json!({ "state": "pending", "quoted_status": null });
    assert_eq!(versions[0]["quote"], unknown);
    assert_eq!(versions[1]["quote"], Value::Null);
}

#[tokio::test]
async fn each_version_says_what_it_quoted_on_sqlite() {
    with_quotes(Sqlite).await;
}

#[tokio::test]
async fn each_version_says_what_it_quoted_on_postgresql() {
    with_quotes(Postgres).await;
}
