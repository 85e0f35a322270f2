//! Leaving: what somebody wrote goes everywhere, and so does being suspended.

use reqwest::{Method, StatusCode};
use serde_json::json;
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, eventually, out};
use crate::sign_in::{Browser, field};

const PASSWORD: &str = "chalk and cheese";

async fn get(school: &School, path: &str) -> StatusCode {
    let request = school.request(Method::GET, path);
    let request = request.header("accept", "application/activity+json");
    request.send().await.unwrap().status()
}

async fn somebody_leaves(kind: Kind) {
    let (Some(here), Some(there)) = (School::open(kind).await, School::open(kind).await) else {
        return;
    };
    let (ada, bo, cy) = (
        here.teacher("ada"),
        there.teacher("bo"),
        there.teacher("cy"),
    );
    bo.follow(&format!("@ada@{}", here.host)).await;
    let said = ada.publish(json!({ "status": "Paper strips" })).await;
    let read = bo.reads("Paper strips").await;
    let read = format!("/api/v1/statuses/{}", read["id"].as_str().unwrap());

    let browser = Browser::new(&here);
    let (status, to, _) = browser.page("/settings/delete").await;
    assert_eq!(
        (status, &*to),
        (StatusCode::SEE_OTHER, "/sign-in?return_to=/settings/delete")
    );
    browser.sign_in("ada", PASSWORD, "/").await;
    let (_, _, page) = browser.page("/settings/delete").await;
    let csrf = field(&page, "csrf");
    let form = |csrf: &str, password: &str| {
        vec![
            ("csrf".to_owned(), csrf.to_owned()),
            ("password".to_owned(), password.to_owned()),
        ]
    };
    let submit = async |csrf: &str, password: &str| {
        let form = form(csrf, password);
        let form: Vec<(&str, &str)> = form
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        browser.submit("/settings/delete", &form).await
    };
    assert_eq!(
        submit(&csrf, "guess").await.0,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(submit("forged", PASSWORD).await.0, StatusCode::FORBIDDEN);
    assert_eq!(get(&here, "/users/ada").await, StatusCode::OK);
    let (status, to, page) = submit(&csrf, PASSWORD).await;
    assert_eq!((status, &*to), (StatusCode::SEE_OTHER, "/"), "{page}");

    for path in ["/users/ada", "/@ada", "/users/ada/outbox"] {
        assert_eq!(get(&here, path).await, StatusCode::GONE, "{path}");
    }
    let path = said["uri"]
        .as_str()
        .unwrap()
        .strip_prefix(&here.base)
        .unwrap();
    assert_eq!(get(&here, path).await, StatusCode::GONE);
    assert_eq!(
        ada.status_of("/api/v1/accounts/verify_credentials").await,
        StatusCode::UNAUTHORIZED
    );
    let taken = here.command(&["user", "create", "ada", "--email", "other@school.example"]);
    assert!(!taken.status.success(), "the name stays taken");
    eventually("the post to be gone there", || async {
        (bo.status_of(&read).await == StatusCode::NOT_FOUND).then_some(())
    })
    .await;
    let following = bo.get("/api/v1/accounts/verify_credentials").await;
    assert_eq!(following["following_count"], 0);

    // The same by whoever looks after a server.
    let dee = here.teacher("dee");
    cy.follow(&format!("@dee@{}", here.host)).await;
    dee.publish(json!({ "status": "Rods" })).await;
    cy.reads("Rods").await;
    let unsure = here.command(&["user", "delete", "dee"]);
    assert!(!unsure.status.success());
    let deleted = here.command(&["user", "delete", "dee", "--yes"]);
    assert!(deleted.status.success(), "{}", out(&deleted));
    eventually("dee to be gone there", || async {
        let home = cy.get("/api/v1/timelines/home").await;
        home.as_array()?.is_empty().then_some(())
    })
    .await;
}

#[tokio::test]
async fn somebody_leaves_everywhere_on_sqlite() {
    somebody_leaves(Sqlite).await;
}

#[tokio::test]
async fn somebody_leaves_everywhere_on_postgresql() {
    somebody_leaves(Postgres).await;
}

// On SQLite alone: it is about what other servers are told.
#[tokio::test]
async fn a_suspension_is_seen_elsewhere_and_its_end() {
    let (Some(here), Some(there)) = (School::open(Sqlite).await, School::open(Sqlite).await) else {
        return;
    };
    let (ada, bo) = (here.teacher("ada"), there.teacher("bo"));
    let id = bo.follow(&format!("@ada@{}", here.host)).await;
    ada.publish(json!({ "status": "Paper strips" })).await;
    bo.reads("Paper strips").await;
    let is_suspended = async |expected: bool| {
        eventually("the suspension", || async {
            let seen = bo.get(&format!("/api/v1/accounts/{id}")).await;
            (seen.get("suspended").is_some() == expected).then_some(())
        })
        .await;
    };
    assert!(here.command(&["user", "suspend", "ada"]).status.success());
    assert_eq!(get(&here, "/users/ada").await, StatusCode::GONE);
    is_suspended(true).await;
    let home = bo.get("/api/v1/timelines/home").await;
    assert_eq!(home, json!([]));
    assert!(here.command(&["user", "unsuspend", "ada"]).status.success());
    is_suspended(false).await;
    bo.reads("Paper strips").await;
}
