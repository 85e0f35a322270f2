//! A network: made by an administrator, joined, posted to, and looked after by two stewards.

use reqwest::Method;
use serde_json::{Value, json};

use super::driver::Driver;
use super::people::text;
use super::{SCOPES, World};
use crate::harness::{Teacher, answer, out};

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
    let accept = format!("POST {ALL}/{{id}}/people/{{account}}/{{deed}}");
    let ids = [network, &own["id"], &json!("accept")];
    driver.asks(&nia, &accept, &ids, Value::Null).await;
    let people = format!("GET {ALL}/{{id}}/people");
    let people = driver.gets(&pat, &people, &[network]).await;
    assert_eq!(people[0]["id"], own["id"], "{people}");

    let post = pat.publish(json!({ "status": "@english Sonnets" })).await;
    let pin = format!("POST {ALL}/{{id}}/posts/{{post}}/{{deed}}");
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
    let confirm = format!("POST {ALL}/{{id}}/proposals/{{number}}/confirm");
    let ids = [network, &number];
    driver.asks(&olu, &confirm, &ids, Value::Null).await;
    let seen = driver
        .gets(&pat, &format!("GET {ALL}/{{id}}"), &[network])
        .await;
    assert_eq!(seen["rules"], "Be kinder.", "{seen}");

    // Whoever asks for its document has its key made.
    let document = world.school.request(Method::GET, "/users/english");
    let document = document.header("accept", "application/activity+json");
    let document = answer(document).await;
    let saved = format!("GET {ALL}/{{id}}/saved");
    let saved = driver.gets(&nia, &saved, &[network]).await;
    assert_eq!(saved["public_key"], document["publicKey"]["publicKeyPem"]);
    let other = olu.get("/api/v1/accounts/verify_credentials").await;
    let share = format!(
        "{ALL}/{}/people/{}/share_key",
        text(network),
        text(&other["id"])
    );
    nia.post(&share, Value::Null).await;
    confirms(&olu, network).await;
    let half = format!("POST {ALL}/{{id}}/half");
    let half = driver.asks(&nia, &half, &[network], Value::Null).await;
    assert!(text(&half["half"]).starts_with("staffroom-half-1:"));

    let ban = format!("{ALL}/{}/people/{}/ban", text(network), text(&own["id"]));
    nia.post(&ban, Value::Null).await;
    confirms(&olu, network).await;
    let bans = format!("GET {ALL}/{{id}}/bans");
    let bans = driver.gets(&nia, &bans, &[network]).await;
    assert_eq!(bans[0]["id"], own["id"], "{bans}");
    is_looked_after_again(world, driver, &own["id"]).await;
}

/// An administrator names a steward where none is left.
async fn is_looked_after_again(world: &World, driver: &mut Driver<'_>, who: &Value) {
    world.school.person("rex", "user", SCOPES);
    let wish = json!({ "name": "latin", "title": "Latin", "stewards": ["rex"] });
    let orphan = world.abe.post(ALL, wish).await;
    let left = world.school.command(&["user", "suspend", "rex"]);
    assert!(left.status.success(), "{}", out(&left));
    let name = format!("POST {ALL}/{{id}}/stewards/{{account}}");
    let ids = [&orphan["id"], who];
    driver.asks(&world.abe, &name, &ids, Value::Null).await;
}

/// Confirms what was proposed last.
async fn confirms(who: &Teacher, network: &Value) {
    let proposals = format!("{ALL}/{}/proposals", text(network));
    let open = who.get(&proposals).await;
    let confirm = format!("{proposals}/{}/confirm", open[0]["number"]);
    who.post(&confirm, Value::Null).await;
}
