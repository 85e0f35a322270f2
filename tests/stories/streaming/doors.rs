//! Who is let in, by which door, and how the others are refused.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use test_support::Kind::{Postgres, Sqlite};

use super::ear::{Ear, EventStream, address, refused};
use super::{follows, id, says};
use crate::harness::{School, answer};

// On SQLite alone: it is about connections.
#[tokio::test]
async fn a_token_comes_by_header_address_or_protocol() {
    let school = School::open(Sqlite).await.unwrap();
    let ada = school.teacher("ada");
    let bearer = format!("Bearer {}", ada.token);
    let by_query = address(&school, &format!("?stream=user&access_token={}", ada.token));
    let plain = address(&school, "?stream=user");
    let mut ears = Vec::new();
    for (url, headers) in [
        (&plain, vec![("authorization", bearer.as_str())]),
        (&by_query, vec![]),
        (&plain, vec![("sec-websocket-protocol", ada.token.as_str())]),
        // As browsers on other pages do.
        (&by_query, vec![("origin", "https://elk.example")]),
        // With a slash at its end, as some apps write it.
        (
            &address(&school, "/?stream=user"),
            vec![("authorization", bearer.as_str())],
        ),
    ] {
        let (mut ear, answer) = Ear::open(url, &headers).await.unwrap();
        let protocol = headers
            .iter()
            .find(|(name, _)| *name == "sec-websocket-protocol");
        let echoed = answer.headers().get("sec-websocket-protocol");
        let echoed = echoed.map(|value| value.to_str().unwrap());
        assert_eq!(echoed, protocol.map(|(_, value)| *value));
        ear.pings().await;
        ears.push(ear);
    }
    says(&ada, "to all of them").await;
    for ear in &mut ears {
        assert_eq!(ear.hears().await.event, "update");
    }
}

// On SQLite alone: it is about one address.
#[tokio::test]
async fn apps_find_where_to_listen() {
    let school = School::open(Sqlite).await.unwrap();
    let base = school.base.replace("http://", "ws://");
    let instance = answer(school.request(Method::GET, "/api/v2/instance")).await;
    assert_eq!(instance["configuration"]["urls"]["streaming"], json!(base));
    let instance = answer(school.request(Method::GET, "/api/v1/instance")).await;
    assert_eq!(instance["urls"]["streaming_api"], json!(base));
    let health = school
        .request(Method::GET, "/api/v1/streaming/health")
        .send()
        .await
        .unwrap();
    assert_eq!(health.text().await.unwrap(), "OK");
}

// On SQLite alone: it is about connections.
#[tokio::test]
async fn nobody_listens_without_a_good_token() {
    let school = School::open(Sqlite).await.unwrap();
    let ada = school.person("ada", "user", "read:accounts");
    let invalid = json!({ "error": "The access token is invalid" });
    let plain = address(&school, "?stream=public");
    assert_eq!(refused(&plain, &[]).await, (401, invalid.clone()));
    for headers in [
        ("authorization", "Bearer made-up"),
        ("sec-websocket-protocol", "made-up"),
    ] {
        assert_eq!(refused(&plain, &[headers]).await, (401, invalid.clone()));
    }
    let suspended = school.teacher("eve");
    assert!(school.command(&["user", "suspend", "eve"]).status.success());
    let url = address(&school, &format!("?access_token={}", suspended.token));
    assert_eq!(refused(&url, &[]).await.0, 403);

    // Good, but not for this.
    let scopes =
        json!({ "error": "Access token does not have the required scopes", "status": 401 });
    let mut ear = Ear::of(&school, &ada, "stream=user").await;
    assert_eq!(ear.hears_text().await, scopes);
    for stream in ["user:notification", "public", "direct"] {
        ear.says(json!({ "type": "subscribe", "stream": stream }))
            .await;
        assert_eq!(ear.hears_text().await, scopes, "{stream}");
    }
    for path in [
        "user",
        "user/notification",
        "public",
        "list?list=1",
        "hashtag?tag=x",
        "direct",
    ] {
        let path = format!("/api/v1/streaming/{path}");
        assert_eq!(ada.status_of(&path).await, 403, "{path}");
    }
}

// On SQLite alone: scopes are compared by the program.
#[tokio::test]
async fn a_token_for_statuses_is_told_of_no_notifications_and_the_other_way_round() {
    let school = School::open(Sqlite).await.unwrap();
    let ada = school.person("ada", "user", "read:statuses write:statuses");
    let bo = school.person("bo", "user", "read:notifications write:statuses");
    let mut ear = Ear::of(&school, &ada, "stream=user").await;
    ear.pings().await;
    bo.publish(json!({ "status": "@ada hello" })).await;
    says(&ada, "well").await;
    let heard = ear.hears().await;
    assert_eq!(
        (heard.event.as_str(), &heard.payload["content"]),
        ("update", &json!("<p>well</p>"))
    );

    let mut ear = Ear::of(&school, &bo, "stream=user").await;
    assert_eq!(ear.hears_text().await["status"], 401);
    ear.subscribes(json!({ "stream": "user:notification" }))
        .await;
    says(&ada, "@bo and you?").await;
    let heard = ear.hears().await;
    assert_eq!(
        (heard.event.as_str(), &heard.payload["type"]),
        ("notification", &json!("mention"))
    );
}

// On SQLite alone: it is about connections.
#[tokio::test]
async fn what_cannot_be_listened_to_is_refused_and_the_rest_goes_on() {
    let school = School::open(Sqlite).await.unwrap();
    let [ada, bo] = ["ada", "bo"].map(|name| school.teacher(name));
    let of_bo = bo.post("/api/v1/lists", json!({ "title": "Bo's" })).await;
    let mut ear = Ear::of(&school, &ada, "stream=everything").await;
    let refusal = |error: &str, status: u16| json!({ "error": error, "status": status });
    assert_eq!(ear.hears_text().await, refusal("Unknown stream type", 400));
    for (wish, expected) in [
        (
            json!({ "stream": "hashtag" }),
            refusal("Missing tag name parameter", 400),
        ),
        (
            json!({ "stream": "hashtag", "tag": "x".repeat(3_000) }),
            refusal("Tag name is too long", 400),
        ),
        (
            json!({ "stream": "list" }),
            refusal("Missing list name parameter", 400),
        ),
        (
            json!({ "stream": "list", "list": id(&of_bo) }),
            refusal("Not authorized to stream this list", 401),
        ),
        (
            json!({ "stream": "list", "list": 7 }),
            refusal("Not authorized to stream this list", 401),
        ),
        (
            json!({ "stream": "list", "list": "x" }),
            refusal("Not authorized to stream this list", 401),
        ),
    ] {
        let mut wish = wish;
        wish["type"] = json!("subscribe");
        ear.says(wish.clone()).await;
        assert_eq!(ear.hears_text().await, expected, "{wish}");
    }
    // Not answered, as in Mastodon.
    for text in [
        "",
        "hello",
        "{}",
        "[]",
        r#"{"type":"shout"}"#,
        r#"{"type":"subscribe","stream":["user"]}"#,
    ] {
        ear.says_text(text).await;
    }
    ear.subscribes(json!({ "stream": "user" })).await;
    says(&ada, "and on").await;
    assert_eq!(ear.hears().await.event, "update");

    // More streams than anybody needs.
    for number in 0..63 {
        ear.subscribes(json!({ "stream": "hashtag", "tag": format!("t{number}") }))
            .await;
    }
    ear.says(json!({ "type": "subscribe", "stream": "public" }))
        .await;
    assert_eq!(ear.hears_text().await, refusal("Too many requests", 429));

    // What is longer than anything there is to say.
    ear.says_text(&" ".repeat(5_000)).await;
    ear.is_let_go().await;

    let unknown = json!({ "error": "Unknown channel requested" });
    for path in ["everything", "user/more", "hashtag/remote"] {
        let asked = ada.request(Method::GET, &format!("/api/v1/streaming/{path}"));
        let refused = asked.send().await.unwrap();
        assert_eq!(refused.status(), 400, "{path}");
        assert_eq!(refused.json::<Value>().await.unwrap(), unknown);
    }
    let list = format!("list?list={}", id(&of_bo));
    for (path, status) in [
        ("hashtag", 400),
        ("list", 400),
        (list.as_str(), 401),
        ("list?list=x", 401),
    ] {
        let path = format!("/api/v1/streaming/{path}");
        assert_eq!(ada.status_of(&path).await, status, "{path}");
    }
    assert_eq!(ada.status_of("/api/v1/streaming").await, 400);
}

// On SQLite alone: it is counted in memory.
#[tokio::test]
async fn one_listens_in_so_many_places() {
    let school = School::open(Sqlite).await.unwrap();
    let [ada, bo] = ["ada", "bo"].map(|name| school.teacher(name));
    let mut ears = Vec::new();
    for _ in 0..64 {
        ears.push(Ear::of(&school, &ada, "stream=user").await);
    }
    let url = address(&school, &format!("?access_token={}", ada.token));
    let too_many = json!({ "error": "Too many requests" });
    assert_eq!(refused(&url, &[]).await, (429, too_many));
    assert_eq!(ada.status_of("/api/v1/streaming/user").await, 429);
    Ear::of(&school, &bo, "stream=user").await.pings().await;
    // One goes, and its place is free.
    ears.pop();
    crate::harness::eventually("a place to be free", || async {
        Ear::open(&url, &[]).await.ok().map(drop)
    })
    .await;
}

#[tokio::test]
async fn streams_hold_no_stop_up() {
    for kind in [Sqlite, Postgres] {
        let Some(mut school) = School::open(kind).await else {
            continue;
        };
        let [ada, bo] = ["ada", "bo"].map(|name| school.teacher(name));
        follows(&ada, &bo).await;
        let mut ear = Ear::of(&school, &ada, "stream=user").await;
        let mut events = EventStream::of(&ada, "user").await;
        ear.pings().await;
        let begun = Instant::now();
        let mut process = school.tell_to_stop();
        ear.is_let_go().await;
        assert_eq!(events.line().await, None);
        assert!(process.wait().unwrap().success());
        assert!(
            begun.elapsed() < Duration::from_secs(4),
            "{:?}",
            begun.elapsed()
        );
    }
}

// On SQLite alone: it is about connections.
#[tokio::test]
async fn who_reads_too_slowly_is_let_go_and_delays_nobody() {
    const POSTS: usize = 400;
    let settings = [("statuses.max_characters", "20000")];
    let school = School::open_with(Sqlite, &settings).await.unwrap();
    let [ada, bo] = ["ada", "bo"].map(|name| school.teacher(name));
    let mut slow = Ear::narrow(&school, &ada, "stream=public").await;
    let mut quick = Ear::of(&school, &bo, "stream=public").await;
    slow.pings().await;
    quick.pings().await;
    let words = "bees ".repeat(3_999);
    for number in 0..POSTS {
        let status = says(&bo, &format!("{words}{number}")).await;
        let begun = Instant::now();
        assert_eq!(quick.hears_of("update").await.payload["id"], status["id"]);
        assert!(begun.elapsed() < Duration::from_secs(5), "{number}");
    }
    let heard = slow.hears_the_rest().await;
    assert!(heard > 0 && heard < POSTS, "{heard}");
    // Who comes again is told of all that happens from then on.
    let mut again = Ear::of(&school, &ada, "stream=public").await;
    again.pings().await;
    let status = says(&bo, "the last").await;
    assert_eq!(again.hears_of("update").await.payload["id"], status["id"]);
}
