//! Who is banned from a network: its stewards see it where they can end it, and nobody else does.

use reqwest::StatusCode;
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use super::desk::{desk, is_told, signed_in};
use super::{NETWORKS, has, hears, id_of, network, text, writes};
use crate::harness::{School, Teacher};

async fn names(who: &Teacher, path: &str) -> Vec<String> {
    let found = who.get(path).await;
    let found = found.as_array().unwrap().iter();
    found
        .map(|account| text(&account["username"]).to_owned())
        .collect()
}

async fn banned(kind: Kind) {
    let Some(hub) = School::open(kind).await else {
        return;
    };
    let [ada, cy, dan, eve] = ["ada", "cy", "dan", "eve"].map(|name| hub.teacher(name));
    network(&hub, "english", &["ada"], &[]);
    let id = id_of(&hub, "english").await;
    let bans = format!("{NETWORKS}/{id}/bans");
    assert_eq!(ada.get(&bans).await, json!([]));
    writes(&ada, "@english who is banned?").await;
    hears(&ada, "Nobody is banned.").await;

    // Whoever is alone decides alone.
    for who in [&eve, &cy, &dan] {
        let own = who.get("/api/v1/accounts/verify_credentials").await;
        let ban = format!("{NETWORKS}/{id}/people/{}/ban", text(&own["id"]));
        let said = ada.post(&ban, Value::Null).await;
        assert!(text(&said["message"]).ends_with("is banned."), "{said}");
    }
    assert_eq!(names(&ada, &bans).await, ["cy", "dan", "eve"]);
    let first = format!("{bans}?limit=2");
    assert_eq!(names(&ada, &first).await, ["cy", "dan"]);
    let rest = format!("{bans}?after=@dan");
    assert_eq!(names(&ada, &rest).await, ["eve"]);

    // As with all that is for stewards.
    assert_eq!(dan.status_of(&bans).await, StatusCode::FORBIDDEN);
    let nobody = hub.request(reqwest::Method::GET, &bans).send().await;
    assert_eq!(nobody.unwrap().status(), StatusCode::UNAUTHORIZED);
    let nowhere = format!("{NETWORKS}/1/bans");
    assert_eq!(ada.status_of(&nowhere).await, StatusCode::NOT_FOUND);

    // By a message, of which those whom it names hear nothing.
    writes(&ada, "@english Banned?").await;
    let host = &hub.host;
    hears(
        &ada,
        &format!("Banned: @cy@{host}, @dan@{host}, @eve@{host}"),
    )
    .await;
    writes(&dan, "@english banned").await;
    hears(&dan, "Only stewards").await;
    let told = dan
        .get("/api/v1/notifications?types[]=mention&limit=80")
        .await;
    let mut lines = told.as_array().unwrap().iter();
    assert!(!lines.any(|line| has(&line["status"], "Banned:")), "{told}");

    // On the page, where it can be ended.
    let (ada_there, dan_there) = (signed_in(&hub, "ada").await, signed_in(&hub, "dan").await);
    assert!(!desk(&dan_there).await.contains("End the ban"));
    let page = desk(&ada_there).await;
    for name in ["cy", "dan", "eve"] {
        let button = format!("End the ban: @{name}");
        assert!(page.contains(&button), "{button}: {page}");
    }
    let (status, _, page) = ada_there.page("/networks/english?banned_after=cy").await;
    assert_eq!(status, StatusCode::OK, "{page}");
    assert!(!page.contains("End the ban: @cy"), "{page}");
    assert!(page.contains("End the ban: @dan"), "{page}");
    let own = cy.get("/api/v1/accounts/verify_credentials").await;
    let said = "is banned no more.";
    let page = is_told(&ada_there, "unban", &[("id", text(&own["id"]))], said).await;
    assert!(!page.contains("End the ban: @cy"), "{page}");
    assert_eq!(names(&ada, &bans).await, ["dan", "eve"]);
}

#[tokio::test]
async fn stewards_see_who_is_banned_on_sqlite() {
    banned(Sqlite).await;
}

#[tokio::test]
async fn stewards_see_who_is_banned_on_postgresql() {
    banned(Postgres).await;
}
