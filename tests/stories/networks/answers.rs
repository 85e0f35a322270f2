//! Answers that do not mention a group are for it too, where it passed on what began their thread.

use reqwest::Method;
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use super::{NETWORKS, has, id_of, is_passed_on, joins, network, runs, text};
use crate::elsewhere::{Elsewhere, account_id};
use crate::harness::{School, answer, eventually};

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

fn announced(activity: &Value, kind: &str, uri: &Value) -> bool {
    let of = &activity["object"]["object"];
    activity["type"] == "Announce"
        && activity["object"]["type"] == kind
        && (of["id"] == *uri || of == uri)
}

fn names(list: &Value, uri: &Value) -> bool {
    list.as_array().is_some_and(|ids| ids.contains(uri))
}

async fn of_a_network(kind: Kind) {
    let (Some(hub), Some(second), Some(third)) = (
        School::open(kind).await,
        School::open(kind).await,
        School::open(kind).await,
    ) else {
        return;
    };
    let ada = hub.teacher("ada");
    let (bo, cy) = (second.teacher("bo"), third.teacher("cy"));
    network(&hub, "english", &["ada"], &[]);
    let handle = format!("@english@{}", hub.host);
    bo.follow(&handle).await;
    cy.follow(&handle).await;
    let groups = Elsewhere::open().await;
    runs(&groups, "lemmy").await;
    joins(&groups, &hub, &groups.person("lee"), "english").await;

    let words = format!("{handle} How do you begin with sonnets?");
    let asked = cy.publish(json!({ "status": words })).await;
    let at_bo = is_passed_on(&bo, "sonnets").await;
    let words = format!("@cy@{} With a song", third.host);
    let answered = bo
        .publish(json!({ "status": words, "in_reply_to_id": at_bo["id"] }))
        .await;
    let uri = &answered["uri"];
    let passed_on = groups
        .receives("the answer", |activity| announced(activity, "Create", uri))
        .await;
    let english = json!(format!("{}/users/english", hub.base));
    let create = &passed_on["object"];
    for said in [create, &create["object"]] {
        assert_eq!(said["audience"], english, "{said}");
        assert!(names(&said["cc"], &english), "{said}");
    }
    // Nobody reads a name that its author did not write.
    assert!(!text(&create["object"]["content"]).contains("english"));
    let named = answered["mentions"].as_array().unwrap();
    assert_eq!(named.len(), 1, "{answered}");
    let tags = create["object"]["tag"].as_array().unwrap();
    assert_eq!(tags.len(), 1, "{tags:?}");

    // So are a new version of it and its end.
    let path = format!("/api/v1/statuses/{}", text(&answered["id"]));
    let edit = bo
        .request(Method::PUT, &path)
        .json(&json!({ "status": "With two songs" }));
    answer(edit).await;
    groups
        .receives("its new version", |activity| {
            announced(activity, "Update", uri)
        })
        .await;
    answer(bo.request(Method::DELETE, &path)).await;
    groups
        .receives("its end", |activity| announced(activity, "Delete", uri))
        .await;

    // Who asked says that it is settled, and does not mention the network either.
    let path = format!("/api/v1/statuses/{}", text(&asked["id"]));
    eventually("the boost where it was asked", async || {
        (cy.get(&path).await["reblogs_count"] == 1).then_some(())
    })
    .await;
    cy.publish(json!({ "status": "That was it. #Answered", "in_reply_to_id": asked["id"] }))
        .await;
    let id = id_of(&hub, "english").await;
    eventually("the question to be answered", || async {
        let posts = ada.get(&format!("{NETWORKS}/{id}/posts")).await;
        (posts[0]["answered"] == true).then_some(())
    })
    .await;
}

#[tokio::test]
async fn answers_that_do_not_mention_a_network_reach_it_on_sqlite() {
    of_a_network(Sqlite).await;
}

#[tokio::test]
async fn answers_that_do_not_mention_a_network_reach_it_on_postgresql() {
    of_a_network(Postgres).await;
}

/// From a school where nobody follows the network.
async fn from_outside(kind: Kind) {
    let (Some(hub), Some(second)) = (School::open(kind).await, School::open(kind).await) else {
        return;
    };
    let (ada, gil) = (hub.teacher("ada"), second.teacher("gil"));
    network(&hub, "english", &["ada"], &[]);
    ada.follow("@english").await;
    let groups = Elsewhere::open().await;
    runs(&groups, "lemmy").await;
    joins(&groups, &hub, &groups.person("lee"), "english").await;
    let asked = ada
        .publish(json!({ "status": "@english Who has newts?" }))
        .await;
    let looked_for = text(&asked["uri"]);
    let found = gil
        .get(&format!(
            "/api/v2/search?q={looked_for}&resolve=true&type=statuses"
        ))
        .await;
    let at_gil = &found["statuses"][0]["id"];
    let answered = gil
        .publish(json!({ "status": "We have", "in_reply_to_id": at_gil }))
        .await;
    let uri = &answered["uri"];
    groups
        .receives("the answer", |activity| announced(activity, "Create", uri))
        .await;
}

#[tokio::test]
async fn answers_from_where_nobody_follows_a_network_reach_it_on_sqlite() {
    from_outside(Sqlite).await;
}

#[tokio::test]
async fn answers_from_where_nobody_follows_a_network_reach_it_on_postgresql() {
    from_outside(Postgres).await;
}

/// A Group that lives there.
fn group(at: &Elsewhere, name: &str) -> Value {
    let mut group = at.person(name);
    group["type"] = json!("Group");
    at.serve(group.clone());
    group
}

/// In a thread of somebody else's groups, which Lemmy has for communities.
async fn of_a_community(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let bo = school.teacher("bo");
    let (lemmy, other, home) = (
        Elsewhere::open().await,
        Elsewhere::open().await,
        Elsewhere::open().await,
    );
    let (plays, drama, lee) = (
        group(&lemmy, "plays"),
        group(&other, "drama"),
        home.person("lee"),
    );
    lemmy.is_followed(&school, &bo, &plays).await;
    other.is_followed(&school, &bo, &drama).await;
    let by = &lee["id"];
    let page = json!({ "type": "Page", "id": format!("{}/post/7", home.base), "attributedTo": by,
        "to": [plays["id"], PUBLIC], "cc": [], "audience": plays["id"], "name": "Which play for Year 9?",
        "content": "<p>We have two weeks.</p>", "mediaType": "text/html" });
    home.serve(page.clone());
    let create = json!({ "type": "Create", "id": format!("{}/create/7", home.base), "actor": by,
        "to": [plays["id"], PUBLIC], "cc": [], "audience": plays["id"], "object": page });
    let announce = |group: &Value| {
        json!({ "type": "Announce", "id": format!("{}/announce/7", text(&group["id"])), "actor": group["id"],
            "to": [PUBLIC], "cc": [group["followers"]], "object": create })
    };
    lemmy.tells(&school, &announce(&plays)).await;
    let at_bo = is_passed_on(&bo, "Which play").await;

    let says = async |words: &str, visibility: &str| {
        let body =
            json!({ "status": words, "visibility": visibility, "in_reply_to_id": at_bo["id"] });
        bo.publish(body).await
    };
    let created = async |at: &Elsewhere, words: &str| {
        at.receives(words, |activity| {
            activity["type"] == "Create" && has(&activity["object"], words)
        })
        .await
    };
    says("Macbeth", "public").await;
    for at in [&lemmy, &home] {
        let create = created(at, "Macbeth").await;
        for said in [&create, &create["object"]] {
            assert_eq!(said["audience"], plays["id"], "{said}");
            assert!(names(&said["cc"], &plays["id"]), "{said}");
        }
        assert_eq!(create["object"]["tag"], json!([]));
    }

    // What is not for everybody is not for groups.
    let to_lee = format!("@lee@{} Hamlet", home.host);
    for visibility in ["private", "direct"] {
        says(&to_lee, visibility).await;
    }
    eventually("what is for Lee", || async {
        let all = home.received().await;
        let all = all
            .iter()
            .filter(|activity| has(&activity["object"], "Hamlet"));
        let all: Vec<&Value> = all.collect();
        assert!(all.iter().all(|create| create["audience"].is_null()));
        (all.len() == 2).then_some(())
    })
    .await;

    // Of two groups none is the one that it is for, but both are told; a group that its author blocked is not.
    other.tells(&school, &announce(&drama)).await;
    let second = account_id(&bo, &format!("drama@{}", other.host)).await;
    let path = format!("/api/v1/accounts/{second}/statuses");
    eventually("the second boost", async || {
        (bo.get(&path).await.as_array()?.len() == 1).then_some(())
    })
    .await;
    says("Othello", "unlisted").await;
    for at in [&lemmy, &other] {
        let create = created(at, "Othello").await;
        assert!(create["audience"].is_null(), "{create}");
        assert!(names(&create["cc"], &plays["id"]), "{create}");
        assert!(names(&create["cc"], &drama["id"]), "{create}");
        assert!(names(&create["cc"], &json!(PUBLIC)), "{create}");
    }
    bo.post(&format!("/api/v1/accounts/{second}/block"), Value::Null)
        .await;
    says("The Tempest", "public").await;
    let create = created(&lemmy, "The Tempest").await;
    assert!(!names(&create["cc"], &drama["id"]), "{create}");
    assert_eq!(create["audience"], plays["id"]);
    for at in [&lemmy, &other] {
        let all = at.received().await;
        assert!(
            all.iter()
                .all(|activity| !has(&activity["object"], "Hamlet"))
        );
    }
}

#[tokio::test]
async fn answers_in_a_community_of_lemmys_are_sent_to_it_on_sqlite() {
    of_a_community(Sqlite).await;
}

#[tokio::test]
async fn answers_in_a_community_of_lemmys_are_sent_to_it_on_postgresql() {
    of_a_community(Postgres).await;
}
