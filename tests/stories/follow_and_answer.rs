//! The main job: a teacher at one school follows a teacher at another, reads her post at home, answers,
//! and she is told.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, Teacher, answer, eventually};

async fn two_schools(one: Kind, other: Kind) -> Option<(School, School)> {
    Some((School::open(one).await?, School::open(other).await?))
}

/// Ada of one school follows Bo of the other.
async fn ada_and_bo(here: &School, there: &School) -> (Teacher, Teacher) {
    let (ada, bo) = (here.teacher("ada"), there.teacher("bo"));
    ada.follow(&format!("@bo@{}", there.host)).await;
    (ada, bo)
}

async fn story(one: Kind, other: Kind) {
    if let Some((here, there)) = two_schools(one, other).await {
        tell(&here, &there).await;
    }
}

async fn tell(here: &School, there: &School) {
    let (ada, bo) = ada_and_bo(here, there).await;
    let told = bo.is_told("follow").await;
    assert_eq!(told["account"]["acct"], format!("ada@{}", here.host));

    bo.publish(json!({ "status": "Paper strips for #Fractions, all week." }))
        .await;
    let read = ada.reads("Paper strips").await;
    assert_eq!(read["account"]["acct"], format!("bo@{}", there.host));
    assert_eq!(read["tags"][0]["name"], "fractions");
    let id = read["id"].as_str().unwrap();

    let words = format!("@bo@{} Rods work too.", there.host);
    ada.publish(json!({ "status": words, "in_reply_to_id": id }))
        .await;
    let mention = bo.is_told("mention").await;
    assert_eq!(mention["account"]["acct"], format!("ada@{}", here.host));
    assert!(
        mention["status"]["content"]
            .as_str()
            .unwrap()
            .contains("Rods work too.")
    );
    let answered = mention["status"]["id"].as_str().unwrap();
    let thread = bo
        .get(&format!("/api/v1/statuses/{answered}/context"))
        .await;
    assert_eq!(thread["ancestors"].as_array().unwrap().len(), 1, "{thread}");

    ada.post(&format!("/api/v1/statuses/{id}/favourite"), Value::Null)
        .await;
    ada.post(&format!("/api/v1/statuses/{id}/reblog"), Value::Null)
        .await;
    bo.is_told("favourite").await;
    bo.is_told("reblog").await;
}

#[tokio::test]
async fn on_sqlite() {
    story(Sqlite, Sqlite).await;
}

#[tokio::test]
async fn on_postgresql() {
    story(Postgres, Postgres).await;
}

// On SQLite alone: it is about names of servers.
#[tokio::test]
async fn between_a_name_and_an_address() {
    let here = School::open_at(Sqlite, "127.0.0.1", &[]).await;
    let there = School::open_at(Sqlite, "localhost", &[]).await;
    tell(&here.unwrap(), &there.unwrap()).await;
}

#[tokio::test]
async fn with_one_school_on_each() {
    story(Sqlite, Postgres).await;
}

async fn what_is_changed_or_taken_back_is_so_elsewhere(kind: Kind) {
    let Some((here, there)) = two_schools(kind, kind).await else {
        return;
    };
    let (ada, bo) = ada_and_bo(&here, &there).await;
    let made = bo
        .publish(json!({ "status": "First words", "spoiler_text": "Careful" }))
        .await;
    let read = ada.reads("First words").await;
    assert_eq!(read["spoiler_text"], "Careful");
    let (theirs, ours) = (made["id"].as_str().unwrap(), read["id"].as_str().unwrap());

    answer(
        bo.request(Method::PUT, &format!("/api/v1/statuses/{theirs}"))
            .json(&json!({ "status": "Better words" })),
    )
    .await;
    let changed = ada.reads("Better words").await;
    assert_eq!(changed["id"], ours);
    assert_eq!(changed["spoiler_text"], "", "it was not said again");
    assert!(changed["edited_at"].is_string(), "{changed}");
    let history = ada.get(&format!("/api/v1/statuses/{ours}/history")).await;
    assert_eq!(history.as_array().unwrap().len(), 2, "{history}");

    answer(bo.request(Method::DELETE, &format!("/api/v1/statuses/{theirs}"))).await;
    eventually("the post to be gone", || async {
        (ada.status_of(&format!("/api/v1/statuses/{ours}")).await == StatusCode::NOT_FOUND)
            .then_some(())
    })
    .await;

    answer(
        bo.request(Method::PATCH, "/api/v1/accounts/update_credentials")
            .json(&json!({ "display_name": "Bo B." })),
    )
    .await;
    eventually("the new name to arrive", || async {
        let found = ada
            .get(&format!("/api/v1/accounts/lookup?acct=bo@{}", there.host))
            .await;
        (found["display_name"] == "Bo B.").then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_is_changed_or_taken_back_is_so_elsewhere_on_sqlite() {
    what_is_changed_or_taken_back_is_so_elsewhere(Sqlite).await;
}

#[tokio::test]
async fn what_is_changed_or_taken_back_is_so_elsewhere_on_postgresql() {
    what_is_changed_or_taken_back_is_so_elsewhere(Postgres).await;
}

async fn what_is_not_for_somebody_does_not_exist_for_them(kind: Kind) {
    let Some((here, there)) = two_schools(kind, kind).await else {
        return;
    };
    let (ada, bo) = ada_and_bo(&here, &there).await;
    let (cy, dee) = (here.teacher("cy"), there.teacher("dee"));
    let direct = bo
        .publish(
            json!({ "status": format!("@ada@{} between us", here.host), "visibility": "direct" }),
        )
        .await;
    let closed = bo
        .publish(json!({ "status": "for followers", "visibility": "private" }))
        .await;
    ada.reads("between us").await;
    let read = ada.reads("for followers").await;
    assert_eq!(read["visibility"], "private");
    let ours = read["id"].as_str().unwrap();
    assert_eq!(
        cy.status_of(&format!("/api/v1/statuses/{ours}")).await,
        StatusCode::NOT_FOUND
    );
    for status in [direct, closed] {
        let id = status["id"].as_str().unwrap();
        assert_eq!(
            dee.status_of(&format!("/api/v1/statuses/{id}")).await,
            StatusCode::NOT_FOUND
        );
        for path in [
            format!("/api/v1/statuses/{id}"),
            format!("/users/bo/statuses/{id}"),
            format!("/@bo/{id}"),
        ] {
            let signed_out = there.request(Method::GET, &path).send().await.unwrap();
            assert_eq!(signed_out.status(), StatusCode::NOT_FOUND, "{path}");
        }
        let public = dee.get("/api/v1/timelines/public").await;
        assert_eq!(public.as_array().unwrap().len(), 0);
    }
    // What may be read may still not be passed on.
    let boost = ada
        .request(Method::POST, &format!("/api/v1/statuses/{ours}/reblog"))
        .send()
        .await
        .unwrap();
    assert_eq!(boost.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_not_for_somebody_does_not_exist_for_them_on_sqlite() {
    what_is_not_for_somebody_does_not_exist_for_them(Sqlite).await;
}

#[tokio::test]
async fn what_is_not_for_somebody_does_not_exist_for_them_on_postgresql() {
    what_is_not_for_somebody_does_not_exist_for_them(Postgres).await;
}

async fn a_locked_account_answers_by_hand_and_a_block_ends_it_all(kind: Kind) {
    let Some((here, there)) = two_schools(kind, kind).await else {
        return;
    };
    let (ada, bo) = (here.teacher("ada"), there.teacher("bo"));
    answer(
        bo.request(Method::PATCH, "/api/v1/accounts/update_credentials")
            .json(&json!({ "locked": true })),
    )
    .await;
    let handle = format!("@bo@{}", there.host);
    let found = ada
        .get(&format!("/api/v2/search?q={handle}&resolve=true"))
        .await;
    let id = found["accounts"][0]["id"].as_str().unwrap();
    let relation = ada
        .post(&format!("/api/v1/accounts/{id}/follow"), Value::Null)
        .await;
    assert_eq!(
        (relation["following"].clone(), relation["requested"].clone()),
        (json!(false), json!(true))
    );

    let request = bo.is_told("follow_request").await;
    let asking = request["account"]["id"].as_str().unwrap();
    bo.post(
        &format!("/api/v1/follow_requests/{asking}/authorize"),
        Value::Null,
    )
    .await;
    let relation_of = async || {
        ada.get(&format!("/api/v1/accounts/relationships?id[]={id}"))
            .await[0]
            .clone()
    };
    eventually("the yes to arrive", || async {
        (relation_of().await["following"] == true).then_some(())
    })
    .await;

    bo.post(&format!("/api/v1/accounts/{asking}/block"), Value::Null)
        .await;
    eventually("the block to arrive", || async {
        let relation = relation_of().await;
        (relation["following"] == false && relation["blocked_by"] == true).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_locked_account_answers_by_hand_and_a_block_ends_it_all_on_sqlite() {
    a_locked_account_answers_by_hand_and_a_block_ends_it_all(Sqlite).await;
}

#[tokio::test]
async fn a_locked_account_answers_by_hand_and_a_block_ends_it_all_on_postgresql() {
    a_locked_account_answers_by_hand_and_a_block_ends_it_all(Postgres).await;
}

// On SQLite alone: it is about files.
#[tokio::test]
async fn a_picture_travels_without_its_metadata() {
    let Some((here, there)) = two_schools(Sqlite, Sqlite).await else {
        return;
    };
    let (ada, bo) = ada_and_bo(&here, &there).await;
    let mut png = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(64, 32, image::Rgb([9, 120, 90]))
        .write_to(&mut png, image::ImageFormat::Png)
        .unwrap();
    let form = reqwest::multipart::Form::new()
        .part(
            "file",
            reqwest::multipart::Part::bytes(png.into_inner()).file_name("strip.png"),
        )
        .text("description", "A paper strip")
        .text("focus", "0.5,-0.5");
    let media = answer(bo.request(Method::POST, "/api/v2/media").multipart(form)).await;
    assert_eq!(media["meta"]["original"]["size"], "64x32");
    bo.publish(json!({ "status": "Look", "media_ids": [media["id"]] }))
        .await;
    let read = ada.reads("Look").await;
    let picture = &read["media_attachments"][0];
    assert_eq!(picture["description"], "A paper strip");
    assert_eq!(picture["meta"]["focus"]["y"], -0.5);
    assert!(picture["blurhash"].is_string());
    let file = there
        .http
        .get(picture["url"].as_str().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(file.headers()["content-type"], "image/png");
    assert_eq!(file.headers()["x-content-type-options"], "nosniff");
}

/// This machine's address in its own network, as a container has one.
fn private_address() -> Option<String> {
    let socket = std::net::UdpSocket::bind("0.0.0.0:0").unwrap();
    // Nothing is sent: it only asks which way it would go.
    socket.connect("192.0.2.1:9").ok()?;
    let std::net::IpAddr::V4(address) = socket.local_addr().unwrap().ip() else {
        return None;
    };
    (address.is_private() || address.is_documentation()).then(|| address.to_string())
}

// On SQLite alone: it is about addresses of servers.
#[tokio::test]
async fn schools_in_a_private_network() {
    let Some(address) = private_address() else {
        eprintln!("NOT TESTED: this machine has no address in a private network");
        return;
    };
    let here = School::open_at(Sqlite, &address, &[]).await;
    let there = School::open_at(Sqlite, &address, &[]).await;
    if let (Some(here), Some(there)) = (here, there) {
        tell(&here, &there).await;
    }
}
