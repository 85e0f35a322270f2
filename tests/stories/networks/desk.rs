//! The page on which somebody joins a network, and its stewards see to what waits.

use reqwest::StatusCode;
use serde_json::json;
use test_support::Kind::{self, Postgres, Sqlite};

use super::{NETWORKS, hears, is_passed_on, network, text, writes};
use crate::harness::{School, eventually};
use crate::sign_in::{Browser, field};

const DESK: &str = "/networks/english";
const DONE: StatusCode = StatusCode::SEE_OTHER;

pub(super) async fn signed_in(school: &School, name: &str) -> Browser {
    let browser = Browser::new(school);
    let (status, _, page) = browser.sign_in(name, "chalk and cheese", "/").await;
    assert_eq!(status, DONE, "{page}");
    browser
}

pub(super) async fn desk(browser: &Browser) -> String {
    let (status, _, page) = browser.page(DESK).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    page
}

/// Presses a button of that page.
async fn does(browser: &Browser, deed: &str, id: &str) -> (StatusCode, String) {
    fills_in(browser, deed, &[("id", id)]).await
}

/// Fills in a form of that page, and presses a button of it.
pub(super) async fn fills_in(
    browser: &Browser,
    deed: &str,
    fields: &[(&str, &str)],
) -> (StatusCode, String) {
    let csrf = field(&desk(browser).await, "csrf");
    let mut form = vec![("csrf", csrf.as_str()), ("deed", deed)];
    form.extend_from_slice(fields);
    let (status, _, page) = browser.submit(DESK, &form).await;
    (status, page)
}

/// The same; answers the page, on which this stands.
pub(super) async fn is_told(
    browser: &Browser,
    deed: &str,
    fields: &[(&str, &str)],
    words: &str,
) -> String {
    let (status, page) = fills_in(browser, deed, fields).await;
    assert_eq!(status, StatusCode::OK, "{deed} {fields:?}: {page}");
    assert!(page.contains(words), "{deed} {fields:?}: {page}");
    page
}

/// The same; nothing is done, and the page says why.
pub(super) async fn is_refused(
    browser: &Browser,
    deed: &str,
    fields: &[(&str, &str)],
    words: &str,
) {
    let (status, page) = fills_in(browser, deed, fields).await;
    let expected = StatusCode::UNPROCESSABLE_ENTITY;
    assert_eq!(status, expected, "{deed} {fields:?}: {page}");
    assert!(page.contains(words), "{deed} {fields:?}: {page}");
}

async fn a_network_is_looked_after_on_a_page(kind: Kind) {
    let Some(hub) = School::open(kind).await else {
        return;
    };
    let [ada, bo, cy, dan] = ["ada", "bo", "cy", "dan"].map(|name| hub.teacher(name));
    let more = ["--membership", "by_approval"];
    network(&hub, "english", &["ada", "bo"], &more);
    let (status, to, _) = Browser::new(&hub).page(DESK).await;
    assert_eq!(status, DONE);
    assert!(to.contains("/sign-in?return_to=/networks/english"), "{to}");
    let [steward, other, joining] = [
        signed_in(&hub, "ada").await,
        signed_in(&hub, "bo").await,
        signed_in(&hub, "cy").await,
    ];
    for missing in ["/networks/nothing", "/networks/cy"] {
        assert_eq!(joining.page(missing).await.0, StatusCode::NOT_FOUND);
    }

    // Who joins asks, and sees nothing that is for stewards.
    assert!(!desk(&joining).await.contains("Posts that wait"));
    assert_eq!(does(&joining, "join", "0").await.0, DONE);
    assert!(desk(&joining).await.contains("You asked to join."));
    let forged = [("csrf", "forged"), ("deed", "join")];
    let (status, _, _) = joining.submit(DESK, &forged).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let page = desk(&steward).await;
    assert!(page.contains("Accept: @cy"), "{page}");
    let own = cy.get("/api/v1/accounts/verify_credentials").await;
    let id = text(&own["id"]);
    is_refused(&joining, "accept", &[("id", id)], "Only stewards").await;
    is_told(&steward, "accept", &[("id", id)], "is a member now.").await;
    assert!(desk(&joining).await.contains("You are a member."));
    hears(&cy, "You are a member of").await;

    // What waits is passed on, or not.
    let posts = ["@english Iambs by foot", "@english Trochees by drum"];
    let deeds = [
        ("approve", "The post is passed on."),
        ("refuse", "The post is refused, and its author told."),
    ];
    for (words, (deed, said)) in posts.into_iter().zip(deeds) {
        let post = dan.publish(json!({ "status": words })).await;
        let page = desk(&steward).await;
        assert!(page.contains("Pass it on: by @dan"), "{page}");
        is_told(&steward, deed, &[("id", text(&post["id"]))], said).await;
        assert!(!desk(&steward).await.contains("Pass it on: by @dan"));
    }
    is_passed_on(&cy, "Iambs by foot").await;
    hears(&dan, "did not pass your post on").await;

    // What binds others is confirmed by another steward.
    writes(&ada, "@english ban dan").await;
    let page = eventually("the proposal", || async {
        let page = desk(&other).await;
        page.contains("Confirm proposal 1").then_some(page)
    })
    .await;
    assert!(page.contains("@ada proposes to ban @dan"), "{page}");
    assert!(!desk(&steward).await.contains("Confirm proposal 1"));
    let reason = "Another steward has to confirm it.";
    is_refused(&steward, "confirm", &[("id", "1")], reason).await;
    is_told(&other, "confirm", &[("id", "1")], "is banned.").await;
    hears(&dan, "can neither be a member nor post there").await;
    hears(&bo, "You look after").await;

    assert_eq!(does(&joining, "leave", "0").await.0, DONE);
    assert!(desk(&joining).await.contains("You are no member."));
}

#[tokio::test]
async fn a_network_is_looked_after_on_a_page_on_sqlite() {
    a_network_is_looked_after_on_a_page(Sqlite).await;
}

#[tokio::test]
async fn a_network_is_looked_after_on_a_page_on_postgresql() {
    a_network_is_looked_after_on_a_page(Postgres).await;
}

async fn only_who_can_confirm_is_asked_to(kind: Kind) {
    let (Some(hub), Some(first)) = (School::open(kind).await, School::open(kind).await) else {
        return;
    };
    let [ada, _ann, dan] = ["ada", "ann", "dan"].map(|name| hub.teacher(name));
    let bo = first.teacher("bo");
    let bo_there = format!("bo@{}", first.host);
    network(&hub, "english", &["ada", "ann", &bo_there], &[]);
    hears(&bo, "You look after").await;
    let [ada_there, ann_there] = [signed_in(&hub, "ada").await, signed_in(&hub, "ann").await];
    is_told(&ada_there, "ban", &[("who", "dan")], "This is proposal 1.").await;
    let page = desk(&ann_there).await;
    let reason = "A steward from another school has to confirm it.";
    assert!(page.contains("@ada proposes to ban @dan"), "{page}");
    assert!(page.contains(reason), "{page}");
    assert!(!page.contains("Confirm proposal 1"), "{page}");
    is_refused(&ann_there, "confirm", &[("id", "1")], reason).await;
    let page = desk(&ada_there).await;
    assert!(
        page.contains("Another steward has to confirm it."),
        "{page}"
    );

    // Halves of the key are for two schools where there are two; and whoever is in the list is told what they are.
    let reason = "The halves of the key are for stewards of two schools";
    is_refused(&ada_there, "share_key", &[("who", "ann")], reason).await;
    let listed = ada.get(NETWORKS).await;
    assert_eq!(listed[0]["is_steward"], true);
    assert_eq!(listed[0]["stewards"].as_array().unwrap().len(), 3);
    assert_eq!(listed[0]["stewards"][0]["acct"], "ada");
    assert_eq!(dan.get(NETWORKS).await[0]["is_steward"], false);

    writes(&bo, &format!("@english@{} confirm 1", hub.host)).await;
    hears(&dan, "can neither be a member nor post there").await;
    // Where the other school is gone for good, it does not count any more once its server is blocked.
    is_told(
        &ada_there,
        "unban",
        &[("who", "dan")],
        "This is proposal 2.",
    )
    .await;
    let blocked = hub.command(&["domain", "block", &first.host]);
    assert!(blocked.status.success());
    is_told(&ann_there, "confirm", &[("id", "2")], "is banned no more.").await;
}

#[tokio::test]
async fn only_who_can_confirm_is_asked_to_on_sqlite() {
    only_who_can_confirm_is_asked_to(Sqlite).await;
}

#[tokio::test]
async fn only_who_can_confirm_is_asked_to_on_postgresql() {
    only_who_can_confirm_is_asked_to(Postgres).await;
}
