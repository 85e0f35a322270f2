//! Mutes, muted threads, notes, and people shown on profiles.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, Teacher, answer, eventually};

async fn id(teacher: &Teacher) -> String {
    let own = teacher.get("/api/v1/accounts/verify_credentials").await;
    own["id"].as_str().unwrap().to_owned()
}

async fn does(teacher: &Teacher, deed: &str, id: &str) -> Value {
    teacher
        .post(&format!("/api/v1/accounts/{id}/{deed}"), json!({}))
        .await
}

async fn words(teacher: &Teacher, path: &str) -> Vec<String> {
    let found = teacher.get(path).await;
    let words = |status: &Value| {
        let of = if status["reblog"].is_null() {
            status
        } else {
            &status["reblog"]
        };
        of["content"].as_str().unwrap().to_owned()
    };
    found.as_array().unwrap().iter().map(words).collect()
}

async fn told(teacher: &Teacher) -> usize {
    let found = teacher.get("/api/v1/notifications").await;
    found.as_array().unwrap().len()
}

async fn mutes(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo, cy] = ["ada", "bo", "cy"].map(|name| school.teacher(name));
    let (bo_id, cy_id) = (id(&bo).await, id(&cy).await);
    for other in [&bo_id, &cy_id] {
        does(&ada, "follow", other).await;
    }
    let before = bo.publish(json!({ "status": "before" })).await;
    assert_eq!(
        words(&ada, "/api/v1/timelines/home").await,
        ["<p>before</p>"]
    );
    bo.publish(json!({ "status": "and on", "in_reply_to_id": before["id"] }))
        .await;

    let relation = does(&ada, "mute", &bo_id).await;
    assert_eq!(
        (
            &relation["muting"],
            &relation["muting_notifications"],
            &relation["muting_expires_at"]
        ),
        (&json!(true), &json!(true), &Value::Null)
    );
    assert_eq!(relation["following"], true);
    let after = bo
        .publish(json!({ "status": "@ada after", "visibility": "public" }))
        .await;
    let boost = format!("/api/v1/statuses/{}/reblog", after["id"].as_str().unwrap());
    cy.post(&boost, json!({})).await;
    cy.publish(json!({ "status": "@bo well said" })).await;
    cy.publish(json!({ "status": "something else" })).await;
    let seen = ["<p>something else</p>"];
    assert_eq!(words(&ada, "/api/v1/timelines/home").await, seen);
    let public = words(&ada, "/api/v1/timelines/public").await;
    assert!(
        !public.iter().any(|words| words.contains("after")),
        "{public:?}"
    );
    assert!(public.contains(&seen[0].to_owned()), "{public:?}");
    assert_eq!(told(&ada).await, 0);
    let context = format!("/api/v1/statuses/{}/context", after["id"].as_str().unwrap());
    assert_eq!(ada.get(&context).await["ancestors"], json!([]));

    let muted = ada.get("/api/v1/mutes").await;
    assert_eq!(muted[0]["acct"], "bo");
    assert_eq!(muted[0]["mute_expires_at"], Value::Null);
    assert_eq!(cy.get("/api/v1/mutes").await, json!([]));

    // Only the words, and only for a moment.
    let for_a_moment = json!({ "notifications": false, "duration": 2 });
    let path = format!("/api/v1/accounts/{bo_id}/mute");
    let relation = ada.post(&path, for_a_moment).await;
    assert_eq!(relation["muting_notifications"], false);
    assert!(relation["muting_expires_at"].is_string(), "{relation}");
    bo.publish(json!({ "status": "@ada look" })).await;
    assert_eq!(told(&ada).await, 1);
    let asked = format!("/api/v1/accounts/relationships?id[]={bo_id}");
    eventually("the mute to end", async || {
        let relation = ada.get(&asked).await;
        (relation[0]["muting"] == false).then_some(())
    })
    .await;
    assert_eq!(ada.get("/api/v1/mutes").await, json!([]));

    let relation = does(&ada, "unmute", &bo_id).await;
    assert_eq!(relation["muting"], false);
    let home = words(&ada, "/api/v1/timelines/home").await;
    for said in ["<p>before</p>", "<p>and on</p>"] {
        assert!(home.contains(&said.to_owned()), "{home:?}");
    }
    // What was told before goes with a mute, and does not come back.
    assert_eq!(told(&ada).await, 1);
    does(&ada, "mute", &bo_id).await;
    assert_eq!(told(&ada).await, 0);
    does(&ada, "unmute", &bo_id).await;
    assert_eq!(told(&ada).await, 0);

    let own = id(&ada).await;
    let itself = ada.request(Method::POST, &format!("/api/v1/accounts/{own}/mute"));
    assert_eq!(itself.send().await.unwrap().status(), StatusCode::FORBIDDEN);
    let nobody = ada.request(Method::POST, "/api/v1/accounts/1/mute");
    assert_eq!(nobody.send().await.unwrap().status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn mutes_on_sqlite() {
    mutes(Sqlite).await;
}

#[tokio::test]
async fn mutes_on_postgresql() {
    mutes(Postgres).await;
}

async fn muted_threads(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    let first = ada.publish(json!({ "status": "a long talk" })).await;
    assert_eq!(first["muted"], false);
    let first = first["id"].as_str().unwrap().to_owned();
    let answer = json!({ "status": "@ada yes", "in_reply_to_id": first });
    bo.publish(answer.clone()).await;
    assert_eq!(told(&ada).await, 1);
    let muted = ada
        .post(&format!("/api/v1/statuses/{first}/mute"), json!({}))
        .await;
    assert_eq!(muted["muted"], true);
    let second = bo.publish(answer.clone()).await;
    bo.post(&format!("/api/v1/statuses/{first}/favourite"), json!({}))
        .await;
    assert_eq!(told(&ada).await, 1);
    let second = format!("/api/v1/statuses/{}", second["id"].as_str().unwrap());
    assert_eq!(ada.get(&second).await["muted"], true);
    assert_eq!(bo.get(&second).await["muted"], false);
    let unmuted = ada
        .post(&format!("/api/v1/statuses/{first}/unmute"), json!({}))
        .await;
    assert_eq!(unmuted["muted"], false);
    bo.publish(answer).await;
    assert_eq!(told(&ada).await, 2);
}

#[tokio::test]
async fn muted_threads_on_sqlite() {
    muted_threads(Sqlite).await;
}

#[tokio::test]
async fn muted_threads_on_postgresql() {
    muted_threads(Postgres).await;
}

async fn notes_and_endorsements(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo, cy] = ["ada", "bo", "cy"].map(|name| school.teacher(name));
    let (bo_id, cy_id) = (id(&bo).await, id(&cy).await);
    let note = |comment: String| {
        let path = format!("/api/v1/accounts/{bo_id}/note");
        ada.request(Method::POST, &path)
            .json(&json!({ "comment": comment }))
            .send()
    };
    let noted: Value = note("met in Bath".into())
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(noted["note"], "met in Bath");
    let asked = format!("/api/v1/accounts/relationships?id[]={bo_id}");
    assert_eq!(ada.get(&asked).await[0]["note"], "met in Bath");
    assert_eq!(cy.get(&asked).await[0]["note"], "");
    let long = note("n".repeat(2_001)).await.unwrap();
    assert_eq!(long.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(ada.get(&asked).await[0]["note"], "met in Bath");
    let none: Value = note(String::new()).await.unwrap().json().await.unwrap();
    assert_eq!(none["note"], "");

    let endorse = format!("/api/v1/accounts/{bo_id}/endorse");
    let stranger = ada.request(Method::POST, &endorse).send().await.unwrap();
    assert_eq!(stranger.status(), StatusCode::UNPROCESSABLE_ENTITY);
    does(&ada, "follow", &bo_id).await;
    assert_eq!(does(&ada, "endorse", &bo_id).await["endorsed"], true);
    let ada_id = id(&ada).await;
    let shown = format!("/api/v1/accounts/{ada_id}/endorsements");
    assert_eq!(cy.get(&shown).await[0]["acct"], "bo");
    for path in ["/api/v1/endorsements", "/api/v1/endorsements?limit=0"] {
        assert_eq!(ada.get(path).await[0]["acct"], "bo", "{path}");
    }
    does(&ada, "unfollow", &bo_id).await;
    assert_eq!(cy.get(&shown).await, json!([]));

    // Ada follows Bo, and Bo follows Cy.
    does(&ada, "follow", &bo_id).await;
    does(&bo, "follow", &cy_id).await;
    let familiar = format!("/api/v1/accounts/familiar_followers?id[]={cy_id}&id[]={bo_id}");
    let found = ada.get(&familiar).await;
    assert_eq!(found[0]["id"], json!(cy_id));
    assert_eq!(found[0]["accounts"][0]["acct"], "bo");
    assert_eq!(found[1], json!({ "id": bo_id, "accounts": [] }));
    let hides = bo.request(Method::PATCH, "/api/v1/accounts/update_credentials");
    let hides = hides.json(&json!({ "hide_collections": true }));
    assert!(hides.send().await.unwrap().status().is_success());
    assert_eq!(ada.get(&familiar).await[0]["accounts"], json!([]));
}

#[tokio::test]
async fn notes_and_endorsements_on_sqlite() {
    notes_and_endorsements(Sqlite).await;
}

#[tokio::test]
async fn notes_and_endorsements_on_postgresql() {
    notes_and_endorsements(Postgres).await;
}

async fn boosters(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo] = ["ada", "bo"].map(|name| school.teacher(name));
    let boosters = async |status: &Value| {
        let id = status["id"].as_str().unwrap();
        let found = ada
            .get(&format!("/api/v1/statuses/{id}/reblogged_by"))
            .await;
        found.as_array().unwrap().len()
    };
    let boost = async |teacher: &Teacher, status: &Value| {
        let id = status["id"].as_str().unwrap();
        teacher
            .post(&format!("/api/v1/statuses/{id}/reblog"), json!({}))
            .await
    };
    let open = ada.publish(json!({ "status": "for all" })).await;
    boost(&bo, &open).await;
    assert_eq!(boosters(&open).await, 1);
    // A boost that only followers see is not told of to others.
    let closed = ada
        .publish(json!({ "status": "for some", "visibility": "private" }))
        .await;
    boost(&ada, &closed).await;
    assert_eq!(boosters(&closed).await, 0);
}

#[tokio::test]
async fn who_boosted_for_followers_only_is_not_listed_on_sqlite() {
    boosters(Sqlite).await;
}

#[tokio::test]
async fn who_boosted_for_followers_only_is_not_listed_on_postgresql() {
    boosters(Postgres).await;
}

async fn whom_one_mutes_is_not_met(kind: Kind) {
    let Some(school) = School::open_with(kind, &[("community.show_counts", "true")]).await else {
        return;
    };
    let [ada, bo, cy] = ["ada", "bo", "cy"].map(|name| school.teacher(name));
    let (bo_id, cy_id) = (id(&bo).await, id(&cy).await);
    let said = cy.publish(json!({ "status": "Paper strips" })).await;
    let deed = |verb: &str| format!("/api/v1/statuses/{}/{verb}", said["id"].as_str().unwrap());
    bo.post(&deed("reblog"), Value::Null).await;
    cy.post(&deed("favourite"), Value::Null).await;
    cy.post(&format!("/api/v1/accounts/{bo_id}/follow"), Value::Null)
        .await;
    let places = [
        format!("/api/v1/accounts/{bo_id}/followers"),
        format!("/api/v1/accounts/{bo_id}/statuses"),
        deed("favourited_by"),
    ];
    for place in &places {
        assert_eq!(ada.get(place).await.as_array().unwrap().len(), 1, "{place}");
    }
    ada.post(&format!("/api/v1/accounts/{cy_id}/mute"), Value::Null)
        .await;
    for place in &places {
        assert_eq!(ada.get(place).await, json!([]), "{place}");
    }
    let own = bo.get(&places[0]).await;
    assert_eq!(own.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn whom_one_mutes_is_not_met_among_others_on_sqlite() {
    whom_one_mutes_is_not_met(Sqlite).await;
}

#[tokio::test]
async fn whom_one_mutes_is_not_met_among_others_on_postgresql() {
    whom_one_mutes_is_not_met(Postgres).await;
}

async fn nobody_waits_any_more(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    let ada_id = id(&ada).await;
    let locks = async |locked: bool| {
        let own = ada.request(Method::PATCH, "/api/v1/accounts/update_credentials");
        answer(own.json(&json!({ "locked": locked }))).await["source"]["follow_requests_count"]
            .clone()
    };
    locks(true).await;
    let relation = does(&bo, "follow", &ada_id).await;
    assert_eq!(relation["requested"], true);
    assert_eq!(locks(true).await, 1);
    assert_eq!(locks(false).await, 0);
    let relation = bo
        .get(&format!("/api/v1/accounts/relationships?id[]={ada_id}"))
        .await;
    assert_eq!(relation[0]["following"], true);
    let told = ada
        .get("/api/v1/notifications?types[]=follow_request")
        .await;
    assert_eq!(told, json!([]));
}

#[tokio::test]
async fn who_opens_their_account_lets_those_follow_who_wait_on_sqlite() {
    nobody_waits_any_more(Sqlite).await;
}

#[tokio::test]
async fn who_opens_their_account_lets_those_follow_who_wait_on_postgresql() {
    nobody_waits_any_more(Postgres).await;
}

async fn who_is_silenced_asks(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    let mia = school.person("mia", "admin", "read write admin:read admin:write");
    let (ada_id, bo_id) = (id(&ada).await, id(&bo).await);
    mia.post(
        &format!("/api/v1/admin/accounts/{bo_id}/action"),
        json!({ "type": "silence" }),
    )
    .await;
    let relation = does(&bo, "follow", &ada_id).await;
    assert_eq!(
        (&relation["following"], &relation["requested"]),
        (&json!(false), &json!(true))
    );
    let own = ada.get("/api/v1/accounts/verify_credentials").await;
    assert_eq!(own["source"]["follow_requests_count"], 1);
}

#[tokio::test]
async fn who_is_silenced_asks_to_follow_on_sqlite() {
    who_is_silenced_asks(Sqlite).await;
}

#[tokio::test]
async fn who_is_silenced_asks_to_follow_on_postgresql() {
    who_is_silenced_asks(Postgres).await;
}
