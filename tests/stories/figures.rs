//! Figures for those who look after a server, and what they say of what could trend.

use chrono::{TimeDelta, Utc};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::admin::{SCOPES, is_refused};
use crate::harness::{School, out};

const WRONG: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
const MISSING: StatusCode = StatusCode::NOT_FOUND;

fn of<'a>(found: &'a Value, key: &str) -> &'a Value {
    let found = found.as_array().unwrap();
    let one = found.iter().find(|one| one["key"] == key);
    one.unwrap_or_else(|| panic!("{key}: {found:?}"))
}

async fn figures(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let mia = school.person("mia", "moderator", SCOPES);
    let [ada, bo] = ["ada", "bo"].map(|name| school.teacher(name));
    let post = ada
        .publish(json!({ "status": "Fractions #Maths", "language": "en" }))
        .await;
    let id = post["id"].as_str().unwrap();
    bo.publish(json!({ "status": "@ada yes #maths", "in_reply_to_id": id, "language": "de" }))
        .await;
    bo.post(&format!("/api/v1/statuses/{id}/favourite"), json!({}))
        .await;
    let ada_id = &post["account"]["id"];
    bo.post("/api/v1/reports", json!({ "account_id": ada_id }))
        .await;

    let today = Utc::now().date_naive();
    let start = today - TimeDelta::days(2);
    let measures = "/api/v1/admin/measures";
    let asked = json!({
        "keys": ["active_users", "new_users", "interactions", "opened_reports", "resolved_reports",
            "tag_accounts", "tag_uses", "tag_servers", "instance_accounts",
            "instance_media_attachments", "instance_reports", "instance_statuses",
            "instance_follows", "instance_followers", "weather", "new_users"],
        "start_at": start.to_string(), "end_at": today.to_string(),
        "tag_accounts": { "id": "maths" }, "tag_uses": { "id": "Maths" },
        "tag_servers": { "id": "maths" },
        "instance_accounts": { "domain": "away.example" },
        "instance_media_attachments": { "domain": "away.example" },
        "instance_reports": { "domain": "away.example" },
        "instance_statuses": { "domain": "away.example" },
        "instance_follows": { "domain": "away.example" },
        "instance_followers": { "domain": "away.example" },
    });
    let found = mia.post(measures, asked.clone()).await;
    assert_eq!(found.as_array().unwrap().len(), 14, "{found}");
    for (key, total) in [
        ("active_users", "3"),
        ("new_users", "3"),
        ("interactions", "2"),
        ("opened_reports", "1"),
        ("resolved_reports", "0"),
        ("tag_accounts", "2"),
        ("tag_uses", "2"),
        ("tag_servers", "1"),
        ("instance_accounts", "0"),
        ("instance_media_attachments", "0"),
        ("instance_reports", "0"),
        ("instance_statuses", "0"),
        ("instance_follows", "0"),
        ("instance_followers", "0"),
    ] {
        let measure = of(&found, key);
        assert_eq!(measure["total"], total, "{measure}");
        let days = measure["data"].as_array().unwrap();
        assert_eq!(days.len(), 3, "{measure}");
        assert_eq!(days[0]["date"], format!("{start}T00:00:00.000Z"));
    }
    assert_eq!(of(&found, "new_users")["data"][2]["value"], "3");
    assert_eq!(of(&found, "new_users")["data"][1]["value"], "0");
    assert_eq!(of(&found, "new_users")["previous_total"], "0");
    assert_eq!(of(&found, "instance_media_attachments")["unit"], "bytes");

    let reports = mia.get("/api/v1/admin/reports").await;
    let report = reports[0]["id"].as_str().unwrap();
    mia.post(
        &format!("/api/v1/admin/reports/{report}/resolve"),
        json!({}),
    )
    .await;
    let resolved = mia.post(measures, asked).await;
    assert_eq!(of(&resolved, "resolved_reports")["data"][2]["value"], "1");

    let dimensions = "/api/v1/admin/dimensions";
    let asked = json!({
        "keys": ["languages", "sources", "servers", "space_usage", "software_versions",
            "tag_servers", "tag_languages", "instance_accounts", "instance_languages"],
        "start_at": start.to_string(), "end_at": today.to_string(), "limit": 5,
        "tag_servers": { "id": "maths" }, "tag_languages": { "id": "maths" },
        "instance_accounts": { "domain": "away.example" },
        "instance_languages": { "domain": "away.example" },
    });
    let found = mia.post(dimensions, asked).await;
    assert_eq!(found.as_array().unwrap().len(), 9, "{found}");
    assert_eq!(of(&found, "languages")["data"][0]["value"], "3");
    assert_eq!(of(&found, "sources")["data"], json!([]));
    assert_eq!(of(&found, "servers")["data"][0]["human_key"], school.host);
    assert_eq!(of(&found, "servers")["data"][0]["value"], "2");
    assert_eq!(of(&found, "tag_servers")["data"][0]["value"], "2");
    let languages = of(&found, "tag_languages")["data"].clone();
    assert_eq!(languages[0]["human_key"], "German");
    assert_eq!(languages[1]["key"], "en");
    assert_eq!(of(&found, "instance_accounts")["data"], json!([]));
    assert_eq!(of(&found, "instance_languages")["data"], json!([]));
    let space = of(&found, "space_usage")["data"][0].clone();
    assert!(
        space["value"].as_str().unwrap().parse::<i64>().unwrap() > 10_000,
        "{space}"
    );
    let versions = of(&found, "software_versions")["data"].clone();
    assert_eq!(versions[0]["key"], "staffroom");
    assert!(!versions[1]["value"].as_str().unwrap().is_empty());

    let retention = "/api/v1/admin/retention";
    let asked = |frequency| json!({ "start_at": start.to_string(), "end_at": today.to_string(), "frequency": frequency });
    let found = mia.post(retention, asked("day")).await;
    assert_eq!(found.as_array().unwrap().len(), 3);
    assert_eq!(found[0]["data"].as_array().unwrap().len(), 3);
    assert_eq!(found[2]["frequency"], "day");
    assert_eq!(found[2]["data"][0]["value"], "3");
    assert_eq!(found[2]["data"][0]["rate"], 1.0);
    let months = mia.post(retention, asked("month")).await;
    assert_eq!(
        months.as_array().unwrap().last().unwrap()["data"][0]["value"],
        "3"
    );

    for path in [measures, dimensions, retention] {
        for wrong in [
            json!({}),
            json!({ "start_at": "2026-11-01" }),
            json!({ "start_at": "2026-11-02", "end_at": "2026-11-01" }),
            json!({ "start_at": "2006-11-02", "end_at": "2026-11-01" }),
            json!({ "start_at": "yesterday", "end_at": "2026-11-01" }),
            json!({ "start_at": "+262000-01-01", "end_at": "+262000-01-01" }),
        ] {
            is_refused(&mia, Method::POST, path, wrong, WRONG).await;
        }
        is_refused(&ada, Method::POST, path, json!({}), StatusCode::FORBIDDEN).await;
    }
    for (path, key) in [(measures, "tag_uses"), (dimensions, "instance_languages")] {
        let unnamed = json!({ "keys": [key], "start_at": "2026-11-01", "end_at": "2026-11-01" });
        is_refused(&mia, Method::POST, path, unnamed, WRONG).await;
    }
    let mut never = asked("week");
    is_refused(&mia, Method::POST, retention, never.clone(), WRONG).await;
    never["start_at"] = json!("2020-01-01");
    never["frequency"] = json!("day");
    is_refused(&mia, Method::POST, retention, never, WRONG).await;
}

#[tokio::test]
async fn figures_on_sqlite() {
    figures(Sqlite).await;
}

#[tokio::test]
async fn figures_on_postgresql() {
    figures(Postgres).await;
}

async fn reviews(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let mia = school.person("mia", "moderator", SCOPES);
    let ada = school.teacher("ada");
    let post = ada.publish(json!({ "status": "Fractions #Maths" })).await;
    let quiet = json!({ "status": "quietly", "visibility": "private" });
    let quiet = ada.publish(quiet).await;
    let trends = "/api/v1/admin/trends";

    let tag = mia
        .post(&format!("{trends}/tags/maths/approve"), json!({}))
        .await;
    assert_eq!(tag["name"], "maths");
    assert_eq!(tag["trendable"], true);
    assert_eq!(tag["requires_review"], false);
    let tag = mia
        .post(&format!("{trends}/tags/maths/reject"), json!({}))
        .await;
    assert_eq!(tag["trendable"], false);
    let own = format!("{trends}/statuses/{}", post["id"].as_str().unwrap());
    let status = mia.post(&format!("{own}/approve"), json!({})).await;
    assert_eq!(status["id"], post["id"]);
    assert_eq!(status["requires_review"], false);
    mia.post(&format!("{own}/reject"), json!({})).await;

    let quiet = quiet["id"].as_str().unwrap();
    for bad in [
        "tags/unheard".to_owned(),
        "tags/no%20tag".to_owned(),
        "statuses/1".to_owned(),
        "statuses/x".to_owned(),
        format!("statuses/{quiet}"),
        "links/1".to_owned(),
        "links/x".to_owned(),
    ] {
        for end in ["approve", "reject"] {
            let path = format!("{trends}/{bad}/{end}");
            is_refused(&mia, Method::POST, &path, json!({}), MISSING).await;
        }
    }
    let path = format!("{own}/approve");
    is_refused(&ada, Method::POST, &path, json!({}), StatusCode::FORBIDDEN).await;

    // What was said is noted, and nothing trends all the same.
    let log = out(&school.command(&["report", "log"]));
    for line in ["@mia\tapprove trend\t#maths", "@mia\treject trend\t#maths"] {
        assert!(log.contains(line), "{log}");
    }
    let url = post["url"].as_str().unwrap();
    assert!(log.contains(&format!("@mia\treject trend\t{url}")), "{log}");
    assert!(!log.contains("unheard"), "{log}");
    for what in ["tags", "statuses", "links"] {
        assert_eq!(mia.get(&format!("{trends}/{what}")).await, json!([]));
    }
}

#[tokio::test]
async fn reviews_of_trends_on_sqlite() {
    reviews(Sqlite).await;
}

#[tokio::test]
async fn reviews_of_trends_on_postgresql() {
    reviews(Postgres).await;
}
