//! What its author changes or deletes is changed and gone also where only the network is followed.

use reqwest::Method;
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use super::{NETWORKS, has, id_of, is_passed_on, joins, network, runs, text};
use crate::elsewhere::{Elsewhere, status_at};
use crate::harness::{School, Teacher, answer, eventually};

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

async fn edits(who: &Teacher, post: &Value, words: &str) {
    let path = format!("/api/v1/statuses/{}", text(&post["id"]));
    let edit = who.request(Method::PUT, &path);
    answer(edit.json(&json!({ "status": words }))).await;
}

async fn deletes(who: &Teacher, post: &Value) {
    let path = format!("/api/v1/statuses/{}", text(&post["id"]));
    answer(who.request(Method::DELETE, &path)).await;
}

/// Waits until somebody sees a post with these words.
async fn sees(who: &Teacher, uri: &Value, words: &str) {
    eventually(&format!("{} to see {words:?}", who.name), async || {
        let found = status_at(who, text(uri)).await?;
        has(&found, words).then_some(())
    })
    .await;
}

/// Waits until a post is there no more.
async fn misses(who: &Teacher, uri: &Value) {
    eventually(&format!("{} to miss {uri}", who.name), async || {
        status_at(who, text(uri)).await.is_none().then_some(())
    })
    .await;
}

async fn story(kind: Kind) {
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
    let (people, groups) = (Elsewhere::open().await, Elsewhere::open().await);
    runs(&people, "mastodon").await;
    runs(&groups, "lemmy").await;
    joins(&people, &hub, &people.person("mo"), "english").await;
    joins(&groups, &hub, &groups.person("lee"), "english").await;

    // Of somebody at a third school, whom nobody there follows.
    let post = cy
        .publish(json!({ "status": format!("{handle} Sonnets with names of pupils") }))
        .await;
    let (uri, by) = (&post["uri"], json!(format!("{}/users/cy", third.base)));
    is_passed_on(&bo, "Sonnets").await;
    edits(&cy, &post, &format!("{handle} Odes without names")).await;
    sees(&bo, uri, "Odes").await;
    deletes(&cy, &post).await;
    misses(&bo, uri).await;
    for kind in ["Update", "Delete"] {
        let told = people
            .receives(kind, |activity| {
                activity["type"] == kind && activity["object"]["id"] == *uri
            })
            .await;
        // As its author's server sent it, so that all can check whose it is.
        assert_eq!(told["actor"], by);
        assert!(told["proof"].is_object(), "{told}");
        groups
            .receives(kind, |activity| {
                activity["type"] == "Announce"
                    && activity["object"]["type"] == kind
                    && activity["object"]["object"]["id"] == *uri
            })
            .await;
    }
    let twice = groups.received().await;
    assert!(twice.iter().all(|activity| activity["actor"] != by));

    // Of somebody who lives where the network does, also after a steward took it out.
    let dan = hub.teacher("dan");
    dan.follow(&handle).await;
    let id = id_of(&hub, "english").await;
    for (words, is_taken_out) in [("Ballads", false), ("Limericks", true)] {
        let post = dan
            .publish(json!({ "status": format!("@english {words}") }))
            .await;
        is_passed_on(&bo, words).await;
        edits(&dan, &post, &format!("@english Better {words}")).await;
        sees(&bo, &post["uri"], &format!("Better {words}")).await;
        if is_taken_out {
            let remove = format!("{NETWORKS}/{id}/posts/{}/remove", text(&post["id"]));
            ada.post(&remove, Value::Null).await;
        }
        deletes(&dan, &post).await;
        misses(&bo, &post["uri"]).await;
    }

    // Of somebody at a third school, after a steward took it out.
    let post = cy
        .publish(json!({ "status": format!("{handle} Epics") }))
        .await;
    is_passed_on(&bo, "Epics").await;
    let at_hub = status_at(&ada, text(&post["uri"])).await.unwrap();
    let remove = format!("{NETWORKS}/{id}/posts/{}/remove", text(&at_hub["id"]));
    ada.post(&remove, Value::Null).await;
    deletes(&cy, &post).await;
    misses(&bo, &post["uri"]).await;

    // What was answered to it can be taken back afterwards, too.
    let post = cy
        .publish(json!({ "status": format!("{handle} Who knows haikus?") }))
        .await;
    let at_bo = is_passed_on(&bo, "haikus").await;
    let answered = bo
        .publish(json!({ "status": "We do", "in_reply_to_id": at_bo["id"] }))
        .await;
    sees(&ada, &answered["uri"], "We do").await;
    deletes(&cy, &post).await;
    misses(&bo, &post["uri"]).await;
    deletes(&bo, &answered).await;
    misses(&ada, &answered["uri"]).await;

    // An answer is where somebody looked for it.
    let post = cy
        .publish(json!({ "status": format!("{handle} Who knows villanelles?") }))
        .await;
    is_passed_on(&bo, "villanelles").await;
    let answered = cy
        .publish(json!({ "status": "I found one", "in_reply_to_id": post["id"] }))
        .await;
    sees(&ada, &answered["uri"], "found one").await;
    let looked_for = text(&answered["uri"]);
    bo.get(&format!(
        "/api/v2/search?q={looked_for}&resolve=true&type=statuses"
    ))
    .await;
    sees(&bo, &answered["uri"], "found one").await;
    edits(&cy, &answered, "I found many").await;
    sees(&bo, &answered["uri"], "found many").await;
    deletes(&cy, &answered).await;
    misses(&bo, &answered["uri"]).await;
}

#[tokio::test]
async fn what_a_network_passed_on_is_changed_everywhere_on_sqlite() {
    story(Sqlite).await;
}

#[tokio::test]
async fn what_a_network_passed_on_is_changed_everywhere_on_postgresql() {
    story(Postgres).await;
}

/// What has no proof only says where to look: its author's server is asked.
async fn unproven(kind: Kind) {
    let (Some(hub), Some(second)) = (School::open(kind).await, School::open(kind).await) else {
        return;
    };
    let (_ada, bo) = (hub.teacher("ada"), second.teacher("bo"));
    network(&hub, "english", &["ada"], &[]);
    bo.follow(&format!("@english@{}", hub.host)).await;
    let home = Elsewhere::open().await;
    let jo = home.person("jo");
    joins(&home, &hub, &jo, "english").await;
    let (by, group) = (text(&jo["id"]), format!("{}/users/english", hub.base));
    let note = |name: &str| {
        json!({ "id": format!("{by}/{name}"), "type": "Note", "attributedTo": by, "to": [PUBLIC, group],
            "content": format!("<p>{name}</p>"), "tag": [{ "type": "Mention", "href": group, "name": "@english" }] })
    };
    let deed = |kind: &str, name: &str, object: &Value| json!({ "id": format!("{by}/{name}"), "type": kind, "actor": by, "to": [PUBLIC, group], "object": object });
    let mut gone = note("Odes");
    let kept = note("Epics");
    for post in [&gone, &kept] {
        home.serve(post.clone());
        let name = format!("{}/create", text(&post["id"]).rsplit('/').next().unwrap());
        home.tells(&hub, &deed("Create", &name, post)).await;
    }
    is_passed_on(&bo, "Odes").await;
    is_passed_on(&bo, "Epics").await;

    gone["content"] = json!("<p>Better words</p>");
    gone["updated"] = json!("2026-11-01T10:00:00Z");
    home.serve(gone.clone());
    home.tells(&hub, &deed("Update", "Odes/update", &gone))
        .await;
    sees(&bo, &gone["id"], "Better words").await;

    // The server of the other one says that it is still there.
    home.tells(&hub, &deed("Delete", "Epics/delete", &kept["id"]))
        .await;
    home.forget(text(&gone["id"]));
    home.tells(&hub, &deed("Delete", "Odes/delete", &gone["id"]))
        .await;
    misses(&bo, &gone["id"]).await;
    sees(&bo, &kept["id"], "Epics").await;
}

#[tokio::test]
async fn an_end_without_a_proof_is_looked_at_where_it_was_on_sqlite() {
    unproven(Sqlite).await;
}

#[tokio::test]
async fn an_end_without_a_proof_is_looked_at_where_it_was_on_postgresql() {
    unproven(Postgres).await;
}
