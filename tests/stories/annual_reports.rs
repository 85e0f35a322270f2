//! What somebody did in a year, for themselves.

use chrono::{Datelike, Utc};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::admin::is_refused;
use crate::harness::{School, Teacher, eventually};

const MISSING: StatusCode = StatusCode::NOT_FOUND;

async fn is_made(who: &Teacher, path: &str) -> Value {
    eventually("the report to be made", || async {
        let state = who.get(&format!("{path}/state")).await;
        (state["state"] == "available").then_some(())
    })
    .await;
    who.get(path).await
}

const TOLD: &str = "/api/v1/notifications?types[]=annual_report";

/// The only line that tells of a report, in every way in which apps read it.
async fn is_told(ada: &Teacher, year: i32) -> Value {
    let all = ada.get(TOLD).await;
    assert_eq!(all.as_array().unwrap().len(), 1, "{all}");
    let line = &all[0];
    let said = json!({ "year": year.to_string() });
    assert_eq!(line["annual_report"], said);
    assert_eq!(line["account"]["acct"], "ada");
    assert_eq!(line.get("fallback"), None);
    let grouped = TOLD.replace("v1", "v2");
    let group = ada.get(&grouped).await["notification_groups"][0].clone();
    assert_eq!(group["type"], "annual_report");
    assert_eq!(group["annual_report"], said);

    // An app that does not know the kind has words for it; who does not want it does not get it.
    let unknown = ada.get(&format!("{TOLD}&supported_types[]=mention")).await;
    let title = unknown[0]["fallback"]["title"].as_str().unwrap();
    assert_eq!(title, "ada, your year in posts is ready");
    let without = "/api/v1/notifications?exclude_types[]=annual_report";
    let others = ada.get(without).await;
    let others = others.as_array().unwrap();
    assert!(others.iter().all(|one| one["type"] != "annual_report"));
    line["id"].clone()
}

async fn annual_reports(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo] = ["ada", "bo"].map(|name| school.teacher(name));
    let now = Utc::now();
    let all = "/api/v1/annual_reports";
    let path = format!("{all}/{}", now.year());
    let state = format!("{path}/state");
    let generate = format!("{path}/generate");
    assert_eq!(ada.get(&state).await["state"], "ineligible");
    assert_eq!(ada.post(&generate, json!({})).await, json!({}));
    assert_eq!(ada.get(&state).await["state"], "ineligible");
    assert_eq!(ada.status_of(&path).await, MISSING);

    let first = ada.publish(json!({ "status": "One #Maths" })).await;
    let first = first["id"].as_str().unwrap();
    ada.publish(json!({ "status": "Two #maths #Art", "visibility": "private" }))
        .await;
    bo.post(&format!("/api/v1/statuses/{first}/favourite"), json!({}))
        .await;
    bo.publish(json!({ "status": "@ada yes", "in_reply_to_id": first }))
        .await;
    assert_eq!(ada.get(&state).await["state"], "eligible");
    let begun = ada.request(Method::POST, &generate).send().await.unwrap();
    assert_eq!(begun.status(), StatusCode::ACCEPTED);

    let made = is_made(&ada, &path).await;
    let report = &made["annual_reports"][0];
    assert_eq!(report["year"], now.year());
    assert_eq!(report["schema_version"], 2);
    assert_eq!(report["account_id"], made["accounts"][0]["id"]);
    assert_eq!(report["share_url"], Value::Null);
    let data = &report["data"];
    assert_eq!(data["archetype"], "lurker");
    let months = data["time_series"].as_array().unwrap();
    assert_eq!(months.len(), 12);
    let written: i64 = months
        .iter()
        .map(|month| month["statuses"].as_i64().unwrap())
        .sum();
    assert_eq!(written, 2);
    assert_eq!(
        data["top_hashtags"],
        json!([{ "name": "maths", "count": 2 }, { "name": "art", "count": 1 }])
    );
    assert_eq!(
        data["top_statuses"],
        json!({ "by_reblogs": null, "by_favourites": first, "by_replies": first })
    );
    assert_eq!(made["statuses"].as_array().unwrap().len(), 1);
    assert_eq!(made["statuses"][0]["id"], first);
    assert!(data.get("percentiles").is_none());

    let line = is_told(&ada, now.year()).await;
    assert_eq!(bo.get(TOLD).await, json!([]));

    // Told until it was read; to be had afterwards. Nobody else's.
    assert_eq!(ada.get(all).await, made);
    assert_eq!(bo.get(all).await["annual_reports"], json!([]));
    assert_eq!(bo.status_of(&path).await, MISSING);
    is_refused(
        &bo,
        Method::POST,
        &format!("{path}/read"),
        json!({}),
        MISSING,
    )
    .await;
    assert_eq!(
        ada.post(&format!("{path}/read"), json!({})).await,
        json!({})
    );
    assert_eq!(ada.get(all).await["annual_reports"], json!([]));
    assert_eq!(ada.get(&path).await, made);

    // The year is not over yet.
    ada.publish(json!({ "status": "Three" })).await;
    let begun = ada.request(Method::POST, &generate).send().await.unwrap();
    assert_eq!(begun.status(), StatusCode::ACCEPTED);
    let again = is_made(&ada, &path).await;
    let months = again["annual_reports"][0]["data"]["time_series"]
        .as_array()
        .unwrap();
    let written: i64 = months
        .iter()
        .map(|month| month["statuses"].as_i64().unwrap())
        .sum();
    assert_eq!(written, 3);
    let other = is_told(&ada, now.year()).await;
    assert_ne!(other, line, "what is made anew is told anew");

    for year in ["1850", "9999", "999999999"] {
        let other = format!("{all}/{year}");
        assert_eq!(
            ada.get(&format!("{other}/state")).await["state"],
            "ineligible"
        );
        assert_eq!(
            ada.post(&format!("{other}/generate"), json!({})).await,
            json!({})
        );
        assert_eq!(ada.status_of(&other).await, MISSING);
    }
    for end in ["", "/state"] {
        assert_eq!(ada.status_of(&format!("{all}/x{end}")).await, MISSING);
    }
}

#[tokio::test]
async fn annual_reports_on_sqlite() {
    annual_reports(Sqlite).await;
}

#[tokio::test]
async fn annual_reports_on_postgresql() {
    annual_reports(Postgres).await;
}
