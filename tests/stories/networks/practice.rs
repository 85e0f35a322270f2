//! Networks by whose rule what is posted to them is practice, here and at other schools.

use reqwest::Method;
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use super::{NETWORKS, hears, id_of, is_passed_on, network, text, writes};
use crate::harness::{School, Teacher, answer, eventually};

const LIBRARY: &str = "/api/staffroom/v1/practice";

fn title(status: &Value) -> &Value {
    &status["staffroom"]["practice"]["title"]
}

/// The titles of the library as somebody sees it.
async fn titles(who: &Teacher, question: &str) -> Vec<String> {
    let found = who.get(&format!("{LIBRARY}?{question}")).await;
    let found = found.as_array().unwrap().iter();
    found.map(|status| text(title(status)).to_owned()).collect()
}

/// Waits until a status is practice of this title for somebody, or none.
async fn is_practice(who: &Teacher, status: &Value, expected: Value) {
    let path = format!("/api/v1/statuses/{}", text(&status["id"]));
    eventually(&format!("practice to be {expected}"), || async {
        let now = who.get(&path).await;
        (title(&now) == &expected).then_some(())
    })
    .await;
}

async fn what_is_posted_to_a_network_is_practice(kind: Kind) {
    let Some(hub) = School::open(kind).await else {
        return;
    };
    let [ada, dan, eve] = ["ada", "dan", "eve"].map(|name| hub.teacher(name));
    network(&hub, "english", &["ada"], &[]);
    hears(&ada, "You look after").await;
    writes(&dan, "@english join").await;
    hears(&dan, "You are a member now.").await;
    let before = dan
        .publish(json!({ "status": "@english Any ideas for sonnets?" }))
        .await;
    assert_eq!(title(&before), &Value::Null);

    // Stewards say so, nobody else.
    writes(&dan, "@english practice yes").await;
    hears(&dan, "Only stewards").await;
    writes(&ada, "@english practice yes").await;
    hears(&ada, "From now on what is posted here is practice.").await;
    let id = id_of(&hub, "english").await;
    let shown = dan.get(&format!("{NETWORKS}/{id}")).await;
    assert_eq!(shown["posts_are_practice"], true);
    let group = hub
        .request(Method::GET, "/users/english")
        .header("accept", "application/activity+json");
    assert_eq!(answer(group).await["postsArePractice"], true);
    is_practice(&dan, &before, Value::Null).await;

    // What is passed on is practice without a hashtag; its author is asked for the rest, as always.
    let post = dan
        .publish(json!({ "status": "@english Sonnets by dice\nRoll the rhymes. #KS3" }))
        .await;
    assert_eq!(title(&post), "Sonnets by dice");
    assert_eq!(titles(&ada, "stage=ks3").await, ["Sonnets by dice"]);
    hears(&dan, "also said: subject, licence").await;
    let path = format!("/api/v1/statuses/{}", text(&post["id"]));
    let edit = dan.request(Method::PUT, &path);
    let edited = json!({ "status": "@english Sonnets by cards #KS3" });
    let edited = answer(edit.json(&edited)).await;
    assert_eq!(title(&edited), "Sonnets by cards");

    // An answer is none, nor is what waits, until a steward lets it in.
    let reply = json!({ "status": "@english Or by coins", "in_reply_to_id": post["id"] });
    let reply = ada.publish(reply).await;
    assert_eq!(title(&reply), &Value::Null);
    let waiting = eve
        .publish(json!({ "status": "@english Limericks on a bus" }))
        .await;
    assert_eq!(title(&waiting), &Value::Null);
    let deed = |deed: &str| format!("{NETWORKS}/{id}/posts/{}/{deed}", text(&waiting["id"]));
    ada.post(&deed("approve"), Value::Null).await;
    is_practice(&eve, &waiting, json!("Limericks on a bus")).await;
    assert_eq!(
        titles(&dan, "").await,
        ["Limericks on a bus", "Sonnets by cards"]
    );
    // The library of the network has it, and no other practice.
    let own = dan
        .publish(json!({ "status": "Villanelles on toast #Practice #KS3" }))
        .await;
    assert_eq!(title(&own), "Villanelles on toast");
    for (question, expected) in [
        (
            "network=english",
            vec!["Limericks on a bus", "Sonnets by cards"],
        ),
        ("network=@english&stage=ks3", vec!["Sonnets by cards"]),
        (
            "network=english&order=title",
            vec!["Limericks on a bus", "Sonnets by cards"],
        ),
        ("network=dan", vec![]),
        ("network=nobody", vec![]),
        (
            "stage=ks3",
            vec!["Villanelles on toast", "Sonnets by cards"],
        ),
    ] {
        assert_eq!(titles(&ada, question).await, expected, "{question}");
    }
    let by_id = titles(&ada, &format!("network={id}")).await;
    assert_eq!(by_id, ["Limericks on a bus", "Sonnets by cards"]);
    for (place, others) in [
        ("/@english", true),
        ("/practice?network=english", false),
        ("/practice.atom?network=english", false),
    ] {
        let request = hub
            .request(Method::GET, place)
            .header("accept", "text/html");
        let page = request.send().await.unwrap().text().await.unwrap();
        assert!(page.contains("Sonnets by cards"), "{place}: {page}");
        assert!(!page.contains("Villanelles"), "{place}: {page}");
        assert_eq!(
            page.contains("/practice?network=english\">All"),
            others,
            "{place}"
        );
    }

    ada.post(&deed("remove"), Value::Null).await;
    is_practice(&eve, &waiting, Value::Null).await;
    assert_eq!(titles(&ada, "network=english").await, ["Sonnets by cards"]);
    ada.post(&deed("restore"), Value::Null).await;
    is_practice(&eve, &waiting, json!("Limericks on a bus")).await;

    // By the API, too.
    let wish = ada.request(Method::PATCH, &format!("{NETWORKS}/{id}"));
    let both = json!({ "title": "Verse", "posts_are_practice": false });
    let said = answer(wish.json(&both)).await;
    assert!(
        text(&said["message"]).contains("only if it says so"),
        "{said}"
    );
    let shown = dan.get(&format!("{NETWORKS}/{id}")).await;
    assert_eq!(shown["posts_are_practice"], false);
    assert_eq!(shown["title"], "Verse");
    assert_eq!(shown["rules"], "");
    let after = dan
        .publish(json!({ "status": "@english Odes for all" }))
        .await;
    assert_eq!(title(&after), &Value::Null);
}

#[tokio::test]
async fn what_is_posted_to_a_network_is_practice_on_sqlite() {
    what_is_posted_to_a_network_is_practice(Sqlite).await;
}

#[tokio::test]
async fn what_is_posted_to_a_network_is_practice_on_postgresql() {
    what_is_posted_to_a_network_is_practice(Postgres).await;
}

async fn the_rule_of_a_network_elsewhere_holds_here(kind: Kind) {
    let (Some(hub), Some(riverside)) = (School::open(kind).await, School::open(kind).await) else {
        return;
    };
    let ada = hub.teacher("ada");
    let [tom, una] = ["tom", "una"].map(|name| riverside.teacher(name));
    network(&hub, "english", &["ada"], &["--posts-are-practice"]);
    let name = format!("@english@{}", hub.host);
    for follower in [&tom, &una] {
        follower.follow(&name).await;
    }
    let mine = tom
        .publish(json!({ "status": format!("{name} Haiku by clock\nThree bells, three lines.") }))
        .await;
    assert_eq!(title(&mine), &Value::Null);
    let read = is_passed_on(&una, "Haiku by clock").await;
    assert_eq!(read["id"], mine["id"]);
    is_practice(&una, &mine, json!("Haiku by clock")).await;
    // At the network's own school it is known as practice, too.
    eventually("the haiku to be in the library", || async {
        let found = titles(&ada, "").await;
        (found == ["Haiku by clock"]).then_some(())
    })
    .await;

    // What the network does not say any more is not so any more.
    writes(&ada, "@english practice no").await;
    hears(&ada, "practice only if it says so").await;
    let next = tom
        .publish(json!({ "status": format!("{name} Odes for all") }))
        .await;
    is_passed_on(&una, "Odes for all").await;
    is_practice(&tom, &next, Value::Null).await;
}

#[tokio::test]
async fn the_rule_of_a_network_elsewhere_holds_here_on_sqlite() {
    the_rule_of_a_network_elsewhere_holds_here(Sqlite).await;
}

#[tokio::test]
async fn the_rule_of_a_network_elsewhere_holds_here_on_postgresql() {
    the_rule_of_a_network_elsewhere_holds_here(Postgres).await;
}
