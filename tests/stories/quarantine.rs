//! Likely spam: kept, shown to nobody, told to nobody, until somebody has looked at it.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};
use test_support::age_held;

use crate::elsewhere::{Elsewhere, account_id, status_at};
use crate::harness::{School, eventually, out};

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// A post that mentions Ada.
fn post(school: &School, by: &Value, name: &str, words: &str) -> Value {
    let by = by["id"].as_str().unwrap();
    let ada = format!("{}/users/ada", school.base);
    json!({ "id": format!("{by}/{name}/create"), "type": "Create", "actor": by, "to": PUBLIC, "cc": ada, "object": {
        "id": format!("{by}/{name}"), "type": "Note", "attributedTo": by, "to": PUBLIC, "cc": ada,
        "content": format!("<p><a href=\"{ada}\" class=\"mention\">@ada</a> {words}</p>"),
        "tag": [{ "type": "Mention", "href": ada, "name": "@ada" }],
    }})
}

const LINK: &str = "<a href=\"https://spam.example/\">buy chalk</a>";

fn quarantine(school: &School, arguments: &[&str]) -> (bool, String) {
    let output = school.command(&[&["quarantine"], arguments].concat());
    (output.status.success(), out(&output))
}

/// Waits until so many are held back; their ids.
async fn held(school: &School, count: usize) -> Vec<String> {
    eventually("posts to be held back", || async {
        let (_, said) = quarantine(school, &["list"]);
        let ids: Vec<String> = said
            .lines()
            .map(|line| line.split('\t').next().unwrap().to_owned())
            .collect();
        (ids.len() == count).then_some(ids)
    })
    .await
}

async fn story(kind: Kind) {
    let Some(mut school) = School::open(kind).await else {
        return;
    };
    let [ada, bo] = ["ada", "bo"].map(|name| school.teacher(name));
    let there = Elsewhere::open().await;
    let [mo, ny] = ["mo", "ny"].map(|name| there.person(name));
    let mut old = there.person("old");
    old["published"] = json!("2020-01-01T00:00:00Z");
    there.serve(old.clone());
    let told = async || {
        let lines = ada.get("/api/v1/notifications?limit=80").await;
        let lines = lines.as_array().unwrap().iter();
        let words = lines.map(|line| line["status"]["content"].to_string());
        words.collect::<Vec<_>>().join(" ")
    };

    // Those who are followed, or old, or only say something, arrive; a stranger with a link does not.
    there.is_followed(&school, &bo, &ny).await;
    for (by, name, words) in [
        (&mo, "spam", LINK),
        (&ny, "known", &format!("known {LINK}")),
        (&old, "old", &format!("old {LINK}")),
        (&mo, "plain", "plain words"),
    ] {
        there.tells(&school, &post(&school, by, name, words)).await;
    }
    let ids = held(&school, 1).await;
    eventually("the others to be told of", || async {
        let told = told().await;
        ["known", "old", "plain"]
            .iter()
            .all(|words| told.contains(words))
            .then_some(())
    })
    .await;
    assert!(!told().await.contains("chalk, "));
    let (_, list) = quarantine(&school, &["list"]);
    assert!(
        list.contains(&format!("@mo@{}", there.host)) && list.contains("buy chalk"),
        "{list}"
    );

    // Nobody finds it.
    let spam = format!("{}/spam", mo["id"].as_str().unwrap());
    assert!(status_at(&ada, &spam).await.is_none());
    let path = format!("/api/v1/statuses/{}", ids[0]);
    for part in ["", "/context", "/history"] {
        let place = format!("{path}{part}");
        assert_eq!(
            ada.status_of(&place).await,
            StatusCode::NOT_FOUND,
            "{place}"
        );
        let nobody = school.request(Method::GET, &place).send().await.unwrap();
        assert_eq!(nobody.status(), StatusCode::NOT_FOUND, "{place}");
    }
    let account = account_id(&ada, &format!("mo@{}", there.host)).await;
    for list in [
        format!("/api/v1/accounts/{account}/statuses"),
        "/api/v1/timelines/public".to_owned(),
        "/api/v1/timelines/home".to_owned(),
        format!("/api/v1/statuses?id[]={}", ids[0]),
    ] {
        let found = ada.get(&list).await.to_string();
        assert!(!found.contains("/spam\""), "{list}: {found}");
    }

    // Let in, it arrives, with what its server says of its link.
    let mut whole = post(&school, &mo, "spam", LINK)["object"].clone();
    whole["attachment"] = json!({ "type": "Link", "href": "https://spam.example/", "preview": {
        "type": "Article", "name": "Chalk for all", "summary": "And cheese" } });
    there.serve(whole);
    let (well, said) = quarantine(&school, &["release", &ids[0]]);
    assert!(well, "{said}");
    eventually("Ada to be told", || async {
        let lines = ada.get("/api/v1/notifications?types[]=mention").await;
        lines.to_string().contains("/spam\"").then_some(())
    })
    .await;
    eventually("its card", || async {
        (ada.get(&path).await["card"]["title"] == "Chalk for all").then_some(())
    })
    .await;
    assert!(!quarantine(&school, &["release", &ids[0]]).0, "only once");

    // Deleted by hand, by its author, or because nobody looked.
    for name in ["two", "three", "four"] {
        there.tells(&school, &post(&school, &mo, name, LINK)).await;
    }
    let ids = held(&school, 3).await;
    assert!(quarantine(&school, &["reject", &ids[0]]).0);
    assert!(!quarantine(&school, &["reject", &ids[0]]).0);
    let by = mo["id"].as_str().unwrap();
    let delete = json!({ "id": format!("{by}/three#delete"), "type": "Delete", "actor": by, "object": format!("{by}/three") });
    there.tells(&school, &delete).await;
    held(&school, 1).await;
    age_held(&mut school.database().connect());
    school.kill();
    school.start().await;
    held(&school, 0).await;
    let left = ada
        .get(&format!("/api/v1/accounts/{account}/statuses"))
        .await;
    assert_eq!(left.as_array().unwrap().len(), 2, "{left}");
}

#[tokio::test]
async fn likely_spam_is_held_back_on_sqlite() {
    story(Sqlite).await;
}

#[tokio::test]
async fn likely_spam_is_held_back_on_postgresql() {
    story(Postgres).await;
}

/// A message to Ada alone.
fn message(school: &School, by: &Value, name: &str, words: &str) -> Value {
    let mut create = post(school, by, name, words);
    let ada = format!("{}/users/ada", school.base);
    for part in ["/to", "/object/to"] {
        *create.pointer_mut(part).unwrap() = json!([ada]);
    }
    for part in ["", "/object"] {
        let part = create.pointer_mut(part).unwrap();
        part.as_object_mut().unwrap().remove("cc");
    }
    create
}

async fn what_is_expected(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo] = ["ada", "bo"].map(|name| school.teacher(name));
    let there = Elsewhere::open().await;
    let mo = there.person("mo");
    let is_told = async |words: &str| {
        eventually(&format!("Ada to be told {words:?}"), || async {
            let told = ada.get("/api/v1/notifications?limit=80").await;
            told.to_string().contains(words).then_some(())
        })
        .await;
    };

    // Ada wrote to Mo, who answers with a link, and says the same again and again; Bo did not.
    let words = format!("@mo@{} Where is chalk to be had?", there.host);
    ada.publish(json!({ "status": words })).await;
    for name in ["one", "two", "three", "four"] {
        there
            .tells(&school, &message(&school, &mo, name, LINK))
            .await;
        is_told(&format!("/{name}\"")).await;
    }
    let by = mo["id"].as_str().unwrap();
    let bo_uri = format!("{}/users/bo", school.base);
    let mut to_both = post(&school, &mo, "both", LINK);
    let tag = json!({ "type": "Mention", "href": bo_uri, "name": "@bo" });
    let tags = to_both["object"]["tag"].as_array_mut().unwrap();
    tags.push(tag);
    there.tells(&school, &to_both).await;
    held(&school, 1).await;

    // Ada moderates one group, as it says itself; of the other it says so to nobody but Bo.
    let ada_uri = format!("{}/users/ada", school.base);
    for (name, moderator) in [("chess", &ada_uri), ("draughts", &bo_uri)] {
        let mut group = there.person(name);
        let id = group["id"].as_str().unwrap().to_owned();
        group["type"] = json!("Group");
        group["attributedTo"] = json!(format!("{id}/moderators"));
        there.serve(group.clone());
        let list = format!("{id}/moderators");
        there.serve(
            json!({ "id": list, "type": "OrderedCollection", "orderedItems": [by, moderator] }),
        );
        there
            .tells(&school, &message(&school, &group, "waits", LINK))
            .await;
    }
    is_told("/chess/waits\"").await;
    held(&school, 2).await;
    let (_, list) = quarantine(&school, &["list"]);
    assert!(
        list.contains("@draughts@") && !list.contains("@chess@"),
        "{list}"
    );
    // In public it is a stranger like others.
    let chess = json!({ "id": format!("{}/users/chess", there.base) });
    there
        .tells(&school, &post(&school, &chess, "open", LINK))
        .await;
    held(&school, 3).await;
    assert!(
        bo.get("/api/v1/notifications")
            .await
            .as_array()
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn what_somebody_may_expect_is_not_held_back_on_sqlite() {
    what_is_expected(Sqlite).await;
}

#[tokio::test]
async fn what_somebody_may_expect_is_not_held_back_on_postgresql() {
    what_is_expected(Postgres).await;
}

async fn what_speaks_of_ours(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let there = Elsewhere::open().await;
    let mo = there.person("mo");
    let source = json!({ "status": "Five-tick tracker\n#Practice #KS3 #English #CCBY" });
    let source = ada.publish(source).await;
    let link = format!("<a href=\"{0}\">{0}</a>", source["url"].as_str().unwrap());
    let is_told = async |name: &str| {
        eventually(&format!("Ada to be told of {name:?}"), || async {
            let told = ada.get("/api/v1/notifications?limit=80").await;
            told.to_string()
                .contains(&format!("/{name}\""))
                .then_some(())
        })
        .await;
    };

    // A file of its own is no link, and neither is a page of its author.
    let file = "https://files.example/plan.pdf?v=1&amp;p=2";
    let mut plan = post(
        &school,
        &mo,
        "plan",
        &format!(
            "<a href=\"{file}\">plan</a> <a href=\"{}/@mo\">more</a>",
            there.base
        ),
    );
    plan["object"]["attachment"] = json!([{ "type": "Document", "mediaType": "application/pdf",
        "url": file.replace("&amp;", "&"), "name": "plan.pdf" }]);
    there.tells(&school, &plan).await;
    is_told("plan").await;

    // What comes from a post of ours, or quotes it, answers it, whatever else it links to.
    let words = format!("Adapted from {link}. See {LINK} #Practice #CCBY");
    let mut adapted = post(&school, &mo, "adapted", &words);
    let tags = adapted["object"]["tag"].as_array_mut().unwrap();
    for name in ["#Practice", "#CCBY"] {
        tags.push(json!({ "type": "Hashtag", "name": name, "href": there.base }));
    }
    there.tells(&school, &adapted).await;
    is_told("adapted").await;
    let path = format!(
        "/api/staffroom/v1/statuses/{}/lineage",
        source["id"].as_str().unwrap()
    );
    eventually("the claim", || async {
        let tree = ada.get(&path).await;
        (tree["edges"].as_array()?.len() == 1).then_some(())
    })
    .await;
    for (name, property) in [("quotes", "quoteUrl"), ("based", "isBasedOn")] {
        let mut note = post(&school, &mo, name, &format!("{name}, see {LINK}"));
        note["object"][property] = source["uri"].clone();
        there.tells(&school, &note).await;
        is_told(name).await;
    }

    // A link to it says nothing.
    let words = format!("As good as {link}: {LINK}");
    there
        .tells(&school, &post(&school, &mo, "spam", &words))
        .await;
    held(&school, 1).await;
    // Nor does whoever names others besides.
    school.teacher("bea");
    let words = format!("Adapted from {link}. See {LINK}");
    let mut spam = post(&school, &mo, "more-spam", &words);
    let bea =
        json!({ "type": "Mention", "href": format!("{}/users/bea", school.base), "name": "@bea" });
    spam["object"]["tag"].as_array_mut().unwrap().push(bea);
    there.tells(&school, &spam).await;
    held(&school, 2).await;
}

#[tokio::test]
async fn what_speaks_of_ours_is_not_held_back_on_sqlite() {
    what_speaks_of_ours(Sqlite).await;
}

#[tokio::test]
async fn what_speaks_of_ours_is_not_held_back_on_postgresql() {
    what_speaks_of_ours(Postgres).await;
}

// On SQLite alone: it is about a setting.
#[tokio::test]
async fn whoever_wants_no_quarantine_has_none() {
    let none = [("moderation.quarantine", "false")];
    let school = School::open_with(Sqlite, &none).await.unwrap();
    let ada = school.teacher("ada");
    let there = Elsewhere::open().await;
    let mo = there.person("mo");
    there
        .tells(&school, &post(&school, &mo, "spam", LINK))
        .await;
    ada.is_told("mention").await;
}
