//! Collections of people, and what somebody did in a year.

use chrono::{Datelike, Utc};
use serde_json::{Value, json};

use super::World;
use super::driver::Driver;
use super::people::text;
use crate::harness::{Teacher, eventually};

pub async fn drive(world: &World, driver: &mut Driver<'_>) {
    let World { ada, bo, .. } = world;
    let [bo_id, cy_id] = [
        lookup(driver, ada, "bo").await,
        lookup(driver, ada, "cy").await,
    ];
    let wish = json!({ "name": "Bees", "description": "Who keeps some", "language": "en",
        "tag_name": "bees", "discoverable": true, "account_ids": [bo_id] });
    let made = driver
        .asks(ada, "POST /api/v1/collections", &[], wish)
        .await;
    let collection = &made["collection"];
    let (id, mine) = (&collection["id"], &collection["account_id"]);
    let one = "PATCH /api/v1/collections/{id}";
    let change = json!({ "name": "Bees and wasps", "sensitive": true });
    driver.asks(ada, one, &[id], change).await;
    let add = "POST /api/v1/collections/{id}/items";
    let who = json!({ "account_id": cy_id });
    let added = driver.asks(ada, add, &[id], who).await;
    driver.gets(bo, "GET /api/v1/collections/{id}", &[id]).await;
    driver
        .gets(bo, "GET /api/v1/accounts/{id}/collections", &[mine])
        .await;
    let holding = "GET /api/v1/accounts/{id}/in_collections";
    driver.gets(bo, holding, &[&bo_id]).await;
    let remove = "DELETE /api/v1/collections/{id}/items/{item}";
    let item = &added["collection_item"]["id"];
    driver.gets(ada, remove, &[id, item]).await;
    let revoke = "POST /api/v1/collections/{id}/items/{item}/revoke";
    let item = &collection["items"][0]["id"];
    driver.gets(bo, revoke, &[id, item]).await;
    driver
        .gets(ada, "DELETE /api/v1/collections/{id}", &[id])
        .await;
    year(world, driver).await;
}

async fn lookup(driver: &mut Driver<'_>, by: &Teacher, name: &str) -> Value {
    let operation = format!("GET /api/v1/accounts/lookup?acct={name}");
    driver.gets(by, &operation, &[]).await["id"].clone()
}

async fn year(world: &World, driver: &mut Driver<'_>) {
    let ada = &world.ada;
    let year = json!(Utc::now().year().to_string());
    let report = "/api/v1/annual_reports/{id}";
    let state = format!("GET {report}/state");
    driver.gets(ada, &state, &[&year]).await;
    driver
        .gets(ada, &format!("POST {report}/generate"), &[&year])
        .await;
    eventually("the report to be made", || async {
        let state = format!("/api/v1/annual_reports/{}/state", text(&year));
        (ada.get(&state).await["state"] == "available").then_some(())
    })
    .await;
    driver.gets(ada, &state, &[&year]).await;
    driver.gets(ada, "GET /api/v1/annual_reports", &[]).await;
    driver.gets(ada, &format!("GET {report}"), &[&year]).await;
    driver
        .gets(ada, &format!("POST {report}/read"), &[&year])
        .await;
}
