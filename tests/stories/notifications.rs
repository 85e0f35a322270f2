//! What is told together, and what is held back.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, Teacher, answer};

async fn id(teacher: &Teacher) -> String {
    let own = teacher.get("/api/v1/accounts/verify_credentials").await;
    own["id"].as_str().unwrap().to_owned()
}

async fn groups(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let others = ["bo", "cy", "di"].map(|name| school.teacher(name));
    let status = ada.publish(json!({ "status": "a good lesson" })).await;
    let like = format!(
        "/api/v1/statuses/{}/favourite",
        status["id"].as_str().unwrap()
    );
    let ada_id = id(&ada).await;
    for other in &others {
        other.post(&like, json!({})).await;
    }
    for other in &others {
        other
            .post(&format!("/api/v1/accounts/{ada_id}/follow"), json!({}))
            .await;
    }
    others[0]
        .publish(json!({ "status": "@ada well done" }))
        .await;

    let found = ada.get("/api/v2/notifications").await;
    let kinds = |found: &Value| -> Vec<(String, i64)> {
        let groups = found["notification_groups"].as_array().unwrap().iter();
        groups
            .map(|group| {
                let kind = group["type"].as_str().unwrap().to_owned();
                (kind, group["notifications_count"].as_i64().unwrap())
            })
            .collect()
    };
    let told = |kind: &str, count| (kind.to_owned(), count);
    assert_eq!(
        kinds(&found),
        [told("mention", 1), told("follow", 3), told("favourite", 3)]
    );
    assert_eq!(found["accounts"].as_array().unwrap().len(), 3);
    assert_eq!(found["statuses"].as_array().unwrap().len(), 2);
    let liked = &found["notification_groups"][2];
    assert_eq!(liked["status_id"], status["id"]);
    assert_eq!(liked["sample_account_ids"].as_array().unwrap().len(), 3);
    let key = liked["group_key"].as_str().unwrap();
    let lines = ada.get("/api/v1/notifications?types[]=favourite").await;
    for line in lines.as_array().unwrap() {
        assert_eq!(line["group_key"], json!(key));
    }
    let apart = ada
        .get("/api/v2/notifications?grouped_types[]=follow")
        .await;
    assert_eq!(apart["notification_groups"].as_array().unwrap().len(), 5);
    let blank = ada.get("/api/v2/notifications?grouped_types[]=").await;
    assert_eq!(blank, found);

    let small = ada
        .get("/api/v2/notifications?types[]=favourite&expand_accounts=partial_avatars")
        .await;
    assert_eq!(small["accounts"].as_array().unwrap().len(), 1);
    let samples = small["notification_groups"][0]["sample_account_ids"].clone();
    assert_eq!(small["accounts"][0]["id"], samples[0]);
    let pictures = small["partial_accounts"].as_array().unwrap();
    assert_eq!(pictures.len(), 2);
    assert!(
        pictures
            .iter()
            .all(|one| one["avatar"].is_string() && one.get("note").is_none())
    );
    assert_eq!(found.get("partial_accounts"), None);

    // Page by page, each group once.
    let first = ada.get("/api/v2/notifications?limit=2").await;
    assert_eq!(kinds(&first), [told("mention", 1), told("follow", 3)]);
    let oldest = first["notification_groups"][1]["page_min_id"]
        .as_str()
        .unwrap();
    let rest = ada
        .get(&format!("/api/v2/notifications?limit=2&max_id={oldest}"))
        .await;
    assert_eq!(rest["notification_groups"][0]["type"], "favourite");
    let count = ada.get("/api/v2/notifications/unread_count").await;
    assert_eq!(count["count"], 3);

    let path = format!("/api/v2/notifications/{key}");
    let one = ada.get(&path).await;
    assert_eq!(one["notification_groups"][0]["notifications_count"], 3);
    let people = ada.get(&format!("{path}/accounts")).await;
    assert_eq!(people.as_array().unwrap().len(), 3);
    let first = ada.get(&format!("{path}/accounts?limit=2")).await;
    assert_eq!(first, json!([people[0], people[1]]));
    let oldest = lines[1]["id"].as_str().unwrap();
    let rest = ada
        .get(&format!("{path}/accounts?limit=2&max_id={oldest}"))
        .await;
    assert_eq!(rest, json!([people[2]]));
    assert_eq!(others[0].status_of(&path).await, StatusCode::NOT_FOUND);
    assert_eq!(
        ada.status_of("/api/v2/notifications/kitchen").await,
        StatusCode::NOT_FOUND
    );
    ada.post(&format!("{path}/dismiss"), json!({})).await;
    assert_eq!(ada.status_of(&path).await, StatusCode::NOT_FOUND);
    let lines = ada.get("/api/v1/notifications").await;
    assert_eq!(lines.as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn groups_on_sqlite() {
    groups(Sqlite).await;
}

#[tokio::test]
async fn groups_on_postgresql() {
    groups(Postgres).await;
}

/// A group is told whole, also where a page ends within it.
async fn groups_over_pages(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let [bo, cy, di] = ["bo", "cy", "di"].map(|name| school.teacher(name));
    let mut posts = Vec::new();
    for words in ["a good lesson", "a better one"] {
        let post = ada.publish(json!({ "status": words })).await;
        posts.push(post["id"].as_str().unwrap().to_owned());
    }
    for (who, post) in [(&bo, 0), (&cy, 1), (&di, 0)] {
        let like = format!("/api/v1/statuses/{}/favourite", posts[post]);
        who.post(&like, json!({})).await;
    }
    let first = ada.get("/api/v2/notifications?limit=1").await;
    let group = &first["notification_groups"][0];
    assert_eq!(group["status_id"], posts[0]);
    assert_eq!(group["notifications_count"], 2);
    assert_eq!(
        group["sample_account_ids"],
        json!([id(&di).await, id(&bo).await])
    );
    assert_eq!(group["page_min_id"], group["page_max_id"]);
    let next = format!(
        "/api/v2/notifications?limit=1&max_id={}",
        group["page_min_id"].as_str().unwrap()
    );
    let rest = ada.get(&next).await;
    assert_eq!(rest["notification_groups"][0]["status_id"], posts[1]);
    assert_eq!(rest["notification_groups"][0]["notifications_count"], 1);
}

#[tokio::test]
async fn groups_over_pages_on_sqlite() {
    groups_over_pages(Sqlite).await;
}

#[tokio::test]
async fn groups_over_pages_on_postgresql() {
    groups_over_pages(Postgres).await;
}

/// Mastodon's own app for Android reads the rules as yes and no, and sends all of them back with what it changed.
async fn is_told_as_before(ada: &Teacher) {
    let before = "/api/v1/notifications/policy";
    let mut rules = ada.get(before).await;
    let of = |following: bool, private: bool| {
        json!({
            "filter_not_following": following,
            "filter_not_followers": false,
            "filter_new_accounts": false,
            "filter_private_mentions": private,
            "summary": { "pending_requests_count": 0, "pending_notifications_count": 0 },
        })
    };
    assert_eq!(rules, of(true, false));
    rules["filter_not_following"] = json!(false);
    rules["filter_private_mentions"] = json!(true);
    let set = answer(ada.request(Method::PUT, before).json(&rules)).await;
    assert_eq!(set, of(false, true));
    let now = ada.get("/api/v2/notifications/policy").await;
    assert_eq!(now["for_not_following"], "accept");
    assert_eq!(now["for_private_mentions"], "filter");
    assert_eq!(now["for_limited_accounts"], "filter");
    let back = [
        ("filter_not_following", "true"),
        ("filter_private_mentions", "false"),
    ];
    let set = answer(ada.request(Method::PATCH, before).form(&back)).await;
    assert_eq!(set, of(true, false));
}

async fn requests(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo, cy] = ["ada", "bo", "cy"].map(|name| school.teacher(name));
    let policy = "/api/v2/notifications/policy";
    assert_eq!(ada.get(policy).await["for_not_following"], "accept");
    let change = |body: Value| ada.request(Method::PATCH, policy).json(&body);
    let bad = change(json!({ "for_not_following": "burn" }));
    assert_eq!(
        bad.send().await.unwrap().status(),
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let rules = answer(change(json!({ "for_not_following": "filter" }))).await;
    assert_eq!(rules["for_not_following"], "filter");
    assert_eq!(rules["for_new_accounts"], "accept");
    is_told_as_before(&ada).await;

    let last = bo.publish(json!({ "status": "@ada hello" })).await;
    bo.publish(json!({ "status": "@ada hello again" })).await;
    cy.publish(json!({ "status": "@ada buy this" })).await;
    assert_eq!(ada.get("/api/v1/notifications").await, json!([]));
    let all = ada.get("/api/v1/notifications?include_filtered=true").await;
    assert_eq!(all.as_array().unwrap().len(), 3);
    let summary = &ada.get(policy).await["summary"];
    assert_eq!(
        summary,
        &json!({ "pending_requests_count": 2, "pending_notifications_count": 3 })
    );
    let waiting = ada.get("/api/v1/notifications/requests").await;
    assert_eq!(waiting.as_array().unwrap().len(), 2);
    let (of_cy, of_bo) = (&waiting[0], &waiting[1]);
    assert_eq!(of_bo["account"]["acct"], "bo");
    assert_eq!(of_bo["notifications_count"], "2");
    assert_ne!(of_bo["last_status"]["id"], last["id"]);
    let path = format!(
        "/api/v1/notifications/requests/{}",
        of_bo["id"].as_str().unwrap()
    );
    assert_eq!(&ada.get(&path).await, of_bo);
    assert_eq!(bo.status_of(&path).await, StatusCode::NOT_FOUND);

    // One is let through, with what was said before; the other is not heard.
    ada.post(&format!("{path}/accept"), json!({})).await;
    assert_eq!(ada.status_of(&path).await, StatusCode::NOT_FOUND);
    let heard = async || {
        let found = ada.get("/api/v1/notifications").await;
        found.as_array().unwrap().len()
    };
    assert_eq!(heard().await, 2);
    bo.publish(json!({ "status": "@ada thanks" })).await;
    assert_eq!(heard().await, 3);
    ada.post(
        "/api/v1/notifications/requests/dismiss",
        json!({ "id": [of_cy["id"]] }),
    )
    .await;
    assert_eq!(ada.get("/api/v1/notifications/requests").await, json!([]));
    cy.publish(json!({ "status": "@ada please" })).await;
    assert_eq!(heard().await, 3);
    assert_eq!(
        ada.get("/api/v1/notifications/requests").await[0]["notifications_count"],
        "1"
    );
    let merged = ada.get("/api/v1/notifications/requests/merged").await;
    assert_eq!(merged["merged"], true);

    // Not even held back.
    answer(change(json!({ "for_not_followers": "drop" }))).await;
    cy.publish(json!({ "status": "@ada last word" })).await;
    let all = ada.get("/api/v1/notifications?include_filtered=true").await;
    assert_eq!(all.as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn requests_on_sqlite() {
    requests(Sqlite).await;
}

#[tokio::test]
async fn requests_on_postgresql() {
    requests(Postgres).await;
}

async fn strangers(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo, cy, robot] = ["ada", "bo", "cy", "robot"].map(|name| school.teacher(name));
    let change = |body: Value| {
        let policy = "/api/v2/notifications/policy";
        ada.request(Method::PATCH, policy).json(&body)
    };
    let own = robot.request(Method::PATCH, "/api/v1/accounts/update_credentials");
    answer(own.json(&json!({ "bot": true }))).await;
    let bo_id = id(&bo).await;
    ada.post(&format!("/api/v1/accounts/{bo_id}/follow"), json!({}))
        .await;
    let post = ada.publish(json!({ "status": "a good lesson" })).await;
    let like = format!(
        "/api/v1/statuses/{}/favourite",
        post["id"].as_str().unwrap()
    );
    let heard = async || -> Vec<String> {
        let told = ada.get("/api/v1/notifications").await;
        let names = told.as_array().unwrap().iter();
        names
            .map(|line| line["account"]["acct"].as_str().unwrap().to_owned())
            .collect()
    };

    // Everybody is new here, and whom one follows is heard all the same.
    answer(change(json!({ "for_new_accounts": "filter" }))).await;
    for other in [&bo, &cy] {
        other.post(&like, json!({})).await;
    }
    assert_eq!(heard().await, ["bo"]);
    let waiting = ada.get("/api/v1/notifications/requests").await;
    assert_eq!(waiting[0]["account"]["acct"], "cy");
    assert_eq!(
        waiting[0]["last_status"],
        Value::Null,
        "what cy likes is ada's"
    );
    // Whoever looks at what somebody did sees also what is held back.
    let cy_id = waiting[0]["account"]["id"].as_str().unwrap();
    let held = ada
        .get(&format!("/api/v1/notifications?account_id={cy_id}"))
        .await;
    assert_eq!(held[0]["type"], "favourite", "{held}");
    let asked = cy.publish(json!({ "status": "@ada may I use it?" })).await;
    let waiting = ada.get("/api/v1/notifications/requests").await;
    assert_eq!(waiting[0]["last_status"]["id"], asked["id"]);

    // Another app has dealt with one of them.
    ada.post(
        "/api/v1/notifications/requests/accept",
        json!({ "id": ["1", waiting[0]["id"]] }),
    )
    .await;
    assert_eq!(heard().await, ["cy", "cy", "bo"]);
    let count = async |wanted: &str| {
        let path = format!("/api/v1/notifications/unread_count?{wanted}");
        ada.get(&path).await["count"].clone()
    };
    assert_eq!(count("").await, 3);
    assert_eq!(count("types[]=mention").await, 1);
    assert_eq!(count(&format!("account_id={bo_id}")).await, 1);

    let rules = answer(change(
        json!({ "for_new_accounts": "accept", "for_bots": "drop" }),
    ))
    .await;
    assert_eq!(rules["for_bots"], "drop");
    robot.publish(json!({ "status": "@ada beep" })).await;
    assert_eq!(heard().await.len(), 3);
    answer(change(json!({ "for_bots": "accept" }))).await;
    robot.publish(json!({ "status": "@ada beep" })).await;
    assert_eq!(heard().await.len(), 4);
}

#[tokio::test]
async fn strangers_on_sqlite() {
    strangers(Sqlite).await;
}

#[tokio::test]
async fn strangers_on_postgresql() {
    strangers(Postgres).await;
}

async fn a_bell(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    let bo_id = id(&bo).await;
    ada.post(
        &format!("/api/v1/accounts/{bo_id}/follow"),
        json!({ "notify": true }),
    )
    .await;
    let question = ada.publish(json!({ "status": "How?" })).await;
    let answers = async |words: &str, to: &Value| {
        let body = json!({ "status": words, "in_reply_to_id": to["id"] });
        bo.publish(body).await
    };
    let one = bo.publish(json!({ "status": "One" })).await;
    let two = answers("Two", &one).await;
    answers("So", &question).await;
    let told = ada.get("/api/v1/notifications?types[]=status").await;
    let told = told.as_array().unwrap().iter();
    let ids: Vec<&Value> = told.map(|line| &line["status"]["id"]).collect();
    assert_eq!(ids, [&two["id"], &one["id"]]);
}

#[tokio::test]
async fn a_bell_rings_for_all_parts_of_a_thread_on_sqlite() {
    a_bell(Sqlite).await;
}

#[tokio::test]
async fn a_bell_rings_for_all_parts_of_a_thread_on_postgresql() {
    a_bell(Postgres).await;
}
