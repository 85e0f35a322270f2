//! What `staffroom dev seed` makes is really there, and can be used.

use std::process::Output;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind;

use crate::harness::{School, answer, out, run};

fn printed(output: &Output) -> Value {
    assert!(output.status.success(), "{}", out(output));
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", out(output)))
}

async fn get(school: &School, path: &str, as_somebody: &Value) -> Value {
    let token = as_somebody["token"].as_str().unwrap();
    answer(school.request(Method::GET, path).bearer_auth(token)).await
}

async fn seeded(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let made = printed(&school.command(&["dev", "seed"]));
    let text = |key: &str| made[key].as_str().unwrap().to_owned();
    let (writer, reader, owner) = (&made["writer"], &made["reader"], &made["owner"]);
    for somebody in [writer, reader, owner] {
        let own = get(&school, "/api/v1/accounts/verify_credentials", somebody).await;
        assert_eq!(own["id"], somebody["id"]);
        assert_eq!(own["username"], somebody["username"]);
    }

    let waiting = format!("/api/v1/admin/accounts/{}", text("pending_account"));
    let waiting = get(&school, &waiting, owner).await;
    assert_eq!(
        (&waiting["approved"], &waiting["invite_request"]),
        (&json!(false), &json!("I teach next door."))
    );
    let pending = get(&school, "/api/v2/admin/accounts?status=pending", owner).await;
    assert_eq!(pending[0]["id"], made["pending_account"]);
    let report = format!("/api/v1/admin/reports/{}", text("report"));
    let report = get(&school, &report, owner).await;
    assert_eq!(report["target_account"]["id"], writer["id"]);
    assert_eq!(report["statuses"][0]["id"], made["status"]);

    let year = made["annual_report"].as_i64().unwrap();
    let yearly = get(&school, &format!("/api/v1/annual_reports/{year}"), reader).await;
    assert_eq!(yearly["annual_reports"][0]["year"], year);

    let status = format!("/api/v1/statuses/{}", text("status"));
    let status = get(&school, &status, reader).await;
    assert_eq!(status["card"]["url"], made["link"]);
    assert_eq!(status["tags"][0]["name"], made["tag"]);
    let tagged = format!("/api/v1/timelines/tag/{}", text("tag"));
    assert_eq!(
        get(&school, &tagged, reader)
            .await
            .as_array()
            .unwrap()
            .len(),
        3
    );
    let poll = format!("/api/v1/polls/{}/votes", text("poll"));
    let vote = school
        .request(Method::POST, &poll)
        .bearer_auth(reader["token"].as_str().unwrap());
    let voted = answer(vote.json(&json!({ "choices": [0] }))).await;
    assert_eq!(voted["own_votes"], json!([0]));
    let asked = format!("/api/v1/statuses/{}", text("poll_status"));
    assert_eq!(
        get(&school, &asked, reader).await["poll"]["id"],
        made["poll"]
    );
    let said = get(&school, "/api/v1/conversations", reader).await;
    assert_eq!(said[0]["last_status"]["id"], made["direct_status"]);

    let announced = get(&school, "/api/v1/announcements", reader).await;
    assert_eq!(announced[0]["id"], made["announcement"]);
    let refresh = format!("/api/v1_alpha/async_refreshes/{}", text("async_refresh"));
    let refresh = get(&school, &refresh, reader).await;
    assert_eq!(refresh["async_refresh"]["status"], "running");
    let emojis = get(&school, "/api/v1/custom_emojis", reader).await;
    assert_eq!(emojis[0]["shortcode"], made["emoji"]);
    let invitation = school.http.get(text("invitation")).send().await.unwrap();
    assert_eq!(invitation.status(), StatusCode::OK);

    // Terms, where there are none in the configuration.
    let terms = get(&school, "/api/v1/instance/terms_of_service", reader).await;
    assert_eq!(
        (&terms["effective_date"], &terms["effective"]),
        (&made["terms"], &json!(true))
    );
    let of = |day: &str| format!("/api/v1/instance/terms_of_service/{day}");
    assert_eq!(get(&school, &of(&text("terms")), reader).await, terms);
    let other = school.request(Method::GET, &of("2020-01-01")).send().await;
    assert_eq!(other.unwrap().status(), StatusCode::NOT_FOUND);
    let about = school.request(Method::GET, "/about").send().await.unwrap();
    assert!(about.text().await.unwrap().contains("Be there on time."));

    // Once more makes others.
    let again = printed(&school.command(&["dev", "seed"]));
    for key in [
        "status",
        "report",
        "announcement",
        "emoji",
        "pending_account",
        "link",
    ] {
        assert_ne!(again[key], made[key], "{key}");
    }
    assert_eq!(again["terms"], made["terms"]);
}

#[tokio::test]
async fn on_sqlite_there_is_one_of_everything() {
    seeded(Kind::Sqlite).await;
}

#[tokio::test]
async fn on_postgres_there_is_one_of_everything() {
    seeded(Kind::Postgres).await;
}

#[test]
fn a_server_that_others_reach_is_left_alone_unless_that_is_really_wished() {
    let folder = tempfile::tempdir().unwrap();
    for url in ["https://school.example", "https://10.0.0.7"] {
        let configuration = format!(
            "server.public_url = '{url}'\nfederation.allow_loopback = true\ndatabase.url = 'sqlite:staffroom.db'\n\
                     media.folder = 'media'\n"
        );
        std::fs::write(folder.path().join("staffroom.toml"), configuration).unwrap();
        let refused = run(folder.path(), &["dev", "seed"]);
        assert!(!refused.status.success());
        assert!(out(&refused).contains("--yes-really"), "{}", out(&refused));
        assert!(
            !folder.path().join("staffroom.db").exists(),
            "nothing was made"
        );
    }
    let made = printed(&run(folder.path(), &["dev", "seed", "--yes-really"]));
    assert!(made["writer"]["token"].is_string());
}
