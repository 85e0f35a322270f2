//! A network moves to another server: two stewards decide it, and its members go along.

use federation::net::Reply;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use super::{NETWORKS, hears, id_of, is_passed_on, network, text, writes};
use crate::elsewhere::{Elsewhere, account_id};
use crate::harness::{School, Teacher, answer, eventually};

pub(super) async fn is_member(who: &Teacher, account: &str) -> bool {
    let path = format!("/api/v1/accounts/relationships?id[]={account}");
    who.get(&path).await[0]["following"] == true
}

pub(super) async fn goes_along(who: &Teacher, network: &str) {
    let account = account_id(who, network).await;
    eventually(&format!("{} to be taken along", who.name), || async {
        is_member(who, &account).await.then_some(())
    })
    .await;
}

pub(super) async fn document(school: &School, path: &str) -> Value {
    let request = school.request(Method::GET, path);
    answer(request.header("accept", "application/activity+json")).await
}

async fn moves(kind: Kind) {
    let (Some(old), Some(new), Some(third)) = (
        School::open(kind).await,
        School::open(kind).await,
        School::open(kind).await,
    ) else {
        return;
    };
    let (ada, dan) = (old.teacher("ada"), old.teacher("dan"));
    let (bo, cy) = (new.teacher("bo"), third.teacher("cy"));
    let eve = new.teacher("eve");
    network(&old, "english", &["ada", &format!("bo@{}", new.host)], &[]);
    network(&new, "letters", &["bo"], &[]);
    hears(&bo, &format!("@english@{}", old.host)).await;
    let (from, to) = (
        format!("english@{}", old.host),
        format!("letters@{}", new.host),
    );
    let left = dan.follow("@english").await;
    for follower in [&bo, &cy] {
        follower.follow(&format!("@{from}")).await;
    }
    let left_by_eve = eve.follow(&format!("@{from}")).await;
    writes(&bo, "@letters ban eve").await;
    hears(&eve, "neither be a member nor post").await;

    // Who does not know of it is no place to move to; and nobody can but its stewards.
    let id = id_of(&old, "english").await;
    let target = account_id(&ada, &to).await;
    let path = format!("{NETWORKS}/{id}/people/{target}/move");
    let refused = ada.request(Method::POST, &path).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().await.unwrap().contains("alias"));
    let by_dan = dan.request(Method::POST, &path).send().await.unwrap();
    assert_eq!(by_dan.status(), StatusCode::FORBIDDEN);
    let own = account_id(&ada, "dan").await;
    let to_a_person = format!("{NETWORKS}/{id}/people/{own}/move");
    let refused = ada
        .request(Method::POST, &to_a_person)
        .send()
        .await
        .unwrap();
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);

    writes(&bo, &format!("@letters alias {from}")).await;
    hears(&bo, "can move here now").await;
    let actor = document(&new, "/users/letters").await;
    let uri = format!("{}/users/english", old.base);
    assert_eq!(actor["alsoKnownAs"], json!([uri]));
    let said = ada.post(&path, Value::Null).await;
    assert!(text(&said["message"]).starts_with("This is proposal 1."));
    assert!(
        is_member(&dan, &left).await,
        "one steward alone moves nothing"
    );
    // Who wants the same, by whatever way, confirms it.
    writes(&bo, &format!("@{from} move to nobody@{}", new.host)).await;
    hears(&bo, "I know no such").await;
    writes(&bo, &format!("@{from} move to {to}")).await;
    hears(&bo, "This network moves to").await;
    hears(&ada, "confirmed proposal 1").await;

    for follower in [&dan, &bo, &cy] {
        goes_along(follower, &to).await;
    }
    assert!(!is_member(&dan, &left).await);
    // Whom the new one does not want does not come by this door.
    eventually("eve to be taken off the old one", || async {
        (!is_member(&eve, &left_by_eve).await).then_some(())
    })
    .await;
    let account = account_id(&eve, "letters").await;
    assert!(!is_member(&eve, &account).await);
    let actor = document(&old, "/users/english").await;
    assert_eq!(actor["movedTo"], format!("{}/users/letters", new.base));
    let shown = dan.get(&format!("{NETWORKS}/{id}")).await;
    assert_eq!(shown["account"]["moved"]["acct"], to);
    let html = old.request(Method::GET, "/@english");
    let html = html.header("accept", "text/html").send().await.unwrap();
    let html = html.text().await.unwrap();
    assert!(html.contains("This network has moved to"), "{html}");

    // The old one takes nothing and nobody in any more, and the new one does.
    dan.publish(json!({ "status": "@english Into the void" }))
        .await;
    hears(&dan, "it has moved to").await;
    let follow = dan.request(Method::POST, &format!("/api/v1/accounts/{left}/follow"));
    assert_eq!(follow.send().await.unwrap().status(), StatusCode::FORBIDDEN);
    cy.publish(json!({ "status": format!("@{to} Sonnets by heart") }))
        .await;
    for follower in [&dan, &bo] {
        is_passed_on(follower, "Sonnets by heart").await;
    }
}

#[tokio::test]
async fn a_network_moves_and_its_members_go_along_on_sqlite() {
    moves(Sqlite).await;
}

#[tokio::test]
async fn a_network_moves_and_its_members_go_along_on_postgresql() {
    moves(Postgres).await;
}

/// A group, which lives elsewhere.
fn group(elsewhere: &Elsewhere, name: &str) -> Value {
    let mut group = elsewhere.person(name);
    group["type"] = json!("Group");
    elsewhere.serve(group.clone());
    group
}

async fn others(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let (old_home, new_home) = (Elsewhere::open().await, Elsewhere::open().await);
    let (old, mut new) = (group(&old_home, "chess"), group(&new_home, "chess"));
    old_home.is_followed(&school, &ada, &old).await;
    let left = account_id(&ada, &format!("chess@{}", old_home.host)).await;
    new["alsoKnownAs"] = json!([old["id"]]);
    new_home.serve(new.clone());
    // Its server is gone, and its key goes on.
    let signer = old_home.signer(&old);
    old_home.forget(text(&old["id"]));
    let by = text(&old["id"]);
    let moves = json!({ "id": format!("{by}#moves/1"), "type": "Move", "actor": by, "object": by, "target": new["id"] });
    let reply = new_home.send_as(&signer, &school, &moves).await;
    assert_eq!(reply, Reply::Accepted);
    let follow = new_home
        .receives("a Follow", |activity| activity["type"] == "Follow")
        .await;
    assert_eq!(follow["object"], new["id"]);
    assert!(!is_member(&ada, &left).await);
}

#[tokio::test]
async fn a_group_elsewhere_moves_though_its_server_is_gone_on_sqlite() {
    others(Sqlite).await;
}

#[tokio::test]
async fn a_group_elsewhere_moves_though_its_server_is_gone_on_postgresql() {
    others(Postgres).await;
}
