//! Reports: to our own moderators, to those of another server, and from there.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::admin::SCOPES;
use crate::decisions::{DONE, fills_in, signed_in};
use crate::elsewhere::{Elsewhere, account_id};
use crate::harness::{School, answer, eventually, out};
use crate::sign_in::Browser;

/// Where apps lead moderators whom they told of a report.
async fn is_read_on_its_page(school: &School, id: &str) {
    let place = format!("/admin/reports/{id}");
    let (status, to, _) = Browser::new(school).page(&place).await;
    assert_eq!((status, to), (DONE, format!("/sign-in?return_to={place}")),);
    let ada = signed_in(school, "ada").await;
    assert_eq!(ada.page(&place).await.0, StatusCode::NOT_FOUND);
    let close = [("deed", "resolve")];
    let (status, _) = fills_in(&ada, &place, &close).await;
    assert_eq!(status, StatusCode::NOT_FOUND);

    let cy = signed_in(school, "cy").await;
    let (status, _, page) = cy.page(&place).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    for part in [
        "an advertisement",
        "buy chalk",
        "@ada",
        "Nobody looks at it",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    for (deed, state) in [
        ("assign", "@cy looks at it."),
        ("resolve", "@cy has closed it."),
        ("reopen", "@cy looks at it."),
    ] {
        assert_eq!(fills_in(&cy, &place, &[("deed", deed)]).await.0, DONE);
        let (_, _, page) = cy.page(&place).await;
        assert!(page.contains(state), "{deed}: {page}");
    }
    let unknown = cy.page("/admin/reports/1").await.0;
    assert_eq!(unknown, StatusCode::NOT_FOUND);
}

async fn chosen(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let (there, third) = (Elsewhere::open().await, Elsewhere::open().await);
    let (mo, kay) = (there.person("mo"), third.person("kay"));
    there.is_followed(&school, &ada, &mo).await;
    third.is_followed(&school, &ada, &kay).await;
    let post = |by: &Value, words: &str, answers: &Value| {
        let by = by["id"].as_str().unwrap();
        let public = "https://www.w3.org/ns/activitystreams#Public";
        json!({ "id": format!("{by}/1/create"), "type": "Create", "actor": by, "to": public, "object": {
            "id": format!("{by}/1"), "type": "Note", "attributedTo": by, "to": public, "content": words,
            "inReplyTo": answers } })
    };
    let question = post(&kay, "who sells chalk", &Value::Null);
    third.tells(&school, &question).await;
    ada.reads("who sells chalk").await;
    let answer = post(&mo, "buy chalk", &question["object"]["id"]);
    there.tells(&school, &answer).await;
    let status = ada.reads("buy chalk").await;
    let mo_id = account_id(&ada, &format!("mo@{}", there.host)).await;
    let report = async |domains: Value| {
        let report = json!({ "account_id": mo_id, "status_ids": [status["id"]], "forward": true,
            "forward_to_domains": domains });
        ada.post("/api/v1/reports", report).await["forwarded"].clone()
    };
    let is_flag = |activity: &Value| activity["type"] == "Flag";
    assert_eq!(report(json!([])).await, false);
    assert_eq!(report(json!(["nobody.example"])).await, false);
    assert_eq!(report(json!([third.host])).await, false);
    let flag = third.receives("a Flag", is_flag).await;
    assert_eq!(flag["object"][0], mo["id"]);
    assert!(!there.received().await.iter().any(is_flag));
    assert_eq!(report(json!([there.host])).await, true);
    there.receives("a Flag", is_flag).await;
    let told = third.received().await;
    assert_eq!(told.iter().filter(|activity| is_flag(activity)).count(), 1);
}

#[tokio::test]
async fn a_report_goes_to_the_servers_that_are_chosen_on_sqlite() {
    chosen(Sqlite).await;
}

#[tokio::test]
async fn a_report_goes_to_the_servers_that_are_chosen_on_postgresql() {
    chosen(Postgres).await;
}

async fn story(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    let there = Elsewhere::open().await;
    let mo = there.person("mo");
    there.is_followed(&school, &ada, &mo).await;
    let by = mo["id"].as_str().unwrap();
    let public = "https://www.w3.org/ns/activitystreams#Public";
    let post = json!({ "id": format!("{by}/1/create"), "type": "Create", "actor": by, "to": public, "object": {
        "id": format!("{by}/1"), "type": "Note", "attributedTo": by, "to": public, "content": "buy chalk",
    }});
    there.tells(&school, &post).await;
    let status = ada.reads("buy chalk").await;
    let mo_id = account_id(&ada, &format!("mo@{}", there.host)).await;
    let listed = |all: bool| {
        let arguments: &[&str] = if all {
            &["report", "list", "--all"]
        } else {
            &["report", "list"]
        };
        let output = school.command(arguments);
        assert!(output.status.success(), "{}", out(&output));
        out(&output)
    };
    let flags = async || {
        let received = there.received().await;
        received
            .into_iter()
            .filter(|activity| activity["type"] == "Flag")
            .collect::<Vec<_>>()
    };

    let cy = school.teacher("cy");
    let promoted = school.command(&["user", "role", "cy", "moderator"]);
    assert!(promoted.status.success(), "{}", out(&promoted));

    // Without the wish to, the other server learns nothing.
    let quiet = json!({ "account_id": mo_id, "comment": "odd", "category": "spam" });
    let made = ada.post("/api/v1/reports", quiet).await;
    assert_eq!(made["category"], "spam");
    assert_eq!(made["forwarded"], false);
    assert_eq!(made["action_taken"], false);
    assert_eq!(made["target_account"]["id"], json!(mo_id));

    // With it, its moderators learn what, and not who.
    let loud = json!({ "account_id": mo_id, "status_ids": [status["id"]], "comment": "an advertisement", "forward": true });
    let made = ada.post("/api/v1/reports", loud).await;
    assert_eq!(made["status_ids"], json!([status["id"]]));
    assert_eq!(made["category"], "other");
    there
        .receives("a Flag", |activity| activity["type"] == "Flag")
        .await;
    let sent = flags().await;
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert_eq!(sent[0]["actor"], json!(format!("{}/actor", school.base)));
    assert_eq!(sent[0]["object"], json!([by, format!("{by}/1")]));
    assert_eq!(sent[0]["content"], "an advertisement");
    assert!(!sent[0].to_string().contains("ada"), "{sent:?}");

    // Moderators are told, each time, and nobody else is.
    let told = cy.get("/api/v1/notifications?types[]=admin.report").await;
    assert_eq!(told.as_array().unwrap().len(), 2, "{told:#}");
    assert_eq!(told[0]["report"], made);
    assert_eq!(told[0]["account"]["acct"], "ada");
    let grouped = cy.get("/api/v2/notifications?types[]=admin.report").await;
    assert_eq!(
        grouped["notification_groups"][0]["report"]["id"],
        made["id"]
    );
    is_read_on_its_page(&school, made["id"].as_str().unwrap()).await;
    assert_eq!(bo.get("/api/v1/notifications").await, json!([]));

    // What is not Mo's, what cannot be seen and what does not exist cannot be reported.
    let own = bo.publish(json!({ "status": "mine" })).await;
    for (wrong, expected) in [
        (
            json!({ "account_id": mo_id, "status_ids": [own["id"]] }),
            StatusCode::NOT_FOUND,
        ),
        (json!({ "account_id": "1" }), StatusCode::NOT_FOUND),
        (json!({}), StatusCode::NOT_FOUND),
        (
            json!({ "account_id": mo_id, "category": "boring" }),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            json!({ "account_id": mo_id, "rule_ids": ["1"] }),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            json!({ "account_id": mo_id, "comment": "x".repeat(1_001) }),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
    ] {
        let refused = ada.request(Method::POST, "/api/v1/reports").json(&wrong);
        assert_eq!(refused.send().await.unwrap().status(), expected, "{wrong}");
    }

    // From there: about people of ours, once however often it comes.
    let bo_uri = format!("{}/users/bo", school.base);
    let flag = json!({ "id": format!("{by}#flag"), "type": "Flag", "actor": by, "content": "not nice\nat all",
        "object": [bo_uri, own["uri"], "https://nowhere.example/1"] });
    there.tells(&school, &flag).await;
    there.tells(&school, &flag).await;
    eventually("the report", async || {
        listed(false)
            .contains("reports @bo\tother\tnot nice at all")
            .then_some(())
    })
    .await;
    let lines = listed(false);
    assert_eq!(lines.lines().count(), 3, "{lines}");
    assert!(lines.contains(own["url"].as_str().unwrap()), "{lines}");

    // As Lemmy says it: one post, and why in the summary.
    let flag_of_lemmy = json!({ "id": format!("{by}#flag-of-lemmy"), "type": "Flag", "actor": by, "to": [bo_uri],
        "object": own["uri"], "summary": "off topic" });
    there.tells(&school, &flag_of_lemmy).await;
    eventually("the report from Lemmy", async || {
        listed(false)
            .contains("reports @bo\tother\toff topic")
            .then_some(())
    })
    .await;

    // A moderator settles it, once.
    let id = made["id"].as_str().unwrap();
    assert!(school.command(&["report", "resolve", id]).status.success());
    assert!(!school.command(&["report", "resolve", id]).status.success());
    assert_eq!(listed(false).lines().count(), 3);
    assert!(listed(true).contains(&format!("{id}\tresolved")));

    // A server whose reports are not taken in says so to the wind.
    let block = [
        "domain",
        "block",
        &there.host,
        "--severity",
        "noop",
        "--reject-reports",
    ];
    assert!(school.command(&block).status.success());
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    let mut again = flag.clone();
    again["id"] = json!(format!("{by}#flag2"));
    there.tells(&school, &again).await;
    let mut last = post.clone();
    last["id"] = json!(format!("{by}/2/create"));
    last["object"]["id"] = json!(format!("{by}/2"));
    last["object"]["content"] = json!("buy more chalk");
    there.tells(&school, &last).await;
    ada.reads("buy more chalk").await;
    assert_eq!(listed(false).lines().count(), 3);
}

#[tokio::test]
async fn reports_go_both_ways_on_sqlite() {
    story(Sqlite).await;
}

#[tokio::test]
async fn reports_go_both_ways_on_postgresql() {
    story(Postgres).await;
}

async fn deleted(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let mia = school.person("mia", "moderator", SCOPES);
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    let words = json!({ "status": "You fool", "spoiler_text": "About Ada" });
    let post = bo.publish(words).await;
    let other = bo.publish(json!({ "status": "Nothing of note" })).await;
    let told = json!({ "account_id": post["account"]["id"], "status_ids": [post["id"]] });
    let report = ada.post("/api/v1/reports", told).await;
    for post in [&post, &other] {
        let path = format!("/api/v1/statuses/{}", post["id"].as_str().unwrap());
        answer(bo.request(Method::DELETE, &path)).await;
        assert_eq!(mia.status_of(&path).await, StatusCode::NOT_FOUND);
    }
    // Nobody is rid of a report by deleting what it is about.
    let path = format!("/api/v1/admin/reports/{}", report["id"].as_str().unwrap());
    let shown = mia.get(&path).await;
    assert_eq!(shown["statuses"].as_array().unwrap().len(), 1, "{shown}");
    assert_eq!(shown["statuses"][0]["content"], "<p>You fool</p>");
    assert_eq!(shown["statuses"][0]["spoiler_text"], "About Ada");

    // What was not reported while it was there is gone; the report comes all the same.
    let told = json!({ "account_id": post["account"]["id"], "status_ids": [other["id"]] });
    let late = ada.post("/api/v1/reports", told).await;
    assert_eq!(late["status_ids"], json!([]));
    assert_eq!(late["target_account"]["id"], post["account"]["id"]);
}

#[tokio::test]
async fn what_was_reported_and_deleted_is_shown_to_moderators_on_sqlite() {
    deleted(Sqlite).await;
}

#[tokio::test]
async fn what_was_reported_and_deleted_is_shown_to_moderators_on_postgresql() {
    deleted(Postgres).await;
}
