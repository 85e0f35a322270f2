//! Whoever is suspended or disabled signs in to what was decided about them, can disagree, and comes no further.

use std::io::{Cursor, Read};

use reqwest::{Method, StatusCode};
use serde_json::json;
use test_support::Kind::{self, Postgres, Sqlite};
use zip::ZipArchive;

use crate::decisions::{ADMIN, APPEALS, DONE, STRIKES, fills_in, own_id, signed_in};
use crate::harness::{School, Teacher, answer, eventually};
use crate::sign_in::{Browser, field};

const ARCHIVES: &str = "/settings/transfer/archives";

/// What follows the first link to a page below this one.
fn link_below(page: &str, path: &str) -> Option<String> {
    let (_, rest) = page.split_once(&format!("href=\"{path}/"))?;
    let (id, _) = rest.split_once('"')?;
    Some(format!("{path}/{id}"))
}

async fn decide(head: &Teacher, about: &str, kind: &str) {
    let action = format!("/api/v1/admin/accounts/{about}/action");
    let decision = json!({ "type": kind, "text": "Please mind the tone" });
    answer(head.request(Method::POST, &action).json(&decision)).await;
}

/// Every page but those few leads there, whether it is looked at or filled in.
async fn comes_no_further(browser: &Browser, csrf: &str) {
    for path in [
        "/",
        "/settings",
        "/settings/account",
        "/settings/transfer",
        "/settings/transfer/export/following_accounts.csv",
        "/settings/delete",
        "/oauth/authorize?client_id=x&response_type=code",
        "/sign-in",
        APPEALS,
    ] {
        let (status, to, page) = browser.page(path).await;
        assert_eq!((status, to.as_str()), (DONE, STRIKES), "{path}: {page}");
    }
    let form = [
        ("csrf", csrf),
        ("password", "chalk and cheese"),
        ("deed", "begin"),
        ("decision", "allow"),
    ];
    for path in [
        "/settings/two-factor",
        "/settings/delete",
        "/oauth/authorize",
    ] {
        let (status, to, page) = browser.submit(path, &form).await;
        assert_eq!((status, to.as_str()), (DONE, STRIKES), "{path}: {page}");
    }
}

async fn barred(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let head = school.person("head", "admin", ADMIN);
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    ada.publish(json!({ "status": "A tracker with two ticks" }))
        .await;
    let before = signed_in(&school, "ada").await;
    decide(&head, &own_id(&ada).await, "suspend").await;
    decide(&head, &own_id(&bo).await, "disable").await;

    // Apps are refused, and sessions that there were have ended.
    for path in [
        "/api/v1/accounts/verify_credentials",
        "/api/v1/timelines/home",
    ] {
        assert_eq!(ada.status_of(path).await, StatusCode::FORBIDDEN);
        assert_eq!(bo.status_of(path).await, StatusCode::FORBIDDEN);
    }
    let (status, to, _) = before.page("/settings").await;
    assert!(
        status == DONE && to.starts_with("/sign-in"),
        "{status} {to}"
    );

    // A wrong password is answered as anybody's.
    let browser = Browser::new(&school);
    for name in ["ada", "bo", "nobody"] {
        let (status, _, page) = browser.sign_in(name, "wrong password", "/").await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            page.contains("Invalid e-mail address or password."),
            "{page}"
        );
    }

    // The right one leads to what was decided, and says something against it once.
    let browser = signed_in(&school, "ada").await;
    let (status, _, page) = browser.page(STRIKES).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("Your account is suspended."), "{page}");
    assert!(!page.contains("href=\"/settings\""), "{page}");
    let csrf = field(&page, "csrf");
    comes_no_further(&browser, &csrf).await;
    let strike = link_below(&page, STRIKES).unwrap();
    let (_, _, page) = browser.page(&strike).await;
    assert!(page.contains("Please mind the tone"), "{page}");
    let other = Browser::new(&school);
    other.sign_in("bo", "chalk and cheese", "/").await;
    assert_eq!(other.page(&strike).await.0, StatusCode::NOT_FOUND);
    let said = [("csrf", csrf.as_str()), ("text", "It was a joke")];
    let (status, to, page) = browser.submit(&strike, &said).await;
    assert_eq!((status, &to), (DONE, &strike), "{page}");
    let (status, _, _) = browser.submit(&strike, &said).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);

    // Whoever is suspended takes along what they wrote; whoever is disabled does not.
    let form = [("csrf", csrf.as_str())];
    let (status, _, page) = browser.submit(ARCHIVES, &form).await;
    assert_eq!(status, DONE, "{page}");
    let (status, _, page) = browser.submit(ARCHIVES, &form).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("one archive in seven days"), "{page}");
    let made = eventually("the archive to be made", || async {
        let (_, _, page) = browser.page(STRIKES).await;
        link_below(&page, ARCHIVES)
    })
    .await;
    let zip = browser.request(&made).send().await.unwrap();
    assert_eq!(zip.status(), StatusCode::OK);
    let mut zip = ZipArchive::new(Cursor::new(zip.bytes().await.unwrap())).unwrap();
    let mut outbox = String::new();
    let mut file = zip.by_name("outbox.json").unwrap();
    file.read_to_string(&mut outbox).unwrap();
    assert!(outbox.contains("A tracker with two ticks"), "{outbox}");
    let (_, _, page) = other.page(STRIKES).await;
    assert!(page.contains("Your account is disabled."), "{page}");
    assert!(!page.contains(ARCHIVES), "{page}");
    let csrf = field(&page, "csrf");
    let (status, to, _) = other.submit(ARCHIVES, &[("csrf", csrf.as_str())]).await;
    assert!(
        status == DONE && to.starts_with("/sign-in"),
        "{status} {to}"
    );
    let (status, to, _) = other.page(&made).await;
    assert!(
        status == DONE && to.starts_with("/sign-in"),
        "{status} {to}"
    );

    // Whoever was right comes back; whoever signs out sees what everybody sees.
    let moderator = signed_in(&school, "head").await;
    let number = strike.rsplit('/').next().unwrap();
    let right = [("id", number), ("deed", "approve")];
    assert_eq!(fills_in(&moderator, APPEALS, &right).await.0, DONE);
    assert_eq!(browser.page("/settings").await.0, StatusCode::OK);
    assert_eq!(
        ada.status_of("/api/v1/timelines/home").await,
        StatusCode::OK
    );
    let (status, to, _) = other.submit("/sign-out", &[("csrf", csrf.as_str())]).await;
    assert_eq!((status, to.as_str()), (DONE, "/"));
    assert_eq!(other.page("/").await.0, StatusCode::OK);
}

#[tokio::test]
async fn on_sqlite_who_is_barred_can_disagree_and_nothing_else() {
    barred(Sqlite).await;
}

#[tokio::test]
async fn on_postgres_who_is_barred_can_disagree_and_nothing_else() {
    barred(Postgres).await;
}
