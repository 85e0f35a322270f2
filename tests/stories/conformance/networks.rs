//! A network: made by an administrator, joined, posted to, and looked after by two stewards.

use serde_json::{Value, json};

use super::driver::Driver;
use super::people::text;
use super::{SCOPES, World};

const ALL: &str = "/api/staffroom/v1/networks";

pub async fn drive(world: &World, driver: &mut Driver<'_>) {
    let [nia, olu, pat] =
        ["nia", "olu", "pat"].map(|name| world.school.person(name, "user", SCOPES));
    let wish = json!({ "name": "english", "title": "English", "description": "About words", "rules": "Be kind.",
        "stewards": ["nia", "olu"], "posting": "members", "membership": "by_approval" });
    let made = driver
        .asks(&world.abe, &format!("POST {ALL}"), &[], wish)
        .await;
    let network = &made["id"];
    let all = driver.gets(&pat, &format!("GET {ALL}"), &[]).await;
    assert_eq!(all[0]["id"], *network, "{all}");

    let own = pat.get("/api/v1/accounts/verify_credentials").await;
    let follow = format!("/api/v1/accounts/{}/follow", text(network));
    pat.post(&follow, Value::Null).await;
    let asking = format!("GET {ALL}/{{id}}/requests");
    let asking = driver.gets(&nia, &asking, &[network]).await;
    assert_eq!(asking[0]["id"], own["id"], "{asking}");
    let accept = format!("POST {ALL}/{{network}}/people/{{id}}/{{deed}}");
    let ids = [network, &own["id"], &json!("accept")];
    driver.asks(&nia, &accept, &ids, Value::Null).await;
    let people = format!("GET {ALL}/{{id}}/people");
    let people = driver.gets(&pat, &people, &[network]).await;
    assert_eq!(people[0]["id"], own["id"], "{people}");

    let post = pat.publish(json!({ "status": "@english Sonnets" })).await;
    let pin = format!("POST {ALL}/{{network}}/posts/{{id}}/{{deed}}");
    let ids = [network, &post["id"], &json!("pin")];
    driver.asks(&nia, &pin, &ids, Value::Null).await;
    let posts = format!("GET {ALL}/{{id}}/posts");
    let posts = driver.gets(&pat, &posts, &[network]).await;
    assert_eq!(posts[0]["id"], post["id"], "{posts}");
    assert_eq!(posts[0]["pinned"], true, "{posts}");

    let similar = "GET /api/staffroom/v1/statuses/{id}/similar";
    let similar = driver.gets(&pat, similar, &[&post["id"]]).await;
    assert_eq!(similar, json!([]));

    let rules = format!("PATCH {ALL}/{{id}}");
    let wish = json!({ "rules": "Be kinder." });
    driver.asks(&nia, &rules, &[network], wish).await;
    let proposals = format!("GET {ALL}/{{id}}/proposals");
    let proposals = driver.gets(&olu, &proposals, &[network]).await;
    let number = json!(proposals[0]["number"].to_string());
    let confirm = format!("POST {ALL}/{{network}}/proposals/{{id}}/confirm");
    let ids = [network, &number];
    driver.asks(&olu, &confirm, &ids, Value::Null).await;
    let seen = driver
        .gets(&pat, &format!("GET {ALL}/{{id}}"), &[network])
        .await;
    assert_eq!(seen["rules"], "Be kinder.", "{seen}");
}
