//! Older threads of a network that resemble a question.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use super::{NETWORKS, hears, id_of, is_passed_on, network, text, writes};
use crate::harness::{School, Teacher, eventually};

fn path(status: &Value) -> String {
    format!("/api/staffroom/v1/statuses/{}/similar", text(&status["id"]))
}

fn ids(list: &Value) -> Vec<&str> {
    let list = list.as_array().unwrap().iter();
    list.map(|status| text(&status["id"])).collect()
}

/// The index is written behind the answer.
async fn resembles(who: &Teacher, status: &Value, expected: &[&Value]) {
    let expected: Vec<&str> = expected.iter().map(|status| text(&status["id"])).collect();
    eventually("older threads to be found", || async {
        let found = who.get(&path(status)).await;
        (ids(&found) == expected).then_some(())
    })
    .await;
}

async fn older_threads_resemble_a_question(kind: Kind) {
    let Some(hub) = School::open(kind).await else {
        return;
    };
    let [ada, dan, eve] = ["ada", "dan", "eve"].map(|name| hub.teacher(name));
    for name in ["english", "drama"] {
        network(&hub, name, &["ada"], &[]);
        for who in [&dan, &eve] {
            writes(who, &format!("@{name} join")).await;
        }
    }
    hears(&eve, "You are a member now.").await;
    let posts = async |who: &Teacher, words: &str| who.publish(json!({ "status": words })).await;
    let drums = posts(&dan, "@english Could anyone teach caesura with drums?").await;
    let poems = posts(
        &dan,
        "@english Which poems show enjambment and caesura to beginners?",
    )
    .await;
    let answer =
        json!({ "status": "@dan Enjambment and caesura: any Owen", "in_reply_to_id": poems["id"] });
    ada.publish(answer).await;
    posts(&eve, "@english Homework over the summer?").await;
    posts(&eve, "@drama Enjambment and caesura on a stage").await;
    posts(&eve, "Enjambment and caesura, who cares").await;
    let later = posts(&eve, "@english A lesson on caesura and enjambment #Poetry").await;
    let asked = posts(
        &eve,
        "@english How to explain enjambment or caesura in Year 8? #KS3",
    )
    .await;
    posts(&eve, "@english My caesura after your enjambment").await;

    // Two rare words in common; older, of the network, and what began a thread. One word is not enough.
    resembles(&eve, &asked, &[&later, &poems]).await;
    // What is no question, or in no network, resembles nothing.
    for other in [&later, &drums] {
        assert_eq!(eve.get(&path(other)).await, json!([]));
    }
    let outside = posts(&eve, "How to explain enjambment or caesura?").await;
    assert_eq!(eve.get(&path(&outside)).await, json!([]));
    let quiet = json!({ "status": "Enjambment or caesura?", "visibility": "private" });
    let quiet = eve.publish(quiet).await;
    assert_eq!(dan.status_of(&path(&quiet)).await, StatusCode::NOT_FOUND);

    // On the page of the network, for whoever asks.
    let look = async |path: String| {
        let request = hub
            .request(Method::GET, &path)
            .header("accept", "text/html");
        request.send().await.unwrap().text().await.unwrap()
    };
    let page = look("/@english".to_owned()).await;
    let link = format!("?like={}\"", text(&asked["id"]));
    assert!(page.contains(&link), "{page}");
    assert!(
        !page.contains(&format!("?like={}\"", text(&later["id"]))),
        "{page}"
    );
    let page = look(format!("/@english?like={}", text(&asked["id"]))).await;
    let (found, _) = page.split_once("<h2>Posts</h2>").unwrap();
    assert!(found.contains("Which poems show"), "{found}");
    assert!(!found.contains("Homework"), "{found}");

    // Only what the viewer may see, and what is still there.
    let own = dan.get("/api/v1/accounts/verify_credentials").await;
    let block = format!("/api/v1/accounts/{}/block", text(&own["id"]));
    eve.post(&block, Value::Null).await;
    resembles(&eve, &asked, &[&later]).await;
    resembles(&ada, &asked, &[&later, &poems]).await;
    let id = id_of(&hub, "english").await;
    let remove = format!("{NETWORKS}/{id}/posts/{}/remove", text(&later["id"]));
    ada.post(&remove, Value::Null).await;
    let found = ada.get(&path(&asked)).await;
    assert_eq!(ids(&found), [text(&poems["id"])]);
}

#[tokio::test]
async fn older_threads_resemble_a_question_on_sqlite() {
    older_threads_resemble_a_question(Sqlite).await;
}

#[tokio::test]
async fn older_threads_resemble_a_question_on_postgresql() {
    older_threads_resemble_a_question(Postgres).await;
}

/// Whoever reads a network from another school finds the same there.
async fn threads_of_a_network_elsewhere_are_found(kind: Kind) {
    let (Some(hub), Some(riverside)) = (School::open(kind).await, School::open(kind).await) else {
        return;
    };
    let ada = hub.teacher("ada");
    let [tom, una] = ["tom", "una"].map(|name| riverside.teacher(name));
    network(&hub, "english", &["ada"], &[]);
    let name = format!("@english@{}", hub.host);
    for follower in [&tom, &una] {
        follower.follow(&name).await;
    }
    let older = json!({ "status": "@english Which poems show enjambment and caesura?" });
    let older = ada.publish(older).await;
    let there = is_passed_on(&tom, "Which poems").await;
    tom.publish(json!({ "status": "Enjambment and caesura, who cares" }))
        .await;
    let asked = json!({ "status": format!("{name} How to explain enjambment or caesura?") });
    let asked = tom.publish(asked).await;
    is_passed_on(&una, "How to explain").await;
    resembles(&tom, &asked, &[&there]).await;
    let search = format!("/api/v2/search?type=statuses&q=enjambment%20in:{name}");
    eventually("what Tom wrote to the network to be found", || async {
        let found = tom.get(&search).await["statuses"].clone();
        (ids(&found) == [text(&asked["id"])]).then_some(())
    })
    .await;

    let id = id_of(&hub, "english").await;
    let posts = ada.get(&format!("{NETWORKS}/{id}/posts")).await;
    let posts = ids(&posts);
    assert_eq!(posts.len(), 2);
    assert_eq!(posts.last(), Some(&text(&older["id"])));
    for post in posts {
        let remove = format!("{NETWORKS}/{id}/posts/{post}/remove");
        ada.post(&remove, Value::Null).await;
    }
    resembles(&tom, &asked, &[]).await;
    eventually("what is taken out to be found there no more", || async {
        let found = tom.get(&search).await["statuses"].clone();
        ids(&found).is_empty().then_some(())
    })
    .await;
}

#[tokio::test]
async fn threads_of_a_network_elsewhere_are_found_on_sqlite() {
    threads_of_a_network_elsewhere_are_found(Sqlite).await;
}

#[tokio::test]
async fn threads_of_a_network_elsewhere_are_found_on_postgresql() {
    threads_of_a_network_elsewhere_are_found(Postgres).await;
}
