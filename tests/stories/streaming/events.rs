//! Each kind of event, as it is told.

use reqwest::Method;
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use super::ear::{Ear, EventStream, Heard};
use super::{follows, id, own_id, says};
use crate::harness::{School, Teacher, answer, out};

fn told(stream: Value, event: &str, payload: Value) -> Heard {
    Heard {
        stream,
        event: event.to_owned(),
        payload,
    }
}

async fn seen_by(teacher: &Teacher, status: &Value) -> Value {
    teacher
        .get(&format!("/api/v1/statuses/{}", id(status)))
        .await
}

async fn statuses(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo] = ["ada", "bo"].map(|name| school.teacher(name));
    let mut bo_hears = Ear::of(&school, &bo, "stream=user").await;
    bo_hears.pings().await;
    follows(&ada, &bo).await;
    let followed = bo_hears.hears().await;
    let lines = bo.get("/api/v1/notifications").await;
    assert_eq!(
        followed,
        told(json!(["user"]), "notification", lines[0].clone())
    );

    let mut ada_hears = Ear::of(&school, &ada, "stream=user").await;
    ada_hears.pings().await;
    let status = says(&bo, "hello").await;
    // As the API gives it to each.
    for (teacher, ear) in [(&ada, &mut ada_hears), (&bo, &mut bo_hears)] {
        let seen = seen_by(teacher, &status).await;
        assert_eq!(ear.hears().await, told(json!(["user"]), "update", seen));
    }

    let path = format!("/api/v1/statuses/{}", id(&status));
    ada.post(&format!("{path}/favourite"), Value::Null).await;
    ada.post(&format!("{path}/bookmark"), Value::Null).await;
    let line = bo.get("/api/v1/notifications?types[]=favourite").await;
    let expected = told(json!(["user"]), "notification", line[0].clone());
    assert_eq!(bo_hears.hears().await, expected);

    let edit = json!({ "status": "hello, all" });
    answer(bo.request(Method::PUT, &path).json(&edit)).await;
    for (teacher, ear) in [(&ada, &mut ada_hears), (&bo, &mut bo_hears)] {
        let seen = seen_by(teacher, &status).await;
        assert_eq!(seen["favourited"], teacher.name == "ada");
        assert_eq!(
            ear.hears().await,
            told(json!(["user"]), "status.update", seen)
        );
    }

    // A boost of something that is there already is for the one who boosts alone.
    let boost = ada.post(&format!("{path}/reblog"), Value::Null).await;
    assert_eq!(bo_hears.hears().await.payload["type"], "reblog");
    let heard = ada_hears.hears().await;
    assert_eq!(heard.payload["id"], boost["id"]);
    assert_eq!(heard.payload["reblog"]["id"], status["id"]);
    assert_eq!(heard.payload["reblog"]["bookmarked"], true);

    answer(bo.request(Method::DELETE, &path)).await;
    let gone = |status: &Value| {
        told(
            json!(["user"]),
            "delete",
            json!(id(status).parse::<u64>().unwrap()),
        )
    };
    assert_eq!(ada_hears.hears().await, gone(&boost));
    assert_eq!(ada_hears.hears().await, gone(&status));
    assert_eq!(bo_hears.hears().await, gone(&status));
}

#[tokio::test]
async fn statuses_are_told_as_the_api_shows_them_on_sqlite() {
    statuses(Sqlite).await;
}

#[tokio::test]
async fn statuses_are_told_as_the_api_shows_them_on_postgresql() {
    statuses(Postgres).await;
}

/// Everything on one connection, each thing in the streams it belongs to.
async fn streams(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo, cy] = ["ada", "bo", "cy"].map(|name| school.teacher(name));
    for other in [&bo, &cy] {
        follows(&ada, other).await;
    }
    let list = ada
        .post("/api/v1/lists", json!({ "title": "Science" }))
        .await;
    let members = json!({ "account_ids": [own_id(&bo).await] });
    ada.post(&format!("/api/v1/lists/{}/accounts", id(&list)), members)
        .await;

    let mut ear = Ear::of(&school, &ada, "").await;
    for wish in [
        json!({ "stream": "public" }),
        json!({ "stream": "public:local" }),
        json!({ "stream": "public:remote" }),
        json!({ "stream": "public:media" }),
        json!({ "stream": "hashtag", "tag": "Year8" }),
        json!({ "stream": "hashtag:local", "tag": "year8" }),
        json!({ "stream": "list", "list": id(&list) }),
    ] {
        ear.subscribes(wish).await;
    }
    let names = |heard: &[Heard]| {
        let mut names: Vec<String> = heard.iter().map(|heard| heard.stream.to_string()).collect();
        names.sort();
        names
    };
    let year8 = says(&bo, "mock exams #year8").await;
    let mut heard = Vec::new();
    for _ in 0..5 {
        heard.push(ear.hears().await);
    }
    let list_name = json!(["list", id(&list)]).to_string();
    let expected = [
        r#"["hashtag","Year8"]"#,
        r#"["hashtag:local","year8"]"#,
        &list_name,
        r#"["public"]"#,
        r#"["public:local"]"#,
    ];
    assert_eq!(names(&heard), expected);
    let seen = seen_by(&ada, &year8).await;
    assert!(
        heard
            .iter()
            .all(|heard| heard.payload == seen && heard.event == "update")
    );

    // One stream less. Cy is in no list, and an answer to another is in no public timeline but that of its tag.
    ear.unsubscribes(json!({ "stream": "public:local" })).await;
    ear.unsubscribes(json!({ "stream": "hashtag:local", "tag": "year8" }))
        .await;
    let reply = json!({ "status": "@bo when? #year8", "in_reply_to_id": year8["id"] });
    cy.publish(reply).await;
    assert_eq!(ear.hears().await.stream, json!(["hashtag", "Year8"]));
    says(&cy, "well").await;
    assert_eq!(ear.hears().await.stream, json!(["public"]));

    // Deleted where it was told.
    let path = format!("/api/v1/statuses/{}", id(&year8));
    answer(bo.request(Method::DELETE, &path)).await;
    let mut heard = Vec::new();
    for _ in 0..4 {
        heard.push(ear.hears().await);
    }
    let expected = [
        r#"["hashtag","Year8"]"#,
        &list_name,
        r#"["public"]"#,
        r#"["public:media"]"#,
    ];
    assert_eq!(names(&heard), expected);
    assert!(heard.iter().all(|heard| heard.event == "delete"));
}

#[tokio::test]
async fn many_streams_share_a_connection_on_sqlite() {
    streams(Sqlite).await;
}

#[tokio::test]
async fn many_streams_share_a_connection_on_postgresql() {
    streams(Postgres).await;
}

async fn what_is_ones_own(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo] = ["ada", "bo"].map(|name| school.teacher(name));
    follows(&ada, &bo).await;
    let mut ear = Ear::of(&school, &ada, "stream=user").await;
    ear.subscribes(json!({ "stream": "direct" })).await;

    let filter = json!({ "title": "Mocks", "context": ["home"],
        "keywords_attributes": [{ "keyword": "mock", "whole_word": true }] });
    ada.post("/api/v2/filters", filter).await;
    let heard = ear.hears_text().await;
    assert_eq!(
        heard,
        json!({ "stream": ["user"], "event": "filters_changed" })
    );
    let mut bo_hears = Ear::of(&school, &bo, "stream=user").await;
    bo_hears.pings().await;
    let mock = says(&bo, "A mock exam").await;
    let heard = ear.hears().await;
    assert_eq!(
        heard.payload["filtered"][0]["keyword_matches"],
        json!(["mock"])
    );
    assert_eq!(heard.payload, seen_by(&ada, &mock).await);
    assert_eq!(bo_hears.hears().await.payload["filtered"], json!([]));

    // A word to Ada alone.
    let word = json!({ "status": "@ada a word?", "visibility": "direct" });
    bo.publish(word).await;
    let heard = ear.hears_of("conversation").await;
    let conversations = ada.get("/api/v1/conversations").await;
    assert_eq!(
        heard,
        told(json!(["direct"]), "conversation", conversations[0].clone())
    );
    assert_eq!(heard.payload["unread"], true);
}

#[tokio::test]
async fn filters_and_conversations_are_told_on_sqlite() {
    what_is_ones_own(Sqlite).await;
}

#[tokio::test]
async fn filters_and_conversations_are_told_on_postgresql() {
    what_is_ones_own(Postgres).await;
}

async fn what_was_held_back(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo] = ["ada", "bo"].map(|name| school.teacher(name));
    let rules = json!({ "for_not_following": "filter" });
    answer(
        ada.request(Method::PATCH, "/api/v2/notifications/policy")
            .json(&rules),
    )
    .await;
    let mut ear = Ear::of(&school, &ada, "stream=user:notification").await;
    ear.pings().await;
    says(&bo, "@ada a word?").await;
    let requests = ada.get("/api/v1/notifications/requests").await;
    let accept = format!("/api/v1/notifications/requests/{}/accept", id(&requests[0]));
    ada.post(&accept, Value::Null).await;
    // The word itself was not told.
    let heard = ear.hears().await;
    assert_eq!(
        heard,
        told(
            json!(["user:notification"]),
            "notifications_merged",
            json!(1)
        )
    );
    says(&bo, "@ada and another").await;
    let heard = ear.hears().await;
    assert_eq!(
        (heard.event.as_str(), &heard.payload["type"]),
        ("notification", &json!("mention"))
    );
}

#[tokio::test]
async fn what_was_held_back_is_told_of_when_it_is_let_through() {
    what_was_held_back(Sqlite).await;
    what_was_held_back(Postgres).await;
}

async fn announcements(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let mut ear = Ear::of(&school, &ada, "stream=user").await;
    ear.pings().await;
    let made = school.command(&["announcement", "create", "Holidays"]);
    assert!(made.status.success(), "{}", out(&made));
    let announcement = out(&made).trim().to_owned();
    let heard = ear.hears().await;
    let list = ada.get("/api/v1/announcements").await;
    assert_eq!(
        heard,
        told(json!(["user"]), "announcement", list[0].clone())
    );

    let path = format!("/api/v1/announcements/{announcement}/reactions/👍");
    for (method, count) in [(Method::PUT, 1), (Method::DELETE, 0)] {
        answer(ada.request(method, &path)).await;
        let reaction = json!({ "name": "👍", "count": count, "announcement_id": announcement });
        let expected = told(json!(["user"]), "announcement.reaction", reaction);
        assert_eq!(ear.hears().await, expected);
    }
    let gone = school.command(&["announcement", "delete", &announcement]);
    assert!(gone.status.success(), "{}", out(&gone));
    let heard = ear.hears().await;
    let number = json!(announcement.parse::<u64>().unwrap());
    assert_eq!(heard, told(json!(["user"]), "announcement.delete", number));
}

#[tokio::test]
async fn announcements_are_told_on_sqlite() {
    announcements(Sqlite).await;
}

#[tokio::test]
async fn announcements_are_told_on_postgresql() {
    announcements(Postgres).await;
}

async fn event_streams(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo] = ["ada", "bo"].map(|name| school.teacher(name));
    follows(&ada, &bo).await;
    let list = ada
        .post("/api/v1/lists", json!({ "title": "Science" }))
        .await;
    let members = json!({ "account_ids": [own_id(&bo).await] });
    ada.post(&format!("/api/v1/lists/{}/accounts", id(&list)), members)
        .await;
    let mut streams = Vec::new();
    for path in [
        "user",
        "public",
        "public/local",
        "hashtag?tag=Year8",
        "hashtag/local?tag=year8",
        &format!("list?list={}", id(&list)),
    ] {
        streams.push(EventStream::of(&ada, path).await);
    }
    let mut remote = EventStream::of(&ada, "public/remote").await;
    let mut pictures = EventStream::of(&ada, "public?only_media=true").await;
    let mut notifications = EventStream::of(&ada, "user/notification").await;
    let mut direct = EventStream::of(&ada, "direct").await;

    let status = says(&bo, "mock exams #year8").await;
    let seen = seen_by(&ada, &status).await;
    for stream in &mut streams {
        let (event, data) = stream.hears().await;
        assert_eq!(event, "update");
        assert_eq!(serde_json::from_str::<Value>(&data).unwrap(), seen);
    }
    bo.publish(json!({ "status": "@ada a word?", "visibility": "direct" }))
        .await;
    assert_eq!(notifications.hears().await.0, "notification");
    assert_eq!(direct.hears().await.0, "conversation");
    let path = format!("/api/v1/statuses/{}", id(&status));
    answer(bo.request(Method::DELETE, &path)).await;
    let gone = ("delete".to_owned(), id(&status).to_owned());
    // It could have had pictures.
    assert_eq!(pictures.hears().await, gone);
    assert_eq!(streams[1].hears().await, gone);
    // Nothing was told but that somebody is there.
    assert_eq!(remote.line().await.unwrap(), ":thump");
}

#[tokio::test]
async fn each_stream_is_there_as_server_sent_events_on_sqlite() {
    event_streams(Sqlite).await;
}

#[tokio::test]
async fn each_stream_is_there_as_server_sent_events_on_postgresql() {
    event_streams(Postgres).await;
}
