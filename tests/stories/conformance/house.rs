//! What a server says of itself, apps and tokens, streams, and what there is none of.

use image::RgbImage;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::World;
use super::driver::Driver;
use crate::harness::out;

pub async fn drive(world: &World, driver: &mut Driver<'_>) {
    let World {
        ada,
        abe,
        app,
        client,
        ..
    } = world;
    emoji(world);
    for path in [
        "/api/openapi.json",
        "/api/v1/instance",
        "/api/v2/instance",
        "/api/v1/instance/activity",
        "/api/v1/instance/domain_blocks",
        "/api/v1/instance/extended_description",
        "/api/v1/instance/languages",
        "/api/v1/instance/peers",
        "/api/v1/instance/privacy_policy",
        "/api/v1/instance/rules",
        "/api/v1/instance/terms_of_service",
        "/api/v1/instance/translation_languages",
        "/api/v1/peers/search?q=a",
        "/api/v1/custom_emojis",
        "/api/v1/trends",
        "/api/v1/trends/tags",
        "/api/v1/trends/statuses",
        "/api/v1/trends/links",
        "/.well-known/nodeinfo",
        "/.well-known/oauth-authorization-server",
    ] {
        let operation = format!("GET {path}");
        let request = driver.request(None, &operation, &[]);
        driver.looks_at(&operation, request).await;
    }
    for (operation, id) in [
        ("GET /api/v1/instance/terms_of_service/{date}", "2020-12-01"),
        ("GET /nodeinfo/{version}", "2.0"),
    ] {
        let request = driver.request(None, operation, &[&json!(id)]);
        driver.looks_at(operation, request).await;
    }
    let health = "GET /health";
    driver.answers_as(None, health, "text/plain").await;
    let webfinger = format!(
        "GET /.well-known/webfinger?resource=acct:ada@{}",
        world.school.host
    );
    driver
        .answers_as(None, &webfinger, "application/jrd+json")
        .await;

    let named = json!({ "client_name": "Another", "redirect_uris": ["urn:ietf:wg:oauth:2.0:oob"], "scopes": "read" });
    driver.asks(ada, "POST /api/v1/apps", &[], named).await;
    driver
        .gets(app, "GET /api/v1/apps/verify_credentials", &[])
        .await;
    let authorize = format!(
        "GET /oauth/authorize?response_type=code&redirect_uri=urn:ietf:wg:oauth:2.0:oob&client_id={}",
        client["client_id"].as_str().unwrap()
    );
    driver.answers_as(None, &authorize, "text/html").await;
    let mut grant = json!({ "grant_type": "client_credentials", "scope": "read",
        "client_id": client["client_id"], "client_secret": client["client_secret"] });
    let token = driver.request(None, "POST /oauth/token", &[]).json(&grant);
    let token = driver.looks_at("POST /oauth/token", token).await;
    grant["token"] = token["access_token"].clone();
    let revoke = driver.request(None, "POST /oauth/revoke", &[]).json(&grant);
    driver.looks_at("POST /oauth/revoke", revoke).await;
    driver.gets(ada, "GET /oauth/userinfo", &[]).await;
    driver.gets(ada, "POST /oauth/userinfo", &[]).await;

    let made = world
        .school
        .command(&["announcement", "create", "Holidays :bee: #Rest"]);
    let announcement = json!(out(&made).trim());
    driver.gets(ada, "GET /api/v1/announcements", &[]).await;
    let reaction = [&announcement, &json!("🐝")];
    driver
        .gets(
            ada,
            "PUT /api/v1/announcements/{id}/reactions/{name}",
            &reaction,
        )
        .await;
    driver.gets(ada, "GET /api/v1/announcements", &[]).await;
    driver
        .gets(
            ada,
            "DELETE /api/v1/announcements/{id}/reactions/{name}",
            &reaction,
        )
        .await;
    driver
        .gets(
            ada,
            "POST /api/v1/announcements/{id}/dismiss",
            &[&announcement],
        )
        .await;

    streams(world, driver).await;
    for path in ["links", "links/publishers", "statuses", "tags"] {
        driver
            .gets(abe, &format!("GET /api/v1/admin/trends/{path}"), &[])
            .await;
    }
}

/// One custom emoji.
fn emoji(world: &World) {
    let path = world.school.folder().join("bee.png");
    RgbImage::new(8, 8).save(&path).unwrap();
    let path = path.display().to_string();
    let added = world.school.command(&["emoji", "add", "bee", &path]);
    assert!(added.status.success(), "{}", out(&added));
}

async fn streams(world: &World, driver: &mut Driver<'_>) {
    let ada = &world.ada;
    driver
        .answers_as(None, "GET /api/v1/streaming/health", "text/plain")
        .await;
    let list = ada.post("/api/v1/lists", json!({ "title": "Heard" })).await;
    let list = format!("list?list={}", list["id"].as_str().unwrap());
    for stream in [
        "user",
        "user/notification",
        "public",
        "public/local",
        "public/remote",
        "hashtag?tag=bees",
        "hashtag/local?tag=bees",
        &list,
        "direct",
    ] {
        let operation = format!("GET /api/v1/streaming/{stream}");
        driver
            .answers_as(Some(ada), &operation, "text/event-stream")
            .await;
    }
    // Opened for good in coverage.rs; here it is no WebSocket.
    let why = "only a WebSocket can be opened there";
    driver
        .is_refused(
            ada,
            "GET /api/v1/streaming",
            &[],
            StatusCode::BAD_REQUEST,
            why,
        )
        .await;
}

/// What browsers ask first.
pub async fn preflight(world: &World) -> bool {
    let asked = world
        .school
        .request(Method::OPTIONS, "/api/v1/instance")
        .header("origin", "https://app.example")
        .header("access-control-request-method", "GET")
        .header("access-control-request-headers", "authorization")
        .send()
        .await
        .unwrap();
    let allowed = asked.headers().get("access-control-allow-origin");
    asked.status().is_success() && allowed.is_some()
}

/// The public timeline for nobody.
pub async fn anonymous(world: &World) -> bool {
    let asked = world
        .school
        .request(Method::GET, "/api/v1/timelines/public");
    let asked = asked.send().await.unwrap();
    asked.status().is_success() && asked.json::<Vec<Value>>().await.is_ok()
}
