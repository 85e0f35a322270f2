//! What people write to a network as they would to a colleague: it is understood, and changes nothing that they did not mean.

use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use super::{NETWORKS, has, hears, id_of, network, text, writes};
use crate::harness::{School, Teacher, eventually};

/// Waits for the answer to a message, which has these words.
async fn answers(who: &Teacher, message: &str, words: &str) -> Value {
    let sent = writes(who, message).await;
    let path = format!("/api/v1/statuses/{}/context", text(&sent["id"]));
    eventually(&format!("{words:?} to answer {message:?}"), async || {
        let context = who.get(&path).await;
        let answer = context["descendants"].get(0)?.clone();
        assert!(has(&answer, words), "{message}: {answer}");
        Some(answer)
    })
    .await
}

async fn manners(kind: Kind) {
    let Some(hub) = School::open(kind).await else {
        return;
    };
    let (ada, dan) = (hub.teacher("ada"), hub.teacher("dan"));
    let words = ["--rules", "Be kind.", "--description", "About words"];
    network(&hub, "english", &["ada"], &words);
    hears(&ada, "You look after").await;
    let id = id_of(&hub, "english").await;
    let shown = async || ada.get(&format!("{NETWORKS}/{id}")).await;
    let before = shown().await;

    // Thanks and questions change nothing.
    for asked in [
        "@english description svp",
        "@english Disgrifiad os gwelwch yn dda",
        "@english description? what does it say now",
        "@english description what it says",
    ] {
        answers(&ada, asked, "About words").await;
        answers(&ada, asked, "with the colon").await;
    }
    answers(&ada, "@english règles svp", "Be kind.").await;
    answers(&ada, "@english rules, pls", "with the colon").await;
    let after = shown().await;
    for of in ["description", "rules"] {
        assert_eq!(after[of], before[of]);
    }
    let set = "@english Hello, please set the description: All that rhymes";
    answers(&ada, set, "").await;
    assert!(text(&shown().await["description"]).contains("All that rhymes"));

    // What only begins like a command is none.
    answers(
        &dan,
        "@english Could I join please",
        "You are a member now.",
    )
    .await;
    for said in [
        "@english Leave of absence policy: has anyone got one to share?",
        "@english Join us on Friday for a talk",
    ] {
        answers(&dan, said, "I did not understand that.").await;
    }
    let relation = format!("/api/v1/accounts/relationships?id[]={id}");
    assert_eq!(dan.get(&relation).await[0]["following"], true);

    // Two posts at once, and the verb at the end.
    let mut links = Vec::new();
    for words in ["Iambs by foot", "Trochees by drum"] {
        let post = json!({ "status": format!("@english {words}") });
        links.push(text(&dan.publish(post).await["url"]).to_owned());
    }
    let both = links.join(" and ");
    let pinned = async || {
        let posts = ada.get(&format!("{NETWORKS}/{id}/posts")).await;
        let rows = posts.as_array().unwrap().iter();
        rows.filter(|row| row["pinned"] == true).count()
    };
    let up = "at the top of the network now";
    answers(&ada, &format!("@english Hi, please pin {both}"), up).await;
    assert_eq!(pinned().await, 2);
    let down = "at the top of the network no more";
    answers(&ada, &format!("@english unpin {both}"), down).await;
    assert_eq!(pinned().await, 0);
    let link = links.first().unwrap();
    let out = format!("@english Hello! Could you remove {link}");
    answers(&ada, &out, "The post is taken out").await;
    let back = format!("@english bitte {link} wiederherstellen");
    answers(&ada, &back, "The post is back.").await;
    answers(&ada, "@english ban @dan and @fay", "Name one only").await;

    answers(&dan, "@english Je voudrais quitter", "a member no more").await;
    assert_eq!(dan.get(&relation).await[0]["following"], false);
}

#[tokio::test]
async fn a_network_understands_people_as_they_write_on_sqlite() {
    manners(Sqlite).await;
}

#[tokio::test]
async fn a_network_understands_people_as_they_write_on_postgresql() {
    manners(Postgres).await;
}

async fn requests(kind: Kind) {
    let Some(hub) = School::open(kind).await else {
        return;
    };
    let (ada, dan, fay) = (hub.teacher("ada"), hub.teacher("dan"), hub.teacher("fay"));
    network(&hub, "maths", &["ada"], &["--membership", "by_approval"]);
    hears(&ada, "You look after").await;
    for who in [&dan, &fay] {
        answers(who, "@maths let me join", "You asked to join.").await;
    }
    let waiting = answers(&ada, "@maths waiting", "These ask to join:").await;
    for name in ["@dan", "@fay"] {
        assert!(has(&waiting, name), "{waiting}");
    }
    answers(&ada, "@maths approve dan", "is a member now.").await;
    answers(&ada, "@maths ablehnen @fay", "does not become a member.").await;
    answers(&ada, "@maths approve fay", "They do not ask to join.").await;
    let id = id_of(&hub, "maths").await;
    let people: Value = ada.get(&format!("{NETWORKS}/{id}/people")).await;
    assert_eq!(people.as_array().unwrap().len(), 1, "{people}");
    assert_eq!(people[0]["username"], "dan");
}

#[tokio::test]
async fn who_asks_to_join_is_approved_by_name_on_sqlite() {
    requests(Sqlite).await;
}

#[tokio::test]
async fn who_asks_to_join_is_approved_by_name_on_postgresql() {
    requests(Postgres).await;
}
