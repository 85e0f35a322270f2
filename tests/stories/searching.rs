//! Posts are found by their words, by those who may find them.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, Teacher, answer, eventually};

fn path(q: &str, more: &str) -> String {
    let q: String = url::form_urlencoded::byte_serialize(q.as_bytes()).collect();
    format!("/api/v2/search?type=statuses&q={q}{more}")
}

/// The ids that somebody finds, newest first.
async fn found(teacher: &Teacher, q: &str, more: &str) -> Vec<String> {
    let answer = teacher.get(&path(q, more)).await;
    let statuses = answer["statuses"].as_array().unwrap().iter();
    statuses
        .map(|status| status["id"].as_str().unwrap().to_owned())
        .collect()
}

async fn post(teacher: &Teacher, body: Value) -> String {
    let status = teacher.publish(body).await;
    status["id"].as_str().unwrap().to_owned()
}

/// Waits until everything that was said and done is known to the search.
async fn settle(teacher: &Teacher, word: &str) {
    let marker = post(teacher, json!({ "status": word, "visibility": "direct" })).await;
    eventually("the search to know", || async {
        (found(teacher, word, "").await == [marker.clone()]).then_some(())
    })
    .await;
}

async fn set(teacher: &Teacher, change: Value) {
    let place = "/api/v1/accounts/update_credentials";
    answer(teacher.request(Method::PATCH, place).json(&change)).await;
}

async fn words(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo, cy] = ["ada", "bo", "cy"].map(|name| school.teacher(name));
    set(&ada, json!({ "indexable": true })).await;
    let open = post(
        &ada,
        json!({ "status": "Fractions with crème brûlée <b>&</b> \"quotes\"", "language": "fr" }),
    )
    .await;
    let hidden = json!({ "status": "fractions for few", "visibility": "private" });
    let hidden = post(&ada, hidden).await;
    let unlisted = json!({ "status": "fractions aside", "visibility": "unlisted" });
    let unlisted = post(&ada, unlisted).await;
    let of_bo = post(&bo, json!({ "status": "Fractions by Bo" })).await;
    let to_cy = post(
        &bo,
        json!({ "status": "@cy fractions?", "visibility": "direct" }),
    )
    .await;
    let japanese = post(
        &ada,
        json!({ "status": "日本語の授業", "spoiler_text": "Lesson plan" }),
    )
    .await;
    settle(&ada, "marker1").await;

    // What everybody may find, and what concerns oneself.
    let all = |ids: &[&String]| ids.iter().map(|id| (*id).clone()).collect::<Vec<_>>();
    assert_eq!(found(&cy, "fractions", "").await, all(&[&to_cy, &open]));
    assert_eq!(
        found(&bo, "FRACTIONS", "").await,
        all(&[&to_cy, &of_bo, &open])
    );
    assert_eq!(
        found(&ada, "fractions", "").await,
        all(&[&unlisted, &hidden, &open])
    );
    let nobody = school.request(Method::GET, &path("fractions", ""));
    assert_eq!(answer(nobody).await["statuses"], json!([]));
    let every_kind = cy.get("/api/v2/search?q=fractions").await;
    assert_eq!(every_kind["statuses"].as_array().unwrap().len(), 2);

    for (q, expected) in [
        ("creme BRULEE", vec![&open]),
        ("\"creme brulee\"", vec![&open]),
        ("\"brulee creme\"", vec![]),
        ("“crème brûlée”", vec![&open]),
        ("\"fractions with creme brulee b b quotes\"", vec![&open]),
        ("\"fractions with brulee\"", vec![]),
        ("-\"creme brulee\" fractions", vec![&to_cy]),
        ("crème -fractions", vec![]),
        ("fractions -creme", vec![&to_cy]),
        ("fractions -nothing", vec![&to_cy, &open]),
        ("frac", vec![]),
        ("授業", vec![&japanese]),
        ("業授", vec![]),
        ("lesson", vec![&japanese]),
        ("fractions in:library", vec![&to_cy]),
        ("fractions in:public", vec![&open]),
        ("from:ada", vec![&japanese, &open]),
        ("from:@ada fractions", vec![&open]),
        ("fractions -from:ada", vec![&to_cy]),
        ("from:nobody fractions", vec![]),
        ("from:me", vec![]),
        ("language:fr", vec![&open]),
        ("fractions before:2020-01-01", vec![]),
        ("fractions after:2020-01-01", vec![&to_cy, &open]),
        ("fractions before:2999-01-01 in:public", vec![&open]),
    ] {
        assert_eq!(found(&cy, q, "").await, all(&expected), "{q}");
    }
    let today = chrono::Utc::now().format("%Y-%m-%d");
    let during = format!("fractions during:{today} in:public");
    assert_eq!(found(&cy, &during, "").await, all(&[&open]));
    let ada_id = ada.get("/api/v1/accounts/verify_credentials").await;
    let more = format!("&account_id={}", ada_id["id"].as_str().unwrap());
    assert_eq!(found(&cy, "fractions", &more).await, all(&[&open]));

    hostile(&cy).await;
}

async fn hostile(cy: &Teacher) {
    let long = "\"a b\" ".repeat(80);
    for q in [
        "\"",
        "\"\"",
        "' OR 1=1 --",
        "fractions\" OR \"x",
        "a* NEAR(b c) ^d {e} : f",
        "words: x",
        "words:x",
        "rowid:1",
        "(((((",
        ")))",
        "AND OR NOT",
        "NOT",
        "-x",
        "-\"x y\"",
        "a & b | !c <-> d:*",
        "'a' \\",
        "\\'",
        "§public",
        "§u1 §a1",
        "\u{0}\u{1}\u{7f}",
        "has: is: from: in: before: language:",
        "from:' language:'\\ has:'",
        "from:@@@ from:a@b@c",
        "before:0000-00-00 after:99999-01-01 during:-0001-01-01",
        "before:-9999-01-01",
        "after:9999-12-31",
        "during:+262142-12-31",
        &long,
        &"x".repeat(499),
        &"\u{301}".repeat(400),
        &"-".repeat(400),
    ] {
        let answer = cy.request(Method::GET, &path(q, "")).send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert_eq!(status, StatusCode::OK, "{q:?}: {text}");
    }
    // Marks are no words: nobody reads others' by writing them.
    for q in ["§public", "-zebra", "-\"x y\" -z"] {
        for id in found(cy, q, "").await {
            let status = cy.get(&format!("/api/v1/statuses/{id}")).await;
            assert_ne!(status["visibility"], "private", "{q}");
        }
    }
}

#[tokio::test]
async fn posts_are_found_by_words_on_sqlite() {
    words(Sqlite).await;
}

#[tokio::test]
async fn posts_are_found_by_words_on_postgresql() {
    words(Postgres).await;
}

async fn changes(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo, cy] = ["ada", "bo", "cy"].map(|name| school.teacher(name));
    set(&ada, json!({ "indexable": true })).await;
    let pear = post(&bo, json!({ "status": "a pear" })).await;
    let plum = post(
        &ada,
        json!({ "status": "a plum https://fruit.example/plum", "sensitive": true }),
    )
    .await;
    let poll = json!({ "status": "which?", "poll": { "options": ["apple", "quince"], "expires_in": 3600 } });
    let poll = post(&ada, poll).await;
    let reply = post(
        &ada,
        json!({ "status": "a plum too", "in_reply_to_id": plum }),
    )
    .await;
    settle(&cy, "marker1").await;
    let none: Vec<String> = Vec::new();
    let one = |id: &String| vec![id.clone()];
    for (q, expected) in [
        ("quince", one(&poll)),
        ("has:poll", one(&poll)),
        ("has:link", one(&plum)),
        ("is:reply", one(&reply)),
        ("plum is:sensitive", one(&plum)),
        ("plum -is:reply", one(&plum)),
        ("pear", none.clone()),
    ] {
        assert_eq!(found(&cy, q, "").await, expected, "{q}");
    }

    // What one does with a post of somebody who is not found puts it into one's library.
    let mut round = 0;
    let mut settled = async || {
        round += 1;
        settle(&cy, &format!("again{round}")).await;
    };
    for (deed, undo) in [
        ("favourite", "unfavourite"),
        ("bookmark", "unbookmark"),
        ("reblog", "unreblog"),
    ] {
        cy.post(&format!("/api/v1/statuses/{pear}/{deed}"), json!({}))
            .await;
        settled().await;
        assert_eq!(found(&cy, "pear", "").await, one(&pear), "{deed}");
        assert_eq!(found(&ada, "pear", "").await, none);
        cy.post(&format!("/api/v1/statuses/{pear}/{undo}"), json!({}))
            .await;
        settled().await;
        assert_eq!(found(&cy, "pear", "").await, none, "{undo}");
    }
    let polls = cy.get(&format!("/api/v1/statuses/{poll}")).await;
    let place = format!(
        "/api/v1/polls/{}/votes",
        polls["poll"]["id"].as_str().unwrap()
    );
    cy.post(&place, json!({ "choices": [1] })).await;
    settled().await;
    assert_eq!(found(&cy, "quince in:library", "").await, one(&poll));

    // Whoever wants to be found is found from now on, with what they said before.
    set(&bo, json!({ "indexable": true })).await;
    settled().await;
    assert_eq!(found(&cy, "pear", "").await, one(&pear));
    set(&bo, json!({ "indexable": false })).await;
    settled().await;
    assert_eq!(found(&cy, "pear", "").await, none);

    // Edited and deleted.
    let place = format!("/api/v1/statuses/{plum}");
    answer(
        ada.request(Method::PUT, &place)
            .json(&json!({ "status": "a cherry" })),
    )
    .await;
    settled().await;
    assert_eq!(found(&cy, "cherry", "").await, one(&plum));
    assert_eq!(found(&cy, "plum", "").await, one(&reply));
    answer(ada.request(Method::DELETE, &place)).await;
    settled().await;
    assert_eq!(found(&cy, "cherry", "").await, none);

    // Those whom one does not want to see, and those who do not want to be seen.
    let ada_id = ada.get("/api/v1/accounts/verify_credentials").await;
    let ada_id = ada_id["id"].as_str().unwrap();
    let cy_id = cy.get("/api/v1/accounts/verify_credentials").await;
    let cy_id = cy_id["id"].as_str().unwrap();
    cy.post(&format!("/api/v1/accounts/{ada_id}/mute"), json!({}))
        .await;
    assert_eq!(found(&cy, "plum", "").await, none);
    cy.post(&format!("/api/v1/accounts/{ada_id}/unmute"), json!({}))
        .await;
    assert_eq!(found(&cy, "plum", "").await, one(&reply));
    ada.post(&format!("/api/v1/accounts/{cy_id}/block"), json!({}))
        .await;
    assert_eq!(found(&cy, "plum", "").await, none);
    assert_eq!(found(&bo, "plum", "").await, one(&reply));
    assert!(school.command(&["user", "suspend", "ada"]).status.success());
    assert_eq!(found(&bo, "plum", "").await, none);
}

#[tokio::test]
async fn what_changes_is_found_as_it_is_on_sqlite() {
    changes(Sqlite).await;
}

#[tokio::test]
async fn what_changes_is_found_as_it_is_on_postgresql() {
    changes(Postgres).await;
}

async fn pages(kind: Kind) {
    let Some(mut school) = School::open(kind).await else {
        return;
    };
    let [ada, cy] = ["ada", "cy"].map(|name| school.teacher(name));
    set(&ada, json!({ "indexable": true })).await;
    let mut ids = Vec::new();
    for number in 0..7 {
        ids.insert(
            0,
            post(&ada, json!({ "status": format!("lesson {number}") })).await,
        );
    }
    // What is noted is written after a crash, too.
    school.kill();
    school.start().await;
    settle(&cy, "marker1").await;
    assert_eq!(found(&cy, "lesson", "").await, ids);
    assert_eq!(found(&cy, "lesson", "&limit=3").await, ids[..3]);
    assert_eq!(found(&cy, "lesson", "&limit=3&offset=3").await, ids[3..6]);
    assert_eq!(found(&cy, "lesson", "&limit=3&offset=6").await, ids[6..]);
    assert_eq!(found(&cy, "lesson", "&offset=10000").await, ids[..0]);
    let below = format!("&limit=2&max_id={}", ids[2]);
    assert_eq!(found(&cy, "lesson", &below).await, ids[3..5]);
    let above = format!("&min_id={}", ids[2]);
    assert_eq!(found(&cy, "lesson", &above).await, ids[..2]);
}

#[tokio::test]
async fn pages_of_what_is_found_on_sqlite() {
    pages(Sqlite).await;
}

#[tokio::test]
async fn pages_of_what_is_found_on_postgresql() {
    pages(Postgres).await;
}

/// As toot's own tests ask.
async fn tags(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, cy] = ["ada", "cy"].map(|name| school.teacher(name));
    set(&ada, json!({ "indexable": true })).await;
    let mut ids = Vec::new();
    for words in [
        "#hashtag_x",
        "#hashtag",
        "hashtag without a sign",
        "#Hashtag_x and #bees",
    ] {
        ids.push(post(&ada, json!({ "status": words })).await);
    }
    settle(&cy, "marker1").await;
    let all = |places: &[usize]| {
        let found = places.iter().map(|place| ids[*place].clone());
        found.collect::<Vec<_>>()
    };
    for (q, expected) in [
        ("#hashtag", &[1][..]),
        ("#HASHTAG_X", &[3, 0]),
        ("#hashtag_", &[]),
        ("#hashtag_x #bees", &[3]),
        ("#hashtag_x -#bees", &[0]),
        ("#hash", &[]),
        ("hashtag", &[3, 2, 1, 0]),
        ("\"#hashtag\"", &[3, 2, 1, 0]),
    ] {
        assert_eq!(found(&cy, q, "").await, all(expected), "{q}");
    }
    let of_each_kind = cy.get("/api/v2/search?q=%23hashtag").await;
    let names: Vec<&str> = of_each_kind["hashtags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| tag["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["hashtag", "hashtag_x"]);
    // Another tag is another mark.
    let edited = ada.request(Method::PUT, &format!("/api/v1/statuses/{}", ids[1]));
    answer(edited.json(&json!({ "status": "#wasps" }))).await;
    settle(&cy, "marker2").await;
    assert_eq!(found(&cy, "#hashtag", "").await, all(&[]));
    assert_eq!(found(&cy, "#wasps", "").await, all(&[1]));
}

#[tokio::test]
async fn posts_are_found_by_their_tags_on_sqlite() {
    tags(Sqlite).await;
}

#[tokio::test]
async fn posts_are_found_by_their_tags_on_postgresql() {
    tags(Postgres).await;
}
