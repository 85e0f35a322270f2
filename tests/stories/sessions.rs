//! Where somebody is signed in, and which apps they let in.

use reqwest::StatusCode;
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::School;
use crate::sign_in::{Browser, field};

const PASSWORD: &str = "chalk and cheese";
const HERE: &str = "/settings/sessions";
const OWN: &str = "/api/v1/accounts/verify_credentials";

fn ids(page: &str) -> Vec<String> {
    let parts = page.split("name=\"id\" value=\"").skip(1);
    parts
        .map(|part| part.split('"').next().unwrap().to_owned())
        .collect()
}

async fn submit(browser: &Browser, deed: &str, id: &str) -> StatusCode {
    let (_, _, page) = browser.page(HERE).await;
    let csrf = field(&page, "csrf");
    let form = [("csrf", &*csrf), ("deed", deed), ("id", id)];
    browser.submit(HERE, &form).await.0
}

async fn sessions_are_ended(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    let [here, there, third, of_bo] = std::array::from_fn(|_| Browser::new(&school));
    let (status, to, _) = here.page(HERE).await;
    assert_eq!(
        (status, &*to),
        (
            StatusCode::SEE_OTHER,
            "/sign-in?return_to=/settings/sessions"
        )
    );
    for browser in [&there, &third, &here] {
        browser.sign_in("ada", PASSWORD, "/").await;
    }
    of_bo.sign_in("bo", PASSWORD, "/").await;
    ada.get(OWN).await;

    let (_, _, page) = here.page(HERE).await;
    // Three browsers, and the app of her token.
    let mine = ids(&page);
    assert_eq!(mine.len(), 4, "{page}");
    assert_eq!(page.matches("(this one)").count(), 1, "{page}");
    let today = chrono::Utc::now().date_naive().to_string();
    assert!(page.contains("<strong>Command line</strong>"), "{page}");
    assert!(page.contains(&format!("last used {today}")), "{page}");
    assert!(
        page.contains("post, follow, and change everything"),
        "{page}"
    );

    // What is somebody else's is not there.
    let (missing, forbidden) = (StatusCode::NOT_FOUND, StatusCode::FORBIDDEN);
    for id in &mine[..3] {
        assert_eq!(submit(&of_bo, "session", id).await, missing);
    }
    for id in [&*mine[3], "1", "no number", "%00"] {
        assert_eq!(submit(&of_bo, "app", id).await, missing, "{id}");
    }
    let forged = [("csrf", "forged"), ("deed", "others")];
    assert_eq!(here.submit(HERE, &forged).await.0, forbidden);
    for browser in [&here, &there, &third] {
        assert_eq!(browser.page(HERE).await.0, StatusCode::OK);
    }

    let (_, _, page) = there.page(HERE).await;
    let mut cards = page.split("<li class=\"card\">");
    let own = cards.find(|card| card.contains("(this one)")).unwrap();
    let own = ids(own);
    let id = own[0].as_str();
    let done = StatusCode::SEE_OTHER;
    assert_eq!(submit(&here, "session", id).await, done);
    assert_eq!(there.page(HERE).await.0, done);
    assert_eq!(submit(&here, "session", id).await, missing, "it is gone");
    assert_eq!(submit(&here, "others", "").await, done);
    assert_eq!(third.page(HERE).await.0, done);
    assert_eq!(here.page(HERE).await.0, StatusCode::OK);
    assert_eq!(of_bo.page(HERE).await.0, StatusCode::OK);

    assert_eq!(ada.status_of(OWN).await, StatusCode::OK);
    assert_eq!(submit(&here, "app", &mine[3]).await, done);
    assert_eq!(ada.status_of(OWN).await, StatusCode::UNAUTHORIZED);
    assert_eq!(bo.status_of(OWN).await, StatusCode::OK);
    let (_, _, page) = here.page(HERE).await;
    assert!(page.contains("You have let no app in"), "{page}");
}

#[tokio::test]
async fn sessions_and_apps_are_ended_by_their_owner_on_sqlite() {
    sessions_are_ended(Sqlite).await;
}

#[tokio::test]
async fn sessions_and_apps_are_ended_by_their_owner_on_postgresql() {
    sessions_are_ended(Postgres).await;
}
