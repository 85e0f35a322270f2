//! Where figures are shown, what is elsewhere is shown with those of its own server, of which only a part is known here.

use reqwest::Method;
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::elsewhere::{Elsewhere, account_id, status_at};
use crate::harness::{School, Teacher, answer, eventually};

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

fn note(by: &Value, likes: i64, shares: i64) -> Value {
    let by = by["id"].as_str().unwrap();
    json!({
        "@context": "https://www.w3.org/ns/activitystreams", "id": format!("{by}/1"), "type": "Note", "attributedTo": by,
        "to": [PUBLIC], "content": "<p>Paper strips</p>", "published": "2026-09-01T08:00:00Z",
        "likes": { "id": format!("{by}/1/likes"), "type": "Collection", "totalItems": likes },
        "shares": { "id": format!("{by}/1/shares"), "type": "Collection", "totalItems": shares },
    })
}

/// Mo, whom nobody here knows, with a post that many like.
fn mo(home: &Elsewhere) -> Value {
    let mut mo = home.person("mo");
    let uri = mo["id"].as_str().unwrap().to_owned();
    mo["following"] = json!(format!("{uri}/following"));
    home.serve(mo.clone());
    home.serve(note(&mo, 777, 888));
    for (part, total) in [("followers", 4242), ("following", 3131), ("outbox", 5353)] {
        home.serve(
            json!({ "id": format!("{uri}/{part}"), "type": "OrderedCollection", "totalItems": total,
            "first": { "type": "OrderedCollectionPage", "orderedItems": if part == "outbox" {
                json!([format!("{uri}/1")])
            } else {
                json!([])
            } } }),
        );
    }
    mo
}

/// What is told of somebody: followers, followed, posts.
async fn figures(teacher: &Teacher, account: &str) -> [Value; 3] {
    let account = teacher.get(&format!("/api/v1/accounts/{account}")).await;
    ["followers_count", "following_count", "statuses_count"].map(|key| account[key].clone())
}

fn deeds(status: &Value) -> [&Value; 2] {
    [&status["favourites_count"], &status["reblogs_count"]]
}

/// Mo's account here after somebody looked at it, and the post.
async fn looked_at(ada: &Teacher, home: &Elsewhere) -> (String, Value) {
    let account = account_id(ada, &format!("mo@{}", home.host)).await;
    let path = format!("/api/v1/accounts/{account}/statuses");
    let post = eventually("the post", async || {
        let posts = ada.get(&path).await;
        posts[0].is_object().then(|| posts[0].clone())
    })
    .await;
    (account, post)
}

async fn shown(kind: Kind) {
    let settings = [("community.show_counts", "true")];
    let Some(school) = School::open_with(kind, &settings).await else {
        return;
    };
    let ada = school.teacher("ada");
    let home = Elsewhere::open().await;
    let mo = mo(&home);
    let (account, post) = looked_at(&ada, &home).await;
    let all = [json!(4242), json!(3131), json!(5353)];
    eventually("the totals", async || {
        (figures(&ada, &account).await == all).then_some(())
    })
    .await;
    assert_eq!(deeds(&post), [777, 888]);

    // What happens here is a part of what is said there.
    let id = post["id"].as_str().unwrap();
    for deed in ["favourite", "reblog"] {
        let path = format!("/api/v1/statuses/{id}/{deed}");
        ada.post(&path, Value::Null).await;
    }
    let path = format!("/api/v1/statuses/{id}");
    assert_eq!(deeds(&ada.get(&path).await), [777, 888]);

    // It is as was said last, but never less than is known here; what cannot be true is not heard.
    let by = mo["id"].as_str().unwrap();
    for (count, (likes, shares), expected) in [
        (1, (700, 900), [700, 900]),
        (2, (0, 899), [1, 899]),
        (3, (-5, 3_000_000_000), [1, 899]),
        (4, (5, 0), [5, 1]),
    ] {
        let mut object = note(&mo, likes, shares);
        object["content"] = json!(format!("<p>Version {count}</p>"));
        object["updated"] = json!(format!("2026-09-01T09:0{count}:00Z"));
        let update = json!({ "id": format!("{by}/u{count}"), "type": "Update", "actor": by, "to": [PUBLIC], "object": object });
        home.tells(&school, &update).await;
        let read = eventually("the version", async || {
            let read = status_at(&ada, &format!("{by}/1")).await?;
            let words = read["content"].as_str()?;
            words.contains(&format!("Version {count}")).then_some(read)
        })
        .await;
        assert_eq!(deeds(&read), expected, "{count}");
    }
    // Who opens the thread has it asked anew.
    home.serve(note(&mo, 999, 2));
    ada.get(&format!("{path}/context")).await;
    eventually("what is said by now", async || {
        (deeds(&ada.get(&path).await) == [999, 2]).then_some(())
    })
    .await;

    // What is older and comes later is not what they posted last.
    for (number, day) in [(2, 3), (3, 2)] {
        let mut post = note(&mo, 0, 0);
        post["id"] = json!(format!("{by}/{number}"));
        post["published"] = json!(format!("2026-09-0{day}T08:00:00Z"));
        home.serve(post.clone());
        let search = format!("/api/v2/search?q={by}/{number}&resolve=true&type=statuses");
        assert_eq!(ada.get(&search).await["statuses"][0]["uri"], post["id"]);
    }
    let who = ada.get(&format!("/api/v1/accounts/{account}")).await;
    assert_eq!(who["last_status_at"], "2026-09-03");

    // What is ours is counted here.
    let own = ada.publish(json!({ "status": "Ours" })).await;
    assert_eq!(deeds(&own), [0, 0]);
}

#[tokio::test]
async fn figures_from_elsewhere_are_shown_on_sqlite() {
    shown(Sqlite).await;
}

#[tokio::test]
async fn figures_from_elsewhere_are_shown_on_postgresql() {
    shown(Postgres).await;
}

async fn hidden(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let home = Elsewhere::open().await;
    mo(&home);
    let (account, post) = looked_at(&ada, &home).await;
    assert_eq!(deeds(&post), [0, 0]);
    assert_eq!(figures(&ada, &account).await, [0, 0, 0].map(Value::from));
    let page = school.request(
        Method::GET,
        &format!("/api/v1/statuses/{}", post["id"].as_str().unwrap()),
    );
    assert_eq!(deeds(&answer(page).await), [0, 0]);
    for part in ["followers", "following"] {
        assert_eq!(
            home.asked_for(&format!("/users/mo/{part}")).await,
            0,
            "{part}"
        );
    }
}

#[tokio::test]
async fn figures_from_elsewhere_are_hidden_on_sqlite() {
    hidden(Sqlite).await;
}

#[tokio::test]
async fn figures_from_elsewhere_are_hidden_on_postgresql() {
    hidden(Postgres).await;
}
