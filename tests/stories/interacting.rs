//! Whoever reads elsewhere, and wants to follow, like or pass on what is there, is sent to Mastodon's address at home.

use reqwest::StatusCode;
use serde_json::json;
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, answer};
use crate::sign_in::{Browser, field};

const HERE: &str = "/authorize_interaction";
const PASSWORD: &str = "chalk and cheese";

async fn story(kind: Kind) {
    let (Some(here), Some(there)) = (School::open(kind).await, School::open(kind).await) else {
        return;
    };
    let (_ada, bo) = (here.teacher("ada"), there.teacher("bo"));
    let post = bo.publish(json!({ "status": "Paper strips" })).await;

    // Other servers learn the address by WebFinger.
    let who = format!(
        "{}/.well-known/webfinger?resource=acct:ada@{}",
        here.base, here.host
    );
    let document = answer(here.http.get(who)).await;
    let template = json!({ "rel": "http://ostatus.org/schema/1.0/subscribe",
        "template": format!("{}{HERE}?uri={{uri}}", here.base) });
    let links = document["links"].as_array().unwrap();
    assert!(links.contains(&template), "{document}");

    let browser = Browser::new(&here);
    let of_bo = format!("{HERE}?uri=acct:bo%40{}", there.host);
    let (status, to, _) = browser.page(&of_bo).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let back = "/sign-in?return_to=%2Fauthorize_interaction%3Furi%3Dacct";
    assert!(to.starts_with(back), "{to}");
    browser.sign_in("ada", PASSWORD, "/").await;

    let submit = async |page: &str, deed: &str| {
        let (csrf, id) = (field(page, "csrf"), field(page, "id"));
        let form = [("csrf", &*csrf), ("id", &*id), ("deed", deed)];
        browser.submit(HERE, &form).await.0
    };
    let (status, _, page) = browser.page(&of_bo).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains(&format!("@bo@{}", there.host)), "{page}");
    assert_eq!(submit(&page, "follow").await, StatusCode::OK);
    bo.is_told("follow").await;

    let of_post = format!("{HERE}?uri={}", post["url"].as_str().unwrap());
    let (_, _, page) = browser.page(&of_post).await;
    assert!(page.contains("Paper strips"), "{page}");
    assert_eq!(submit(&page, "favourite").await, StatusCode::OK);
    bo.is_told("favourite").await;
    assert_eq!(submit(&page, "boost").await, StatusCode::OK);
    bo.is_told("reblog").await;

    let of_nobody = format!("{HERE}?uri=acct:nobody%40{}", there.host);
    assert_eq!(browser.page(&of_nobody).await.0, StatusCode::NOT_FOUND);
    assert_eq!(browser.page(HERE).await.0, StatusCode::NOT_FOUND);
    let forged = [("csrf", "forged"), ("id", "1"), ("deed", "follow")];
    let (status, _, _) = browser.submit(HERE, &forged).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn one_is_sent_home_to_follow_and_like_on_sqlite() {
    story(Sqlite).await;
}

#[tokio::test]
async fn one_is_sent_home_to_follow_and_like_on_postgresql() {
    story(Postgres).await;
}
