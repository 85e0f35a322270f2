//! Posts with all that they can have, timelines, filters, polls, and what is searched for.

use std::io::Cursor;

use image::{ImageFormat, RgbImage};
use reqwest::{RequestBuilder, StatusCode, multipart};
use serde_json::{Value, json};

use super::driver::Driver;
use super::people::text;
use super::{World, later};
use crate::documents::PDF;
use crate::harness::eventually;

/// A small picture.
pub fn picture() -> multipart::Part {
    let mut png = Cursor::new(Vec::new());
    RgbImage::new(8, 8)
        .write_to(&mut png, ImageFormat::Png)
        .unwrap();
    let part = multipart::Part::bytes(png.into_inner()).file_name("bee.png");
    part.mime_str("image/png").unwrap()
}

/// An upload of one.
pub fn with_picture(request: RequestBuilder) -> RequestBuilder {
    request.multipart(multipart::Form::new().part("file", picture()))
}

async fn upload(world: &World, driver: &mut Driver<'_>, operation: &str) -> Value {
    let request = with_picture(driver.request(Some(&world.ada), operation, &[]));
    driver.looks_at(operation, request).await
}

pub async fn drive(world: &World, driver: &mut Driver<'_>) {
    let World { ada, bo, .. } = world;
    let file = upload(world, driver, "POST /api/v2/media").await;
    let spare = upload(world, driver, "POST /api/v1/media").await;
    driver
        .gets(ada, "GET /api/v1/media/{id}", &[&file["id"]])
        .await;
    let described = json!({ "description": "A bee", "focus": "0.1,0.2" });
    driver
        .asks(ada, "PUT /api/v1/media/{id}", &[&file["id"]], described)
        .await;
    driver
        .gets(ada, "DELETE /api/v1/media/{id}", &[&spare["id"]])
        .await;
    let documents = "POST /api/staffroom/v1/documents";
    let plan = multipart::Part::bytes(PDF).file_name("plan.pdf");
    let plan = driver
        .request(Some(ada), documents, &[])
        .multipart(multipart::Form::new().part("file", plan));
    let plan = driver.looks_at(documents, plan).await;

    let post = "POST /api/v1/statuses";
    let body = json!({ "status": "Look, @bo: #bees", "media_ids": [file["id"]], "sensitive": true,
        "spoiler_text": "Insects", "language": "en" });
    let pictured = driver.asks(ada, post, &[], body).await;
    let linked = json!({ "status": format!("Read {}", world.page) });
    let linked = driver.asks(ada, post, &[], linked).await;
    let asked =
        json!({ "status": "How many?", "poll": { "options": ["One", "Two"], "expires_in": 3600 } });
    let asked = driver.asks(ada, post, &[], asked).await;
    let id = &pictured["id"];
    let reply = json!({ "status": "Nice, @ada", "in_reply_to_id": id });
    driver.asks(bo, post, &[], reply).await;
    let quote = json!({ "status": "See this", "quoted_status_id": id });
    let quote = driver.asks(bo, post, &[], quote).await;

    driver.gets(ada, "GET /api/v1/statuses/{id}", &[id]).await;
    let passed_on =
        json!({ "status": "Bees #Practice #Biology #KS3 #CCBY", "document_ids": [plan["id"]] });
    driver.asks(ada, post, &[], passed_on).await;
    let library = driver.gets(bo, "GET /api/staffroom/v1/practice", &[]).await;
    assert_eq!(library[0]["staffroom"]["practice"]["title"], "Bees");
    assert_eq!(library[0]["staffroom"]["documents"][0]["name"], "plan.pdf");
    driver
        .gets(ada, &format!("GET /api/v1/statuses?id[]={}", text(id)), &[])
        .await;
    for part in ["context", "source", "quotes"] {
        driver
            .gets(ada, &format!("GET /api/v1/statuses/{{id}}/{part}"), &[id])
            .await;
    }
    let change = json!({ "status": "Look, @bo: #bees and #wasps", "media_ids": [file["id"]],
        "sensitive": true, "spoiler_text": "Insects" });
    driver
        .asks(ada, "PUT /api/v1/statuses/{id}", &[id], change)
        .await;
    driver
        .gets(ada, "GET /api/v1/statuses/{id}/history", &[id])
        .await;
    let policy = json!({ "quote_approval_policy": "followers" });
    driver
        .asks(
            ada,
            "PUT /api/v1/statuses/{id}/interaction_policy",
            &[id],
            policy,
        )
        .await;
    let revoke = "POST /api/v1/statuses/{id}/quotes/{quoting_status_id}/revoke";
    driver.gets(ada, revoke, &[id, &quote["id"]]).await;
    for deed in ["favourite", "reblog", "bookmark"] {
        driver
            .gets(bo, &format!("POST /api/v1/statuses/{{id}}/{deed}"), &[id])
            .await;
    }
    for part in ["favourited_by", "reblogged_by"] {
        driver
            .gets(ada, &format!("GET /api/v1/statuses/{{id}}/{part}"), &[id])
            .await;
    }
    driver.gets(bo, "GET /api/v1/favourites", &[]).await;
    driver.gets(bo, "GET /api/v1/bookmarks", &[]).await;
    for deed in ["mute", "unmute", "pin", "unpin"] {
        driver
            .gets(ada, &format!("POST /api/v1/statuses/{{id}}/{deed}"), &[id])
            .await;
    }
    let translate = "POST /api/v1/statuses/{id}/translate";
    let into = json!({ "lang": "fr" });
    driver.asks(ada, translate, &[id], into).await;
    let why = "nothing of this thread is elsewhere; tests/stories/copies.rs";
    let refresh = json!(format!("context-{}-{}", text(id), text(id)));
    let missing = StatusCode::NOT_FOUND;
    let operation = "GET /api/v1_alpha/async_refreshes/{id}";
    driver
        .is_refused(ada, operation, &[&refresh], missing, why)
        .await;

    driver
        .gets(bo, "GET /api/v1/polls/{id}", &[&asked["poll"]["id"]])
        .await;
    let choice = json!({ "choices": [1] });
    driver
        .asks(
            bo,
            "POST /api/v1/polls/{id}/votes",
            &[&asked["poll"]["id"]],
            choice,
        )
        .await;

    eventually("a card", || async {
        let seen = ada
            .get(&format!("/api/v1/statuses/{}", text(&linked["id"])))
            .await;
        (!seen["card"].is_null()).then_some(())
    })
    .await;
    driver
        .gets(ada, "GET /api/v1/statuses/{id}/card", &[&linked["id"]])
        .await;
    driver
        .gets(
            ada,
            &format!("GET /api/v1/timelines/link?url={}", world.page),
            &[],
        )
        .await;
    filters(world, driver, id).await;
    timelines(world, driver).await;
    scheduled(world, driver).await;
    let address = format!("GET /api/oembed?url={}", text(&linked["url"]));
    driver.gets(ada, &address, &[]).await;
    for deed in ["unfavourite", "unreblog", "unbookmark"] {
        driver
            .gets(bo, &format!("POST /api/v1/statuses/{{id}}/{deed}"), &[id])
            .await;
    }
    driver
        .gets(ada, "DELETE /api/v1/statuses/{id}", &[&linked["id"]])
        .await;
}

async fn timelines(world: &World, driver: &mut Driver<'_>) {
    let World { ada, bo, .. } = world;
    let hidden = json!({ "status": "@ada hello", "visibility": "direct" });
    driver.asks(bo, "POST /api/v1/statuses", &[], hidden).await;
    for timeline in ["home", "public", "direct"] {
        driver
            .gets(ada, &format!("GET /api/v1/timelines/{timeline}"), &[])
            .await;
    }
    driver
        .gets(
            ada,
            "GET /api/v1/timelines/tag/{hashtag}",
            &[&json!("bees")],
        )
        .await;
    let talks = driver.gets(ada, "GET /api/v1/conversations", &[]).await;
    let talk = &talks[0]["id"];
    for deed in ["read", "unread"] {
        driver
            .gets(
                ada,
                &format!("POST /api/v1/conversations/{{id}}/{deed}"),
                &[talk],
            )
            .await;
    }
    driver
        .gets(ada, "DELETE /api/v1/conversations/{id}", &[talk])
        .await;
    let read = json!({ "home": { "last_read_id": "1" } });
    driver.asks(ada, "POST /api/v1/markers", &[], read).await;
    driver
        .gets(ada, "GET /api/v1/markers?timeline[]=home", &[])
        .await;
    driver.gets(ada, "GET /api/v1/search?q=bees", &[]).await;
    for words in ["bees", "bo", "%23bees"] {
        driver
            .gets(ada, &format!("GET /api/v2/search?q={words}"), &[])
            .await;
    }
}

async fn scheduled(world: &World, driver: &mut Driver<'_>) {
    let ada = &world.ada;
    let body = json!({ "status": "Later", "scheduled_at": later(3600) });
    let made = driver.asks(ada, "POST /api/v1/statuses", &[], body).await;
    driver
        .gets(ada, "GET /api/v1/scheduled_statuses", &[])
        .await;
    let one = "GET /api/v1/scheduled_statuses/{id}";
    driver.gets(ada, one, &[&made["id"]]).await;
    let change = json!({ "scheduled_at": later(7200) });
    let one = "PUT /api/v1/scheduled_statuses/{id}";
    driver.asks(ada, one, &[&made["id"]], change).await;
    let one = "DELETE /api/v1/scheduled_statuses/{id}";
    driver.gets(ada, one, &[&made["id"]]).await;
}

async fn filters(world: &World, driver: &mut Driver<'_>, status: &Value) {
    let ada = &world.ada;
    let body = json!({ "title": "Insects", "context": ["home", "public"], "filter_action": "warn",
        "keywords_attributes": [{ "keyword": "wasps", "whole_word": true }] });
    let made = driver.asks(ada, "POST /api/v2/filters", &[], body).await;
    let id = &made["id"];
    driver.gets(ada, "GET /api/v2/filters", &[]).await;
    driver.gets(ada, "GET /api/v2/filters/{id}", &[id]).await;
    driver
        .asks(
            ada,
            "PUT /api/v2/filters/{id}",
            &[id],
            json!({ "title": "Bugs" }),
        )
        .await;
    let word = json!({ "keyword": "ants" });
    let word = driver
        .asks(ada, "POST /api/v2/filters/{id}/keywords", &[id], word)
        .await;
    driver
        .gets(ada, "GET /api/v2/filters/{id}/keywords", &[id])
        .await;
    let word = &word["id"];
    driver
        .gets(ada, "GET /api/v2/filters/keywords/{id}", &[word])
        .await;
    let change = json!({ "keyword": "flies" });
    driver
        .asks(ada, "PUT /api/v2/filters/keywords/{id}", &[word], change)
        .await;
    driver
        .gets(ada, "DELETE /api/v2/filters/keywords/{id}", &[word])
        .await;
    let named = json!({ "status_id": status });
    let named = driver
        .asks(ada, "POST /api/v2/filters/{id}/statuses", &[id], named)
        .await;
    driver
        .gets(ada, "GET /api/v2/filters/{id}/statuses", &[id])
        .await;
    driver
        .gets(ada, "GET /api/v2/filters/statuses/{id}", &[&named["id"]])
        .await;
    // Met by its words and by its number.
    driver
        .gets(ada, "GET /api/v1/statuses/{id}", &[status])
        .await;
    driver
        .gets(ada, "DELETE /api/v2/filters/statuses/{id}", &[&named["id"]])
        .await;
    driver.gets(ada, "DELETE /api/v2/filters/{id}", &[id]).await;

    let body = json!({ "phrase": "wasps", "context": ["home"] });
    let made = driver
        .asks(ada, "POST /api/v1/filters", &[], body.clone())
        .await;
    let id = &made["id"];
    driver.gets(ada, "GET /api/v1/filters", &[]).await;
    driver.gets(ada, "GET /api/v1/filters/{id}", &[id]).await;
    driver
        .asks(ada, "PUT /api/v1/filters/{id}", &[id], body)
        .await;
    driver.gets(ada, "DELETE /api/v1/filters/{id}", &[id]).await;
}
