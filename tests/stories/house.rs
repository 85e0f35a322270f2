//! What a server says of itself, its rules and its texts, and how busy it is.

use chrono::{Datelike, TimeDelta, Utc, Weekday};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, answer, out};

async fn get(school: &School, path: &str) -> Value {
    answer(school.request(Method::GET, path)).await
}

async fn status(school: &School, path: &str) -> StatusCode {
    let asked = school.request(Method::GET, path).send().await;
    asked.unwrap().status()
}

async fn page(school: &School, path: &str) -> String {
    let asked = school.request(Method::GET, path).send().await;
    asked.unwrap().text().await.unwrap()
}

async fn texts(kind: Kind) {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        format!("\"{}\"", path.display())
    };
    let privacy = file("privacy.txt", "We keep <little>.\n\nAnd tell #nobody.");
    let terms = file("terms.txt", "Be there on time.");
    let settings = [
        ("instance.rules", "[\"Be kind, please.\", \"No grades.\"]"),
        ("instance.privacy_policy_file", privacy.as_str()),
        ("instance.terms_file", terms.as_str()),
        ("instance.terms_date", "\"2126-12-01\""),
    ];
    let Some(school) = School::open_with(kind, &settings).await else {
        return;
    };
    let rules = get(&school, "/api/v1/instance/rules").await;
    let first = json!({ "id": "1", "text": "Be kind, please.", "hint": "", "translations": {} });
    assert_eq!(
        (&rules[0], &rules[1]["text"]),
        (&first, &json!("No grades."))
    );
    for path in ["/api/v1/instance", "/api/v2/instance"] {
        assert_eq!(get(&school, path).await["rules"], rules, "{path}");
    }

    let privacy = get(&school, "/api/v1/instance/privacy_policy").await;
    let content = privacy["content"].as_str().unwrap();
    assert!(
        content.starts_with("<p>We keep &lt;little&gt;.</p><p>"),
        "{content}"
    );
    let changed = privacy["updated_at"].as_str().unwrap();
    assert!(
        changed.starts_with(&Utc::now().format("%Y-").to_string()),
        "{changed}"
    );

    let terms = get(&school, "/api/v1/instance/terms_of_service").await;
    let expected = json!({ "effective_date": "2126-12-01", "effective": false,
        "content": "<p>Be there on time.</p>", "succeeded_by": null });
    assert_eq!(terms, expected);
    let of = "/api/v1/instance/terms_of_service/";
    assert_eq!(get(&school, &format!("{of}2126-12-01")).await, expected);
    for other in ["2126-12-02", "yesterday"] {
        let path = format!("{of}{other}");
        assert_eq!(
            status(&school, &path).await,
            StatusCode::NOT_FOUND,
            "{other}"
        );
    }
    let instance = get(&school, "/api/v2/instance").await;
    let urls = &instance["configuration"]["urls"];
    assert_eq!(
        urls["privacy_policy"],
        format!("{}/about#privacy", school.base)
    );
    assert_eq!(
        urls["terms_of_service"],
        format!("{}/about#terms", school.base)
    );

    let about = page(&school, "/about").await;
    for shown in [
        "<li>No grades.</li>",
        "id=\"privacy\"",
        content,
        "Be there on time.",
    ] {
        assert!(about.contains(shown), "{shown}: {about}");
    }
    let sign_up = page(&school, "/sign-up").await;
    assert!(sign_up.contains("<li>Be kind, please.</li>"), "{sign_up}");
}

#[tokio::test]
async fn rules_and_texts_on_sqlite() {
    texts(Sqlite).await;
}

#[tokio::test]
async fn rules_and_texts_on_postgresql() {
    texts(Postgres).await;
}

// On SQLite alone: it is about settings.
#[tokio::test]
async fn a_server_without_texts_says_so() {
    let school = School::open(Sqlite).await.unwrap();
    assert_eq!(get(&school, "/api/v1/instance/rules").await, json!([]));
    for path in ["terms_of_service", "terms_of_service/2126-12-01"] {
        let path = format!("/api/v1/instance/{path}");
        assert_eq!(
            status(&school, &path).await,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    // What the program keeps is said all the same.
    let privacy = get(&school, "/api/v1/instance/privacy_policy").await;
    let content = privacy["content"].as_str().unwrap();
    assert!(content.contains("a hash of your password"), "{content}");
    assert!(privacy["updated_at"].as_str().unwrap().starts_with("2026-"));
    let urls = &get(&school, "/api/v2/instance").await["configuration"]["urls"];
    let shown = format!("{}/about#privacy", school.base);
    assert_eq!(
        (&urls["privacy_policy"], &urls["terms_of_service"]),
        (&json!(shown), &Value::Null)
    );
    let about = page(&school, "/about").await;
    assert!(
        !about.contains("Rules") && about.contains(content),
        "{about}"
    );

    let translations = get(&school, "/api/v1/instance/translation_languages").await;
    assert_eq!(translations, json!({}));
    let languages = get(&school, "/api/v1/instance/languages").await;
    let french = json!({ "code": "fr", "name": "French" });
    assert!(languages.as_array().unwrap().contains(&french));
}

#[test]
fn texts_that_cannot_be_read_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    for (line, expected) in [
        (
            "instance.privacy_policy_file = 'missing.txt'",
            "instance.privacy_policy_file: ",
        ),
        (
            "instance.terms_file = 'missing.txt'\ninstance.terms_date = '2026-12-01'",
            "instance.terms_file: ",
        ),
        (
            "instance.terms_file = 'staffroom.toml'",
            "instance.terms_date: is needed",
        ),
        ("instance.terms_date = 'soon'", "instance.terms_date: "),
    ] {
        std::fs::write(folder.path().join("staffroom.toml"), line).unwrap();
        let said = out(&crate::harness::run(folder.path(), &["config", "check"]));
        assert!(said.contains(expected), "{line}: {said}");
    }
}

async fn activity(kind: Kind) {
    let shown = [("community.show_counts", "true")];
    let Some(school) = School::open_with(kind, &shown).await else {
        return;
    };
    let [ada, bo, _] = ["ada", "bo", "cy"].map(|name| school.teacher(name));
    ada.publish(json!({ "status": "one" })).await;
    ada.publish(json!({ "status": "two" })).await;
    let hidden = json!({ "status": "three", "visibility": "private" });
    ada.publish(hidden).await;
    bo.get("/api/v1/timelines/home").await;
    bo.get("/api/v1/timelines/home").await;

    let weeks = get(&school, "/api/v1/instance/activity").await;
    let today = Utc::now().date_naive();
    let monday = today - TimeDelta::days(today.weekday().days_since(Weekday::Mon).into());
    let begins = |back: i64| {
        let day = monday - TimeDelta::weeks(back);
        day.and_hms_opt(0, 0, 0)
            .unwrap()
            .and_utc()
            .timestamp()
            .to_string()
    };
    // Two of the three were here.
    let now = json!({ "week": begins(0), "statuses": "2", "logins": "2", "registrations": "3" });
    assert_eq!(weeks[0], now);
    let last = json!({ "week": begins(11), "statuses": "0", "logins": "0", "registrations": "0" });
    assert_eq!(weeks[11], last);
    assert_eq!(weeks.as_array().unwrap().len(), 12);
}

#[tokio::test]
async fn how_busy_a_server_is_on_sqlite() {
    activity(Sqlite).await;
}

#[tokio::test]
async fn how_busy_a_server_is_on_postgresql() {
    activity(Postgres).await;
}

async fn peers(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let there = School::open(kind).await.unwrap();
    there.teacher("bo");
    let ada = school.teacher("ada");
    ada.follow(&format!("bo@{}", there.host)).await;
    let search = async |q: &str| get(&school, &format!("/api/v1/peers/search?q={q}")).await;
    assert_eq!(search("LOCAL").await, json!([there.host]));
    for nobody in ["", "ocal", "%25", "local_", "nowhere", "%00"] {
        assert_eq!(search(nobody).await, json!([]), "{nobody}");
    }
}

#[tokio::test]
async fn servers_are_found_by_how_they_begin_on_sqlite() {
    peers(Sqlite).await;
}

#[tokio::test]
async fn servers_are_found_by_how_they_begin_on_postgresql() {
    peers(Postgres).await;
}

// On SQLite alone: it is about one address.
#[tokio::test]
async fn a_server_says_that_it_is_well() {
    let school = School::open(Sqlite).await.unwrap();
    assert_eq!(page(&school, "/health").await, "OK");
    let json = school
        .request(Method::GET, "/health")
        .header("Accept", "application/json");
    assert_eq!(answer(json).await, json!({ "status": "OK" }));
}
