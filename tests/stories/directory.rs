//! Those who want to be found, and who is suggested to whom.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, Teacher, answer, eventually};

async fn can_be_found(teacher: &Teacher) -> String {
    let change = teacher.request(Method::PATCH, "/api/v1/accounts/update_credentials");
    let own = answer(change.json(&json!({ "discoverable": true }))).await;
    own["id"].as_str().unwrap().to_owned()
}

async fn names(teacher: &Teacher, path: &str) -> Vec<String> {
    let found = teacher.get(path).await;
    let name = |one: &Value| {
        let account = if one["account"].is_null() {
            one
        } else {
            &one["account"]
        };
        account["acct"].as_str().unwrap().to_owned()
    };
    found.as_array().unwrap().iter().map(name).collect()
}

async fn directory(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let there = School::open(kind).await.unwrap();
    let bea = there.teacher("bea");
    can_be_found(&bea).await;
    let [ada, cy, dan, eve, _shy] =
        ["ada", "cy", "dan", "eve", "shy"].map(|name| school.teacher(name));
    // They come last and are first by name.
    let abe = school.teacher("abe");
    let cy_id = can_be_found(&cy).await;
    can_be_found(&dan).await;
    can_be_found(&eve).await;
    can_be_found(&abe).await;
    let bea_id = ada.follow(&format!("bea@{}", there.host)).await;
    let at_home = format!("bea@{}", there.host);

    let all = ["abe", &at_home, "cy", "dan", "eve"];
    for order in ["", "?order=active", "?order=whatever"] {
        assert_eq!(
            names(&ada, &format!("/api/v1/directory{order}")).await,
            all,
            "{order}"
        );
    }
    let nobody = answer(school.request(Method::GET, "/api/v1/directory")).await;
    assert_eq!(nobody.as_array().unwrap().len(), 5);
    let local = names(&ada, "/api/v1/directory?local=true&limit=2&offset=1").await;
    assert_eq!(local, ["cy", "dan"]);
    let newest = names(&ada, "/api/v1/directory?order=new&local=1").await;
    assert_eq!(newest, ["abe", "eve", "dan", "cy"]);
    let asked = |path: &str| school.request(Method::GET, path).send();
    let wrong = asked("/api/v1/directory?limit=many").await.unwrap();
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);

    // Whom one does not want to see, and who does not want to be seen.
    ada.post(&format!("/api/v1/accounts/{cy_id}/block"), json!({}))
        .await;
    ada.post(&format!("/api/v1/accounts/{bea_id}/mute"), json!({}))
        .await;
    let own = ada.get("/api/v1/accounts/verify_credentials").await;
    let own = own["id"].as_str().unwrap();
    dan.post(&format!("/api/v1/accounts/{own}/block"), json!({}))
        .await;
    assert_eq!(names(&ada, "/api/v1/directory").await, ["abe", "eve"]);
    assert!(school.command(&["user", "suspend", "eve"]).status.success());
    assert_eq!(names(&ada, "/api/v1/directory").await, ["abe"]);
    assert_eq!(
        names(&cy, "/api/v1/directory?local=true").await,
        ["abe", "cy", "dan"]
    );
}

#[tokio::test]
async fn a_directory_is_one_of_names_on_sqlite() {
    directory(Sqlite).await;
}

#[tokio::test]
async fn a_directory_is_one_of_names_on_postgresql() {
    directory(Postgres).await;
}

async fn by_activity(kind: Kind) {
    let settings = [("community.show_counts", "true")];
    let Some(school) = School::open_with(kind, &settings).await else {
        return;
    };
    let [ada, bo, cy, dan] = ["ada", "bo", "cy", "dan"].map(|name| school.teacher(name));
    for teacher in [&ada, &bo, &cy, &dan] {
        can_be_found(teacher).await;
    }
    assert_eq!(
        names(&ada, "/api/v1/directory").await,
        ["dan", "cy", "bo", "ada"]
    );
    for teacher in [&bo, &dan, &ada] {
        teacher.publish(json!({ "status": "Good morning" })).await;
    }
    // Words to one person are no activity.
    let message = json!({ "status": "@bo", "visibility": "direct" });
    cy.publish(message).await;
    for order in ["", "?order=active", "?order=whatever"] {
        let path = format!("/api/v1/directory{order}");
        assert_eq!(names(&ada, &path).await, ["ada", "dan", "bo", "cy"]);
    }
    let some = names(&ada, "/api/v1/directory?local=true&limit=2&offset=1").await;
    assert_eq!(some, ["dan", "bo"]);
    let newest = names(&ada, "/api/v1/directory?order=new").await;
    assert_eq!(newest, ["dan", "cy", "bo", "ada"]);
}

#[tokio::test]
async fn where_figures_are_shown_a_directory_is_by_activity_on_sqlite() {
    by_activity(Sqlite).await;
}

#[tokio::test]
async fn where_figures_are_shown_a_directory_is_by_activity_on_postgresql() {
    by_activity(Postgres).await;
}

async fn suggestions(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let teachers = ["ada", "bo", "cy", "dan", "eve", "flo", "gus"].map(|name| school.teacher(name));
    let [ada, bo, cy, dan, eve, flo, _shy] = &teachers;
    let mut ids = Vec::new();
    for teacher in [ada, bo, cy, dan, eve, flo] {
        ids.push(can_be_found(teacher).await);
    }
    let all = ["bo", "cy", "dan", "eve", "flo"];
    assert_eq!(names(ada, "/api/v1/suggestions").await, all);
    assert_eq!(names(ada, "/api/v2/suggestions").await, all);
    assert_eq!(
        names(ada, "/api/v2/suggestions?limit=2").await,
        ["bo", "cy"]
    );
    for path in ["/api/v1/suggestions", "/api/v2/suggestions"] {
        let behind = names(ada, &format!("{path}?limit=2&offset=2")).await;
        assert_eq!(behind, ["dan", "eve"], "{path}");
    }
    let first = &ada.get("/api/v2/suggestions").await[0];
    assert_eq!(first["sources"], json!(["featured"]));

    ada.post(&format!("/api/v1/accounts/{}/follow", ids[1]), json!({}))
        .await;
    ada.post(&format!("/api/v1/accounts/{}/block", ids[2]), json!({}))
        .await;
    ada.post(&format!("/api/v1/accounts/{}/mute", ids[3]), json!({}))
        .await;
    eve.post(&format!("/api/v1/accounts/{}/block", ids[0]), json!({}))
        .await;
    eventually("the follow", async || {
        let left = names(ada, "/api/v2/suggestions").await;
        (left == ["flo"]).then_some(())
    })
    .await;

    let dismiss = |id: &str| {
        let asked = ada.request(Method::DELETE, &format!("/api/v1/suggestions/{id}"));
        let asked = asked.send();
        async { asked.await.unwrap().status() }
    };
    for _ in 0..2 {
        assert_eq!(dismiss(&ids[5]).await, StatusCode::OK);
    }
    assert_eq!(names(ada, "/api/v1/suggestions").await, [""; 0]);
    for nobody in ["1", "flo"] {
        assert_eq!(dismiss(nobody).await, StatusCode::NOT_FOUND, "{nobody}");
    }
    // What one does not want, another may.
    assert!(
        names(bo, "/api/v2/suggestions")
            .await
            .contains(&"flo".to_owned())
    );
}

#[tokio::test]
async fn suggestions_are_of_ones_own_server_on_sqlite() {
    suggestions(Sqlite).await;
}

#[tokio::test]
async fn suggestions_are_of_ones_own_server_on_postgresql() {
    suggestions(Postgres).await;
}
