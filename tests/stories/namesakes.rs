//! Two of one name at one server, as a person and a community of Lemmy may be: the handle is one's, and the other is there too.

use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::elsewhere::{Elsewhere, account_id, follows, status_at};
use crate::harness::{School, eventually};

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

fn id(actor: &Value) -> &str {
    actor["id"].as_str().unwrap()
}

async fn story(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let (ada, there) = (school.teacher("ada"), Elsewhere::open().await);
    let mut person = there.person("roses");
    let uri = format!("{}/c/roses", there.base);
    let mut community = json!({
        "@context": "https://www.w3.org/ns/activitystreams", "id": uri, "type": "Group", "preferredUsername": "roses",
        "inbox": format!("{uri}/inbox"), "outbox": format!("{uri}/outbox"), "followers": format!("{uri}/followers"),
        "url": uri, "manuallyApprovesFollowers": false,
        "publicKey": { "id": format!("{uri}#main-key"), "owner": uri, "publicKeyPem": "" },
    });
    there.serve(community.clone());

    // The handle leads to the community. Then the person writes to her.
    there.is_followed(&school, &ada, &community).await;
    let handle = format!("roses@{}", there.host);
    let of_community = account_id(&ada, &handle).await;
    let by = id(&person).to_owned();
    let post = json!({ "id": format!("{by}/1/create"), "type": "Create", "actor": by, "to": PUBLIC, "object": {
        "id": format!("{by}/1"), "type": "Note", "attributedTo": by, "to": PUBLIC,
        "cc": [format!("{}/users/ada", school.base)], "content": "What is eating my roses?",
        "tag": [{ "type": "Mention", "href": format!("{}/users/ada", school.base) }],
    } });
    there.tells(&school, &post).await;
    let note = format!("{by}/1");
    let status = eventually("the post", || status_at(&ada, &note)).await;
    let of_person = status["account"]["id"].as_str().unwrap().to_owned();
    assert_ne!(of_person, of_community);

    // An answer is for whom it answers; else the handle says who is meant.
    let says = async |words: &str, answered: &Value| {
        let status = json!({ "status": format!("@{handle} {words}"), "in_reply_to_id": answered,
            "visibility": "direct" });
        ada.publish(status).await["mentions"][0]["id"].clone()
    };
    assert_eq!(says("Aphids", &status["id"]).await, of_person);
    assert_eq!(says("Is it mulch?", &Value::Null).await, of_community);

    // Whoever says anew who they are does not take the handle along.
    let led_to = async || {
        let path = format!("/api/v1/accounts/lookup?acct={handle}");
        ada.get(&path).await["id"].clone()
    };
    assert_eq!(led_to().await, of_community);
    for is_person in [true, false, true] {
        let (actor, account) = if is_person {
            (&mut person, &of_person)
        } else {
            (&mut community, &of_community)
        };
        let name = format!("{} anew", actor["name"].as_str().unwrap_or("Roses"));
        actor["name"] = json!(name);
        there.serve(actor.clone());
        let update = json!({ "id": format!("{}#updates/{}", id(actor), name.len()), "type": "Update",
            "actor": actor["id"], "to": PUBLIC, "object": actor["id"] });
        there.tells(&school, &update).await;
        let path = format!("/api/v1/accounts/{account}");
        eventually("the new name", async || {
            (ada.get(&path).await["display_name"] == *name).then_some(())
        })
        .await;
        assert_eq!(led_to().await, of_community);
    }

    // The person is found by their address, and followed as well.
    let path = format!("/api/v2/search?q={by}&resolve=true&type=accounts");
    assert_eq!(ada.get(&path).await["accounts"][0]["id"], *of_person);
    let path = format!("/api/v1/accounts/{of_person}/follow");
    ada.post(&path, Value::Null).await;
    let follow = there
        .receives("a Follow", |told| {
            told["type"] == "Follow" && told["object"] == *by
        })
        .await;
    let accept = json!({ "id": format!("{by}#accepts/1"), "type": "Accept", "actor": by, "object": follow["id"] });
    there.tells(&school, &accept).await;
    follows(&ada, &of_person).await;
    follows(&ada, &of_community).await;

    // What the community passes on is the person's.
    let boost = json!({ "id": format!("{uri}/boosts/1"), "type": "Announce", "actor": uri, "to": PUBLIC, "object": note });
    there.tells(&school, &boost).await;
    eventually("what is passed on", async || {
        let path = format!("/api/v1/accounts/{of_community}/statuses");
        let shown = ada.get(&path).await;
        (shown[0]["reblog"]["account"]["id"] == *of_person).then_some(())
    })
    .await;
}

#[tokio::test]
async fn two_of_one_name_are_two_on_sqlite() {
    story(Sqlite).await;
}

#[tokio::test]
async fn two_of_one_name_are_two_on_postgresql() {
    story(Postgres).await;
}
