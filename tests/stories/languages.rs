//! In which language posts are, where their apps do not say.

use reqwest::Method;
use serde_json::json;
use test_support::Kind;

use crate::harness::{School, Teacher, answer};

const FRENCH: &str =
    "Les élèves ont travaillé toute la matinée sur les fractions et les nombres décimaux.";
const GERMAN: &str =
    "Die Kinder haben heute gelernt, wie man Brüche auf den gleichen Nenner bringt.";

async fn language(by: &Teacher, text: &str) -> serde_json::Value {
    by.publish(json!({ "status": text })).await["language"].clone()
}

async fn detected(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    assert_eq!(language(&ada, FRENCH).await, "fr");
    assert_eq!(language(&ada, GERMAN).await, "de");
    let english = "We looked at how the children explain their own working out on paper.";
    assert_eq!(language(&ada, english).await, "en");
    // Too little to go by: the author's own.
    for text in [
        "Bonjour",
        "👩‍🏫 🎉 12 34",
        "https://ecole.example/les-eleves-ont-travaille-toute-la-matinee-sur-les-fractions",
        "#LesElevesOntTravailleTouteLaMatinee :les_eleves_ont_travaille: @les_eleves_ont_travaille",
    ] {
        assert_eq!(language(&ada, text).await, "en", "{text}");
    }
    // What the app says holds, whatever the text.
    let said = json!({ "status": FRENCH, "language": "oc" });
    assert_eq!(ada.publish(said).await["language"], "oc");
    // A region is left out, and what names no language says nothing.
    for (code, meant) in [("fr-CA", "fr"), ("zh_TW", "zh-TW"), ("auto", "fr")] {
        let said = json!({ "status": FRENCH, "language": code });
        assert_eq!(ada.publish(said).await["language"], meant, "{code}");
    }
    // An edit that does not say it leaves it.
    let post = ada.publish(json!({ "status": FRENCH })).await;
    let path = format!("/api/v1/statuses/{}", post["id"].as_str().unwrap());
    let edit = ada.request(Method::PUT, &path);
    let edited = answer(edit.json(&json!({ "status": GERMAN }))).await;
    assert_eq!(edited["language"], "fr");
}

#[tokio::test]
async fn on_sqlite_a_post_says_in_which_language_it_is() {
    detected(Kind::Sqlite).await;
}

#[tokio::test]
async fn on_postgres_a_post_says_in_which_language_it_is() {
    detected(Kind::Postgres).await;
}

// On SQLite alone: it is about words.
#[tokio::test]
async fn only_the_authors_own_languages_are_found_where_no_others_are_likely() {
    let only_own = [("statuses.detected_languages", "[]")];
    let school = School::open_with(Kind::Sqlite, &only_own).await.unwrap();
    let ada = school.teacher("ada");
    assert_eq!(language(&ada, FRENCH).await, "en");
    let change = ada.request(Method::PATCH, "/api/v1/accounts/update_credentials");
    answer(change.json(&json!({ "source": { "language": "fr" } }))).await;
    assert_eq!(language(&ada, FRENCH).await, "fr");
    assert_eq!(language(&ada, GERMAN).await, "fr", "not among them");
    let english = "We looked at how the children explain their own working out on paper.";
    assert_eq!(language(&ada, english).await, "en");
}

async fn refusal(request: reqwest::RequestBuilder) -> (Option<String>, String) {
    let response = request.send().await.unwrap();
    assert!(response.status().is_client_error(), "{response:?}");
    let vary = response.headers().get_all("vary").iter();
    let mut vary = vary.map(|value| value.to_str().unwrap().to_lowercase());
    assert!(vary.any(|names| names.contains("accept-language")));
    let language = response.headers().get("content-language").cloned();
    let language = language.map(|value| value.to_str().unwrap().to_owned());
    let body: serde_json::Value = response.json().await.unwrap();
    (language, body["error"].as_str().unwrap().to_owned())
}

// On SQLite alone: it is about words.
#[tokio::test]
async fn refusals_are_said_in_the_language_of_whoever_asks() {
    let school = School::open(Kind::Sqlite).await.unwrap();
    let ada = school.teacher("ada");
    let empty = || ada.request(Method::POST, "/api/v1/statuses");
    let english = "Validation failed: Text can't be blank";
    let french = "La validation a échoué : Le texte ne peut pas être vide";
    let welsh = "Methodd y dilysu: Ni all y testun fod yn wag";

    assert_eq!(refusal(empty()).await, (None, english.to_owned()));
    let header = empty().header("Accept-Language", "ja, cy;q=0.9, en;q=0.8");
    assert_eq!(
        refusal(header).await,
        (Some("cy".to_owned()), welsh.to_owned())
    );
    let outweighed = empty()
        .header("Accept-Language", "cy")
        .form(&[("lang", "fr"), ("status", "")]);
    assert_eq!(
        refusal(outweighed).await,
        (Some("fr".to_owned()), french.to_owned())
    );
    let nobody = school
        .request(Method::GET, "/api/v1/timelines/home?lang=de")
        .header("Accept-Language", "en");
    let (_, said) = refusal(nobody).await;
    assert_eq!(said, "The access token is invalid", "the query is not read");
    let nobody = school
        .request(Method::GET, "/api/v1/timelines/home")
        .header("Accept-Language", "de");
    let (_, said) = refusal(nobody).await;
    assert_eq!(said, "Das Zugriffstoken ist ungültig");
    let nowhere = school
        .request(Method::GET, "/api/v1/nowhere")
        .header("Accept-Language", "es");
    let (_, said) = refusal(nowhere).await;
    assert_eq!(said, "No se encontró el registro");
}
