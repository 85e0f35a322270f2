//! What is not told: to those who may not see it, do not want to, or may not come in any more.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use super::ear::{Ear, EventStream};
use super::{follows, own_id, says};
use crate::harness::{School, Teacher, answer};

/// What is heard next has these words: nothing was told before.
async fn hears(ear: &mut Ear, words: &str) {
    let heard = ear.hears().await;
    assert_eq!(heard.event, "update", "{heard:?}");
    assert_eq!(heard.payload["content"], format!("<p>{words}</p>"));
}

async fn does(teacher: &Teacher, path: &str, to: &Teacher) {
    let path = format!("/api/v1/accounts/{}/{path}", own_id(to).await);
    teacher.post(&path, Value::Null).await;
}

async fn unwanted(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo, cy] = ["ada", "bo", "cy"].map(|name| school.teacher(name));
    for other in [&bo, &cy] {
        follows(&ada, other).await;
    }
    let mut home = Ear::of(&school, &ada, "stream=user").await;
    let mut public = Ear::of(&school, &ada, "stream=public").await;
    home.pings().await;
    public.pings().await;

    // What is not public, is for others, or is an answer to somebody whom one does not follow.
    bo.publish(json!({ "status": "unlisted", "visibility": "unlisted" }))
        .await;
    bo.publish(json!({ "status": "followers", "visibility": "private" }))
        .await;
    bo.publish(json!({ "status": "to cy: @cy", "visibility": "direct" }))
        .await;
    hears(&mut home, "unlisted").await;
    hears(&mut home, "followers").await;

    // Muted, and no more.
    does(&ada, "mute", &bo).await;
    says(&bo, "muted").await;
    says(&cy, "one").await;
    hears(&mut home, "one").await;
    hears(&mut public, "one").await;
    let boost = format!(
        "/api/v1/statuses/{}/reblog",
        super::id(&says(&bo, "boosted").await)
    );
    cy.post(&boost, Value::Null).await;
    does(&ada, "unmute", &bo).await;
    says(&bo, "two").await;
    hears(&mut home, "two").await;
    hears(&mut public, "two").await;

    // Blocked by the other, who is not even followed any more.
    does(&bo, "block", &ada).await;
    says(&bo, "blocked").await;
    does(&ada, "block", &cy).await;
    says(&cy, "blocked too").await;
    says(&ada, "three").await;
    hears(&mut home, "three").await;
    hears(&mut public, "three").await;
}

#[tokio::test]
async fn what_somebody_may_not_or_does_not_want_to_see_is_not_told_on_sqlite() {
    unwanted(Sqlite).await;
}

#[tokio::test]
async fn what_somebody_may_not_or_does_not_want_to_see_is_not_told_on_postgresql() {
    unwanted(Postgres).await;
}

async fn exclusive(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo, cy] = ["ada", "bo", "cy"].map(|name| school.teacher(name));
    for other in [&bo, &cy] {
        follows(&ada, other).await;
    }
    let list = json!({ "title": "Apart", "exclusive": true, "replies_policy": "none" });
    let list = ada.post("/api/v1/lists", list).await;
    let list = super::id(&list);
    let members = json!({ "account_ids": [own_id(&bo).await] });
    ada.post(&format!("/api/v1/lists/{list}/accounts"), members)
        .await;
    let mut home = Ear::of(&school, &ada, "stream=user").await;
    let mut apart = Ear::of(&school, &ada, &format!("stream=list&list={list}")).await;
    home.pings().await;
    apart.pings().await;
    let first = says(&cy, "from cy").await;
    hears(&mut home, "from cy").await;
    says(&bo, "from bo").await;
    hears(&mut apart, "from bo").await;
    // An answer to another, which the list leaves out.
    let reply = json!({ "status": "yes", "in_reply_to_id": first["id"] });
    bo.publish(reply).await;
    says(&bo, "again").await;
    hears(&mut apart, "again").await;
    says(&cy, "cy again").await;
    hears(&mut home, "cy again").await;
}

#[tokio::test]
async fn an_exclusive_list_takes_its_people_out_of_the_stream_of_home_on_sqlite() {
    exclusive(Sqlite).await;
}

#[tokio::test]
async fn an_exclusive_list_takes_its_people_out_of_the_stream_of_home_on_postgresql() {
    exclusive(Postgres).await;
}

/// A newcomer of an app, and a way to take their token away.
async fn newcomer(school: &School, name: &str) -> (String, Value) {
    let app = school.request(Method::POST, "/api/v1/apps").form(&[
        ("client_name", "An app"),
        ("redirect_uris", "urn:ietf:wg:oauth:2.0:oob"),
        ("scopes", "read write"),
    ]);
    let app = answer(app).await;
    let mut client =
        json!({ "client_id": app["client_id"], "client_secret": app["client_secret"] });
    let mut grant = client.clone();
    grant["grant_type"] = json!("client_credentials");
    grant["scope"] = json!("read write");
    let of_app = answer(school.request(Method::POST, "/oauth/token").json(&grant)).await;
    let form = json!({ "username": name, "email": format!("{name}@school.example"), "agreement": true,
        "locale": "en", "password": "chalk and cheese" });
    let signed = school
        .request(Method::POST, "/api/v1/accounts")
        .bearer_auth(of_app["access_token"].as_str().unwrap());
    let token = answer(signed.json(&form)).await;
    let token = token["access_token"].as_str().unwrap().to_owned();
    client["token"] = json!(token);
    (token, client)
}

async fn revoked(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo] = ["ada", "bo"].map(|name| school.teacher(name));
    let (token, revoke) = newcomer(&school, "cy").await;
    let mut cy = ada.clone();
    cy.token = token;
    let mut ears = Vec::new();
    for teacher in [&ada, &bo, &cy] {
        let mut ear = Ear::of(&school, teacher, "stream=public").await;
        ear.pings().await;
        ears.push(ear);
    }
    let mut events = EventStream::of(&cy, "public").await;
    says(&ada, "one").await;
    for ear in &mut ears {
        hears(ear, "one").await;
    }
    assert_eq!(events.hears().await.0, "update");

    let revoke = school.request(Method::POST, "/oauth/revoke").json(&revoke);
    assert_eq!(revoke.send().await.unwrap().status(), StatusCode::OK);
    assert!(school.command(&["user", "suspend", "bo"]).status.success());
    says(&ada, "two").await;
    hears(&mut ears[0], "two").await;
    ears[1].is_let_go().await;
    ears[2].is_let_go().await;
    assert_eq!(events.line().await, None);
}

#[tokio::test]
async fn whose_token_is_revoked_or_who_is_suspended_is_told_nothing_more_on_sqlite() {
    revoked(Sqlite).await;
}

#[tokio::test]
async fn whose_token_is_revoked_or_who_is_suspended_is_told_nothing_more_on_postgresql() {
    revoked(Postgres).await;
}

// On SQLite alone: it is about connections.
#[tokio::test]
async fn who_may_listen_no_more_is_let_go_though_nothing_happens() {
    let school = School::open(Sqlite).await.unwrap();
    let bo = school.teacher("bo");
    let mut ear = Ear::of(&school, &bo, "stream=public").await;
    ear.pings().await;
    assert!(school.command(&["user", "suspend", "bo"]).status.success());
    ear.is_let_go().await;
}
