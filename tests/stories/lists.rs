//! Lists of people, and hashtags that are followed.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, Teacher, answer};

async fn id(teacher: &Teacher) -> String {
    let own = teacher.get("/api/v1/accounts/verify_credentials").await;
    own["id"].as_str().unwrap().to_owned()
}

/// The words of a timeline, without markup, newest first.
async fn words(teacher: &Teacher, path: &str) -> Vec<String> {
    let found = teacher.get(path).await;
    let words = |status: &Value| {
        let html = status["content"].as_str().unwrap();
        let text = html.split('<').filter_map(|part| part.split_once('>'));
        text.map(|(_, text)| text).collect::<String>()
    };
    found.as_array().unwrap().iter().map(words).collect()
}

async fn asks(teacher: &Teacher, method: Method, path: &str, body: Value) -> StatusCode {
    let request = teacher.request(method, path).json(&body);
    request.send().await.unwrap().status()
}

async fn lists(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo, cy, di] = ["ada", "bo", "cy", "di"].map(|name| school.teacher(name));
    let (bo_id, cy_id, di_id) = (id(&bo).await, id(&cy).await, id(&di).await);
    for other in [&bo_id, &cy_id] {
        ada.post(&format!("/api/v1/accounts/{other}/follow"), json!({}))
            .await;
    }
    assert_eq!(
        asks(&ada, Method::POST, "/api/v1/lists", json!({ "title": " " })).await,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    for (signs, answer) in [
        (256, StatusCode::OK),
        (257, StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let long = json!({ "title": "s".repeat(signs) });
        assert_eq!(
            asks(&bo, Method::POST, "/api/v1/lists", long).await,
            answer,
            "{signs}"
        );
    }
    let made = ada
        .post("/api/v1/lists", json!({ "title": "Science" }))
        .await;
    assert_eq!(made["title"], "Science");
    assert_eq!(made["replies_policy"], "list");
    assert_eq!(made["exclusive"], false);
    let list = made["id"].as_str().unwrap();
    let path = format!("/api/v1/lists/{list}");
    let members = format!("{path}/accounts");
    let timeline = format!("/api/v1/timelines/list/{list}");

    bo.publish(json!({ "status": "before" })).await;
    let who = |ids: &[&String]| json!({ "account_ids": ids });
    // Only whom one follows, each once, and all or none.
    for (ids, refused) in [
        (vec![&bo_id, &di_id], StatusCode::NOT_FOUND),
        (vec![&bo_id], StatusCode::OK),
        (vec![&bo_id], StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        assert_eq!(asks(&ada, Method::POST, &members, who(&ids)).await, refused);
    }
    assert_eq!(ada.get(&members).await[0]["acct"], "bo");
    let holding = format!("/api/v1/accounts/{bo_id}/lists");
    assert_eq!(ada.get(&holding).await, json!([made]));
    assert_eq!(bo.get(&holding).await, json!([]));

    // What was there already, and what comes.
    let first = cy.publish(json!({ "status": "from cy" })).await;
    bo.publish(json!({ "status": "from bo" })).await;
    assert_eq!(words(&ada, &timeline).await, ["from bo", "before"]);
    let older = format!("{timeline}?limit=1");
    assert_eq!(words(&ada, &older).await, ["from bo"]);

    // An answer to Cy, who is followed and not in the list.
    let answered = json!({ "status": "@cy yes", "in_reply_to_id": first["id"] });
    bo.publish(answered).await;
    let policies = [("list", 2), ("none", 2), ("followed", 3)];
    for (policy, seen) in policies {
        let change = json!({ "replies_policy": policy });
        let changed = answer(ada.request(Method::PUT, &path).json(&change)).await;
        assert_eq!(changed["replies_policy"], policy);
        assert_eq!(changed["title"], "Science");
        assert_eq!(words(&ada, &timeline).await.len(), seen, "{policy}");
    }
    let change = json!({ "replies_policy": "some" });
    assert_eq!(
        asks(&ada, Method::PUT, &path, change).await,
        StatusCode::UNPROCESSABLE_ENTITY
    );

    // Apart from home, and back.
    let home = "/api/v1/timelines/home";
    assert_eq!(words(&ada, home).await.len(), 4);
    let change = json!({ "title": "Apart", "exclusive": true });
    let changed = answer(ada.request(Method::PUT, &path).json(&change)).await;
    assert_eq!(changed["exclusive"], true);
    assert_eq!(words(&ada, home).await, ["from cy"]);
    assert_eq!(words(&ada, &timeline).await.len(), 3);
    let change = json!({ "exclusive": false });
    answer(ada.request(Method::PUT, &path).json(&change)).await;
    assert_eq!(words(&ada, home).await.len(), 4);

    // Nobody else's business.
    for path in [&path, &members, &timeline] {
        assert_eq!(cy.status_of(path).await, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(
        asks(&cy, Method::DELETE, &path, json!({})).await,
        StatusCode::NOT_FOUND
    );
    assert_eq!(cy.get("/api/v1/lists").await, json!([]));

    // Who is followed no more is in no list.
    ada.post(&format!("/api/v1/accounts/{bo_id}/unfollow"), json!({}))
        .await;
    assert_eq!(ada.get(&members).await, json!([]));
    asks(&ada, Method::POST, &members, who(&[&cy_id])).await;
    assert_eq!(words(&ada, &timeline).await, ["from cy"]);
    asks(&ada, Method::DELETE, &members, who(&[&cy_id])).await;
    assert_eq!(ada.get(&members).await, json!([]));
    assert_eq!(
        asks(&ada, Method::DELETE, &path, json!({})).await,
        StatusCode::OK
    );
    assert_eq!(ada.get("/api/v1/lists").await, json!([]));
}

#[tokio::test]
async fn lists_on_sqlite() {
    lists(Sqlite).await;
}

#[tokio::test]
async fn lists_on_postgresql() {
    lists(Postgres).await;
}

async fn followed_tags(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo, cy] = ["ada", "bo", "cy"].map(|name| school.teacher(name));
    let tag = ada.get("/api/v1/tags/Year8").await;
    assert_eq!(
        (&tag["name"], &tag["following"]),
        (&json!("year8"), &json!(false))
    );
    let nobody = school.request(Method::GET, "/api/v1/tags/year8");
    assert_eq!(answer(nobody).await["following"], Value::Null);
    assert_eq!(
        ada.status_of("/api/v1/tags/no%20tag").await,
        StatusCode::NOT_FOUND
    );
    let followed = ada.post("/api/v1/tags/Year8/follow", json!({})).await;
    assert_eq!(followed["following"], true);
    assert_eq!(ada.get("/api/v1/followed_tags").await[0]["name"], "year8");
    assert_eq!(bo.get("/api/v1/followed_tags").await, json!([]));

    bo.publish(json!({ "status": "fractions #Year8" })).await;
    bo.publish(json!({ "status": "quietly #Year8", "visibility": "unlisted" }))
        .await;
    bo.publish(json!({ "status": "without" })).await;
    let cy_id = id(&cy).await;
    ada.post(&format!("/api/v1/accounts/{cy_id}/mute"), json!({}))
        .await;
    cy.publish(json!({ "status": "muted #Year8" })).await;
    let home = "/api/v1/timelines/home";
    assert_eq!(words(&ada, home).await, ["fractions #Year8"]);

    // Whom one follows, what one wrote and what another tag brings stays.
    ada.post("/api/v1/tags/maths/follow", json!({})).await;
    let dan = school.teacher("dan");
    let follow = format!("/api/v1/accounts/{}/follow", id(&dan).await);
    ada.post(&follow, json!({})).await;
    for (who, said) in [
        (&bo, "both #year8 #maths"),
        (&dan, "hers #year8"),
        (&ada, "mine #year8"),
    ] {
        who.publish(json!({ "status": said })).await;
    }
    let gone = ada.post("/api/v1/tags/year8/unfollow", json!({})).await;
    assert_eq!(gone["following"], false);
    bo.publish(json!({ "status": "more #Year8" })).await;
    assert_eq!(
        words(&ada, home).await,
        ["mine #year8", "hers #year8", "both #year8 #maths"]
    );

    let shown = ada.post("/api/v1/tags/year8/feature", json!({})).await;
    assert_eq!(shown["featuring"], true);
    assert_eq!(ada.get("/api/v1/featured_tags").await[0]["name"], "year8");
    let found = ada.get("/api/v2/search?q=%23year8").await;
    assert_eq!(found["hashtags"][0]["featuring"], true);
    let gone = ada.post("/api/v1/tags/year8/unfeature", json!({})).await;
    assert_eq!(gone["featuring"], false);
    assert_eq!(ada.get("/api/v1/featured_tags").await, json!([]));
}

#[tokio::test]
async fn followed_tags_on_sqlite() {
    followed_tags(Sqlite).await;
}

#[tokio::test]
async fn followed_tags_on_postgresql() {
    followed_tags(Postgres).await;
}
