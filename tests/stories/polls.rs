//! Polls, asked here and elsewhere, and answered both ways.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};
use test_support::hurry;

use crate::authorised_fetch::follows;
use crate::elsewhere::{Elsewhere, fits, status_at};
use crate::harness::{School, Teacher, answer, eventually};

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

fn question(words: &str) -> Value {
    json!({ "status": words, "poll": { "options": ["Monday", "Tuesday", "never"], "expires_in": 3600 } })
}

async fn poll_of(teacher: &Teacher, status: &Value) -> Value {
    let path = format!("/api/v1/statuses/{}", status["id"].as_str().unwrap());
    teacher.get(&path).await["poll"].clone()
}

async fn votes(teacher: &Teacher, poll: &Value, choices: &[i64]) -> (StatusCode, Value) {
    let path = format!("/api/v1/polls/{}/votes", poll["id"].as_str().unwrap());
    let vote = teacher
        .request(Method::POST, &path)
        .json(&json!({ "choices": choices }));
    let response = vote.send().await.unwrap();
    (response.status(), response.json().await.unwrap())
}

async fn blank(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    for none in [json!({}), json!([]), json!(""), Value::Null] {
        let post = ada
            .publish(json!({ "status": "No poll", "poll": none }))
            .await;
        assert_eq!(post["poll"], Value::Null, "{none}");
    }
    let form = ada.request(Method::POST, "/api/v1/statuses");
    let form = form.form(&[("status", "None here"), ("poll", "")]);
    assert_eq!(answer(form).await["poll"], Value::Null);
    let said = json!({ "options": ["Monday", "Tuesday"], "expires_in": 3600.0 });
    let post = ada
        .publish(json!({ "status": "When?", "poll": said }))
        .await;
    assert_eq!(post["poll"]["options"][1]["title"], "Tuesday");
    // An edit with a blank one asks no more.
    let path = format!("/api/v1/statuses/{}", post["id"].as_str().unwrap());
    let edit = json!({ "status": "Never", "poll": {} });
    let edited = answer(ada.request(Method::PUT, &path).json(&edit)).await;
    assert_eq!(edited["poll"], Value::Null);
}

#[tokio::test]
async fn a_blank_poll_is_none_on_sqlite() {
    blank(Sqlite).await;
}

#[tokio::test]
async fn a_blank_poll_is_none_on_postgresql() {
    blank(Postgres).await;
}

async fn between_schools(kind: Kind) {
    let (Some(here), Some(there)) = (School::open(kind).await, School::open(kind).await) else {
        return;
    };
    let (ada, bo) = (here.teacher("ada"), there.teacher("bo"));
    ada.follow(&format!("@bo@{}", there.host)).await;
    let asked = bo.publish(question("When do we meet?")).await;
    assert_eq!(asked["poll"]["voted"], true, "one's own");
    let read = ada.reads("When do we meet?").await;
    let poll = &read["poll"];
    let expected = json!({ "expired": false, "multiple": false, "votes_count": 0, "voters_count": 0, "voted": false,
        "own_votes": [], "options": [{ "title": "Monday", "votes_count": 0 }, { "title": "Tuesday" }, { "title": "never" }] });
    assert!(fits(poll, &expected), "{poll:#}");
    assert_eq!(poll["expires_at"], asked["poll"]["expires_at"]);
    for (bad, expected) in [
        (&[][..], StatusCode::BAD_REQUEST),
        (&[7][..], StatusCode::UNPROCESSABLE_ENTITY),
        (&[-1][..], StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        assert_eq!(votes(&ada, poll, bad).await.0, expected, "{bad:?}");
    }
    let (status, voted) = votes(&ada, poll, &[1]).await;
    assert_eq!(status, StatusCode::OK, "{voted}");
    assert!(
        fits(
            &voted,
            &json!({ "votes_count": 1, "voted": true, "own_votes": [1] })
        ),
        "{voted:#}"
    );
    for again in [0, 1] {
        let (status, refusal) = votes(&ada, poll, &[again]).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{refusal}");
    }
    eventually("the vote to be counted there", || async {
        let poll = poll_of(&bo, &asked).await;
        fits(&poll, &json!({ "votes_count": 1, "voters_count": 1, "options": [{ "votes_count": 0 }, { "votes_count": 1 }, {}] }))
            .then_some(())
    })
    .await;
    let (status, refusal) = votes(&bo, &asked["poll"], &[0]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        refusal["error"],
        "Validation failed: You cannot vote in your own polls"
    );
    // A vote is no status.
    let thread = bo
        .get(&format!(
            "/api/v1/statuses/{}/context",
            asked["id"].as_str().unwrap()
        ))
        .await;
    assert_eq!(thread["descendants"], json!([]));

    let uri = asked["uri"]
        .as_str()
        .unwrap()
        .strip_prefix(&there.base)
        .unwrap();
    let document = there
        .request(Method::GET, uri)
        .header("accept", "application/activity+json");
    let document = answer(document).await;
    let expected = json!({ "type": "Question", "votersCount": 1, "oneOf": [
        { "type": "Note", "name": "Monday", "replies": { "type": "Collection", "totalItems": 0 } },
        { "type": "Note", "name": "Tuesday", "replies": { "type": "Collection", "totalItems": 1 } },
        { "type": "Note", "name": "never" },
    ] });
    assert!(fits(&document, &expected), "{document:#}");
    assert!(document["endTime"].is_string() && document.get("closed").is_none());
    let page = asked["url"].as_str().unwrap();
    let page = there.http.get(page).header("accept", "text/html");
    let page = page.send().await.unwrap().text().await.unwrap();
    assert!(page.contains("<li>Tuesday: 1</li>"), "{page}");
}

#[tokio::test]
async fn polls_between_schools_on_sqlite() {
    between_schools(Sqlite).await;
}

#[tokio::test]
async fn polls_between_schools_on_postgresql() {
    between_schools(Postgres).await;
}

async fn with_others(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let elsewhere = Elsewhere::open().await;
    let (grace, mo) = (elsewhere.person("grace"), elsewhere.person("mo"));
    elsewhere.is_followed(&school, &ada, &grace).await;
    let by = grace["id"].as_str().unwrap();
    let uri = format!("{by}/statuses/1");
    let asks = |yes: i64, no: i64| {
        json!({ "id": uri, "type": "Question", "attributedTo": by, "to": [PUBLIC], "content": "<p>Tea?</p>",
            "endTime": "2099-01-01T00:00:00Z", "votersCount": yes + no,
            "anyOf": [{ "type": "Note", "name": "yes", "replies": { "type": "Collection", "totalItems": yes } },
                      { "type": "Note", "name": "no", "replies": { "type": "Collection", "totalItems": no } }] })
    };
    let tells = async |kind: &str, id: &str, object: Value| {
        let activity = json!({ "id": format!("{by}/{id}"), "type": kind, "actor": by, "to": [PUBLIC], "object": object });
        elsewhere.tells(&school, &activity).await;
    };
    tells("Create", "c1", asks(2, 1)).await;
    let read = eventually("the question", || status_at(&ada, &uri)).await;
    assert!(
        fits(
            &read["poll"],
            &json!({ "multiple": true, "votes_count": 3, "voters_count": 3 })
        ),
        "{read:#}"
    );
    let (status, voted) = votes(&ada, &read["poll"], &[0, 1]).await;
    assert_eq!((status, &voted["votes_count"]), (StatusCode::OK, &json!(5)));
    for name in ["yes", "no"] {
        let vote = elsewhere
            .receives("a vote", |activity| activity["object"]["name"] == name)
            .await;
        let expected = json!({ "type": "Create", "to": [by], "object": { "type": "Note", "inReplyTo": uri, "to": [by] } });
        assert!(
            fits(&vote, &expected) && vote["object"].get("content").is_none(),
            "{vote:#}"
        );
    }
    // Newer counts count, older ones that come late do not.
    for (id, yes, no) in [("u1", 7, 2), ("u2", 3, 2)] {
        tells("Update", id, asks(yes, no)).await;
    }
    tells("Create", "c2", json!({ "id": format!("{by}/statuses/2"), "type": "Note", "attributedTo": by, "to": [PUBLIC], "content": "after" })).await;
    let after = format!("{by}/statuses/2");
    eventually("what comes after", || status_at(&ada, &after)).await;
    let now = status_at(&ada, &uri).await.unwrap();
    assert!(
        fits(
            &now,
            &json!({ "edited_at": null, "poll": { "votes_count": 9, "own_votes": [0, 1] } })
        ),
        "{now:#}"
    );

    // Whoever looks has it counted anew, without being told.
    elsewhere.serve(asks(11, 4));
    let looked_at = format!("/api/v1/polls/{}", now["poll"]["id"].as_str().unwrap());
    eventually("the counts of now", || async {
        (ada.get(&looked_at).await["votes_count"] == 15).then_some(())
    })
    .await;

    // Others vote in ours: each once, and only for what is there.
    let asked = ada.publish(question("When do we meet?")).await;
    let vote = |by: &Value, id: &str, name: &str| {
        let by = by["id"].as_str().unwrap();
        json!({ "id": format!("{by}/{id}/activity"), "type": "Create", "actor": by, "to": [asked["account"]["uri"]],
            "object": { "id": format!("{by}/{id}"), "type": "Note", "attributedTo": by, "name": name,
                        "inReplyTo": asked["uri"], "to": [asked["account"]["uri"]] } })
    };
    for vote in [
        vote(&grace, "v1", "Monday"),
        vote(&grace, "v2", "Monday"),
        vote(&grace, "v3", "never"),
        vote(&mo, "v1", "Sunday"),
        vote(&mo, "v2", "never"),
    ] {
        elsewhere.tells(&school, &vote).await;
    }
    let expected = json!({ "votes_count": 2, "voters_count": 2, "options": [{ "votes_count": 1 }, { "votes_count": 0 }, { "votes_count": 1 }] });
    eventually("the votes", || async {
        fits(&poll_of(&ada, &asked).await, &expected).then_some(())
    })
    .await;
    // Another question begins without votes; the same one goes on.
    let edit = async |options: Value| {
        let path = format!("/api/v1/statuses/{}", asked["id"].as_str().unwrap());
        let change =
            json!({ "status": "When?", "poll": { "options": options, "expires_in": 7200 } });
        answer(ada.request(Method::PUT, &path).json(&change)).await["poll"].clone()
    };
    assert_eq!(
        edit(json!(["Monday", "Tuesday", "never"])).await["votes_count"],
        2
    );
    let anew = edit(json!(["Monday", "Wednesday"])).await;
    assert!(
        fits(
            &anew,
            &json!({ "votes_count": 0, "options": [{}, { "title": "Wednesday" }] })
        ),
        "{anew:#}"
    );
    let path = format!("/api/v1/statuses/{}/history", asked["id"].as_str().unwrap());
    let versions = ada.get(&path).await;
    let options = |place: usize| versions[place]["poll"]["options"].clone();
    let first = json!([{ "title": "Monday" }, { "title": "Tuesday" }, { "title": "never" }]);
    assert_eq!((options(0), options(1)), (first.clone(), first));
    assert_eq!(
        options(2),
        json!([{ "title": "Monday" }, { "title": "Wednesday" }])
    );
    let plain = ada.publish(json!({ "status": "No question" })).await;
    let path = format!("/api/v1/statuses/{}/history", plain["id"].as_str().unwrap());
    assert!(ada.get(&path).await[0].get("poll").is_none());
}

/// How a poll elsewhere ended is asked there, and told to those who voted.
async fn an_end_elsewhere(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    let elsewhere = Elsewhere::open().await;
    let grace = elsewhere.person("grace");
    for teacher in [&ada, &bo] {
        elsewhere.is_followed(&school, teacher, &grace).await;
    }
    let by = grace["id"].as_str().unwrap();
    let uri = format!("{by}/statuses/1");
    let end = chrono::Utc::now() + chrono::TimeDelta::seconds(4);
    let end = end.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let option = |name: &str, count: i64| json!({ "type": "Note", "name": name, "replies": { "type": "Collection", "totalItems": count } });
    let mut asked = json!({ "@context": "https://www.w3.org/ns/activitystreams", "id": uri, "type": "Question",
        "attributedTo": by, "to": [PUBLIC], "content": "<p>Tea?</p>", "endTime": end, "votersCount": 0,
        "oneOf": [option("yes", 0), option("no", 0)] });
    let create = json!({ "id": format!("{by}/c1"), "type": "Create", "actor": by, "to": [PUBLIC], "object": asked });
    elsewhere.tells(&school, &create).await;
    let read = ada.reads("Tea?").await;
    let (status, voted) = votes(&ada, &read["poll"], &[0]).await;
    assert_eq!(status, StatusCode::OK, "{voted}");
    asked["oneOf"] = json!([option("yes", 30), option("no", 12)]);
    asked["votersCount"] = json!(42);
    asked["closed"] = json!(end);
    elsewhere.serve(asked);
    let told = ada.is_told("poll").await;
    let expected = json!({ "expired": true, "votes_count": 42, "voters_count": 42, "own_votes": [0],
        "options": [{ "votes_count": 30 }, { "votes_count": 12 }] });
    assert!(fits(&told["status"]["poll"], &expected), "{told:#}");
    assert_eq!(elsewhere.asked_for("/users/grace/statuses/1").await, 1);
    assert_eq!(
        bo.get("/api/v1/notifications?types[]=poll").await,
        json!([])
    );
}

#[tokio::test]
async fn an_end_elsewhere_on_sqlite() {
    an_end_elsewhere(Sqlite).await;
}

#[tokio::test]
async fn an_end_elsewhere_on_postgresql() {
    an_end_elsewhere(Postgres).await;
}

#[tokio::test]
async fn polls_with_others_on_sqlite() {
    with_others(Sqlite).await;
}

#[tokio::test]
async fn polls_with_others_on_postgresql() {
    with_others(Postgres).await;
}

async fn a_poll_is_there_for_those_who_see_its_status(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    let mut secret = question("For nobody");
    secret["visibility"] = json!("direct");
    let asked = ada.publish(secret).await;
    let path = format!("/api/v1/polls/{}", asked["poll"]["id"].as_str().unwrap());
    assert_eq!(bo.status_of(&path).await, StatusCode::NOT_FOUND);
    assert_eq!(
        votes(&bo, &asked["poll"], &[0]).await.0,
        StatusCode::NOT_FOUND
    );
    assert_eq!(ada.get(&path).await["id"], asked["poll"]["id"]);
    let mut hidden = question("Hidden");
    hidden["poll"]["hide_totals"] = json!(true);
    let asked = ada.publish(hidden).await;
    let (_, voted) = votes(&bo, &asked["poll"], &[2]).await;
    assert!(
        fits(
            &voted,
            &json!({ "votes_count": 1, "options": [{ "votes_count": null }, { "votes_count": null }, { "votes_count": null }] })
        ),
        "{voted:#}"
    );
    let limits = ada.get("/api/v2/instance").await["configuration"]["polls"].clone();
    assert!(
        fits(&limits, &json!({ "max_options": 8, "min_expiration": 300 })),
        "{limits}"
    );
}

#[tokio::test]
async fn a_poll_is_there_for_those_who_see_its_status_on_sqlite() {
    a_poll_is_there_for_those_who_see_its_status(Sqlite).await;
}

#[tokio::test]
async fn a_poll_is_there_for_those_who_see_its_status_on_postgresql() {
    a_poll_is_there_for_those_who_see_its_status(Postgres).await;
}

/// Counts are told a while after a vote, once for all that came meanwhile.
async fn told(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let there = Elsewhere::open().await;
    let ada_uri = format!("{}/users/ada", school.base);
    let people = ["mo", "ny"].map(|name| there.person(name));
    follows(&there, &school, &people[0], &ada_uri).await;
    let asked = ada.publish(question("When?")).await;
    for by in &people {
        let by = by["id"].as_str().unwrap();
        let vote = json!({ "id": format!("{by}#vote/create"), "type": "Create", "actor": by, "to": ada_uri, "object": {
            "id": format!("{by}#vote"), "type": "Note", "attributedTo": by, "to": ada_uri, "name": "Monday",
            "inReplyTo": asked["uri"],
        }});
        there.tells(&school, &vote).await;
    }
    eventually("the votes to be counted", || async {
        let poll = poll_of(&ada, &asked).await;
        (poll["votes_count"] == 2).then_some(())
    })
    .await;
    let is_update = |activity: &Value| activity["type"] == "Update";
    assert!(!there.received().await.iter().any(is_update), "not at once");
    hurry(&mut school.database().connect());
    ada.publish(json!({ "status": "wakes the workers" })).await;
    let update = there.receives("the counts", is_update).await;
    let expected = json!({ "object": { "type": "Question", "votersCount": 2,
        "oneOf": [{ "replies": { "totalItems": 2 } }, { "replies": { "totalItems": 0 } }, {}] } });
    assert!(fits(&update, &expected), "{update:#}");
    let updates = there.received().await.into_iter().filter(is_update);
    let ids: std::collections::BTreeSet<String> =
        updates.map(|update| update["id"].to_string()).collect();
    assert_eq!(ids.len(), 1, "{ids:?}");
}

#[tokio::test]
async fn counts_are_told_together_on_sqlite() {
    told(Sqlite).await;
}

#[tokio::test]
async fn counts_are_told_together_on_postgresql() {
    told(Postgres).await;
}

async fn ones_own_votes_come_in_the_order_of_voting(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    let poll = json!({ "options": ["Tea", "Cake"], "expires_in": 3600, "multiple": true });
    let asked = bo.publish(json!({ "status": "What?", "poll": poll })).await;
    for (choice, own) in [(1, json!([1])), (0, json!([1, 0]))] {
        let (status, voted) = votes(&ada, &asked["poll"], &[choice]).await;
        assert_eq!((status, &voted["own_votes"]), (StatusCode::OK, &own));
    }
    assert_eq!(poll_of(&ada, &asked).await["own_votes"], json!([1, 0]));
}

#[tokio::test]
async fn ones_own_votes_come_in_the_order_of_voting_on_sqlite() {
    ones_own_votes_come_in_the_order_of_voting(Sqlite).await;
}

#[tokio::test]
async fn ones_own_votes_come_in_the_order_of_voting_on_postgresql() {
    ones_own_votes_come_in_the_order_of_voting(Postgres).await;
}

async fn nothing_to_choose(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    for poll in [json!({}), json!(null), json!("")] {
        let said = json!({ "status": "Good morning", "poll": poll });
        assert_eq!(ada.publish(said).await["poll"], Value::Null, "{poll}");
    }
    let form = [("status", "Good night"), ("poll", "")];
    let sent = ada.request(Method::POST, "/api/v1/statuses").form(&form);
    assert_eq!(answer(sent).await["poll"], Value::Null);
    // One with parts is one, and must be whole.
    let half = json!({ "status": "What?", "poll": { "options": [] } });
    let sent = ada.request(Method::POST, "/api/v1/statuses").json(&half);
    let refused = sent.send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let asked = ada.publish(question("When?")).await;
    let path = format!("/api/v1/statuses/{}", asked["id"].as_str().unwrap());
    let asks_no_more = json!({ "status": "Never mind", "poll": {} });
    let edited = ada.request(Method::PUT, &path).json(&asks_no_more);
    assert_eq!(answer(edited).await["poll"], Value::Null);
}

#[tokio::test]
async fn a_poll_without_parts_is_none_on_sqlite() {
    nothing_to_choose(Sqlite).await;
}

#[tokio::test]
async fn a_poll_without_parts_is_none_on_postgresql() {
    nothing_to_choose(Postgres).await;
}
