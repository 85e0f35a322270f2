//! What people are told, their phones are told at once.

mod receiver;
mod sending;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, Teacher, answer, eventually};
use crate::words::signs_up;
use receiver::{PushService, Receiver};

const PLACE: &str = "/api/v1/push/subscription";
const SCOPES: &str = "read write follow push";
const CONTACT: (&str, &str) = ("server.contact_email", "\"office@school.example\"");
const KINDS: [&str; 12] = [
    "mention",
    "status",
    "reblog",
    "follow",
    "follow_request",
    "favourite",
    "update",
    "poll",
    "quote",
    "quoted_update",
    "admin.sign_up",
    "admin.report",
];

async fn id(teacher: &Teacher) -> String {
    let own = teacher.get("/api/v1/accounts/verify_credentials").await;
    own["id"].as_str().unwrap().to_owned()
}

fn all_alerts() -> Value {
    KINDS.iter().map(|kind| (*kind, true)).collect()
}

async fn subscribe(teacher: &Teacher, receiver: &Receiver, data: Value) -> Value {
    let body = json!({ "subscription": receiver.subscription(), "data": data });
    teacher.post(PLACE, body).await
}

/// Waits until nothing is owed to anybody's program.
async fn nothing_owed(school: &School) {
    eventually("everything to be pushed", || async {
        let said = crate::harness::out(&school.command(&["jobs", "list"]));
        said.contains("to be pushed: 0 waiting").then_some(())
    })
    .await;
}

fn kinds(messages: &[Value]) -> Vec<&str> {
    let kinds = messages.iter();
    kinds
        .map(|message| message["notification_type"].as_str().unwrap())
        .collect()
}

async fn subscriptions(kind: Kind) {
    let Some(school) = School::open_with(kind, &[CONTACT]).await else {
        return;
    };
    let ada = school.person("ada", "user", SCOPES);
    let service = PushService::open().await;
    let [first, second] = ["/1", "/2"].map(|at| Receiver::new(&service, at, true));
    let ask = |method: Method| ada.request(method, PLACE);
    let status = async |request: reqwest::RequestBuilder| request.send().await.unwrap().status();
    let change = json!({ "data": { "policy": "none" } });
    assert_eq!(status(ask(Method::GET)).await, StatusCode::NOT_FOUND);
    assert_eq!(
        status(ask(Method::PUT).json(&change)).await,
        StatusCode::NOT_FOUND
    );

    // As Ice Cubes and Tusky send it: a form.
    let sent = first.subscription();
    let form = [
        ("subscription[endpoint]", sent["endpoint"].as_str().unwrap()),
        (
            "subscription[keys][p256dh]",
            sent["keys"]["p256dh"].as_str().unwrap(),
        ),
        (
            "subscription[keys][auth]",
            sent["keys"]["auth"].as_str().unwrap(),
        ),
        ("data[alerts][mention]", "true"),
        ("data[alerts][admin.sign_up]", "1"),
        ("data[alerts][favourite]", "false"),
        ("data[alerts][something_new]", "true"),
        ("data[policy]", "followed"),
    ];
    let made = answer(ask(Method::POST).form(&form)).await;
    let mut alerts: Value = KINDS.iter().map(|kind| (*kind, false)).collect();
    alerts["mention"] = json!(true);
    alerts["admin.sign_up"] = json!(true);
    let instance = school.request(Method::GET, "/api/v2/instance");
    let instance = answer(instance).await;
    let server_key = &instance["configuration"]["vapid"]["public_key"];
    assert_eq!(server_key.as_str().unwrap().len(), 88);
    let expected = json!({ "id": made["id"], "endpoint": sent["endpoint"], "standard": false, "alerts": alerts,
        "policy": "followed", "server_key": server_key });
    assert_eq!(made, expected);
    assert!(made["id"].as_i64().unwrap() < 1 << 31, "apps read 32 bits");
    assert_eq!(answer(ask(Method::GET)).await, expected);
    let app = school.request(Method::POST, "/api/v1/apps");
    let app = answer(app.json(&json!({ "client_name": "x", "redirect_uris": "x:/y" }))).await;
    assert_eq!(&app["vapid_key"], server_key);

    // The data alone; then another subscription in its place, as Phanpy and Elk send it.
    let changed = answer(ask(Method::PATCH).json(&change)).await;
    assert_eq!(changed["policy"], "none");
    assert_eq!(changed["alerts"]["mention"], false);
    assert_eq!(changed["endpoint"], sent["endpoint"]);
    let replaced = subscribe(&ada, &second, json!({ "alerts": { "poll": true } })).await;
    assert_eq!(replaced["endpoint"], second.subscription()["endpoint"]);
    assert_eq!(replaced["standard"], true);
    assert_eq!(replaced["policy"], "all");
    assert_eq!(replaced["alerts"]["poll"], true);

    let multipart = reqwest::multipart::Form::new()
        .text("data[alerts][reblog]", "true")
        .text("data[policy]", "follower");
    let changed = answer(ask(Method::PUT).multipart(multipart)).await;
    assert_eq!(changed["policy"], "follower");
    assert_eq!(changed["alerts"]["reblog"], true);
    assert_eq!(changed["alerts"]["poll"], false);

    refused(&ada, &second).await;
    assert_eq!(answer(ask(Method::GET)).await, changed, "nothing changed");

    // As it was sent, without the path that an address has anyway.
    let mut bare = second.subscription();
    bare["endpoint"] = json!("https://push.example");
    let made = answer(ask(Method::POST).json(&json!({ "subscription": bare }))).await;
    assert_eq!(made["endpoint"], "https://push.example");

    assert_eq!(answer(ask(Method::DELETE)).await, json!({}));
    assert_eq!(status(ask(Method::GET)).await, StatusCode::NOT_FOUND);
    assert_eq!(status(ask(Method::DELETE)).await, StatusCode::OK);
}

async fn refused(ada: &Teacher, receiver: &Receiver) {
    let good = receiver.subscription();
    let point = good["keys"]["p256dh"].as_str().unwrap();
    let not_on_the_curve = format!("BA{}", "A".repeat(85));
    for (place, wrong) in [
        ("/endpoint", json!("")),
        ("/endpoint", json!("somewhere")),
        ("/endpoint", json!("ftp://push.example/1")),
        ("/endpoint", json!("https://ada:secret@push.example/1")),
        (
            "/endpoint",
            json!(format!("https://push.example/{}", "x".repeat(3_000))),
        ),
        ("/keys/p256dh", json!("")),
        ("/keys/p256dh", json!(point[..80])),
        ("/keys/p256dh", json!(not_on_the_curve)),
        ("/keys/p256dh", json!("A".repeat(100_000))),
        ("/keys/auth", json!("")),
        ("/keys/auth", json!("AAAA")),
        ("/keys/auth", json!("not base64 at all!")),
        ("/keys", json!(null)),
        ("/keys", json!(5)),
    ] {
        let mut subscription = good.clone();
        *subscription.pointer_mut(place).unwrap() = wrong;
        let body =
            json!({ "subscription": subscription, "data": { "alerts": { "mention": true } } });
        let answer = ada.request(Method::POST, PLACE).json(&body).send().await;
        let status = answer.unwrap().status();
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
    }
    for data in [
        json!({ "policy": "everybody" }),
        json!({ "alerts": { "mention": "perhaps" } }),
    ] {
        for method in [Method::POST, Method::PUT] {
            let body = json!({ "subscription": good, "data": data });
            let answer = ada.request(method, PLACE).json(&body).send().await;
            let status = answer.unwrap().status();
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        }
    }
}

#[tokio::test]
async fn push_subscriptions_on_sqlite() {
    subscriptions(Sqlite).await;
}

#[tokio::test]
async fn push_subscriptions_on_postgresql() {
    subscriptions(Postgres).await;
}

async fn messages(kind: Kind) {
    let Some(school) = School::open_with(kind, &[CONTACT]).await else {
        return;
    };
    let [ada, bo, cy] = ["ada", "bo", "cy"].map(|name| school.person(name, "user", SCOPES));
    let service = PushService::open().await;
    let new = Receiver::new(&service, "/new", true);
    let old = Receiver::new(&service, "/old", false);
    let of_ada = subscribe(&ada, &new, json!({ "alerts": all_alerts() })).await;
    let of_bo = subscribe(&bo, &old, json!({ "alerts": { "mention": true } })).await;
    assert_eq!(of_ada["server_key"], of_bo["server_key"]);
    let server_key = of_ada["server_key"].as_str().unwrap();
    let rename = json!({ "display_name": "Cy <b>Twombly</b>" });
    answer(
        cy.request(Method::PATCH, "/api/v1/accounts/update_credentials")
            .json(&rename),
    )
    .await;

    let words = format!("@ada @bo\n1 < 2 & \"3\" ü {}", "long ".repeat(50));
    cy.publish(json!({ "status": words })).await;
    for (teacher, receiver) in [(&ada, &new), (&bo, &old)] {
        let message = &receiver.reads(&service, 1, server_key).await[0];
        let told = teacher.get("/api/v1/notifications").await;
        assert_eq!(message["access_token"], json!(teacher.token));
        assert_eq!(message["preferred_locale"], "en");
        assert_eq!(message["notification_type"], "mention");
        assert_eq!(message["icon"], told[0]["account"]["avatar"]);
        assert_eq!(message["title"], "Cy <b>Twombly</b> mentioned you");
        let body = message["body"].as_str().unwrap();
        assert!(body.starts_with("@ada @bo\n1 < 2 & \"3\" ü long"), "{body}");
        assert!(body.ends_with('…') && body.chars().count() <= 140, "{body}");
        let number = &message["notification_id"];
        assert_eq!(told[0]["id"], number.to_string());

        // JavaScript keeps 53 bits of a number.
        let found = async |number: f64| {
            let path = format!("/api/v1/notifications/{number}");
            teacher.status_of(&path).await
        };
        let rounded = number.as_f64().unwrap();
        assert_eq!(found(rounded).await, StatusCode::OK);
        assert_eq!(found(rounded + 100.0).await, StatusCode::NOT_FOUND);
        assert_eq!(
            cy.status_of(&format!("/api/v1/notifications/{rounded}"))
                .await,
            StatusCode::NOT_FOUND
        );
    }

    // What is behind a warning is not said.
    let warned = json!({ "status": "@ada secret", "spoiler_text": "the end of the film" });
    cy.publish(warned).await;
    let read = new.reads(&service, 2, server_key).await;
    assert_eq!(read[1]["body"], "the end of the film");
    nothing_owed(&school).await;
    assert_eq!(service.requests("/old").await.len(), 1);
}

#[tokio::test]
async fn pushed_messages_on_sqlite() {
    messages(Sqlite).await;
}

#[tokio::test]
async fn pushed_messages_on_postgresql() {
    messages(Postgres).await;
}

/// Cy does to Ada all that she can be told of.
async fn everything(school: &School, ada: &Teacher, cy: &Teacher) {
    let at = |status: &Value, deed: &str| {
        format!("/api/v1/statuses/{}{deed}", status["id"].as_str().unwrap())
    };
    let [ada_id, cy_id] = [id(ada).await, id(cy).await];
    let follow = |id: &str| format!("/api/v1/accounts/{id}/follow");
    let lesson = ada.publish(json!({ "status": "a lesson" })).await;
    ada.post(&follow(&cy_id), json!({ "notify": true })).await;
    cy.post(&follow(&ada_id), json!({})).await;
    cy.post(&at(&lesson, "/favourite"), json!({})).await;
    cy.post(&at(&lesson, "/reblog"), json!({})).await;
    let news = cy.publish(json!({ "status": "news" })).await;
    ada.post(&at(&news, "/reblog"), json!({})).await;
    let edit = async |status: &Value, words: &str| {
        let edit = cy.request(Method::PUT, &at(status, ""));
        answer(edit.json(&json!({ "status": words }))).await;
    };
    edit(&news, "better news").await;
    let quote =
        json!({ "status": "look", "quoted_status_id": lesson["id"], "visibility": "unlisted" });
    cy.publish(quote).await;
    cy.publish(json!({ "status": "@ada hello", "visibility": "direct" }))
        .await;
    let lock = ada.request(Method::PATCH, "/api/v1/accounts/update_credentials");
    answer(lock.json(&json!({ "locked": true }))).await;
    let dy = school.person("dy", "user", SCOPES);
    dy.post(&follow(&ada_id), json!({})).await;
    dy.post(
        "/api/v1/reports",
        json!({ "account_id": cy_id, "comment": "odd" }),
    )
    .await;
}

async fn alerts(kind: Kind) {
    let Some(school) = School::open_with(kind, &[CONTACT]).await else {
        return;
    };
    let ada = school.person("ada", "admin", SCOPES);
    let cy = school.person("cy", "user", SCOPES);
    let service = PushService::open().await;
    let all = Receiver::new(&service, "/all", true);
    let made = subscribe(&ada, &all, json!({ "alerts": all_alerts() })).await;
    let server_key = made["server_key"].as_str().unwrap();
    everything(&school, &ada, &cy).await;
    nothing_owed(&school).await;
    let told = ada.get("/api/v1/notifications?limit=80").await;
    let mut told: Vec<&str> = told
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["type"].as_str().unwrap())
        .collect();
    let read = all.reads(&service, told.len(), server_key).await;
    let mut pushed = kinds(&read);
    told.sort_unstable();
    pushed.sort_unstable();
    assert_eq!(pushed, told);
    for kind in [
        "mention",
        "status",
        "reblog",
        "follow",
        "follow_request",
        "favourite",
        "update",
        "quote",
        "admin.report",
    ] {
        assert!(pushed.contains(&kind), "{kind}: {pushed:?}");
    }
    let titles: Vec<&str> = read
        .iter()
        .filter_map(|message| message["title"].as_str())
        .collect();
    assert!(titles.contains(&"dy asks to follow you"), "{titles:?}");

    // Only what is wanted.
    let wish = async |data: Value| {
        let change = ada
            .request(Method::PUT, PLACE)
            .json(&json!({ "data": data }));
        answer(change).await;
    };
    let before = pushed.len();
    wish(json!({ "alerts": { "favourite": true } })).await;
    let lesson = ada.publish(json!({ "status": "another" })).await;
    let lesson = lesson["id"].as_str().unwrap();
    for deed in ["reblog", "favourite"] {
        cy.post(&format!("/api/v1/statuses/{lesson}/{deed}"), json!({}))
            .await;
    }
    nothing_owed(&school).await;
    let read = all.reads(&service, before + 1, server_key).await;
    assert_eq!(kinds(&read[before..]), ["favourite"]);
}

#[tokio::test]
async fn every_kind_is_pushed_if_it_is_wanted_on_sqlite() {
    alerts(Sqlite).await;
}

#[tokio::test]
async fn every_kind_is_pushed_if_it_is_wanted_on_postgresql() {
    alerts(Postgres).await;
}

async fn policies(kind: Kind) {
    let Some(school) = School::open_with(kind, &[CONTACT]).await else {
        return;
    };
    let ada = school.person("ada", "user", SCOPES);
    let [followed, follower, stranger] =
        ["followed", "follower", "stranger"].map(|name| school.person(name, "user", SCOPES));
    let follow = async |who: &Teacher, whom: &Teacher| {
        let path = format!("/api/v1/accounts/{}/follow", id(whom).await);
        who.post(&path, json!({})).await;
    };
    follow(&ada, &followed).await;
    follow(&follower, &ada).await;
    let service = PushService::open().await;
    for (policy, expected) in [
        ("all", vec!["followed", "follower", "stranger"]),
        ("followed", vec!["followed"]),
        ("follower", vec!["follower"]),
        ("none", vec![]),
    ] {
        let receiver = Receiver::new(&service, &format!("/{policy}"), false);
        let data = json!({ "alerts": { "mention": true }, "policy": policy });
        let made = subscribe(&ada, &receiver, data).await;
        for other in [&followed, &follower, &stranger] {
            other
                .publish(json!({ "status": format!("@ada {policy}") }))
                .await;
        }
        nothing_owed(&school).await;
        let server_key = made["server_key"].as_str().unwrap();
        let read = receiver.reads(&service, expected.len(), server_key).await;
        let mut from: Vec<&str> = read
            .iter()
            .map(|message| message["title"].as_str().unwrap())
            .map(|title| title.split(' ').next().unwrap())
            .collect();
        from.sort_unstable();
        assert_eq!(from, expected, "{policy}");
    }

    // What is held back is not told aloud.
    let receiver = Receiver::new(&service, "/held", false);
    subscribe(&ada, &receiver, json!({ "alerts": { "mention": true } })).await;
    let rules = ada.request(Method::PATCH, "/api/v2/notifications/policy");
    answer(rules.json(&json!({ "for_not_following": "filter" }))).await;
    stranger.publish(json!({ "status": "@ada buy this" })).await;
    followed.publish(json!({ "status": "@ada come" })).await;
    nothing_owed(&school).await;
    assert_eq!(service.requests("/held").await.len(), 1);
}

#[tokio::test]
async fn push_policies_on_sqlite() {
    policies(Sqlite).await;
}

#[tokio::test]
async fn push_policies_on_postgresql() {
    policies(Postgres).await;
}

async fn languages(kind: Kind) {
    let Some(school) = School::open_with(kind, &[CONTACT]).await else {
        return;
    };
    let cy = school.person("cy", "user", SCOPES);
    let lotte = signs_up(&school, &cy, "lotte", "de-AT").await;
    let service = PushService::open().await;
    let receiver = Receiver::new(&service, "/de", true);
    let made = subscribe(&lotte, &receiver, json!({ "alerts": { "mention": true } })).await;
    cy.publish(json!({ "status": "@lotte hello" })).await;
    let server_key = made["server_key"].as_str().unwrap();
    let message = &receiver.reads(&service, 1, server_key).await[0];
    assert_eq!(message["title"], "cy hat dich erwähnt");
    assert_eq!(message["preferred_locale"], "de-AT");
}

#[tokio::test]
async fn messages_are_in_the_language_of_their_reader_on_sqlite() {
    languages(Sqlite).await;
}

#[tokio::test]
async fn messages_are_in_the_language_of_their_reader_on_postgresql() {
    languages(Postgres).await;
}
