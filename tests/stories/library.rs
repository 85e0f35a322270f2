//! What is passed on is found by all of its words, as far as its author lets it and the viewer may see it.

use reqwest::Method;
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, Teacher, answer, eventually};

const LIBRARY: &str = "/api/staffroom/v1/practice";

fn titles(found: &Value) -> Vec<String> {
    let found = found.as_array().unwrap().iter();
    let title = |post: &Value| {
        post["staffroom"]["practice"]["title"]
            .as_str()
            .map(str::to_owned)
    };
    found.filter_map(title).collect()
}

async fn finds(school: &School, who: Option<&Teacher>, question: &str) -> Vec<String> {
    let path = format!("{LIBRARY}?{question}");
    titles(&match who {
        Some(who) => who.get(&path).await,
        None => answer(school.request(Method::GET, &path)).await,
    })
}

/// The index is written behind the answer.
async fn found(school: &School, who: Option<&Teacher>, question: &str, expected: &[&str]) {
    eventually(&format!("{question} to find {expected:?}"), || async {
        (finds(school, who, question).await == expected).then_some(())
    })
    .await;
}

async fn practice_is_found_by_all_of_its_words(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [priya, sam, una] = ["priya", "sam", "una"].map(|name| school.teacher(name));
    let wish = priya.request(Method::PATCH, "/api/v1/accounts/update_credentials");
    answer(wish.json(&json!({ "indexable": true }))).await;
    for (who, text) in [
        (
            &priya,
            "Rainbow spectra\nA hosepipe against the sun. #Practice #Physics #KS3",
        ),
        (
            &sam,
            "Colour wheels\nA hosepipe and a bicycle. #Practice #Physics #KS3",
        ),
        (&priya, "The hosepipe leaks again"),
        (
            &priya,
            "Acids by cabbage\nNo hosepipe needed. #Practice #Chemistry #KS3",
        ),
    ] {
        who.publish(json!({ "status": text })).await;
    }
    let [rainbow, wheels, acids] = ["Rainbow spectra", "Colour wheels", "Acids by cabbage"];
    // Words of the text where its author lets everybody find them; one's own always.
    found(&school, None, "q=hosepipe", &[acids, rainbow]).await;
    found(&school, Some(&una), "q=hosepipe", &[acids, rainbow]).await;
    found(&school, Some(&sam), "q=hosepipe", &[acids, wheels, rainbow]).await;
    for (question, expected) in [
        ("q=hosepipe&order=title", vec![acids, wheels, rainbow]),
        ("q=hosepipe&subject=chemistry", vec![acids]),
        ("q=HOSEPIPE%20sun", vec![rainbow]),
        ("q=hosepipe%20cabbage&order=title", vec![acids]),
        ("q=hose", vec![]),
        // Of titles parts of words count, whoever wrote them.
        ("q=spect", vec![rainbow]),
        ("q=%25&order=title", vec![acids, wheels, rainbow]),
        ("q=leaks", vec![]),
        ("q=hosepipe&limit=2", vec![acids, wheels]),
    ] {
        assert_eq!(
            finds(&school, Some(&sam), question).await,
            expected,
            "{question}"
        );
    }
    assert_eq!(finds(&school, None, "q=wheels").await, [wheels]);

    // A word for nobody but the author is found by nobody else.
    let quiet =
        json!({ "status": "Fog in jars\nA hosepipe. #Practice #Physics", "visibility": "private" });
    priya.publish(quiet).await;
    let loud = json!({ "status": "Mist in jars\nA hosepipe. #Practice #Physics" });
    priya.publish(loud).await;
    found(
        &school,
        Some(&una),
        "q=hosepipe&subject=physics",
        &["Mist in jars", rainbow],
    )
    .await;

    // Who does not want to be found any more is found by titles only.
    let wish = priya.request(Method::PATCH, "/api/v1/accounts/update_credentials");
    answer(wish.json(&json!({ "indexable": false }))).await;
    found(&school, Some(&una), "q=hosepipe", &[]).await;
    assert_eq!(finds(&school, Some(&una), "q=jars").await, ["Mist in jars"]);
    let page = school
        .request(Method::GET, "/practice?q=jars")
        .send()
        .await
        .unwrap();
    assert!(page.text().await.unwrap().contains("Mist in jars"));
}

#[tokio::test]
async fn practice_is_found_by_all_of_its_words_on_sqlite() {
    practice_is_found_by_all_of_its_words(Sqlite).await;
}

#[tokio::test]
async fn practice_is_found_by_all_of_its_words_on_postgresql() {
    practice_is_found_by_all_of_its_words(Postgres).await;
}
