//! What a group passes on of people on other servers is asked of those servers, not believed.

use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::elsewhere::{Elsewhere, account_id, status_at};
use crate::harness::{School, eventually};

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

fn note(by: &Value, path: &str, words: &str) -> Value {
    let by = by["id"].as_str().unwrap();
    json!({ "id": format!("{by}/{path}"), "type": "Note", "attributedTo": by, "to": PUBLIC, "content": words })
}

fn activity(kind: &str, by: &Value, path: &str, object: &Value) -> Value {
    let by = by["id"].as_str().unwrap();
    json!({ "id": format!("{by}/{path}"), "type": kind, "actor": by, "to": PUBLIC, "object": object })
}

async fn story(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let (group_host, home) = (Elsewhere::open().await, Elsewhere::open().await);
    let (group, mo) = (group_host.person("staffroom"), home.person("mo"));
    group_host.is_followed(&school, &ada, &group).await;
    let own = ada.publish(json!({ "status": "Paper strips" })).await;
    let likes = async || {
        let id = own["id"].as_str().unwrap();
        let status = ada.get(&format!("/api/v1/statuses/{id}")).await;
        status["favourites_count"].as_i64().unwrap()
    };
    let passed_on = async |path: &str, object: Value| {
        let announce = activity("Announce", &group, path, &object);
        group_host.tells(&school, &announce).await;
    };

    // Other words than its author's are not what is kept.
    let said = note(&mo, "1", "true words");
    home.serve(said.clone());
    let mut forged = said.clone();
    forged["content"] = json!("forged words");
    passed_on("a1", activity("Create", &mo, "c1", &forged)).await;
    let kept = eventually("the post", || status_at(&ada, said["id"].as_str().unwrap())).await;
    assert_eq!(kept["content"], "true words");

    // What a moderator takes out of the group it does not pass on any more, until they let it in again.
    let by_group = account_id(&ada, &format!("staffroom@{}", group_host.host)).await;
    let passes_on = async |expected: usize| {
        let path = format!("/api/v1/accounts/{by_group}/statuses");
        eventually("what the group passes on", || async {
            let posts = ada.get(&path).await;
            (posts.as_array().unwrap().len() == expected).then_some(())
        })
        .await;
    };
    passes_on(1).await;
    let mut removal = activity("Delete", &group_host.person("max"), "d0", &said["id"]);
    removal["summary"] = json!("");
    let restored = activity("Undo", &group_host.person("max"), "u0", &removal);
    passed_on("a1/out", removal).await;
    passes_on(0).await;
    passed_on("a1/in", restored).await;
    passes_on(1).await;
    let still = status_at(&ada, said["id"].as_str().unwrap()).await.unwrap();
    assert_eq!(still["id"], kept["id"]);

    // A like that its server does not know has no effect, one that it knows has.
    let made_up = activity("Like", &mo, "l1", &own["uri"]);
    passed_on("a2", made_up).await;
    let like = activity("Like", &mo, "l2", &own["uri"]);
    home.serve(like.clone());
    passed_on("a3", like.clone()).await;
    eventually("the like", async || (likes().await == 1).then_some(())).await;
    let undo = activity("Undo", &mo, "u2", &like);
    passed_on("a4", undo.clone()).await;
    let served = activity("Undo", &mo, "u3", &like);
    home.serve(served.clone());
    passed_on("a5", served).await;
    eventually("the like to be taken back", async || {
        (likes().await == 0).then_some(())
    })
    .await;

    // A group does not delete what is another server's.
    passed_on("a6", activity("Delete", &group, "d1", &said["id"])).await;
    passed_on("a7", activity("Delete", &mo, "d2", &said["id"])).await;
    let last = note(&group, "2", "the last");
    group_host
        .tells(&school, &activity("Create", &group, "c2", &last))
        .await;
    eventually("the last post", || {
        status_at(&ada, last["id"].as_str().unwrap())
    })
    .await;
    assert!(
        status_at(&ada, said["id"].as_str().unwrap())
            .await
            .is_some()
    );

    // What its author's server does not have is not taken in.
    let gone = note(&mo, "3", "taken back");
    home.serve(gone.clone());
    home.forget(gone["id"].as_str().unwrap());
    passed_on("a8", activity("Create", &mo, "c3", &gone)).await;
    let last = note(&group, "4", "the very last");
    group_host
        .tells(&school, &activity("Create", &group, "c4", &last))
        .await;
    eventually("the very last post", || {
        status_at(&ada, last["id"].as_str().unwrap())
    })
    .await;
    assert!(
        status_at(&ada, gone["id"].as_str().unwrap())
            .await
            .is_none()
    );
}

#[tokio::test]
async fn a_group_is_not_believed_about_others_on_sqlite() {
    story(Sqlite).await;
}

#[tokio::test]
async fn a_group_is_not_believed_about_others_on_postgresql() {
    story(Postgres).await;
}
