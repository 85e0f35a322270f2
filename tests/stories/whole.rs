//! What is missing of a thread or a profile elsewhere is fetched when somebody opens it: each post from its own server.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::elsewhere::{Elsewhere, account_id};
use crate::harness::{School, Teacher, answer, eventually};

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

fn note(by: &Value, name: &str, answered: Option<&Value>) -> Value {
    let by = by["id"].as_str().unwrap();
    json!({
        "@context": "https://www.w3.org/ns/activitystreams", "id": format!("{by}/{name}"), "type": "Note",
        "attributedTo": by, "to": PUBLIC, "content": name, "published": "2026-09-01T08:00:00Z",
        "inReplyTo": answered.map(|post| &post["id"]),
    })
}

fn context_of(id: &Value) -> String {
    format!("/api/v1/statuses/{}/context", id.as_str().unwrap())
}

/// The contents of what stands below a post, in alphabetical order.
async fn below(ada: &Teacher, id: &Value) -> Vec<String> {
    let id = id.as_str().unwrap();
    let thread = ada.get(&format!("/api/v1/statuses/{id}/context")).await;
    contents(&thread["descendants"])
}

fn contents(statuses: &Value) -> Vec<String> {
    let statuses = statuses.as_array().unwrap().iter();
    let mut contents: Vec<String> = statuses
        .map(|status| status["content"].as_str().unwrap().to_owned())
        .collect();
    contents.sort();
    contents
}

async fn found(ada: &Teacher, post: &Value) -> Value {
    let uri = post["id"].as_str().unwrap();
    let found = ada
        .get(&format!(
            "/api/v2/search?q={uri}&resolve=true&type=statuses"
        ))
        .await;
    found["statuses"][0]["id"].clone()
}

async fn threads(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let (home, away) = (Elsewhere::open().await, Elsewhere::open().await);
    let (mo, li) = (home.person("mo"), away.person("li"));

    // Answers, and answers to them, on two servers, named by ids and by pages of them.
    let mut first = note(&mo, "first", None);
    let mut second = note(&li, "second", Some(&first));
    let third = note(&mo, "third", Some(&second));
    let own = note(&mo, "own", Some(&first));
    let mut closed = note(&li, "closed", Some(&first));
    closed["to"] = json!(format!("{}/followers", li["id"].as_str().unwrap()));
    let mut forged = note(&li, "forged", Some(&first));
    forged["attributedTo"] = mo["id"].clone();
    let alone = note(&li, "alone", None);
    let page = format!("{}/users/mo/first/replies?page=2", home.base);
    first["replies"] = json!({ "type": "Collection", "first": {
        "type": "CollectionPage", "items": [closed["id"], forged["id"], alone["id"], own["id"]], "next": page,
    } });
    home.serve(json!({ "id": page, "type": "CollectionPage", "items": [second["id"]] }));
    let replies = format!("{}/users/li/second/replies", away.base);
    second["replies"] = json!(replies);
    away.serve(json!({ "id": replies, "type": "Collection", "items": [third] }));
    for (host, posts) in [
        (&home, [&first, &own, &third]),
        (&away, [&second, &closed, &forged]),
    ] {
        posts.into_iter().for_each(|post| host.serve(post.clone()));
    }
    away.serve(alone);

    let id = found(&ada, &first).await;
    let asked = home.asked_for("/users/mo/first").await;
    // Whoever is not signed in makes us ask nobody.
    let path = format!(
        "{}/api/v1/statuses/{}/context",
        school.base,
        id.as_str().unwrap()
    );
    answer(school.http.get(path)).await;
    let told = ada
        .request(Method::GET, &context_of(&id))
        .send()
        .await
        .unwrap();
    let told = told.headers()["mastodon-async-refresh"]
        .to_str()
        .unwrap()
        .to_owned();
    let (refresh, rest) = told.strip_prefix("id=\"").unwrap().split_once('"').unwrap();
    assert_eq!(rest, ", retry=3, result_count=0");
    let path = format!("/api/v1_alpha/async_refreshes/{refresh}");
    let over = eventually("the end of the search", async || {
        let state = ada.get(&path).await;
        (state["async_refresh"]["status"] == "finished").then_some(state)
    })
    .await;
    let expected = json!({ "id": refresh, "status": "finished", "result_count": 3 });
    assert_eq!(over["async_refresh"], expected);
    let after = ada
        .request(Method::GET, &context_of(&id))
        .send()
        .await
        .unwrap();
    assert!(!after.headers().contains_key("mastodon-async-refresh"));
    for unknown in ["1", "context-1-1", "context-x", "thread-1"] {
        let path = format!("/api/v1_alpha/async_refreshes/{unknown}");
        assert_eq!(
            ada.status_of(&path).await,
            StatusCode::NOT_FOUND,
            "{unknown}"
        );
    }
    eventually("the answers", async || {
        (below(&ada, &id).await == ["own", "second", "third"]).then_some(())
    })
    .await;
    // Once in fifteen minutes.
    below(&ada, &id).await;
    ada.publish(json!({ "status": "Later" })).await;
    assert_eq!(home.asked_for("/users/mo/first").await, asked + 1);

    // PeerTube has another name for answers.
    let mut film = note(&mo, "film", None);
    let praise = note(&li, "praise", Some(&film));
    film["comments"] = json!({ "type": "Collection", "items": [praise["id"]] });
    home.serve(film.clone());
    away.serve(praise);
    let id = found(&ada, &film).await;
    eventually("the praise", async || {
        (below(&ada, &id).await == ["praise"]).then_some(())
    })
    .await;

    // A collection of the whole thread, of which one post in the middle was known.
    let mut top = note(&mo, "top", None);
    let context = format!("{}/contexts/1", home.base);
    top["context"] = json!(context);
    let left = note(&mo, "left", Some(&top));
    let right = note(&li, "right", Some(&top));
    let mut below_right = note(&mo, "below right", Some(&right));
    below_right["context"] = json!(context);
    below_right["id"] = json!(format!("{}/users/mo/below", home.base));
    let items = json!([below_right["id"], top["id"], left["id"], right["id"]]);
    home.serve(json!({ "id": context, "type": "OrderedCollection", "orderedItems": items }));
    for post in [&top, &left, &below_right] {
        home.serve(post.clone());
    }
    away.serve(right);
    let id = found(&ada, &below_right).await;
    let path = format!("/api/v1/statuses/{}/context", id.as_str().unwrap());
    let above = ada.get(&path).await;
    assert_eq!(contents(&above["ancestors"]), ["right", "top"]);
    let top = found(&ada, &top).await;
    eventually("the whole thread", async || {
        (below(&ada, &top).await == ["below right", "left", "right"]).then_some(())
    })
    .await;
}

/// However much a thread names, and however deep it is, only so much is asked for.
async fn bounds(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let home = Elsewhere::open().await;
    let mo = home.person("mo");
    let replies = |post: &mut Value, items: Vec<Value>| {
        post["replies"] = json!({ "type": "Collection", "items": items });
    };

    // Ten answers, each to the one before.
    let mut chain = vec![note(&mo, "deep", None)];
    for level in 1..=10 {
        let next = note(
            &mo,
            &format!("level {level}").replace(' ', "-"),
            chain.last(),
        );
        replies(chain.last_mut().unwrap(), vec![next["id"].clone()]);
        chain.push(next);
    }
    chain.iter().for_each(|post| home.serve(post.clone()));
    let id = found(&ada, &chain[0]).await;
    let levels: Vec<String> = (1..=8).map(|level| format!("level-{level}")).collect();
    eventually("eight levels", async || {
        (below(&ada, &id).await == levels).then_some(())
    })
    .await;
    assert_eq!(home.asked_for("/users/mo/level-9").await, 0);

    // Answers on more servers than are asked.
    let mut wide = note(&mo, "wide", None);
    let mut others = Vec::new();
    for number in 0..22 {
        let there = Elsewhere::open().await;
        let answer = note(&there.person("li"), &format!("wide-{number}"), Some(&wide));
        there.serve(answer.clone());
        others.push((there, answer["id"].clone()));
    }
    replies(&mut wide, others.iter().map(|(_, id)| id.clone()).collect());
    home.serve(wide.clone());
    let id = found(&ada, &wide).await;
    eventually("answers of 19 servers", async || {
        (below(&ada, &id).await.len() == 19).then_some(())
    })
    .await;
    let mut asked = 0;
    for (there, _) in &others {
        asked += usize::from(there.asked().await > 0);
    }
    assert_eq!(asked, 19, "and the one that was opened is the twentieth");

    // More answers than are asked for.
    let mut long = note(&mo, "long", None);
    let answers: Vec<Value> = (0..150)
        .map(|number| note(&mo, &format!("long-{number}"), Some(&long)))
        .collect();
    replies(
        &mut long,
        answers.iter().map(|post| post["id"].clone()).collect(),
    );
    home.serve(long.clone());
    answers.iter().for_each(|post| home.serve(post.clone()));
    let id = found(&ada, &long).await;
    let before = home.asked().await;
    eventually("ninety-nine answers", async || {
        (below(&ada, &id).await.len() >= 99).then_some(())
    })
    .await;
    below(&ada, &id).await;
    assert_eq!(home.asked().await - before, 100);
}

#[tokio::test]
async fn a_thread_costs_no_more_than_it_may_on_sqlite() {
    bounds(Sqlite).await;
}

#[tokio::test]
async fn a_thread_costs_no_more_than_it_may_on_postgresql() {
    bounds(Postgres).await;
}

/// A thread of another Staffroom's, of which only the first post was known.
async fn between_schools(kind: Kind) {
    let (Some(here), Some(there)) = (School::open(kind).await, School::open(kind).await) else {
        return;
    };
    let (ada, bo, cy) = (
        here.teacher("ada"),
        there.teacher("bo"),
        there.teacher("cy"),
    );
    let first = bo.publish(json!({ "status": "first" })).await;
    let mut above = first["id"].clone();
    for (teacher, words, visibility) in [
        (&cy, "second", "public"),
        (&bo, "third", "unlisted"),
        (&cy, "for followers", "private"),
    ] {
        let post = json!({ "status": words, "in_reply_to_id": above, "visibility": visibility });
        above = teacher.publish(post).await["id"].clone();
    }
    let path = first["uri"].as_str().unwrap();
    let named = |path: String| {
        let request = there
            .http
            .get(path)
            .header("accept", "application/activity+json");
        async {
            answer(request).await["orderedItems"]
                .as_array()
                .unwrap()
                .len()
        }
    };
    assert_eq!(named(format!("{path}/context?page=true")).await, 3);
    assert_eq!(named(format!("{path}/replies?page=true")).await, 1);
    let id = found(&ada, &json!({ "id": first["uri"] })).await;
    eventually("the answers", async || {
        (below(&ada, &id).await == ["<p>second</p>", "<p>third</p>"]).then_some(())
    })
    .await;
}

async fn profiles(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let (home, away) = (Elsewhere::open().await, Elsewhere::open().await);
    let (mut mo, li) = (home.person("mo"), away.person("li"));
    let (outbox, featured) = (
        mo["outbox"].clone(),
        format!("{}/users/mo/featured", home.base),
    );
    mo["featured"] = json!(featured);
    home.serve(mo.clone());
    let embedded = note(&mo, "embedded", None);
    let named = note(&mo, "named", None);
    let pinned = note(&mo, "pinned", None);
    let foreign = note(&li, "foreign", None);
    let mut closed = note(&mo, "closed", None);
    closed["to"] = json!(mo["followers"]);
    home.serve(named.clone());
    away.serve(foreign.clone());
    let create = |post: &Value, object: Value| {
        let id = format!("{}#create", post["id"].as_str().unwrap());
        json!({ "id": id, "type": "Create", "actor": mo["id"], "object": object })
    };
    let page = format!("{}?page=true", outbox.as_str().unwrap());
    // What she did last was to pass on what others wrote.
    let boosts = format!("{page}&max_id=1");
    home.serve(json!({ "id": outbox, "type": "OrderedCollection", "first": boosts }));
    home.serve(json!({ "id": boosts, "type": "OrderedCollectionPage", "next": page, "orderedItems": [
        { "id": format!("{}/boost/2", home.base), "type": "Announce", "actor": mo["id"], "object": foreign["id"] },
    ] }));
    home.serve(json!({ "id": page, "type": "OrderedCollectionPage", "orderedItems": [
        create(&foreign, foreign.clone()),
        create(&closed, closed.clone()),
        { "id": format!("{}/boost", home.base), "type": "Announce", "actor": mo["id"], "object": foreign["id"] },
        create(&embedded, embedded.clone()),
        create(&named, named["id"].clone()),
    ] }));
    home.serve(json!({ "id": featured, "type": "OrderedCollection", "orderedItems": [pinned] }));

    let account = account_id(&ada, &format!("mo@{}", home.host)).await;
    let path = format!("/api/v1/accounts/{account}/statuses");
    answer(school.http.get(format!("{}{path}", school.base))).await;
    assert_eq!(ada.get(&path).await, json!([]));
    eventually("the posts", async || {
        let shown = ada.get(&path).await;
        (contents(&shown) == ["embedded", "named", "pinned"]).then_some(())
    })
    .await;
    eventually("the pins", async || {
        let shown = ada.get(&format!("{path}?pinned=true")).await;
        (contents(&shown) == ["pinned"]).then_some(())
    })
    .await;
    assert_eq!(home.asked_for("/users/mo/outbox").await, 1);
}

#[tokio::test]
async fn threads_are_completed_on_sqlite() {
    threads(Sqlite).await;
}

#[tokio::test]
async fn threads_are_completed_on_postgresql() {
    threads(Postgres).await;
}

#[tokio::test]
async fn schools_tell_each_other_of_threads_on_sqlite() {
    between_schools(Sqlite).await;
}

#[tokio::test]
async fn schools_tell_each_other_of_threads_on_postgresql() {
    between_schools(Postgres).await;
}

#[tokio::test]
async fn profiles_are_completed_on_sqlite() {
    profiles(Sqlite).await;
}

#[tokio::test]
async fn profiles_are_completed_on_postgresql() {
    profiles(Postgres).await;
}

/// A group writes nothing itself: what it passed on is what there is to see.
async fn groups(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let (home, away) = (Elsewhere::open().await, Elsewhere::open().await);
    let (mut group, mo, li) = (home.person("english"), home.person("mo"), away.person("li"));
    group["type"] = json!("Group");
    home.serve(group.clone());
    let named = note(&li, "named", None);
    let embedded = note(&mo, "embedded", None);
    let answer_below = note(&mo, "answer", Some(&embedded));
    let mut closed = note(&li, "closed", None);
    closed["to"] = json!(li["followers"]);
    let mut forged = note(&li, "forged", None);
    away.serve(forged.clone());
    forged["content"] = json!("other words");
    for post in [&named, &closed] {
        away.serve(post.clone());
    }
    let create = |by: &Value, object: &Value| {
        let id = format!("{}#create", object["id"].as_str().unwrap());
        json!({ "id": id, "type": "Create", "actor": by["id"], "to": PUBLIC, "object": object })
    };
    let announce = |by: &Value, name: &str, object: Value| {
        let id = format!("{}/{name}", group["id"].as_str().unwrap());
        json!({ "id": id, "type": "Announce", "actor": by["id"], "to": PUBLIC, "object": object })
    };
    home.serve(
        json!({ "id": group["outbox"], "type": "OrderedCollection", "orderedItems": [
            announce(&group, "1", create(&mo, &answer_below)),
            announce(&group, "2", closed["id"].clone()),
            announce(&group, "3", create(&li, &forged)),
            announce(&group, "4", create(&mo, &embedded)),
            announce(&group, "5", named["id"].clone()),
            announce(&mo, "6", named["id"].clone()),
        ] }),
    );

    let id = account_id(&ada, &format!("english@{}", home.host)).await;
    let path = format!("/api/v1/accounts/{id}/statuses");
    let shown = async || {
        let statuses = ada.get(&path).await;
        let statuses = statuses.as_array().unwrap().iter();
        let boosted = statuses.map(|status| status["reblog"].clone()).collect();
        contents(&boosted)
    };
    eventually("what it passed on", async || {
        (shown().await == ["embedded", "forged", "named"]).then_some(())
    })
    .await;
    assert_eq!(ada.get("/api/v1/timelines/home").await, json!([]));
    assert_eq!(ada.get("/api/v1/notifications").await, json!([]));
}

#[tokio::test]
async fn what_groups_passed_on_is_found_on_sqlite() {
    groups(Sqlite).await;
}

#[tokio::test]
async fn what_groups_passed_on_is_found_on_postgresql() {
    groups(Postgres).await;
}
