//! Filters of both versions, and what they do to what is read.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, Teacher, answer, eventually};

async fn asks(teacher: &Teacher, method: Method, path: &str, body: Value) -> StatusCode {
    let request = teacher.request(method, path).json(&body);
    request.send().await.unwrap().status()
}

async fn changed(teacher: &Teacher, path: &str, body: Value) -> Value {
    answer(teacher.request(Method::PUT, path).json(&body)).await
}

async fn filters(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    for bad in [
        json!({ "title": "", "context": ["home"] }),
        json!({ "title": "Exams" }),
        json!({ "title": "Exams", "context": ["kitchen"] }),
        json!({ "title": "Exams", "context": ["home"], "filter_action": "burn" }),
        json!({ "title": "Exams", "context": ["home"], "keywords_attributes": [{ "keyword": " ", "whole_word": true }] }),
    ] {
        let refused = asks(&ada, Method::POST, "/api/v2/filters", bad.clone()).await;
        assert_eq!(refused, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
    }
    assert_eq!(ada.get("/api/v2/filters").await, json!([]));
    let made = ada
        .post(
            "/api/v2/filters",
            json!({ "title": "Exams", "context": ["home", "public"], "filter_action": "hide",
                "keywords_attributes": [{ "keyword": "mock", "whole_word": true }, { "keyword": "grade", "whole_word": false },
                    { "keyword": "" }, { "keyword": "gone", "_destroy": "1" }] }),
        )
        .await;
    assert_eq!(made["context"], json!(["home", "public"]));
    assert_eq!(made["filter_action"], "hide");
    assert_eq!(made["expires_at"], Value::Null);
    assert_eq!(made["statuses"], json!([]));
    let path = format!("/api/v2/filters/{}", made["id"].as_str().unwrap());
    assert_eq!(ada.get(&path).await, made);
    assert_eq!(ada.get("/api/v2/filters").await, json!([made]));

    // Both words in one, and in a boost; not where the word is a part of another.
    let met = bo.publish(json!({ "status": "Mock upgrades" })).await;
    assert_eq!(met["filtered"], json!([]));
    let met_id = met["id"].as_str().unwrap();
    let seen = ada.get(&format!("/api/v1/statuses/{met_id}")).await;
    let result = &seen["filtered"][0];
    assert_eq!(result["filter"]["title"], "Exams");
    assert!(result["filter"].get("keywords").is_none());
    assert_eq!(result["keyword_matches"], json!(["mock", "grade"]));
    assert_eq!(result["status_matches"], Value::Null);
    let other = bo.publish(json!({ "status": "mockingbirds" })).await;
    let other_id = other["id"].as_str().unwrap();
    let other_path = format!("/api/v1/statuses/{other_id}");
    assert_eq!(ada.get(&other_path).await["filtered"], json!([]));
    let boost = format!("/api/v1/statuses/{met_id}/reblog");
    let boosted = ada.post(&boost, json!({})).await;
    assert_eq!(boosted["filtered"], boosted["reblog"]["filtered"]);
    assert_eq!(boosted["filtered"][0]["filter"]["id"], made["id"]);
    let public = ada.get("/api/v1/timelines/public").await;
    let hits = public.as_array().unwrap().iter();
    let hits = hits.filter(|status| status["filtered"] != json!([]));
    assert_eq!(hits.count(), 1);

    // Words one by one.
    let words = format!("{path}/keywords");
    let added = ada.post(&words, json!({ "keyword": "bird" })).await;
    assert_eq!(added["whole_word"], true);
    assert_eq!(ada.get(&other_path).await["filtered"], json!([]));
    let word = format!("/api/v2/filters/keywords/{}", added["id"].as_str().unwrap());
    let wider = changed(&ada, &word, json!({ "whole_word": false })).await;
    assert_eq!(
        wider,
        json!({ "id": added["id"], "keyword": "bird", "whole_word": false })
    );
    assert_eq!(ada.get(&word).await, wider);
    let seen = ada.get(&other_path).await;
    assert_eq!(seen["filtered"][0]["keyword_matches"], json!(["bird"]));
    assert_eq!(
        asks(&ada, Method::DELETE, &word, json!({})).await,
        StatusCode::OK
    );
    assert_eq!(ada.get(&words).await.as_array().unwrap().len(), 2);
    assert_eq!(ada.get(&other_path).await["filtered"], json!([]));

    // Statuses by name.
    let named = format!("{path}/statuses");
    let row = ada.post(&named, json!({ "status_id": other_id })).await;
    assert_eq!(row["status_id"], json!(other_id));
    let again = asks(&ada, Method::POST, &named, json!({ "status_id": other_id })).await;
    assert_eq!(again, StatusCode::UNPROCESSABLE_ENTITY);
    let seen = ada.get(&other_path).await;
    assert_eq!(seen["filtered"][0]["status_matches"], json!([other_id]));
    assert_eq!(seen["filtered"][0]["keyword_matches"], Value::Null);
    let one = format!("/api/v2/filters/statuses/{}", row["id"].as_str().unwrap());
    assert_eq!(ada.get(&one).await, row);
    asks(&ada, Method::DELETE, &one, json!({})).await;
    assert_eq!(ada.get(&named).await, json!([]));

    // Changed as a whole, with words removed and added at once.
    let first = made["keywords"][0]["id"].clone();
    let whole = changed(
        &ada,
        &path,
        json!({ "title": "Tests", "context": ["thread"], "filter_action": "warn", "expires_in": 3600,
            "keywords_attributes": [{ "id": first, "_destroy": true }, { "keyword": "quiz" }] }),
    )
    .await;
    assert_eq!(whole["title"], "Tests");
    assert!(whole["expires_at"].is_string());
    let spelt = |at: usize| whole["keywords"][at]["keyword"].clone();
    assert_eq!([spelt(0), spelt(1)], [json!("grade"), json!("quiz")]);
    let endless = changed(&ada, &path, json!({ "expires_in": "" })).await;
    assert_eq!(endless["expires_at"], Value::Null);
    let ended = changed(&ada, &path, json!({ "expires_in": 0 })).await;
    assert!(ended["expires_at"].is_string());
    let met_path = format!("/api/v1/statuses/{met_id}");
    eventually("the filter to end", async || {
        (ada.get(&met_path).await["filtered"] == json!([])).then_some(())
    })
    .await;

    // Nobody else's business.
    for path in [&path, &words, &named] {
        assert_eq!(bo.status_of(path).await, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(
        asks(&bo, Method::DELETE, &path, json!({})).await,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        asks(&ada, Method::DELETE, &path, json!({})).await,
        StatusCode::OK
    );
    assert_eq!(ada.status_of(&path).await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn filters_on_sqlite() {
    filters(Sqlite).await;
}

#[tokio::test]
async fn filters_on_postgresql() {
    filters(Postgres).await;
}

async fn filters_of_the_first_version_are_words(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    let made = ada
        .post(
            "/api/v1/filters",
            json!({ "phrase": "mock", "context": ["home"], "irreversible": true, "whole_word": true }),
        )
        .await;
    assert_eq!(made["phrase"], "mock");
    assert_eq!(
        (&made["irreversible"], &made["whole_word"]),
        (&json!(true), &json!(true))
    );
    let path = format!("/api/v1/filters/{}", made["id"].as_str().unwrap());
    assert_eq!(ada.get(&path).await, made);
    assert_eq!(ada.get("/api/v1/filters").await, json!([made]));
    let whole = ada.get("/api/v2/filters").await[0].clone();
    assert_eq!(whole["filter_action"], "hide");
    let change = json!({ "phrase": "mocks", "context": ["home", "thread"] });
    let now = changed(&ada, &path, change.clone()).await;
    assert_eq!(now["phrase"], "mocks");
    assert_eq!(now["context"], json!(["home", "thread"]));
    let words = format!("/api/v2/filters/{}/keywords", whole["id"].as_str().unwrap());
    ada.post(&words, json!({ "keyword": "quiz" })).await;
    assert_eq!(
        ada.get("/api/v1/filters").await.as_array().unwrap().len(),
        2
    );
    assert_eq!(
        asks(&ada, Method::PUT, &path, change).await,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(bo.status_of(&path).await, StatusCode::NOT_FOUND);
    // The word goes, and what another app added stays.
    asks(&ada, Method::DELETE, &path, json!({})).await;
    let left = ada.get("/api/v1/filters").await;
    assert_eq!(left.as_array().unwrap().len(), 1);
    assert_eq!(left[0]["phrase"], "quiz");
    let path = format!("/api/v1/filters/{}", left[0]["id"].as_str().unwrap());
    asks(&ada, Method::DELETE, &path, json!({})).await;
    assert_eq!(ada.get("/api/v2/filters").await, json!([]));
}

#[tokio::test]
async fn filters_of_the_first_version_are_words_on_sqlite() {
    filters_of_the_first_version_are_words(Sqlite).await;
}

#[tokio::test]
async fn filters_of_the_first_version_are_words_on_postgresql() {
    filters_of_the_first_version_are_words(Postgres).await;
}

async fn in_notifications(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    let filter = json!({ "title": "Exams", "context": ["notifications"], "filter_action": "warn",
        "keywords_attributes": [{ "keyword": "mock", "whole_word": true }] });
    ada.post("/api/v2/filters", filter).await;
    bo.publish(json!({ "status": "@ada the mock papers" }))
        .await;
    let told = ada.is_told("mention").await;
    let met = &told["status"]["filtered"];
    assert_eq!(met[0]["filter"]["title"], "Exams", "{told:#}");
    assert_eq!(met[0]["filter"]["context"], json!(["notifications"]));
    assert_eq!(met[0]["keyword_matches"], json!(["mock"]));
    let id = told["id"].as_str().unwrap();
    let alone = ada.get(&format!("/api/v1/notifications/{id}")).await;
    assert_eq!(&alone["status"]["filtered"], met);
    let grouped = ada.get("/api/v2/notifications").await;
    assert_eq!(&grouped["statuses"][0]["filtered"], met);
}

#[tokio::test]
async fn filters_are_met_in_notifications_on_sqlite() {
    in_notifications(Sqlite).await;
}

#[tokio::test]
async fn filters_are_met_in_notifications_on_postgresql() {
    in_notifications(Postgres).await;
}
