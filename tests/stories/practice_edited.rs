//! Which licence and title a practice post has after an edit: what its author said last.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, Teacher, answer, eventually};
use crate::sign_in::{Browser, field};

async fn edit(teacher: &Teacher, post: &Value, text: &str) -> Value {
    let path = format!("/api/v1/statuses/{}", post["id"].as_str().unwrap());
    let request = teacher.request(Method::PUT, &path);
    let edited = answer(request.json(&json!({ "status": text }))).await;
    edited["staffroom"]["practice"].clone()
}

/// Wants a licence for all that comes, or none.
async fn wants(browser: &Browser, licence: &str) {
    let (_, _, page) = browser.page("/settings/practice").await;
    let csrf = field(&page, "csrf");
    let form = [
        ("csrf", csrf.as_str()),
        ("licence", licence),
        ("reminders", "yes"),
    ];
    let (status, _, _) = browser.submit("/settings/practice", &form).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
}

async fn a_licence_stays(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let browser = Browser::new(&school);
    browser.sign_in("ada", "chalk and cheese", "/").await;
    let text = "Exit tickets #Practice #KS3 #Maths";
    let bare = ada.publish(json!({ "status": text })).await;
    wants(&browser, "cc-by-sa").await;
    let post = ada.publish(json!({ "status": text })).await;
    let licence = |practice: &Value| practice["licence"]["id"].clone();
    assert_eq!(licence(&post["staffroom"]["practice"]), "cc-by-sa");

    // Neither another wish nor none changes what was posted before.
    for (wish, words) in [("cc0", "once more"), ("", "and again")] {
        wants(&browser, wish).await;
        let edited = edit(&ada, &post, &format!("{text} {words}")).await;
        assert_eq!(licence(&edited), "cc-by-sa", "{wish}");
        assert_eq!(edited["missing"], json!([]), "{wish}");
    }
    wants(&browser, "cc0").await;
    let edited = edit(&ada, &bare, &format!("{text} again")).await;
    assert_eq!(licence(&edited), Value::Null);

    // Her words do, and without them it is as a new one is.
    let edited = edit(&ada, &post, &format!("{text} #CCBY")).await;
    assert_eq!(licence(&edited), "cc-by");
    let edited = edit(&ada, &post, text).await;
    assert_eq!(licence(&edited), "cc0");
}

#[tokio::test]
async fn a_licence_stays_when_its_author_wants_another_on_sqlite() {
    a_licence_stays(Sqlite).await;
}

#[tokio::test]
async fn a_licence_stays_when_its_author_wants_another_on_postgresql() {
    a_licence_stays(Postgres).await;
}

async fn what_was_said_last_counts(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let text = "Exit tickets\n#Practice #Maths";
    let post = ada.publish(json!({ "status": text })).await;
    let asked = eventually("Ada to be asked", || async {
        let all = ada.get("/api/v1/conversations").await;
        all[0]["last_status"]["id"].as_str().map(str::to_owned)
    })
    .await;
    let says = async |words: &str| {
        let body = json!({ "status": words, "in_reply_to_id": asked, "visibility": "direct" });
        ada.publish(body).await;
        let path = format!("/api/v1/statuses/{}", post["id"].as_str().unwrap());
        ada.get(&path).await["staffroom"]["practice"].clone()
    };
    let named = |practice: &Value| {
        let said = [&practice["title"], &practice["licence"]["id"]];
        said.map(|said| said.as_str().unwrap().to_owned())
    };

    // An answer, and a typo mended in the post.
    says("title Tickets for the door").await;
    let now = says("licence by").await;
    assert_eq!(named(&now), ["Tickets for the door", "cc-by"]);
    let now = edit(&ada, &post, "Exit tickets\nMore.\n#Practice #Maths").await;
    assert_eq!(named(&now), ["Tickets for the door", "cc-by"]);

    // What she writes into the post then counts, one as well as the other.
    let now = edit(&ada, &post, "Exit tickets\n#Practice #Maths #CC0").await;
    assert_eq!(named(&now), ["Tickets for the door", "cc0"]);
    let now = edit(&ada, &post, "Tickets out\n#Practice #Maths #CC0").await;
    assert_eq!(named(&now), ["Tickets out", "cc0"]);

    // And an answer after that.
    let now = says("licence by-nc").await;
    assert_eq!(named(&now), ["Tickets out", "cc-by-nc"]);
}

#[tokio::test]
async fn what_an_author_said_last_counts_on_sqlite() {
    what_was_said_last_counts(Sqlite).await;
}

#[tokio::test]
async fn what_an_author_said_last_counts_on_postgresql() {
    what_was_said_last_counts(Postgres).await;
}
