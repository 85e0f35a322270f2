//! What is edited so that it mentions a network is posted there by that, once.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use super::{NETWORKS, has, hears, id_of, is_passed_on, joins, network, runs, text};
use crate::elsewhere::{Elsewhere, status_at};
use crate::harness::{School, Teacher, answer, eventually};

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

async fn edits(who: &Teacher, post: &Value, words: &str) {
    let path = format!("/api/v1/statuses/{}", text(&post["id"]));
    let change = json!({ "status": words });
    answer(who.request(Method::PUT, &path).json(&change)).await;
}

/// How many posts of a network are in a state, as its steward sees it.
async fn count(steward: &Teacher, network: &str, state: &str) -> usize {
    let path = format!("{NETWORKS}/{network}/posts?state={state}");
    steward.get(&path).await.as_array().unwrap().len()
}

/// How many activities of a kind about a post were passed on to a server of groups.
async fn announced(at: &Elsewhere, kind: &str, uri: &str) -> usize {
    let all = at.received().await.into_iter();
    let about = all.filter(|activity| {
        let object = &activity["object"];
        let of = &object["object"];
        object["type"] == *kind && (of["id"] == *uri || *of == *uri)
    });
    about.count()
}

async fn ours(kind: Kind) {
    let Some(hub) = School::open(kind).await else {
        return;
    };
    let [ada, cy, dan, fay] = ["ada", "cy", "dan", "fay"].map(|name| hub.teacher(name));
    network(&hub, "english", &["ada"], &[]);
    network(&hub, "staff", &["ada"], &["--posting", "members"]);
    for member in [&dan, &fay] {
        member.follow("@english").await;
    }
    let groups = Elsewhere::open().await;
    runs(&groups, "Lemmy").await;
    joins(&groups, &hub, &groups.person("lee"), "english").await;
    let id = id_of(&hub, "english").await;

    // Of a member it is passed on, to each kind of server.
    let post = dan.publish(json!({ "status": "Iambs by foot" })).await;
    let uri = text(&post["uri"]);
    assert_eq!(count(&ada, &id, "announced").await, 0);
    edits(&dan, &post, "@english Iambs by foot").await;
    is_passed_on(&fay, "Iambs by foot").await;
    eventually("the post to reach groups", || async {
        (announced(&groups, "Create", uri).await == 1).then_some(())
    })
    .await;

    // Once, whatever is changed after that.
    for words in ["Iambs by nobody", "@english Iambs by hand"] {
        edits(&dan, &post, words).await;
    }
    groups
        .receives("the last change", |activity| {
            has(&activity["object"]["object"], "by hand")
        })
        .await;
    assert_eq!(announced(&groups, "Create", uri).await, 1);
    assert_eq!(count(&ada, &id, "announced").await, 1);
    let home = fay.get("/api/v1/timelines/home?limit=40").await;
    let rows = home.as_array().unwrap().iter();
    let shown = rows.filter(|row| row["reblog"]["uri"] == *uri);
    assert_eq!(shown.count(), 1, "{home}");
    let remove = format!("{NETWORKS}/{id}/posts/{}/remove", text(&post["id"]));
    ada.post(&remove, Value::Null).await;
    edits(&dan, &post, "Iambs").await;
    edits(&dan, &post, "@english Iambs, once more").await;
    assert_eq!(count(&ada, &id, "announced").await, 0);

    // Who is no member waits, or is refused.
    let post = cy.publish(json!({ "status": "Trochees by drum" })).await;
    edits(&cy, &post, "@english @staff Trochees by drum").await;
    hears(&cy, "waits for a steward").await;
    hears(&cy, "only its members post there").await;
    hears(&ada, "A post by @cy").await;
    edits(&cy, &post, "@english @staff Trochees by heart").await;
    assert_eq!(count(&ada, &id, "waiting").await, 1);
    let approve = format!("{NETWORKS}/{id}/posts/{}/approve", text(&post["id"]));
    ada.post(&approve, Value::Null).await;
    is_passed_on(&fay, "Trochees by heart").await;
    let staff = id_of(&hub, "staff").await;
    assert_eq!(count(&ada, &staff, "refused").await, 1);

    // An answer begins no thread, and what is for few stays so.
    let reply = json!({ "status": "Dactyls", "in_reply_to_id": post["id"] });
    let reply = dan.publish(reply).await;
    edits(&dan, &reply, "@english Dactyls").await;
    let quiet = json!({ "status": "Spondees", "visibility": "private" });
    let quiet = dan.publish(quiet).await;
    edits(&dan, &quiet, "@english Spondees").await;
    hears(&dan, "for your followers alone").await;
    for (state, expected) in [("announced", 1), ("waiting", 0), ("refused", 0)] {
        assert_eq!(count(&ada, &id, state).await, expected, "{state}");
    }
    let waiting = format!("{NETWORKS}/{id}/posts?state=waiting");
    assert_eq!(dan.status_of(&waiting).await, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_post_that_mentions_a_network_by_an_edit_is_passed_on_on_sqlite() {
    ours(Sqlite).await;
}

#[tokio::test]
async fn a_post_that_mentions_a_network_by_an_edit_is_passed_on_on_postgresql() {
    ours(Postgres).await;
}

async fn theirs(kind: Kind) {
    let Some(hub) = School::open(kind).await else {
        return;
    };
    let [ada, dan] = ["ada", "dan"].map(|name| hub.teacher(name));
    network(&hub, "english", &["ada"], &[]);
    dan.follow("@english").await;
    let (there, groups) = (Elsewhere::open().await, Elsewhere::open().await);
    runs(&there, "mastodon").await;
    runs(&groups, "Lemmy").await;
    let (mo, kit) = (there.person("mo"), there.person("kit"));
    joins(&there, &hub, &mo, "english").await;
    joins(&groups, &hub, &groups.person("lee"), "english").await;
    let id = id_of(&hub, "english").await;
    let group = json!({ "type": "Mention", "href": format!("{}/users/english", hub.base), "name": "@english" });
    let dans =
        json!({ "type": "Mention", "href": format!("{}/users/dan", hub.base), "name": "@dan" });
    let note = |by: &Value, number: u32, words: &str| {
        json!({ "id": format!("{}/{number}", text(&by["id"])), "type": "Note", "attributedTo": by["id"],
            "to": [PUBLIC, dans["href"]], "content": words, "tag": [dans] })
    };
    let says = async |kind: &str, number: u32, note: &Value| {
        let activity = json!({ "id": format!("{}/{kind}/{number}", text(&note["id"])), "type": kind,
            "actor": note["attributedTo"], "to": note["to"], "object": note });
        there.tells(&hub, &activity).await;
    };
    let changes = async |number: u32, note: &mut Value, words: &str| {
        note["content"] = json!(words);
        note["tag"] = json!([dans, group]);
        let changed: &Value = note;
        says("Update", number, changed).await;
    };
    let reads = async |note: &Value| {
        let (uri, words) = (text(&note["id"]), text(&note["content"]));
        eventually(&format!("{words:?} to be read"), || async {
            let status = status_at(&dan, uri).await?;
            has(&status, words).then_some(status)
        })
        .await
    };

    // Of a member.
    let mut post = note(&mo, 1, "Iambs by foot");
    says("Create", 0, &post).await;
    reads(&post).await;
    changes(1, &mut post, "Iambs by hand").await;
    is_passed_on(&dan, "Iambs by hand").await;
    let uri = text(&post["id"]).to_owned();
    eventually("the post to reach groups", || async {
        (announced(&groups, "Create", &uri).await == 1).then_some(())
    })
    .await;
    changes(2, &mut post, "Iambs by heart").await;
    reads(&post).await;
    groups
        .receives("the last change", |activity| {
            has(&activity["object"]["object"], "by heart")
        })
        .await;
    assert_eq!(announced(&groups, "Create", &uri).await, 1);
    assert_eq!(count(&ada, &id, "announced").await, 1);

    // Of somebody else, of whom a steward is told.
    let mut other = note(&kit, 1, "Trochees by drum");
    says("Create", 0, &other).await;
    reads(&other).await;
    changes(1, &mut other, "Trochees by ear").await;
    hears(&ada, "A post by @kit").await;
    assert_eq!(count(&ada, &id, "waiting").await, 1);

    // Neither an answer, nor what was changed long ago.
    let mut reply = note(&mo, 2, "Dactyls, rather");
    reply["inReplyTo"] = json!(uri);
    let mut old = note(&mo, 3, "Spondees of long ago");
    old["published"] = json!("2020-01-01T00:00:00Z");
    for note in [&reply, &old] {
        says("Create", 0, note).await;
        reads(note).await;
    }
    old["updated"] = json!("2020-01-02T00:00:00Z");
    changes(1, &mut reply, "Dactyls, at last").await;
    changes(1, &mut old, "Spondees, at last").await;
    for note in [&reply, &old] {
        reads(note).await;
    }
    assert_eq!(count(&ada, &id, "announced").await, 1);
    assert_eq!(count(&ada, &id, "waiting").await, 1);
}

#[tokio::test]
async fn what_is_edited_elsewhere_to_mention_a_network_is_passed_on_on_sqlite() {
    theirs(Sqlite).await;
}

#[tokio::test]
async fn what_is_edited_elsewhere_to_mention_a_network_is_passed_on_on_postgresql() {
    theirs(Postgres).await;
}
