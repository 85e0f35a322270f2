//! A post and its answers, as each kind of server gets them.

use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use super::{NETWORKS, has, hears, id_of, is_passed_on, joins, network, runs, text};
use crate::elsewhere::{Elsewhere, status_at};
use crate::harness::{School, Teacher, eventually};

fn announced(activity: &Value, kind: &str) -> bool {
    activity["type"] == "Announce" && activity["object"]["type"] == kind
}

fn is_boost(activity: &Value) -> bool {
    activity["type"] == "Announce" && activity["object"].is_string()
}

async fn count(at: &Elsewhere, fits: impl Fn(&Value) -> bool) -> usize {
    let all = at.received().await;
    all.iter().filter(|activity| fits(activity)).count()
}

/// Waits until somebody's school has a post, and answers it there.
async fn answers(who: &Teacher, to: &str, words: &str) -> Value {
    let found = eventually("the post to be answered", || status_at(who, to)).await;
    who.publish(json!({ "status": words, "in_reply_to_id": found["id"] }))
        .await
}

async fn thread(kind: Kind) {
    let (Some(hub), Some(second), Some(third)) = (
        School::open(kind).await,
        School::open(kind).await,
        School::open(kind).await,
    ) else {
        return;
    };
    let (ada, dan) = (hub.teacher("ada"), hub.teacher("dan"));
    let (bo, cy) = (second.teacher("bo"), third.teacher("cy"));
    network(&hub, "english", &["ada"], &[]);
    let handle = format!("@english@{}", hub.host);
    for member in [&dan, &bo, &cy] {
        member.follow(&handle).await;
    }
    let (people, groups) = (Elsewhere::open().await, Elsewhere::open().await);
    runs(&people, "mastodon").await;
    runs(&groups, "Lemmy").await;
    joins(&people, &hub, &people.person("mo"), "english").await;
    joins(&groups, &hub, &groups.person("lee"), "english").await;

    let words = format!("{handle} How do you begin with sonnets?");
    let asked = cy.publish(json!({ "status": words })).await;
    let uri = text(&asked["uri"]);
    is_passed_on(&dan, "sonnets").await;
    is_passed_on(&bo, "sonnets").await;
    for (who, word) in [
        (&ada, "One"),
        (&ada, "Two"),
        (&dan, "Three"),
        (&bo, "Four"),
        (&cy, "Five"),
    ] {
        answers(who, uri, &format!("@cy@{} {handle} {word}", third.host)).await;
    }
    eventually("all to be passed on", || async {
        let creates = |activity: &Value| announced(activity, "Create");
        (count(&groups, creates).await == 6).then_some(())
    })
    .await;
    people.receives("the boost", is_boost).await;
    let network_uri = format!("{}/users/english", hub.base);
    for activity in groups.received().await {
        assert!(!is_boost(&activity), "{activity}");
        if announced(&activity, "Create") {
            assert_eq!(activity["actor"], json!(network_uri));
            assert!(
                activity["object"]["object"]["content"].is_string(),
                "{activity}"
            );
        }
    }
    // As its author's server sent it.
    groups
        .receives("the question", |activity| {
            activity["object"]["object"]["id"] == *uri
        })
        .await;

    // What is liked and changed is passed on to groups too.
    let of_dan = status_at(&dan, uri).await.unwrap();
    let like = format!("/api/v1/statuses/{}/favourite", text(&of_dan["id"]));
    dan.post(&like, Value::Null).await;
    groups
        .receives("the like", |activity| announced(activity, "Like"))
        .await;

    // A steward takes an answer out, once.
    let id = id_of(&hub, "english").await;
    let thread = dan
        .get(&format!("/api/v1/statuses/{}/context", text(&of_dan["id"])))
        .await;
    let mut below = thread["descendants"].as_array().unwrap().iter();
    let three = below.find(|status| has(status, "Three")).unwrap();
    let remove = format!("{NETWORKS}/{id}/posts/{}/remove", text(&three["id"]));
    let said = ada.post(&remove, Value::Null).await;
    assert_eq!(
        said["message"],
        "The answer is taken out, and its author told."
    );
    let said = ada.post(&remove, Value::Null).await;
    assert_eq!(said["message"], "That was done already.");
    hears(&dan, "took your answer out").await;
    groups
        .receives("the removal", |activity| {
            announced(activity, "Delete") && activity["object"]["object"] == three["uri"]
        })
        .await;

    // Settled by who asked.
    answers(
        &cy,
        uri,
        &format!("{handle} That was it, thank you. #Answered"),
    )
    .await;
    eventually("the question to be answered", || async {
        let posts = dan.get(&format!("{NETWORKS}/{id}/posts")).await;
        assert_eq!(posts.as_array()?.len(), 1);
        (posts[0]["answered"] == true).then_some(())
    })
    .await;
    let path = format!("/api/v1/statuses/{}", text(&of_dan["id"]));
    let seen = dan.get(&path).await;
    let answer = text(&seen["staffroom"]["answer_id"]);
    let answer = dan.get(&format!("/api/v1/statuses/{answer}")).await;
    assert!(has(&answer, "That was it"), "{answer}");

    // Nowhere twice, and no answer is boosted.
    let home = dan.get("/api/v1/timelines/home?limit=40").await;
    let rows = home.as_array().unwrap().iter();
    let shown = rows.filter(|row| row["uri"] == *uri || row["reblog"]["uri"] == *uri);
    assert_eq!(shown.count(), 1, "{home}");
    assert_eq!(count(&people, is_boost).await, 1);
    assert_eq!(
        count(&people, |activity| activity["object"]["type"] == "Create").await,
        0
    );

    // Its author takes it back.
    let path = format!("/api/v1/statuses/{}", text(&asked["id"]));
    crate::harness::answer(cy.request(reqwest::Method::DELETE, &path)).await;
    groups
        .receives("the deletion", |activity| {
            announced(activity, "Delete") && activity["object"]["object"]["id"] == *uri
        })
        .await;
    people
        .receives("the boost to be taken back", |activity| {
            activity["type"] == "Undo" && activity["object"]["type"] == "Announce"
        })
        .await;
}

#[tokio::test]
async fn a_thread_is_passed_on_to_each_server_in_its_way_on_sqlite() {
    thread(Sqlite).await;
}

#[tokio::test]
async fn a_thread_is_passed_on_to_each_server_in_its_way_on_postgresql() {
    thread(Postgres).await;
}

async fn others(kind: Kind) {
    let (Some(hub), Some(other)) = (School::open(kind).await, School::open(kind).await) else {
        return;
    };
    let (ada, dan, erin) = (
        hub.teacher("ada"),
        hub.teacher("dan"),
        other.teacher("erin"),
    );
    network(&hub, "english", &["ada"], &[]);
    network(&hub, "staff", &["ada"], &["--posting", "members"]);
    for name in ["english", "staff"] {
        dan.follow(&format!("@{name}@{}", hub.host)).await;
    }
    let groups = Elsewhere::open().await;
    runs(&groups, "piefed").await;
    let lee = groups.person("lee");
    joins(&groups, &hub, &lee, "english").await;

    // Who is no member waits, and is told so once.
    let words = format!("@english@{} A play for three voices", hub.host);
    let waiting = erin.publish(json!({ "status": words })).await;
    hears(&erin, "waits for a steward").await;
    let asked = hears(&ada, "A post by @erin").await;
    assert!(text(&asked["content"]).contains("approve"));
    let id = id_of(&hub, "english").await;
    let list = ada
        .get(&format!("{NETWORKS}/{id}/posts?state=waiting"))
        .await;
    assert_eq!(list[0]["status"]["uri"], waiting["uri"]);
    let path = format!("{NETWORKS}/{id}/posts?state=waiting");
    let answer = dan
        .request(reqwest::Method::GET, &path)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 403);
    // What others do with it meanwhile is not passed on in its place.
    let (by, group) = (text(&lee["id"]), format!("{}/users/english", hub.base));
    let like = json!({ "id": format!("{by}/like"), "type": "Like", "actor": by, "object": waiting["uri"] });
    groups.tells(&hub, &like).await;
    let help = json!({ "id": format!("{by}/help"), "type": "Note", "attributedTo": by, "to": [group], "content": "help",
        "tag": [{ "type": "Mention", "href": group, "name": "@english" }] });
    let help = json!({ "id": format!("{by}/help/create"), "type": "Create", "actor": by, "to": [group], "object": help });
    groups.tells(&hub, &help).await;
    groups
        .receives("help, after the like", |activity| {
            activity["type"] == "Create" && has(&activity["object"], "To post here")
        })
        .await;
    let words = format!("@english Please approve <{}>", text(&waiting["url"]));
    super::writes(&ada, &words).await;
    hears(&ada, "The post is passed on.").await;
    is_passed_on(&dan, "three voices").await;
    groups
        .receives("the post that waited", |activity| {
            announced(activity, "Create") && activity["object"]["object"]["id"] == waiting["uri"]
        })
        .await;

    // Where only members post it is refused, and told once.
    let words = format!("@staff@{} What about me?", hub.host);
    let refused = erin.publish(json!({ "status": words })).await;
    hears(&erin, "only its members post there").await;
    // What is for followers alone is passed on to nobody, and its author told so.
    let quiet = json!({ "status": "@english A play for few", "visibility": "private" });
    dan.publish(quiet).await;
    hears(&dan, "for your followers alone").await;
    let member = dan
        .publish(json!({ "status": "@staff The minutes of Monday" }))
        .await;
    let staff = id_of(&hub, "staff").await;
    let posts = ada.get(&format!("{NETWORKS}/{staff}/posts")).await;
    assert_eq!(posts.as_array().unwrap().len(), 1, "{posts}");
    assert_eq!(posts[0]["id"], member["id"]);
    let posts = ada
        .get(&format!("{NETWORKS}/{staff}/posts?state=refused"))
        .await;
    assert_eq!(posts[0]["status"]["uri"], refused["uri"]);
    let told = erin
        .get("/api/v1/notifications?types[]=mention&limit=80")
        .await;
    let lines = told.as_array().unwrap();
    let of_refusal = lines
        .iter()
        .filter(|line| has(&line["status"], "not passed on"));
    assert_eq!(of_refusal.count(), 1, "{told}");
}

#[tokio::test]
async fn who_is_no_member_waits_or_is_refused_on_sqlite() {
    others(Sqlite).await;
}

#[tokio::test]
async fn who_is_no_member_waits_or_is_refused_on_postgresql() {
    others(Postgres).await;
}

/// Of somebody who posts a lot no steward is told each time.
async fn too_much(kind: Kind) {
    let Some(hub) = School::open(kind).await else {
        return;
    };
    let ada = hub.teacher("ada");
    network(&hub, "english", &["ada"], &[]);
    let there = Elsewhere::open().await;
    let mo = there.person("mo");
    let by = text(&mo["id"]);
    let group = format!("{}/users/english", hub.base);
    let public = "https://www.w3.org/ns/activitystreams#Public";
    for number in 0..21 {
        let uri = format!("{by}/{number}");
        let note = json!({ "id": uri, "type": "Note", "attributedTo": by, "to": [public, group],
            "content": format!("Dactyl {number}"), "tag": [{ "type": "Mention", "href": group, "name": "@english" }] });
        let create = json!({ "id": format!("{uri}/create"), "type": "Create", "actor": by,
            "to": [public, group], "object": note });
        there.tells(&hub, &create).await;
    }
    let id = id_of(&hub, "english").await;
    let path = format!("{NETWORKS}/{id}/posts?state=waiting&limit=40");
    eventually("all to wait", || async {
        (ada.get(&path).await.as_array()?.len() == 21).then_some(())
    })
    .await;
    let told = ada
        .get("/api/v1/notifications?types[]=mention&limit=80")
        .await;
    let lines = told.as_array().unwrap().iter();
    let of_posts = lines.filter(|line| has(&line["status"], "A post by"));
    assert_eq!(of_posts.count(), 20, "{told}");
}

#[tokio::test]
async fn nobody_floods_a_network_on_sqlite() {
    too_much(Sqlite).await;
}

#[tokio::test]
async fn nobody_floods_a_network_on_postgresql() {
    too_much(Postgres).await;
}

/// Software that sends no boosts besides its activities.
async fn followed_elsewhere(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let there = Elsewhere::open().await;
    let (mut group, mo) = (there.person("teaching"), there.person("mo"));
    group["type"] = json!("Group");
    there.serve(group.clone());
    there.is_followed(&school, &ada, &group).await;
    let by = text(&mo["id"]);
    let public = "https://www.w3.org/ns/activitystreams#Public";
    let note = |name: &str, above: Option<&str>| {
        json!({ "id": format!("{by}/{name}"), "type": "Note", "attributedTo": by, "to": public,
            "content": name, "inReplyTo": above })
    };
    let passes_on = async |name: &str, note: &Value| {
        let create = json!({ "id": format!("{by}/{name}/create"), "type": "Create", "actor": by,
            "to": public, "object": note });
        let announce = json!({ "id": format!("{}/{name}", text(&group["id"])), "type": "Announce",
            "actor": group["id"], "to": public, "object": create });
        there.tells(&school, &announce).await;
    };
    let first = note("beginnings", None);
    passes_on("1", &first).await;
    let shown = is_passed_on(&ada, "beginnings").await;
    assert_eq!(shown["uri"], first["id"]);
    let reply = note("answers", Some(text(&first["id"])));
    passes_on("2", &reply).await;
    eventually("the answer", || status_at(&ada, text(&reply["id"]))).await;
    let home = ada.get("/api/v1/timelines/home").await;
    assert_eq!(home.as_array().unwrap().len(), 1, "{home}");
}

#[tokio::test]
async fn what_a_group_elsewhere_passes_on_is_read_at_home_on_sqlite() {
    followed_elsewhere(Sqlite).await;
}

#[tokio::test]
async fn what_a_group_elsewhere_passes_on_is_read_at_home_on_postgresql() {
    followed_elsewhere(Postgres).await;
}

/// Lemmy addresses the group and does not mention it; its follows, votes and comments are as it writes them.
async fn from_lemmy(kind: Kind) {
    let Some(hub) = School::open(kind).await else {
        return;
    };
    let dan = hub.teacher("dan");
    network(&hub, "english", &["dan"], &[]);
    dan.follow(&format!("@english@{}", hub.host)).await;
    let lemmy = Elsewhere::open().await;
    runs(&lemmy, "lemmy").await;
    let (lee, group) = (lemmy.person("lee"), format!("{}/users/english", hub.base));
    let (by, public) = (
        text(&lee["id"]),
        "https://www.w3.org/ns/activitystreams#Public",
    );
    let follow = json!({ "actor": by, "to": [group], "object": group, "type": "Follow",
        "id": format!("{}/activities/follow/1", lemmy.base) });
    lemmy.tells(&hub, &follow).await;
    lemmy
        .receives("an Accept", |activity| activity["type"] == "Accept")
        .await;
    let post = format!("{}/post/7", lemmy.base);
    let page = json!({ "type": "Page", "id": post, "attributedTo": by, "to": [group, public], "cc": [],
        "audience": group, "name": "Which play for Year 9?", "content": "<p>We have two weeks.</p>",
        "mediaType": "text/html", "sensitive": false, "attachment": [], "tag": [] });
    let create = json!({ "actor": by, "to": [group, public], "object": page, "cc": [], "type": "Create",
        "id": format!("{}/activities/create/7", lemmy.base), "audience": group });
    lemmy.tells(&hub, &create).await;
    is_passed_on(&dan, "Which play for Year 9?").await;
    let passed = lemmy
        .receives("the page", |activity| announced(activity, "Create"))
        .await;
    assert_eq!(passed["object"], create);

    answers(&dan, &post, "The Tempest").await;
    let answer = lemmy
        .receives("the answer", |activity| {
            announced(activity, "Create") && activity["object"]["object"]["inReplyTo"] == post
        })
        .await;
    assert_eq!(answer["object"]["audience"], group);
    assert_eq!(answer["object"]["object"]["type"], "Note");
    let of = &answer["object"]["object"]["id"];
    let vote = json!({ "actor": by, "object": of, "type": "Like", "audience": group,
        "id": format!("{}/activities/like/8", lemmy.base) });
    lemmy.tells(&hub, &vote).await;
    lemmy
        .receives("the vote", |activity| activity["object"] == vote)
        .await;

    // What was found above an answer is passed on when its own server tells of it.
    let note = |number: u32, to: &str| {
        json!({ "@context": "https://www.w3.org/ns/activitystreams", "type": "Note",
            "id": format!("{}/comment/{number}", lemmy.base), "attributedTo": by, "to": [group, public], "cc": [],
            "audience": group, "inReplyTo": to, "content": format!("<p>Comment {number}</p>") })
    };
    let above = note(9, &post);
    let below = note(10, text(&above["id"]));
    lemmy.serve(above.clone());
    for note in [&below, &above] {
        let create = json!({ "actor": by, "to": [group, public], "object": note, "cc": [], "type": "Create",
            "id": format!("{}/create", text(&note["id"])), "audience": group });
        lemmy.tells(&hub, &create).await;
        lemmy
            .receives("a comment", |activity| {
                announced(activity, "Create") && activity["object"]["object"]["id"] == note["id"]
            })
            .await;
    }
}

#[tokio::test]
async fn lemmy_posts_to_a_network_on_sqlite() {
    from_lemmy(Sqlite).await;
}

#[tokio::test]
async fn lemmy_posts_to_a_network_on_postgresql() {
    from_lemmy(Postgres).await;
}
