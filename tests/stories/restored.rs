//! What somebody elsewhere deleted, and takes that back: it is there again as their own server has it, and nothing else is.

use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::elsewhere::{Elsewhere, account_id, status_at};
use crate::harness::{School, Teacher, eventually, out};
use crate::networks::runs;

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value}"))
}

fn note(by: &Value, path: &str, words: &str) -> Value {
    let by = text(&by["id"]);
    json!({ "id": format!("{by}/{path}"), "type": "Note", "attributedTo": by, "to": [PUBLIC], "content": words })
}

fn activity(kind: &str, by: &Value, path: &str, object: &Value) -> Value {
    let by = text(&by["id"]);
    json!({ "id": format!("{by}/{path}"), "type": kind, "actor": by, "to": [PUBLIC], "object": object })
}

/// Lemmy makes up a new Delete for what is taken back.
fn undo(by: &Value, path: &str, post: &Value) -> Value {
    let delete = activity("Delete", by, &format!("{path}/delete"), &post["id"]);
    activity("Undo", by, path, &delete)
}

/// Waits until somebody reads a post with these words, or none.
async fn reads(who: &Teacher, post: &Value, words: Option<&str>) -> Value {
    eventually(&format!("{words:?} to be read"), || async {
        let status = status_at(who, text(&post["id"])).await;
        match (status, words) {
            (None, None) => Some(Value::Null),
            (Some(status), Some(words)) => {
                text(&status["content"]).contains(words).then_some(status)
            }
            _ => None,
        }
    })
    .await
}

async fn by_its_author(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo] = ["ada", "bo"].map(|name| school.teacher(name));
    let there = Elsewhere::open().await;
    let (mo, eve) = (there.person("mo"), there.person("eve"));
    there.is_followed(&school, &ada, &mo).await;
    let mut post = note(&mo, "1", "Exit tickets");
    let tells = async |activity: Value| there.tells(&school, &activity).await;
    // What came before something else of the same person's was worked off when that is read.
    let is_done = async |path: &str| {
        let marker = note(&mo, path, path);
        tells(activity("Create", &mo, &format!("{path}/create"), &marker)).await;
        reads(&ada, &marker, Some(path)).await;
    };
    tells(activity("Create", &mo, "c1", &post)).await;
    let before = reads(&ada, &post, Some("Exit tickets")).await;
    let reply = json!({ "status": "On paper?", "in_reply_to_id": before["id"] });
    bo.publish(reply).await;
    tells(activity("Delete", &mo, "d1", &post["id"])).await;
    reads(&ada, &post, None).await;

    // Not what its server does not have, nor because of somebody else.
    let lost = note(&mo, "2", "Plenaries");
    tells(activity("Create", &mo, "c2", &lost)).await;
    reads(&ada, &lost, Some("Plenaries")).await;
    tells(activity("Delete", &mo, "d2", &lost["id"])).await;
    tells(undo(&mo, "u2", &lost)).await;
    is_done("first").await;
    reads(&ada, &lost, None).await;
    post["content"] = json!("Exit tickets, again");
    there.serve(post.clone());
    let mut forged = undo(&mo, "u3", &post);
    forged["actor"] = eve["id"].clone();
    tells(forged).await;
    tells(undo(&eve, "u4", &post)).await;
    let mut other = note(&eve, "1", "It was me");
    other["to"] = json!([PUBLIC, format!("{}/users/bo", school.base)]);
    tells(activity("Create", &eve, "c1", &other)).await;
    reads(&bo, &other, Some("It was me")).await;
    reads(&ada, &post, None).await;

    // By who wrote it: it is the post that it was, and says what its server says.
    tells(undo(&mo, "u5", &post)).await;
    let after = reads(&ada, &post, Some("Exit tickets, again")).await;
    for same in ["id", "created_at"] {
        assert_eq!(after[same], before[same], "{same}");
    }
    assert_eq!(after["replies_count"], 1);
    ada.reads("Exit tickets, again").await;
    let history = format!("/api/v1/statuses/{}/history", text(&after["id"]));
    assert_eq!(ada.get(&history).await.as_array().unwrap().len(), 1);

    // Once more it changes nothing, and what is deleted again is gone.
    tells(undo(&mo, "u6", &post)).await;
    tells(activity("Delete", &mo, "d6", &post["id"])).await;
    reads(&ada, &post, None).await;
    tells(undo(&mo, "u7", &post)).await;
    reads(&ada, &post, Some("Exit tickets, again")).await;

    // What was deleted before it came is let in, too.
    let late = note(&mo, "9", "Mini whiteboards");
    tells(activity("Delete", &mo, "d9", &late["id"])).await;
    tells(activity("Create", &mo, "c9", &late)).await;
    is_done("second").await;
    reads(&ada, &late, None).await;
    there.serve(late.clone());
    tells(undo(&mo, "u9", &late)).await;
    reads(&ada, &late, Some("Mini whiteboards")).await;
}

#[tokio::test]
async fn a_post_is_there_again_as_its_server_has_it_on_sqlite() {
    by_its_author(Sqlite).await;
}

#[tokio::test]
async fn a_post_is_there_again_as_its_server_has_it_on_postgresql() {
    by_its_author(Postgres).await;
}

async fn in_groups(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo] = ["ada", "bo"].map(|name| school.teacher(name));
    let lemmy = Elsewhere::open().await;
    runs(&lemmy, "lemmy").await;
    let (mut group, lee) = (lemmy.person("teaching"), lemmy.person("lee"));
    group["type"] = json!("Group");
    lemmy.serve(group.clone());
    lemmy.is_followed(&school, &ada, &group).await;
    let passed_on = async |path: &str, object: Value| {
        let announce = activity("Announce", &group, path, &object);
        lemmy.tells(&school, &announce).await;
    };
    let by_group = account_id(&ada, &format!("teaching@{}", lemmy.host)).await;
    let passes_on = async |account: &str, expected: usize| {
        let path = format!("/api/v1/accounts/{account}/statuses");
        eventually(&format!("{expected} to be passed on"), || async {
            let posts = bo.get(&path).await;
            (posts.as_array()?.len() == expected).then_some(())
        })
        .await;
    };

    // A group elsewhere passes on what its author takes back.
    let post = note(&lee, "1", "Which play?");
    passed_on("a1", activity("Create", &lee, "c1", &post)).await;
    passes_on(&by_group, 1).await;
    passed_on("a2", activity("Delete", &lee, "d1", &post["id"])).await;
    passes_on(&by_group, 0).await;
    lemmy.serve(post.clone());
    passed_on("a3", undo(&lee, "u1", &post)).await;
    passes_on(&by_group, 1).await;

    // So does one of ours, to which somebody there posted.
    let words = [
        "network",
        "create",
        "english",
        "--title",
        "English",
        "--steward",
        "ada",
    ];
    let made = school.command(&words);
    assert!(made.status.success(), "{}", out(&made));
    let network = format!("{}/users/english", school.base);
    let follow = activity("Follow", &lee, "f1", &json!(network));
    lemmy.tells(&school, &follow).await;
    lemmy
        .receives("an Accept", |activity| {
            activity["type"] == "Accept" && activity["actor"] == *network
        })
        .await;
    let english = account_id(&ada, &format!("english@{}", school.host)).await;
    let mut post = note(&lee, "2", "The Tempest?");
    post["to"] = json!([PUBLIC, network]);
    lemmy
        .tells(&school, &activity("Create", &lee, "c2", &post))
        .await;
    passes_on(&english, 1).await;
    lemmy
        .tells(&school, &activity("Delete", &lee, "d2", &post["id"]))
        .await;
    passes_on(&english, 0).await;
    lemmy.serve(post.clone());
    let undone = undo(&lee, "u2", &post);
    lemmy.tells(&school, &undone).await;
    passes_on(&english, 1).await;
    lemmy
        .receives("the Undo", |activity| {
            activity["type"] == "Announce" && activity["object"]["id"] == undone["id"]
        })
        .await;
}

#[tokio::test]
async fn groups_pass_on_again_what_is_restored_on_sqlite() {
    in_groups(Sqlite).await;
}

#[tokio::test]
async fn groups_pass_on_again_what_is_restored_on_postgresql() {
    in_groups(Postgres).await;
}
