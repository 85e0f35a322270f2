//! Somebody moves: what people here think of them, and in which lists they have them, goes along.

use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::elsewhere::{Elsewhere, account_id};
use crate::harness::{School, Teacher, eventually};
use crate::sign_in::Browser;

async fn relation(who: &Teacher, account: &str) -> Value {
    let path = format!("/api/v1/accounts/relationships?id[]={account}");
    who.get(&path).await[0].clone()
}

async fn does(who: &Teacher, deed: &str, account: &str, body: Value) {
    let path = format!("/api/v1/accounts/{account}/{deed}");
    who.post(&path, body).await;
}

async fn notes(who: &Teacher, account: &str, comment: &str) {
    does(who, "note", account, json!({ "comment": comment })).await;
}

/// A list of this title with somebody in it; answers where its people are.
async fn lists(who: &Teacher, title: &str, account: &str) -> String {
    let made = who.post("/api/v1/lists", json!({ "title": title })).await;
    let people = format!("/api/v1/lists/{}/accounts", made["id"].as_str().unwrap());
    who.post(&people, json!({ "account_ids": [account] })).await;
    people
}

async fn carried(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo, cy, dan] = ["ada", "bo", "cy", "dan"].map(|name| school.teacher(name));
    let (old_home, new_home) = (Elsewhere::open().await, Elsewhere::open().await);
    let (grace, mut hopper) = (old_home.person("grace"), new_home.person("hopper"));
    let by = grace["id"].as_str().unwrap();
    hopper["alsoKnownAs"] = json!([by]);
    new_home.serve(hopper.clone());
    let before = format!("grace@{}", old_home.host);
    let old = account_id(&ada, &before).await;
    let new = account_id(&ada, &format!("hopper@{}", new_home.host)).await;

    // Ada and Dan follow her, whom Dan mutes. Bo blocked her. Cy mutes her, and follows the new one as well.
    old_home.is_followed(&school, &ada, &grace).await;
    old_home.is_followed(&school, &dan, &grace).await;
    new_home.is_followed(&school, &cy, &hopper).await;
    let people = lists(&ada, "Compilers", &old).await;
    notes(&ada, &old, "Asks good questions").await;
    notes(&ada, &new, "Who is this?").await;
    does(&dan, "mute", &old, json!({ "notifications": false })).await;
    notes(&dan, &old, "Too loud").await;
    does(&bo, "block", &old, Value::Null).await;
    does(&cy, "mute", &old, json!({})).await;

    let moves = json!({ "id": format!("{by}#moves/1"), "type": "Move", "actor": by, "object": by, "target": hopper["id"] });
    old_home.tells(&school, &moves).await;
    for follower in [&ada, &dan] {
        let follower = format!("{}/users/{}", school.base, follower.name);
        new_home
            .receives("a Follow", |activity| {
                activity["type"] == "Follow" && activity["actor"] == *follower
            })
            .await;
    }
    let blocked = new_home
        .receives("a Block", |activity| activity["type"] == "Block")
        .await;
    assert_eq!(blocked["object"], hopper["id"]);

    // Whoever looks for the old one learns where she is, and is sent there.
    let after = format!("hopper@{}", new_home.host);
    let found = ada.get("/api/v1/accounts/search?q=grace").await;
    assert_eq!(found[0]["moved"]["acct"], after, "{found}");
    let found = ada.get("/api/v2/search?q=grace&type=accounts").await;
    assert_eq!(found["accounts"][0]["moved"]["acct"], after, "{found}");
    let (_, to, _) = Browser::new(&school).page(&format!("/@{before}")).await;
    assert_eq!(to, format!("{}/@hopper", new_home.base));

    let listed = ada.get(&people).await;
    assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
    assert_eq!(listed[0]["id"], *new);
    let noted = format!(
        "This account moved here from @{before}. What you noted about that one:\nAsks good questions\n\nWho is this?"
    );
    assert_eq!(relation(&ada, &new).await["note"], noted);
    let dan_of_new = relation(&dan, &new).await;
    assert_eq!(dan_of_new["muting"], true);
    assert_eq!(dan_of_new["muting_notifications"], false);
    assert_eq!(dan_of_new["requested"], true);
    assert!(dan_of_new["note"].as_str().unwrap().ends_with("Too loud"));
    let bo_of_new = relation(&bo, &new).await;
    assert_eq!(bo_of_new["blocking"], true);
    let why = format!("This account moved here from @{before}, which you had blocked.");
    assert_eq!(bo_of_new["note"], why);
    let cy_of_new = relation(&cy, &new).await;
    assert_eq!(cy_of_new["muting"], false, "followed anyway");
    assert_eq!(cy_of_new["following"], true);
    assert_eq!(relation(&cy, &old).await["muting"], true);
}

#[tokio::test]
async fn what_is_thought_of_somebody_who_moves_goes_along_on_sqlite() {
    carried(Sqlite).await;
}

#[tokio::test]
async fn what_is_thought_of_somebody_who_moves_goes_along_on_postgresql() {
    carried(Postgres).await;
}

async fn here(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo, cy] = ["ada", "bo", "cy"].map(|name| school.teacher(name));
    let _after = school.teacher("cy2");
    let old = ada.follow("@cy").await;
    let new = account_id(&ada, "cy2").await;
    let people = lists(&ada, "Music", &old).await;
    does(&bo, "mute", &old, json!({ "duration": 3_600 })).await;
    let alias = school.command(&["user", "alias", "cy2", "cy"]);
    assert!(alias.status.success());
    cy.publish(json!({ "status": "I move" })).await;
    let moved = school.command(&["user", "move", "cy", "cy2"]);
    assert!(moved.status.success());

    eventually("ada to be taken along", || async {
        (relation(&ada, &new).await["following"] == true).then_some(())
    })
    .await;
    assert_eq!(ada.get(&people).await[0]["id"], *new);
    assert_eq!(relation(&bo, &new).await["muting"], true);
    let muted = bo.get("/api/v1/mutes").await;
    let mute = muted
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["id"] == *new);
    assert!(mute.unwrap()["mute_expires_at"].is_string(), "{muted}");
    // Whoever is not followed any more is in no list either.
    does(&ada, "unfollow", &new, Value::Null).await;
    assert_eq!(ada.get(&people).await, json!([]));
}

#[tokio::test]
async fn those_who_move_here_stay_in_lists_on_sqlite() {
    here(Sqlite).await;
}

#[tokio::test]
async fn those_who_move_here_stay_in_lists_on_postgresql() {
    here(Postgres).await;
}
