//! A post that is changed or deleted is so wherever somebody did something with it, also where nobody follows its author.

use reqwest::Method;
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::authorised_fetch::follows;
use crate::elsewhere::{Elsewhere, status_at};
use crate::harness::{School, answer, eventually};

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

async fn story(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    let boosting = Elsewhere::open().await;
    let liking = Elsewhere::open().await;
    let answering = Elsewhere::open().await;
    let following = Elsewhere::open().await;
    let uninvolved = Elsewhere::open().await;
    let (li, mo, jo) = (
        boosting.person("li"),
        liking.person("mo"),
        answering.person("jo"),
    );
    let (fay, guy) = (following.person("fay"), uninvolved.person("guy"));
    let act = |kind: &str, by: &Value, object: Value| {
        let id = format!("{}/{}", by["id"].as_str().unwrap(), kind.to_lowercase());
        json!({ "id": id, "type": kind, "actor": by["id"], "to": PUBLIC, "object": object })
    };
    // Fay follows Bo, who passes on what Ada writes; Guy only did something with another post.
    let by_bo = json!(format!("{}/users/bo", school.base));
    following.tells(&school, &act("Follow", &fay, by_bo)).await;
    following
        .receives("an Accept", |activity| activity["type"] == "Accept")
        .await;
    let other = ada.publish(json!({ "status": "Other words" })).await;
    uninvolved
        .tells(&school, &act("Like", &guy, other["uri"].clone()))
        .await;

    let post = ada.publish(json!({ "status": "First words" })).await;
    let (id, uri) = (post["id"].as_str().unwrap(), &post["uri"]);
    let path = format!("/api/v1/statuses/{id}");
    boosting
        .tells(&school, &act("Announce", &li, uri.clone()))
        .await;
    liking.tells(&school, &act("Like", &mo, uri.clone())).await;
    let words = json!({ "id": format!("{}/answer", jo["id"].as_str().unwrap()), "type": "Note",
        "attributedTo": jo["id"], "to": PUBLIC, "inReplyTo": uri, "content": "So do we" });
    answering.tells(&school, &act("Create", &jo, words)).await;
    bo.post(&format!("{path}/reblog"), Value::Null).await;
    eventually("what they do", async || {
        let post = ada.get(&path).await;
        let counts = ["reblogs_count", "favourites_count", "replies_count"];
        let counts = counts.map(|name| post[name].as_i64().unwrap());
        (counts == [2, 1, 1]).then_some(())
    })
    .await;

    let by_ada = json!(format!("{}/users/ada", school.base));
    let edit = ada
        .request(Method::PUT, &path)
        .json(&json!({ "status": "Better words" }));
    for (kind, request) in [
        ("Update", edit),
        ("Delete", ada.request(Method::DELETE, &path)),
    ] {
        answer(request).await;
        for there in [&boosting, &liking, &answering, &following] {
            let told = there
                .receives(kind, |activity| {
                    activity["type"] == kind && activity["actor"] == by_ada
                })
                .await;
            assert_eq!(told["object"]["id"], *uri);
        }
    }
    assert_eq!(uninvolved.received().await, Vec::<Value>::new());

    // A new name is told to those who were followed or mentioned.
    following.is_followed(&school, &ada, &fay).await;
    let words =
        json!({ "status": format!("@li@{} Thank you", boosting.host), "visibility": "direct" });
    ada.publish(words).await;
    let rename = ada
        .request(Method::PATCH, "/api/v1/accounts/update_credentials")
        .json(&json!({ "display_name": "Ada A." }));
    answer(rename).await;
    for there in [&following, &boosting] {
        there
            .receives("the new name", |activity| {
                activity["object"]["id"] == by_ada && activity["object"]["name"] == "Ada A."
            })
            .await;
    }
}

/// Others who read what one of ours wrote read what is answered to it, if they can check whose that is.
async fn answers(kind: Kind) {
    let (Some(here), Some(there)) = (School::open(kind).await, School::open(kind).await) else {
        return;
    };
    let Some(third) = School::open(kind).await else {
        return;
    };
    let (ada, bo, cy) = (
        here.teacher("ada"),
        there.teacher("bo"),
        third.teacher("cy"),
    );
    cy.follow(&format!("@ada@{}", here.host)).await;
    let post = ada.publish(json!({ "status": "Who has rods?" })).await;
    cy.reads("Who has rods?").await;
    let uri = post["uri"].as_str().unwrap();
    let path = format!("/api/v2/search?q={uri}&resolve=true&type=statuses");
    let found = bo.get(&path).await["statuses"][0]["id"].clone();
    let answer = bo
        .publish(json!({ "status": "We have", "in_reply_to_id": found }))
        .await;
    let answer = answer["uri"].as_str().unwrap();
    let read = eventually("the answer", || status_at(&cy, answer)).await;
    assert_eq!(read["account"]["acct"], format!("bo@{}", there.host));

    // What nobody can check, and what is not for everybody, stays.
    let (following, answering) = (Elsewhere::open().await, Elsewhere::open().await);
    let (fay, jo) = (following.person("fay"), answering.person("jo"));
    let by_ada = json!(format!("{}/users/ada", here.base));
    let follow = json!({ "id": format!("{}/follow", following.base), "type": "Follow", "actor": fay["id"], "object": by_ada });
    following.tells(&here, &follow).await;
    following
        .receives("an Accept", |activity| activity["type"] == "Accept")
        .await;
    let signature = json!({ "type": "RsaSignature2017", "signatureValue": "c2lnbmVk" });
    let create = |name: &str, to: &Value| {
        let id = format!("{}/{name}", jo["id"].as_str().unwrap());
        json!({ "id": format!("{id}/create"), "type": "Create", "actor": jo["id"], "to": to, "object": {
            "id": id, "type": "Note", "attributedTo": jo["id"], "to": to, "inReplyTo": uri, "content": name } })
    };
    let unsigned = create("unsigned", &json!(PUBLIC));
    let mut closed = create("closed", &by_ada);
    let mut open = create("open", &json!(PUBLIC));
    closed["signature"] = signature.clone();
    open["signature"] = signature.clone();
    let delete = json!({ "id": format!("{}/delete", answering.base), "type": "Delete", "actor": jo["id"], "to": PUBLIC,
        "object": open["object"]["id"], "signature": signature });
    for activity in [&unsigned, &closed, &open, &delete] {
        answering.tells(&here, activity).await;
    }
    following
        .receives("the Delete", |activity| *activity == delete)
        .await;
    let mut passed_on = following.received().await;
    passed_on.retain(|activity| activity["actor"] == jo["id"]);
    assert_eq!(passed_on, [open, delete]);
    let back = answering.received().await;
    assert!(back.iter().all(|activity| activity["actor"] != jo["id"]));
}

/// Who follows one of ours reads what her colleagues answer, whom nobody there follows.
async fn answers_of_colleagues(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    let (there, unwanted) = (Elsewhere::open().await, Elsewhere::open().await);
    for place in [&there, &unwanted] {
        let fay = place.person("fay");
        follows(place, &school, &fay, &format!("{}/users/ada", school.base)).await;
    }
    bo.post("/api/v1/domain_blocks", json!({ "domain": unwanted.host }))
        .await;
    let post = ada.publish(json!({ "status": "Who has rods?" })).await;
    let says = |words: &str, visibility: &str| json!({ "status": words, "visibility": visibility, "in_reply_to_id": post["id"] });
    bo.publish(says("For few", "private")).await;
    let by_bo = json!(format!("{}/users/bo", school.base));
    let reply = bo.publish(says("In the cupboard", "unlisted")).await;
    let told = async |kind: &str| {
        there
            .receives(kind, |activity| {
                let is_of_it = activity["object"]["id"] == reply["uri"];
                is_of_it && activity["type"] == kind && activity["actor"] == by_bo
            })
            .await
    };
    told("Create").await;
    let path = format!("/api/v1/statuses/{}", reply["id"].as_str().unwrap());
    let edited = json!({ "status": "In the other cupboard" });
    answer(bo.request(Method::PUT, &path).json(&edited)).await;
    told("Update").await;
    answer(bo.request(Method::DELETE, &path)).await;
    told("Delete").await;

    ada.publish(json!({ "status": "Thank you" })).await;
    let is_last = |activity: &Value| activity.to_string().contains("Thank you");
    for (place, expected) in [(&there, 3), (&unwanted, 0)] {
        place.receives("what came last", is_last).await;
        let all = place.received().await;
        let by_bo = all.iter().filter(|activity| activity["actor"] == by_bo);
        assert_eq!(by_bo.count(), expected);
    }
}

#[tokio::test]
async fn answers_of_colleagues_reach_the_readers_of_a_post_on_sqlite() {
    answers_of_colleagues(Sqlite).await;
}

#[tokio::test]
async fn answers_of_colleagues_reach_the_readers_of_a_post_on_postgresql() {
    answers_of_colleagues(Postgres).await;
}

#[tokio::test]
async fn answers_reach_the_readers_of_a_post_on_sqlite() {
    answers(Sqlite).await;
}

#[tokio::test]
async fn answers_reach_the_readers_of_a_post_on_postgresql() {
    answers(Postgres).await;
}

#[tokio::test]
async fn what_is_changed_is_so_wherever_it_is_known_on_sqlite() {
    story(Sqlite).await;
}

#[tokio::test]
async fn what_is_changed_is_so_wherever_it_is_known_on_postgresql() {
    story(Postgres).await;
}
