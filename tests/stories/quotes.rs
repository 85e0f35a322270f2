//! Quotes: asked for, let, refused and taken back, with schools and with others.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::authorised_fetch::follows;
use crate::elsewhere::{Elsewhere, fits, status_at};
use crate::harness::{School, Teacher, answer, eventually};

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

fn id(status: &Value) -> &str {
    status["id"].as_str().unwrap()
}

async fn shows(teacher: &Teacher, status: &str, expected: &Value) -> Value {
    eventually(&format!("{expected}"), || async {
        let seen = teacher.get(&format!("/api/v1/statuses/{status}")).await;
        fits(&seen, expected).then_some(seen)
    })
    .await
}

async fn quote(teacher: &Teacher, words: &str, of: &str) -> Value {
    teacher
        .publish(json!({ "status": words, "quoted_status_id": of }))
        .await
}

async fn without_a_word(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    let said = bo.publish(json!({ "status": "Paper strips" })).await;
    let quoting = json!({ "spoiler_text": "Careful", "quoted_status_id": id(&said) });
    let quoting = ada.publish(quoting).await;
    assert_eq!(quoting["spoiler_text"], "Careful");
    assert_eq!(quoting["quote"]["quoted_status"]["id"], said["id"]);
    // Apps that know no quotes show a line.
    let content = quoting["content"].as_str().unwrap();
    let line = "<p class=\"quote-inline\">RE: <a href=\"";
    assert!(content.starts_with(line), "{content}");
    assert!(content.contains(said["url"].as_str().unwrap()), "{content}");
    let boost = format!("/api/v1/statuses/{}/reblog", id(&quoting));
    assert_eq!(bo.post(&boost, Value::Null).await["content"], content);
    // Only who is quoted takes it back.
    let revoke = format!(
        "/api/v1/statuses/{}/quotes/{}/revoke",
        id(&said),
        id(&quoting)
    );
    let refused = ada.request(Method::POST, &revoke).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    // Whoever gives the address gives it once.
    let words = format!("See {}", said["url"].as_str().unwrap());
    let quoting = quote(&ada, &words, id(&said)).await;
    assert!(!quoting["content"].as_str().unwrap().contains("RE: "));
}

#[tokio::test]
async fn a_quote_needs_no_words_on_sqlite() {
    without_a_word(Sqlite).await;
}

#[tokio::test]
async fn a_quote_needs_no_words_on_postgresql() {
    without_a_word(Postgres).await;
}

async fn in_a_word_for_few(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    let said = bo.publish(json!({ "status": "Paper strips" })).await;
    let word = |text: &str, of: &Value| json!({ "status": text, "quoted_status_id": id(of), "visibility": "direct" });
    let refused = ada.request(Method::POST, "/api/v1/statuses");
    let refused = refused.json(&word("Look at this", &said)).send();
    assert_eq!(
        refused.await.unwrap().status(),
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let told = ada.publish(word("@bo may I?", &said)).await;
    assert_eq!(told["quote"]["quoted_status"]["id"], said["id"]);
    let own = ada.publish(json!({ "status": "For me" })).await;
    let noted = ada.publish(word("remember", &own)).await;
    assert_eq!(noted["quote"]["quoted_status"]["id"], own["id"]);
}

#[tokio::test]
async fn who_is_quoted_in_a_word_for_few_must_be_among_them_on_sqlite() {
    in_a_word_for_few(Sqlite).await;
}

#[tokio::test]
async fn who_is_quoted_in_a_word_for_few_must_be_among_them_on_postgresql() {
    in_a_word_for_few(Postgres).await;
}

async fn between_schools(kind: Kind) {
    let (Some(here), Some(there)) = (School::open(kind).await, School::open(kind).await) else {
        return;
    };
    let (ada, bo) = (here.teacher("ada"), there.teacher("bo"));
    ada.follow(&format!("@bo@{}", there.host)).await;
    bo.follow(&format!("@ada@{}", here.host)).await;
    let said = bo.publish(json!({ "status": "Paper strips" })).await;
    let policy = json!({ "quote_approval": { "automatic": ["public"], "manual": [], "current_user": "automatic" } });
    assert!(fits(&said, &policy), "{said:#}");
    let read = ada.reads("Paper strips").await;
    assert!(fits(&read, &policy), "{read:#}");
    let quoting = quote(&ada, "Try this", id(&read)).await;
    assert_eq!(
        quoting["quote"],
        json!({ "state": "pending", "quoted_status": null })
    );
    let accepted = json!({ "quote": { "state": "accepted", "quoted_status": { "content": "<p>Paper strips</p>" } } });
    shows(&ada, id(&quoting), &accepted).await;
    let told = bo.is_told("quote").await;
    assert!(fits(&told["status"], &accepted), "{told:#}");
    shows(&bo, id(&said), &json!({ "quotes_count": 1 })).await;
    let list = bo
        .get(&format!("/api/v1/statuses/{}/quotes", id(&said)))
        .await;
    assert!(fits(&list, &json!([{ "uri": quoting["uri"] }])), "{list:#}");

    let page = here.http.get(quoting["url"].as_str().unwrap());
    let page = page.header("accept", "text/html").send().await.unwrap();
    let page = page.text().await.unwrap();
    assert!(
        page.contains("<blockquote>") && page.contains("Paper strips"),
        "{page}"
    );

    // A quote of a quote shows what it quotes, and of that only the id.
    let chain = quote(&ada, "And this", id(&quoting)).await;
    let inner = json!({ "quote": { "state": "accepted", "quoted_status": {
        "quote": { "state": "accepted", "quoted_status_id": id(&read) } } } });
    assert!(fits(&chain, &inner), "{chain:#}");

    let there_id = told["status"]["id"].as_str().unwrap();
    let path = format!("/api/v1/statuses/{}/quotes/{there_id}/revoke", id(&said));
    let revoked = bo.post(&path, Value::Null).await;
    let gone = json!({ "quote": { "state": "revoked", "quoted_status": null } });
    assert!(fits(&revoked, &gone), "{revoked:#}");
    shows(&bo, id(&said), &json!({ "quotes_count": 0 })).await;
    shows(&ada, id(&quoting), &gone).await;

    // Nobody may any more; it is as if it were not there.
    let path = format!("/api/v1/statuses/{}/interaction_policy", id(&said));
    let closed = bo
        .request(Method::PUT, &path)
        .json(&json!({ "quote_approval_policy": "nobody" }));
    assert_eq!(
        answer(closed).await["quote_approval"]["automatic"],
        json!([])
    );
    shows(&ada, id(&read), &json!({ "edited_at": null, "quote_approval": { "automatic": [], "current_user": "denied" } })).await;
    let body = json!({ "status": "Once more", "quoted_status_id": id(&read) });
    let refused = ada.request(Method::POST, "/api/v1/statuses").json(&body);
    assert_eq!(
        refused.send().await.unwrap().status(),
        StatusCode::NOT_FOUND
    );
}

async fn one_says_once_who_may_quote_what_one_posts(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let path = "/api/v1/accounts/update_credentials";
    let change = |policy: &str| {
        ada.request(Method::PATCH, path)
            .json(&json!({ "source": { "quote_policy": policy } }))
    };
    let own = answer(change("followers")).await;
    assert_eq!(own["source"]["quote_policy"], "followers");
    let preferences = ada.get("/api/v1/preferences").await;
    assert_eq!(preferences["posting:default:quote_policy"], "followers");
    let usual = ada.publish(json!({ "status": "As usual" })).await;
    assert_eq!(usual["quote_approval"]["automatic"], json!(["followers"]));
    let said = json!({ "status": "Not as usual", "quote_approval_policy": "nobody" });
    let said = ada.publish(said).await;
    assert_eq!(said["quote_approval"]["automatic"], json!([]));
    let form = [("source[quote_policy]", "public")];
    let own = answer(ada.request(Method::PATCH, path).form(&form)).await;
    assert_eq!(own["source"]["quote_policy"], "public");
    let refused = change("strangers").send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn one_says_once_who_may_quote_what_one_posts_on_sqlite() {
    one_says_once_who_may_quote_what_one_posts(Sqlite).await;
}

#[tokio::test]
async fn one_says_once_who_may_quote_what_one_posts_on_postgresql() {
    one_says_once_who_may_quote_what_one_posts(Postgres).await;
}

#[tokio::test]
async fn quotes_between_schools_on_sqlite() {
    between_schools(Sqlite).await;
}

#[tokio::test]
async fn quotes_between_schools_on_postgresql() {
    between_schools(Postgres).await;
}

async fn with_others(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let (elsewhere, reading) = (Elsewhere::open().await, Elsewhere::open().await);
    let (grace, mo) = (elsewhere.person("grace"), elsewhere.person("mo"));
    let li = reading.person("li");
    follows(
        &reading,
        &school,
        &li,
        &format!("{}/users/ada", school.base),
    )
    .await;
    elsewhere.is_followed(&school, &ada, &grace).await;
    elsewhere.is_followed(&school, &ada, &mo).await;
    let by = grace["id"].as_str().unwrap();
    let note = |number: u32, of: &Value, more: Value| {
        let mut note = json!({ "id": format!("{by}/{number}"), "type": "Note", "attributedTo": by, "to": [PUBLIC], "content": "look" });
        note["quote"] = of.clone();
        for (key, value) in more.as_object().unwrap() {
            note[key] = value.clone();
        }
        note
    };
    let asks = |number: u32, note: &Value, of: &Value| json!({ "id": format!("{by}/asks/{number}"), "type": "QuoteRequest", "actor": by, "object": of, "instrument": note });
    let answered = async |number: u32| {
        let request = format!("{by}/asks/{number}");
        elsewhere
            .receives("an answer", |activity| activity["object"]["id"] == *request)
            .await
    };

    // Ours: everybody may quote one, nobody the other.
    let open = ada.publish(json!({ "status": "For all" })).await;
    let closed = ada
        .publish(json!({ "status": "Not to be quoted", "quote_approval_policy": "nobody" }))
        .await;
    let first = note(1, &open["uri"], json!({}));
    elsewhere
        .tells(&school, &asks(1, &first, &open["uri"]))
        .await;
    let accept = answered(1).await;
    assert_eq!(accept["type"], "Accept", "{accept:#}");
    let stamp = accept["result"].as_str().unwrap();
    let get = async || {
        let path = stamp.strip_prefix(&school.base).unwrap();
        let request = school
            .request(Method::GET, path)
            .header("accept", "application/activity+json");
        request.send().await.unwrap()
    };
    let expected = json!({ "id": stamp, "type": "QuoteAuthorization", "attributedTo": open["account"]["uri"],
        "interactingObject": first["id"], "interactionTarget": open["uri"] });
    let document: Value = get().await.json().await.unwrap();
    assert!(fits(&document, &expected), "{document:#}");
    let told = ada.is_told("quote").await;
    assert_eq!(told["status"]["uri"], first["id"]);
    let second = note(2, &closed["uri"], json!({}));
    elsewhere
        .tells(&school, &asks(2, &second, &closed["uri"]))
        .await;
    assert_eq!(answered(2).await["type"], "Reject");
    assert!(
        status_at(&ada, second["id"].as_str().unwrap())
            .await
            .is_none()
    );
    let path = format!(
        "/api/v1/statuses/{}/quotes/{}/revoke",
        id(&open),
        id(&told["status"])
    );
    ada.post(&path, Value::Null).await;
    // Her readers may have the quote, too, and know its author from nowhere.
    for told in [&elsewhere, &reading] {
        told.receives("a Delete of the stamp", |activity| {
            activity["type"] == "Delete" && activity["object"]["id"] == stamp
        })
        .await;
    }
    assert_eq!(get().await.status(), StatusCode::NOT_FOUND);

    // Theirs of each other: only with a stamp that its author's server serves.
    let said = json!({ "id": format!("{}/said", mo["id"].as_str().unwrap()), "type": "Note", "attributedTo": mo["id"], "to": [PUBLIC], "content": "said" });
    elsewhere.serve(said.clone());
    let stamp = |name: &str, number: u32, author: &Value| {
        json!({ "id": format!("{}/stamps/{name}", mo["id"].as_str().unwrap()), "type": "QuoteAuthorization", "attributedTo": author["id"],
            "interactingObject": format!("{by}/{number}"), "interactionTarget": said["id"] })
    };
    let (good, of_another, by_another) = (
        stamp("good", 3, &mo),
        stamp("other", 99, &mo),
        stamp("forged", 5, &grace),
    );
    for document in [&good, &of_another, &by_another] {
        elsewhere.serve(document.clone());
    }
    let stamped = |stamp: &Value| json!({ "quoteAuthorization": stamp["id"] });
    for (number, more, state) in [
        (3, stamped(&good), "accepted"),
        (4, stamped(&of_another), "pending"),
        (5, stamped(&by_another), "pending"),
        (6, json!({}), "pending"),
        (
            7,
            json!({ "quote": null, "quoteUrl": said["id"] }),
            "pending",
        ),
    ] {
        let note = note(number, &said["id"], more);
        let create = json!({ "id": format!("{by}/c{number}"), "type": "Create", "actor": by, "object": note });
        elsewhere.tells(&school, &create).await;
        let uri = format!("{by}/{number}");
        let seen = eventually("the quote", || status_at(&ada, &uri)).await;
        assert_eq!(seen["quote"]["state"], state, "{number}: {seen:#}");
        assert_eq!(seen["quote"]["quoted_status"].is_null(), state == "pending");
    }
    let taken_back = json!({ "id": format!("{}/d", mo["id"].as_str().unwrap()), "type": "Delete", "actor": mo["id"], "object": good["id"] });
    elsewhere.tells(&school, &taken_back).await;
    let third = format!("{by}/3");
    eventually("the quote to be revoked", || async {
        let seen = status_at(&ada, &third).await?;
        (seen["quote"]["state"] == "revoked").then_some(())
    })
    .await;

    // Ours of theirs: asked for, and refused.
    let mut policed = note(8, &Value::Null, json!({}));
    policed["interactionPolicy"] = json!({ "canQuote": { "automaticApproval": [PUBLIC] } });
    let create =
        json!({ "id": format!("{by}/c8"), "type": "Create", "actor": by, "object": policed });
    elsewhere.tells(&school, &create).await;
    let uri = format!("{by}/8");
    let seen = eventually("the post", || status_at(&ada, &uri)).await;
    let quoting = quote(&ada, "Hear", id(&seen)).await;
    let request = elsewhere
        .receives("a QuoteRequest", |activity| {
            activity["type"] == "QuoteRequest"
        })
        .await;
    let expected = json!({ "object": uri, "instrument": { "id": quoting["uri"], "type": "Note", "quote": uri } });
    assert!(fits(&request, &expected), "{request:#}");
    let content = request["instrument"]["content"].as_str().unwrap();
    assert!(
        content.contains("quote-inline") && content.contains(&uri),
        "{content}"
    );
    let reject =
        json!({ "id": format!("{by}/r"), "type": "Reject", "actor": by, "object": request["id"] });
    elsewhere.tells(&school, &reject).await;
    shows(
        &ada,
        id(&quoting),
        &json!({ "quote": { "state": "rejected", "quoted_status": null } }),
    )
    .await;
    // Somebody else's yes does not count.
    let other = json!({ "id": format!("{}/y", mo["id"].as_str().unwrap()), "type": "Accept", "actor": mo["id"], "object": request["id"], "result": good["id"] });
    elsewhere.tells(&school, &other).await;
    let accept = json!({ "id": format!("{by}/y"), "type": "Accept", "actor": by, "object": request["id"], "result": format!("{by}/stamps/8") });
    elsewhere.tells(&school, &accept).await;
    let shown = shows(
        &ada,
        id(&quoting),
        &json!({ "quote": { "state": "accepted" } }),
    )
    .await;
    assert_eq!(shown["quote"]["quoted_status"]["uri"], uri);
    let update = elsewhere
        .receives("an Update with the stamp", |activity| {
            activity["type"] == "Update" && activity["object"]["quoteAuthorization"].is_string()
        })
        .await;
    assert_eq!(
        update["object"]["quoteAuthorization"],
        format!("{by}/stamps/8")
    );
}

#[tokio::test]
async fn quotes_with_others_on_sqlite() {
    with_others(Sqlite).await;
}

#[tokio::test]
async fn quotes_with_others_on_postgresql() {
    with_others(Postgres).await;
}

async fn of_somebody_unwanted(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo, cy] = ["ada", "bo", "cy"].map(|name| school.teacher(name));
    let said = bo.publish(json!({ "status": "Paper strips" })).await;
    let quoting = quote(&ada, "Try this", id(&said)).await;
    let path = format!("/api/v1/statuses/{}", id(&quoting));
    let does = async |deed: &str| {
        let account = said["account"]["id"].as_str().unwrap();
        cy.post(&format!("/api/v1/accounts/{account}/{deed}"), Value::Null)
            .await;
        cy.get(&path).await["quote"].clone()
    };
    let muted = does("mute").await;
    assert_eq!(muted["state"], "muted_account");
    assert_eq!(muted["quoted_status"]["id"], said["id"]);
    let blocked = does("block").await;
    assert_eq!(blocked["state"], "blocked_account");
    assert_eq!(blocked["quoted_status"], Value::Null);
    does("unblock").await;
    let wanted = does("unmute").await;
    assert_eq!(wanted["state"], "accepted");
    // Who is blocked is not told so.
    let account = cy.get("/api/v1/accounts/verify_credentials").await["id"].clone();
    let path = format!("/api/v1/accounts/{}/block", account.as_str().unwrap());
    bo.post(&path, Value::Null).await;
    let seen = does("mute").await;
    assert_eq!(seen["state"], "unauthorized");
}

#[tokio::test]
async fn a_quote_of_somebody_unwanted_says_so_on_sqlite() {
    of_somebody_unwanted(Sqlite).await;
}

#[tokio::test]
async fn a_quote_of_somebody_unwanted_says_so_on_postgresql() {
    of_somebody_unwanted(Postgres).await;
}

async fn of_words_to_the_reader(kind: Kind) {
    let (Some(here), Some(there)) = (School::open(kind).await, School::open(kind).await) else {
        return;
    };
    let (ada, bo) = (here.teacher("ada"), there.teacher("bo"));
    ada.follow(&format!("@bo@{}", there.host)).await;
    let words = format!("Paper strips, @ada@{}", here.host);
    bo.publish(json!({ "status": words })).await;
    let read = ada.reads("Paper strips").await;
    let quoting = quote(&ada, "Try this", id(&read)).await;
    let accepted = json!({ "quote": { "state": "accepted" } });
    shows(&ada, id(&quoting), &accepted).await;
}

#[tokio::test]
async fn who_is_mentioned_elsewhere_may_quote_that_on_sqlite() {
    of_words_to_the_reader(Sqlite).await;
}

#[tokio::test]
async fn who_is_mentioned_elsewhere_may_quote_that_on_postgresql() {
    of_words_to_the_reader(Postgres).await;
}
