//! Who is too young cannot sign up, where a server says so.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, answer};
use crate::sign_in::{Browser, OUT_OF_BAND, field};

async fn too_young(kind: Kind) {
    let settings = [
        ("registrations.minimum_age", "16"),
        ("instance.rules", "[\"Be kind\"]"),
    ];
    let Some(school) = School::open_with(kind, &settings).await else {
        return;
    };
    let instance = answer(school.request(Method::GET, "/api/v2/instance")).await;
    assert_eq!(instance["registrations"]["min_age"], 16);
    let app = school.request(Method::POST, "/api/v1/apps").json(
        &json!({ "client_name": "An app", "redirect_uris": OUT_OF_BAND, "scopes": "read write" }),
    );
    let app = answer(app).await;
    let grant = json!({ "grant_type": "client_credentials", "client_id": app["client_id"],
        "client_secret": app["client_secret"], "scope": "read write" });
    let token = answer(school.request(Method::POST, "/oauth/token").json(&grant)).await;
    let today = chrono::Utc::now().date_naive();
    let years_ago = |years: u32| today.checked_sub_months(chrono::Months::new(12 * years));
    let young = (years_ago(16).unwrap() + chrono::Days::new(2)).to_string();
    let old = years_ago(17).unwrap().to_string();
    let sign_up = async |born: Option<&str>| {
        let form = json!({ "username": "ada", "email": "ada@school.example", "agreement": true,
            "locale": "en", "password": "chalk and cheese", "date_of_birth": born });
        let asked = school
            .request(Method::POST, "/api/v1/accounts")
            .bearer_auth(token["access_token"].as_str().unwrap());
        let answer = asked.json(&form).send().await.unwrap();
        (answer.status(), answer.json::<Value>().await.unwrap())
    };
    for (born, code) in [
        (None, "ERR_BLANK"),
        (Some(""), "ERR_BLANK"),
        (Some("yesterday"), "ERR_INVALID"),
        (Some("2001-02-30"), "ERR_INVALID"),
        (Some(&*young), "ERR_BELOW_LIMIT"),
    ] {
        let (status, said) = sign_up(born).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{born:?}");
        let error = &said["details"]["date_of_birth"][0]["error"];
        assert_eq!(error, code, "{said}");
    }
    let (status, said) = sign_up(Some(&old)).await;
    assert_eq!(status, StatusCode::OK, "{said}");

    // The same on the page.
    let browser = Browser::new(&school);
    let (_, _, page) = browser.page("/sign-up").await;
    assert!(page.contains("Be kind"), "{page}");
    let csrf = field(&page, "csrf");
    let submit = async |born: &str, agreement: &str| {
        let form = [
            ("csrf", csrf.as_str()),
            ("username", "bo"),
            ("email", "bo@school.example"),
            ("password", "chalk and cheese"),
            ("agreement", agreement),
            ("date_of_birth", born),
        ];
        browser.submit("/sign-up", &form).await
    };
    let (status, _, page) = submit(&young, "true").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.contains("The date of birth is below the age limit"),
        "{page}"
    );
    let (status, _, _) = submit(&old, "").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "no agreement");
    let (status, to, page) = submit(&old, "true").await;
    assert_eq!(
        (status, &*to),
        (StatusCode::SEE_OTHER, "/welcome"),
        "{page}"
    );
}

#[tokio::test]
async fn who_is_too_young_cannot_sign_up_on_sqlite() {
    too_young(Sqlite).await;
}

#[tokio::test]
async fn who_is_too_young_cannot_sign_up_on_postgresql() {
    too_young(Postgres).await;
}

// On SQLite alone: it is about a setting.
#[tokio::test]
async fn where_there_is_no_limit_nobody_is_asked() {
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    let instance = answer(school.request(Method::GET, "/api/v2/instance")).await;
    assert_eq!(instance["registrations"]["min_age"], Value::Null);
    let (_, _, page) = Browser::new(&school).page("/sign-up").await;
    assert!(!page.contains("date_of_birth"), "{page}");
}
