//! Where posts come from: claimed, confirmed and refused.

use serde_json::{Value, json};

use super::World;
use super::driver::Driver;
use super::people::text;

pub async fn drive(world: &World, driver: &mut Driver<'_>) {
    let World { ada, bo, .. } = world;
    let settings = "/api/staffroom/v1/lineage/settings";
    driver.gets(ada, &format!("GET {settings}"), &[]).await;
    let ask = json!({ "ask_first": true });
    let asked = driver.asks(ada, &format!("PUT {settings}"), &[], ask).await;
    assert_eq!(asked["ask_first"], true, "{asked}");
    let post = "POST /api/v1/statuses";
    let source = json!({ "status": "Five-tick tracker" });
    let source = driver.asks(ada, post, &[], source).await;
    let words = format!("Three-tick tracker\nAdapted from {}", text(&source["url"]));
    let made = driver.asks(bo, post, &[], json!({ "status": words })).await;
    assert_eq!(made["staffroom"]["adapted_from"][0]["state"], "claimed");
    let lineage = "/api/staffroom/v1/statuses/{id}/lineage";
    let of = &source["id"];
    let tree = driver.gets(ada, &format!("GET {lineage}"), &[of]).await;
    let edge = tree["edges"][0]["id"].clone();
    for (deed, edges) in [("confirm", 1), ("refuse", 0)] {
        let operation = format!("POST {lineage}/{{edge}}/{deed}");
        let tree = driver
            .asks(ada, &operation, &[of, &edge], Value::Null)
            .await;
        let found = tree["edges"].as_array().map(Vec::len);
        assert_eq!(found, Some(edges), "{deed}: {tree}");
    }
    let other = json!({ "status": "Two-tick tracker" });
    let other = driver.asks(bo, post, &[], other).await;
    let body = json!({ "source": source["url"] });
    let stated = format!("POST {lineage}");
    let tree = driver.asks(bo, &stated, &[&other["id"]], body).await;
    let edge = &tree["edges"][0]["id"];
    let withdrawn = format!("DELETE {lineage}/{{edge}}");
    let ids = [&other["id"], edge];
    let tree = driver.asks(bo, &withdrawn, &ids, Value::Null).await;
    assert_eq!(tree["edges"], json!([]), "{tree}");
    let usual = json!({ "ask_first": false });
    driver
        .asks(ada, &format!("PUT {settings}"), &[], usual)
        .await;
}
