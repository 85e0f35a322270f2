//! Some software has one id for more than one thing that it says: what it says later is heard all the same.

use chrono::{TimeDelta, Utc};
use federation::signatures::{Format, Outgoing};
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};
use url::Url;

use crate::elsewhere::{Elsewhere, account_id, status_at};
use crate::harness::{School, Teacher, eventually};

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";
const JSON: &str = "application/activity+json";

fn id(object: &Value) -> &str {
    object["id"].as_str().unwrap()
}

/// A server elsewhere, and how far its clock went on.
struct Peer {
    there: Elsewhere,
    seconds: i64,
}

/// A request as it was sent.
struct Said {
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Said {
    async fn comes(&self, school: &School) {
        let request = school.request(Method::POST, "/inbox");
        let request = request.headers(self.headers.clone());
        let sent = request.body(self.body.clone()).send().await;
        assert_eq!(sent.unwrap().status().as_u16(), 202);
    }
}

impl Peer {
    /// Says it, signed later than all before.
    async fn says(&mut self, school: &School, activity: &Value) -> Said {
        self.seconds += 2;
        let body = activity.to_string().into_bytes();
        let url = Url::parse(&format!("{}/inbox", school.base)).unwrap();
        let outgoing = Outgoing {
            method: "POST",
            url: &url,
            accept: JSON,
            body: Some((&body, JSON)),
            followers: None,
        };
        let by = json!({ "id": activity["actor"] });
        let now = Utc::now().naive_utc() + TimeDelta::seconds(self.seconds);
        let signer = self.there.signer(&by);
        let headers = signer.sign(&outgoing, Format::Cavage, now).unwrap();
        let said = Said { headers, body };
        said.comes(school).await;
        said
    }
}

async fn is_followed(ada: &Teacher, by: &str, expected: bool) {
    eventually("the follower", || async {
        let told = ada
            .get(&format!("/api/v1/accounts/relationships?id[]={by}"))
            .await;
        (told[0]["followed_by"] == expected).then_some(())
    })
    .await;
}

async fn follows(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let ada_uri = format!("{}/users/ada", school.base);
    let mut peer = Peer {
        there: Elsewhere::open().await,
        seconds: 0,
    };
    for (name, follow, undone) in [
        ("misskey", "/follows/1/2", "/follows/1/2"),
        ("pixelfed", "#follow/7", "#follows/7"),
    ] {
        let grace = peer.there.person(name);
        let at = |part: &str| format!("{}{part}", id(&grace));
        let asks =
            json!({ "id": at(follow), "type": "Follow", "actor": grace["id"], "object": ada_uri });
        let mut taken = asks.clone();
        taken["id"] = json!(at(undone));
        let undo = json!({ "id": at(&format!("{follow}/undo")), "type": "Undo", "actor": grace["id"], "object": taken });
        let by = account_id(&ada, &format!("{name}@{}", peer.there.host)).await;
        for _ in 0..2 {
            let asked = peer.says(&school, &asks).await;
            is_followed(&ada, &by, true).await;
            peer.says(&school, &undo).await;
            is_followed(&ada, &by, false).await;
            // What only comes twice was said once.
            asked.comes(&school).await;
        }
        let note = json!({ "id": at("/1"), "type": "Note", "attributedTo": grace["id"], "to": [PUBLIC, ada_uri], "content": "and then" });
        let create = json!({ "id": at("/1/create"), "type": "Create", "actor": grace["id"], "object": note });
        peer.says(&school, &create).await;
        eventually("the post", || status_at(&ada, id(&note))).await;
        is_followed(&ada, &by, false).await;
        let is_answer = |activity: &&Value| {
            let of = &activity["object"];
            of["id"] == asks["id"] || *of == asks["id"]
        };
        eventually("both answers", || async {
            let told = peer.there.received().await;
            (told.iter().filter(is_answer).count() == 2).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn who_follows_again_with_the_same_id_does_follow_on_sqlite() {
    follows(Sqlite).await;
}

#[tokio::test]
async fn who_follows_again_with_the_same_id_does_follow_on_postgresql() {
    follows(Postgres).await;
}

async fn answers(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let there = Elsewhere::open().await;
    let grace = there.person("grace");
    let refusal = format!("{}#rejects/follows/", id(&grace));
    for name in ["ada", "bo"] {
        let teacher = school.teacher(name);
        let asked = there.asked_to_follow(&teacher, &grace).await;
        let reject =
            json!({ "id": refusal, "type": "Reject", "actor": grace["id"], "object": asked });
        there.tells(&school, &reject).await;
        let account = account_id(&teacher, &format!("grace@{}", there.host)).await;
        eventually("the refusal", || async {
            let told = teacher
                .get(&format!("/api/v1/accounts/relationships?id[]={account}"))
                .await;
            (told[0]["requested"] == false).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn refusals_that_all_have_one_id_are_heard_on_sqlite() {
    answers(Sqlite).await;
}

#[tokio::test]
async fn refusals_that_all_have_one_id_are_heard_on_postgresql() {
    answers(Postgres).await;
}

async fn pins(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let there = Elsewhere::open().await;
    let mut grace = there.person("grace");
    let (by, top) = (id(&grace).to_owned(), format!("{}/featured", id(&grace)));
    grace["featured"] = json!(top);
    there.serve(grace.clone());
    there.is_followed(&school, &ada, &grace).await;
    let post = json!({ "id": format!("{by}/1"), "type": "Note", "attributedTo": by, "to": [PUBLIC], "content": "plan" });
    let create =
        json!({ "id": format!("{by}/1/create"), "type": "Create", "actor": by, "object": post });
    there.tells(&school, &create).await;
    eventually("the post", || status_at(&ada, id(&post))).await;
    let account = account_id(&ada, &format!("grace@{}", there.host)).await;
    let mut peer = Peer { there, seconds: 0 };
    for (kind, expected) in [("Add", 1), ("Remove", 0), ("Add", 1), ("Remove", 0)] {
        let said = json!({ "type": kind, "actor": by, "target": top, "object": post["id"] });
        peer.says(&school, &said).await;
        eventually("the top of the profile", || async {
            let pinned = ada
                .get(&format!("/api/v1/accounts/{account}/statuses?pinned=true"))
                .await;
            (pinned.as_array().unwrap().len() == expected).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn what_is_pinned_again_without_an_id_is_pinned_on_sqlite() {
    pins(Sqlite).await;
}

#[tokio::test]
async fn what_is_pinned_again_without_an_id_is_pinned_on_postgresql() {
    pins(Postgres).await;
}
