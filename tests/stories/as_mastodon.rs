//! Small things on which apps rely, as Mastodon does them.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, Teacher, answer};

async fn said(teacher: &Teacher, method: Method, path: &str) -> (StatusCode, Value) {
    let response = teacher.request(method, path).send().await.unwrap();
    let headers = response.headers();
    assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
    assert_eq!(
        headers["content-type"], "application/json; charset=utf-8",
        "{path}"
    );
    let status = response.status();
    (status, response.json().await.unwrap())
}

async fn a_boost_is_deleted(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    let post = ada.publish(json!({ "status": "Paper strips" })).await;
    let id = post["id"].as_str().unwrap();
    let boost = bo
        .post(&format!("/api/v1/statuses/{id}/reblog"), Value::Null)
        .await;
    let path = format!("/api/v1/statuses/{}", boost["id"].as_str().unwrap());
    assert_eq!(
        said(&ada, Method::DELETE, &path).await.0,
        StatusCode::NOT_FOUND,
        "somebody else's"
    );
    let (status, deleted) = said(&bo, Method::DELETE, &path).await;
    assert_eq!(status, StatusCode::OK, "{deleted}");
    assert_eq!(deleted["reblog"]["id"], id);
    assert_eq!(said(&bo, Method::GET, &path).await.0, StatusCode::NOT_FOUND);
    let now = bo.get(&format!("/api/v1/statuses/{id}")).await;
    assert_eq!(now["reblogged"], false);
    let own = ada.get(&format!("/api/v1/statuses/{id}")).await;
    assert_eq!(own["reblogs_count"], 0);
}

#[tokio::test]
async fn a_boost_is_taken_back_by_deleting_it_on_sqlite() {
    a_boost_is_deleted(Sqlite).await;
}

#[tokio::test]
async fn a_boost_is_taken_back_by_deleting_it_on_postgresql() {
    a_boost_is_deleted(Postgres).await;
}

async fn ones_own_words_go_on_first(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    let answers = async |who: &Teacher, words: &str, to: &Value| {
        let body = json!({ "status": words, "in_reply_to_id": to["id"] });
        who.publish(body).await
    };
    let root = ada.publish(json!({ "status": "one" })).await;
    let question = answers(&bo, "how?", &root).await;
    answers(&ada, "so", &question).await;
    let two = answers(&ada, "two", &root).await;
    answers(&bo, "I see", &two).await;
    answers(&ada, "three", &two).await;
    let path = format!("/api/v1/statuses/{}/context", root["id"].as_str().unwrap());
    let thread = school.request(Method::GET, &path);
    let thread = answer(thread).await;
    let below = thread["descendants"].as_array().unwrap();
    let words: Vec<&str> = below
        .iter()
        .map(|post| post["content"].as_str().unwrap())
        .collect();
    assert_eq!(
        words,
        [
            "<p>two</p>",
            "<p>three</p>",
            "<p>how?</p>",
            "<p>so</p>",
            "<p>I see</p>"
        ]
    );
}

#[tokio::test]
async fn a_thread_goes_on_with_ones_own_words_first_on_sqlite() {
    ones_own_words_go_on_first(Sqlite).await;
}

#[tokio::test]
async fn a_thread_goes_on_with_ones_own_words_first_on_postgresql() {
    ones_own_words_go_on_first(Postgres).await;
}

async fn what_was_answered_is_deleted(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    let path = |post: &Value| format!("/api/v1/statuses/{}", post["id"].as_str().unwrap());
    let question = bo.publish(json!({ "status": "how?" })).await;
    let body = json!({ "status": "so", "in_reply_to_id": question["id"] });
    let so = ada.publish(body).await;
    let body = json!({ "status": "and so", "in_reply_to_id": so["id"] });
    ada.publish(body).await;
    answer(bo.request(Method::DELETE, &path(&question))).await;
    let seen = ada.get(&path(&so)).await;
    assert_eq!(seen["in_reply_to_id"], Value::Null);
    assert_eq!(seen["in_reply_to_account_id"], question["account"]["id"]);
    let thread = ada.get(&format!("{}/context", path(&so))).await;
    assert_eq!(thread["ancestors"], json!([]));
    assert_eq!(thread["descendants"][0]["in_reply_to_id"], so["id"]);
}

#[tokio::test]
async fn an_answer_names_no_post_that_is_deleted_on_sqlite() {
    what_was_answered_is_deleted(Sqlite).await;
}

#[tokio::test]
async fn an_answer_names_no_post_that_is_deleted_on_postgresql() {
    what_was_answered_is_deleted(Postgres).await;
}

// On SQLite alone: it is about parameters.
#[tokio::test]
async fn a_post_mentions_nobody_but_whom_it_may() {
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    school.teacher("cy");
    let own = bo.get("/api/v1/accounts/verify_credentials").await;
    let mut post = json!({ "status": "@bo @cy look", "visibility": "direct",
        "allowed_mentions": [own["id"]] });
    let request = ada.request(Method::POST, "/api/v1/statuses");
    let refused = request.json(&post).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let said: Value = refused.json().await.unwrap();
    assert_eq!(said["error"], "Post would be sent to unexpected accounts");
    let unexpected = said["unexpected_accounts"].as_array().unwrap();
    assert_eq!(unexpected.len(), 1, "{said}");
    assert_eq!(unexpected[0]["acct"], "cy");
    post["status"] = json!("@bo look");
    let made = ada.publish(post).await;
    assert_eq!(made["mentions"][0]["acct"], "bo");
}

// On SQLite alone: it is about words.
#[tokio::test]
async fn refusals_are_sentences() {
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    let ada = school.teacher("ada");
    for (method, path, status) in [
        (Method::GET, "/api/v2/search", 400),
        (Method::GET, "/api/v2/search?q=", 400),
        (Method::GET, "/api/v2/search?q=a&limit=-1", 400),
        (
            Method::GET,
            "/api/v2/notifications?expand_accounts=some",
            400,
        ),
        (Method::DELETE, "/api/v1/instance", 404),
        (Method::PATCH, "/api/v1/statuses", 404),
        (Method::GET, "/api/v1/push/subscription", 403),
        (
            Method::POST,
            "/api/v1/statuses?status=x&visibility=all",
            422,
        ),
        (
            Method::POST,
            "/api/v1/statuses?status=x&sensitive=perhaps",
            422,
        ),
        (Method::POST, "/api/v1/markers?home=x", 422),
        (Method::POST, "/api/v1/statuses?status[a]=x", 422),
        (
            Method::PATCH,
            "/api/v1/accounts/update_credentials?fields_attributes=x",
            422,
        ),
    ] {
        let (got, body) = said(&ada, method.clone(), path).await;
        assert_eq!(got, status, "{method} {path}: {body}");
        let sentence = body["error"].as_str().unwrap();
        for word in [
            "variant", "expected", "struct", "untagged", "type:", "serde",
        ] {
            assert!(!sentence.contains(word), "{path}: {sentence}");
        }
    }
    let (_, body) = said(
        &ada,
        Method::POST,
        "/api/v1/statuses?status=x&visibility=all",
    )
    .await;
    assert_eq!(
        body["error"],
        "Validation failed: Visibility is not included in the list"
    );
    for (more, words) in [
        ("offset=1", "pagination is not supported"),
        ("resolve=true", "resolve remote resources"),
    ] {
        let search = format!("/api/v2/search?q=ada&{more}");
        let refused = school.request(Method::GET, &search).send().await.unwrap();
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
        let said: Value = refused.json().await.unwrap();
        assert!(said["error"].as_str().unwrap().contains(words), "{said}");
    }
    let revoke = json!({ "client_id": "unknown", "client_secret": "x", "token": ada.token });
    let revoked = school.request(Method::POST, "/oauth/revoke").json(&revoke);
    let revoked = revoked.send().await.unwrap();
    assert_eq!(revoked.status(), StatusCode::FORBIDDEN);
    let body: Value = revoked.json().await.unwrap();
    assert_eq!(body["error"], "unauthorized_client");
    ada.get("/api/v1/accounts/verify_credentials").await;
}

async fn the_last_page_of_a_list_says_so(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let own = ada.get("/api/v1/accounts/verify_credentials").await;
    let id = own["id"].as_str().unwrap();
    for words in ["one", "two", "three"] {
        ada.publish(json!({ "status": words })).await;
    }
    let link = async |path: &str| {
        let response = ada.request(Method::GET, path).send().await.unwrap();
        let link = response.headers().get("link");
        link.map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
    };
    let statuses = format!("/api/v1/accounts/{id}/statuses");
    assert!(link(&format!("{statuses}?limit=3")).await.contains("next"));
    let last = link(&format!("{statuses}?limit=4")).await;
    assert!(!last.contains("next") && last.contains("prev"), "{last}");
    // Timelines go on until a page is empty.
    let home = link("/api/v1/timelines/home?limit=-7").await;
    assert!(home.contains("next") && !home.contains("-7"), "{home}");
    assert_eq!(link("/api/v1/timelines/home?max_id=1").await, "");
    assert_eq!(link("/api/v1/bookmarks").await, "");
}

#[tokio::test]
async fn the_last_page_of_a_list_says_so_on_sqlite() {
    the_last_page_of_a_list_says_so(Sqlite).await;
}

#[tokio::test]
async fn the_last_page_of_a_list_says_so_on_postgresql() {
    the_last_page_of_a_list_says_so(Postgres).await;
}

// On SQLite alone: it is about words.
#[tokio::test]
async fn a_post_has_a_language_though_its_app_does_not_say() {
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    let ada = school.teacher("ada");
    let post = ada.publish(json!({ "status": "Good morning" })).await;
    assert_eq!(post["language"], "en", "of the locale");
    let note = school.request(
        Method::GET,
        post["uri"]
            .as_str()
            .unwrap()
            .strip_prefix(&school.base)
            .unwrap(),
    );
    let note = answer(note.header("accept", "application/activity+json")).await;
    assert_eq!(note["contentMap"]["en"], "<p>Good morning</p>");
    let change = json!({ "source": { "language": "cy" } });
    answer(
        ada.request(Method::PATCH, "/api/v1/accounts/update_credentials")
            .json(&change),
    )
    .await;
    let post = ada.publish(json!({ "status": "Bore da" })).await;
    assert_eq!(post["language"], "cy", "of the person's choice");
    let post = ada
        .publish(json!({ "status": "Guten Morgen", "language": "de" }))
        .await;
    assert_eq!(post["language"], "de");
}

// On SQLite alone: it is about what is shown of rows that are the same.
#[tokio::test]
async fn somebody_suspended_is_shown_without_their_words() {
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    let change = json!({ "display_name": "Bo B.", "note": "words" });
    let update = bo.request(Method::PATCH, "/api/v1/accounts/update_credentials");
    let id = answer(update.json(&change)).await["id"].clone();
    let of_bo = |part: &str| format!("/api/v1/accounts/{}/{part}", id.as_str().unwrap());
    ada.post(&of_bo("follow"), Value::Null).await;
    bo.publish(json!({ "status": "words" })).await;
    bo.post("/api/v1/featured_tags", json!({ "name": "maths" }))
        .await;
    for part in ["statuses", "followers", "featured_tags"] {
        assert_ne!(ada.get(&of_bo(part)).await, json!([]), "{part}");
    }
    let suspended = school.command(&["user", "suspend", "bo"]);
    assert!(suspended.status.success());
    for path in [
        format!("/api/v1/accounts/{}", id.as_str().unwrap()),
        "/api/v1/accounts/lookup?acct=bo".to_owned(),
    ] {
        let shown = ada.get(&path).await;
        assert_eq!(shown["suspended"], true, "{path}: {shown}");
        assert_eq!(shown["acct"], "bo");
        assert_eq!(
            (&shown["display_name"], &shown["note"]),
            (&json!(""), &json!(""))
        );
    }
    for part in [
        "statuses",
        "statuses?pinned=true",
        "followers",
        "following",
        "featured_tags",
        "endorsements",
    ] {
        assert_eq!(ada.get(&of_bo(part)).await, json!([]), "{part}");
    }
    let page = school.request(Method::GET, "/@bo").send().await.unwrap();
    assert_eq!(page.status(), StatusCode::GONE);
}

// On SQLite alone: it is about what is shown of rows that are the same.
#[tokio::test]
async fn an_open_account_elsewhere_counts_as_followed_at_once() {
    let (Some(here), Some(there)) = (School::open(Sqlite).await, School::open(Sqlite).await) else {
        return;
    };
    let (ada, _bo) = (here.teacher("ada"), there.teacher("bo"));
    let found = ada
        .get(&format!("/api/v2/search?q=@bo@{}&resolve=true", there.host))
        .await;
    let id = found["accounts"][0]["id"].as_str().unwrap().to_owned();
    // Nobody is there to say yes.
    drop(there);
    let relation = ada
        .post(&format!("/api/v1/accounts/{id}/follow"), Value::Null)
        .await;
    assert_eq!(
        (&relation["following"], &relation["requested"]),
        (&json!(true), &json!(false))
    );
    let relations = ada
        .get(&format!("/api/v1/accounts/relationships?id[]={id}"))
        .await;
    assert_eq!(
        (&relations[0]["following"], &relations[0]["requested"]),
        (&json!(false), &json!(true))
    );
}

async fn who_asked_to_follow_is_told_of_as_a_follower(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    let own = ada.request(Method::PATCH, "/api/v1/accounts/update_credentials");
    let ada_id = answer(own.json(&json!({ "locked": true }))).await["id"].clone();
    let path = format!("/api/v1/accounts/{}/follow", ada_id.as_str().unwrap());
    bo.post(&path, Value::Null).await;
    let told = async || {
        let lines = ada.get("/api/v1/notifications").await;
        let kinds = lines.as_array().unwrap().iter();
        let kinds: Vec<Value> = kinds.map(|line| line["type"].clone()).collect();
        kinds
    };
    assert_eq!(told().await, ["follow_request"]);
    let asking = ada.get("/api/v1/follow_requests").await;
    let path = format!(
        "/api/v1/follow_requests/{}/authorize",
        asking[0]["id"].as_str().unwrap()
    );
    ada.post(&path, Value::Null).await;
    assert_eq!(told().await, ["follow"]);
}

#[tokio::test]
async fn who_asked_to_follow_is_told_of_as_a_follower_on_sqlite() {
    who_asked_to_follow_is_told_of_as_a_follower(Sqlite).await;
}

#[tokio::test]
async fn who_asked_to_follow_is_told_of_as_a_follower_on_postgresql() {
    who_asked_to_follow_is_told_of_as_a_follower(Postgres).await;
}

async fn of_many_people_those_are_found_whom_one_follows(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let [_, _, last] = ["tim1", "tim2", "tim3"].map(|name| school.teacher(name));
    let found = ada.get("/api/v1/accounts/lookup?acct=tim3").await;
    let path = format!("/api/v1/accounts/{}/follow", found["id"].as_str().unwrap());
    ada.post(&path, Value::Null).await;
    let names = async |question: &str| {
        let found = ada
            .get(&format!("/api/v1/accounts/search?limit=1&{question}"))
            .await;
        let names = found.as_array().unwrap().iter();
        let names: Vec<Value> = names.map(|account| account["acct"].clone()).collect();
        names
    };
    assert_eq!(names("q=tim").await, ["tim1"]);
    assert_eq!(names("q=tim&following=true").await, [last.name.as_str()]);
    assert_eq!(names("q=tim2&following=true").await, [""; 0]);

    // Who is called so comes before who has it in the middle, on this page and the next.
    let [_, _] = ["atim", "latimer"].map(|name| school.teacher(name));
    let all = async |offset: usize| {
        let found = ada
            .get(&format!(
                "/api/v1/accounts/search?q=tim&limit=3&offset={offset}"
            ))
            .await;
        let names = found.as_array().unwrap().iter();
        let names: Vec<Value> = names.map(|account| account["acct"].clone()).collect();
        names
    };
    assert_eq!(all(0).await, ["tim1", "tim2", "tim3"]);
    assert_eq!(all(2).await, ["tim3", "atim", "latimer"]);
    assert_eq!(all(4).await, ["latimer"]);
}

#[tokio::test]
async fn of_many_people_those_are_found_whom_one_follows_on_sqlite() {
    of_many_people_those_are_found_whom_one_follows(Sqlite).await;
}

#[tokio::test]
async fn of_many_people_those_are_found_whom_one_follows_on_postgresql() {
    of_many_people_those_are_found_whom_one_follows(Postgres).await;
}

async fn words_about_somebody_blocked_are_not_read_at_home(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo, _cy] = ["ada", "bo", "cy"].map(|name| school.teacher(name));
    let id = async |name: &str| {
        let found = ada
            .get(&format!("/api/v1/accounts/lookup?acct={name}"))
            .await;
        found["id"].as_str().unwrap().to_owned()
    };
    let (bo_id, cy_id) = (id("bo").await, id("cy").await);
    ada.post(&format!("/api/v1/accounts/{bo_id}/follow"), Value::Null)
        .await;
    ada.post(&format!("/api/v1/accounts/{cy_id}/block"), Value::Null)
        .await;
    bo.publish(json!({ "status": "Well said, @cy" })).await;
    bo.publish(json!({ "status": "Good morning" })).await;
    let home = ada.get("/api/v1/timelines/home").await;
    let home = home.as_array().unwrap();
    assert_eq!(home.len(), 1);
    assert_eq!(home[0]["content"], "<p>Good morning</p>");
}

#[tokio::test]
async fn words_about_somebody_blocked_are_not_read_at_home_on_sqlite() {
    words_about_somebody_blocked_are_not_read_at_home(Sqlite).await;
}

#[tokio::test]
async fn words_about_somebody_blocked_are_not_read_at_home_on_postgresql() {
    words_about_somebody_blocked_are_not_read_at_home(Postgres).await;
}

async fn boosts_and_quotes_are_seen_by_whom_one_means(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    let open = ada.publish(json!({ "status": "For all" })).await;
    let quiet = ada
        .publish(json!({ "status": "Quietly", "visibility": "unlisted", "quote_approval_policy": "public" }))
        .await;
    let quote =
        json!({ "status": "Read this", "visibility": "public", "quoted_status_id": quiet["id"] });
    assert_eq!(bo.publish(quote).await["visibility"], "public");
    let own = bo.request(Method::PATCH, "/api/v1/accounts/update_credentials");
    answer(own.json(&json!({ "source": { "privacy": "private" } }))).await;
    let path = format!("/api/v1/statuses/{}", open["id"].as_str().unwrap());
    let boost = bo.post(&format!("{path}/reblog"), Value::Null).await;
    assert_eq!(boost["visibility"], "private");
    bo.post(&format!("{path}/unreblog"), Value::Null).await;
    let boost = bo
        .post(&format!("{path}/reblog"), json!({ "visibility": "public" }))
        .await;
    assert_eq!(boost["visibility"], "public");
    let both = ada.get("/api/v1/timelines/public?local=true&remote=true");
    assert_eq!(both.await.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn boosts_and_quotes_are_seen_by_whom_one_means_on_sqlite() {
    boosts_and_quotes_are_seen_by_whom_one_means(Sqlite).await;
}

#[tokio::test]
async fn boosts_and_quotes_are_seen_by_whom_one_means_on_postgresql() {
    boosts_and_quotes_are_seen_by_whom_one_means(Postgres).await;
}

async fn a_thread_goes_on_behind_what_is_hidden(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo, cy] = ["ada", "bo", "cy"].map(|name| school.teacher(name));
    let mia = school.person("mia", "admin", "read write admin:read admin:write");
    let root = ada.publish(json!({ "status": "one" })).await;
    let hidden = bo
        .publish(
            json!({ "status": "@ada how?", "visibility": "private", "in_reply_to_id": root["id"] }),
        )
        .await;
    let so = ada
        .publish(json!({ "status": "so", "in_reply_to_id": hidden["id"] }))
        .await;
    let around = async |post: &Value, part: &str| {
        let id = post["id"].as_str().unwrap();
        let thread = cy.get(&format!("/api/v1/statuses/{id}/context")).await;
        let posts = thread[part].as_array().unwrap().iter();
        let ids: Vec<Value> = posts.map(|post| post["id"].clone()).collect();
        ids
    };
    assert_eq!(around(&root, "descendants").await, [so["id"].clone()]);
    assert_eq!(around(&so, "ancestors").await, [root["id"].clone()]);

    // Who is silenced is heard by those who follow them.
    let id = bo.get("/api/v1/accounts/verify_credentials").await["id"].clone();
    let id = id.as_str().unwrap();
    mia.post(
        &format!("/api/v1/admin/accounts/{id}/action"),
        json!({ "type": "silence" }),
    )
    .await;
    let loud = bo
        .publish(
            json!({ "status": "me too", "visibility": "public", "in_reply_to_id": root["id"] }),
        )
        .await;
    assert_eq!(loud["visibility"], "unlisted");
    assert_eq!(around(&root, "descendants").await, [so["id"].clone()]);
    cy.post(&format!("/api/v1/accounts/{id}/follow"), Value::Null)
        .await;
    assert!(around(&root, "descendants").await.contains(&loud["id"]));
}

#[tokio::test]
async fn a_thread_goes_on_behind_what_is_hidden_on_sqlite() {
    a_thread_goes_on_behind_what_is_hidden(Sqlite).await;
}

#[tokio::test]
async fn a_thread_goes_on_behind_what_is_hidden_on_postgresql() {
    a_thread_goes_on_behind_what_is_hidden(Postgres).await;
}
