//! Who is gone takes along what they did with the posts of others, and may come back.

use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};
use test_support::{age_gone, hurry};

use crate::admin::SCOPES;
use crate::elsewhere::{Elsewhere, account_id, name};
use crate::harness::{School, Teacher, eventually};

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

fn id(object: &Value) -> &str {
    object["id"].as_str().unwrap()
}

fn deed(kind: &str, by: &Value, name: &str, object: &Value) -> Value {
    json!({ "id": format!("{}/{name}", id(by)), "type": kind, "actor": id(by), "to": [PUBLIC], "object": object })
}

fn vote(by: &Value, name: &str, poll: &Value, choice: &str) -> Value {
    let note = json!({ "id": format!("{}/{name}", id(by)), "type": "Note", "attributedTo": id(by), "name": choice,
        "inReplyTo": poll["uri"], "to": [poll["account"]["uri"]] });
    deed("Create", by, &format!("{name}/create"), &note)
}

/// How often a post was liked and boosted, and how its poll stands.
async fn counts(teacher: &Teacher, post: &Value) -> Value {
    let found = teacher.get(&format!("/api/v1/statuses/{}", id(post))).await;
    let options = found["poll"]["options"].as_array();
    let votes = options.map(|options| options.iter().map(|option| &option["votes_count"]));
    json!([
        found["favourites_count"],
        found["reblogs_count"],
        found["poll"]["voters_count"],
        votes.map(Iterator::collect::<Vec<_>>),
    ])
}

async fn becomes(teacher: &Teacher, post: &Value, expected: Value) {
    eventually(&format!("{expected}"), || async {
        (counts(teacher, post).await == expected).then_some(())
    })
    .await;
}

/// Who told somebody of what.
async fn told(teacher: &Teacher) -> Vec<(String, String)> {
    let found = teacher
        .get("/api/v1/notifications?types[]=favourite&types[]=reblog")
        .await;
    let found = found.as_array().unwrap().iter();
    let mut told: Vec<(String, String)> = found
        .map(|one| {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            (text(&one["account"]["username"]), text(&one["type"]))
        })
        .collect();
    told.sort();
    told
}

/// Likes and boosts a post, and votes in its poll.
async fn is_busy(there: &Elsewhere, school: &School, person: &Value, post: &Value) {
    for activity in [
        deed("Like", person, "like", &post["uri"]),
        deed("Announce", person, "boost", &post["uri"]),
        vote(person, "vote", post, "tea"),
    ] {
        there.tells(school, &activity).await;
    }
}

async fn story(kind: Kind) {
    let settings = [("community.show_counts", "true")];
    let Some(school) = School::open_with(kind, &settings).await else {
        return;
    };
    let ada = school.teacher("ada");
    let there = Elsewhere::open().await;
    let [mo, ny] = ["mo", "ny"].map(|name| there.person(name));
    let poll = json!({ "options": ["tea", "milk"], "expires_in": 3600 });
    let post = ada
        .publish(json!({ "status": "What shall we drink?", "poll": poll }))
        .await;
    for person in [&mo, &ny] {
        is_busy(&there, &school, person, &post).await;
    }
    becomes(&ada, &post, json!([2, 2, 2, [2, 0]])).await;
    assert_eq!(told(&ada).await.len(), 4);

    // Mo leaves, and all that goes along.
    let farewell = deed("Delete", &mo, "delete", &mo["id"]);
    there.tells(&school, &farewell).await;
    becomes(&ada, &post, json!([1, 1, 1, [1, 0]])).await;
    let of_ny = ["favourite", "reblog"].map(|kind| ("ny".to_owned(), kind.to_owned()));
    assert_eq!(told(&ada).await, of_ny);

    // What comes late has no effect, and brings nobody back.
    let again = deed("Like", &mo, "like/again", &post["uri"]);
    there.tells(&school, &again).await;
    let mine = deed(
        "Undo",
        &ny,
        "undo",
        &deed("Like", &ny, "like", &post["uri"]),
    );
    there.tells(&school, &mine).await;
    becomes(&ada, &post, json!([0, 1, 1, [1, 0]])).await;

    // Later their server is asked: as long as it says that there is nobody, there is nobody.
    age_gone(&mut school.database().connect());
    there.forget(id(&mo));
    let signer = federation::signatures::Signer::new(format!("{}#main-key", id(&mo)), there.key());
    let late = deed("Like", &mo, "like/late", &post["uri"]);
    let reply = there.send_as(&signer, &school, &late).await;
    assert_eq!(reply, crate::strangers::REFUSED);
    let asked = there.asked_for("/users/mo").await;
    let reply = there.send_as(&signer, &school, &farewell).await;
    assert_eq!(reply, federation::net::Reply::Accepted);
    assert_eq!(
        there.asked_for("/users/mo").await,
        asked,
        "nothing to find out"
    );

    // Mo is there again.
    let mo = there.person("mo");
    let back = deed("Like", &mo, "like/back", &post["uri"]);
    eventually("Mo to be heard", || async {
        let reply = there.send(&school, &back).await;
        (reply == federation::net::Reply::Accepted).then_some(())
    })
    .await;
    becomes(&ada, &post, json!([1, 1, 1, [1, 0]])).await;
    let by = |name: &str, kind: &str| (name.to_owned(), kind.to_owned());
    let expected = [by("mo", "favourite"), by("ny", "reblog")];
    assert_eq!(told(&ada).await, expected, "and nothing from before");

    // Who is looked for is found as soon as they are there again.
    there
        .tells(&school, &deed("Delete", &ny, "delete", &ny["id"]))
        .await;
    becomes(&ada, &post, json!([1, 0, 0, [0, 0]])).await;
    let handle = format!("{}@{}", name(&ny), there.host);
    eventually("Ny to be found", || async {
        let query = format!("/api/v2/search?q=@{handle}&resolve=true&type=accounts");
        let found = ada.get(&query).await;
        (found["accounts"][0]["username"] == "ny").then_some(())
    })
    .await;
}

#[tokio::test]
async fn who_leaves_takes_along_what_they_did_and_may_come_back_on_sqlite() {
    story(Sqlite).await;
}

#[tokio::test]
async fn who_leaves_takes_along_what_they_did_and_may_come_back_on_postgresql() {
    story(Postgres).await;
}

async fn suspended(kind: Kind) {
    let settings = [("community.show_counts", "true")];
    let Some(school) = School::open_with(kind, &settings).await else {
        return;
    };
    let ada = school.teacher("ada");
    let mia = school.person("mia", "moderator", SCOPES);
    let there = Elsewhere::open().await;
    let people = ["mo", "ny"].map(|name| there.person(name));
    let poll = json!({ "options": ["tea", "milk"], "expires_in": 3600 });
    let post = ada
        .publish(json!({ "status": "What shall we drink?", "poll": poll }))
        .await;
    for person in &people {
        is_busy(&there, &school, person, &post).await;
    }
    becomes(&ada, &post, json!([2, 2, 2, [2, 0]])).await;
    for person in &people {
        let id = account_id(&ada, &format!("{}@{}", name(person), there.host)).await;
        let action = format!("/api/v1/admin/accounts/{id}/action");
        mia.post(&action, json!({ "type": "suspend" })).await;
        if name(person) == "ny" {
            let lift = format!("/api/v1/admin/accounts/{id}/unsuspend");
            mia.post(&lift, json!({})).await;
        }
    }
    // Not yet: it may have been a mistake.
    hurry(&mut school.database().connect());
    ada.publish(json!({ "status": "wakes the workers" })).await;
    let before = counts(&ada, &post).await;
    assert_eq!(before, json!([2, 2, 2, [2, 0]]));
    age_gone(&mut school.database().connect());
    eventually("the month to be over", || async {
        hurry(&mut school.database().connect());
        ada.publish(json!({ "status": "wakes the workers" })).await;
        (counts(&ada, &post).await == json!([1, 1, 1, [1, 0]])).then_some(())
    })
    .await;
}

#[tokio::test]
async fn who_stays_suspended_loses_what_they_did_on_sqlite() {
    suspended(Sqlite).await;
}

#[tokio::test]
async fn who_stays_suspended_loses_what_they_did_on_postgresql() {
    suspended(Postgres).await;
}
