//! Requests as apps for phones write them, found in their source: what each sends as JSON, as a form, in parts or in the query.

use reqwest::multipart::Form;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use test_support::Kind::Sqlite;

use crate::harness::{School, Teacher, answer};
use crate::sign_in::{Browser, field, granted, register};

async fn id(teacher: &Teacher) -> String {
    let own = teacher.get("/api/v1/accounts/verify_credentials").await;
    own["id"].as_str().unwrap().to_owned()
}

/// Ice Cubes has nearly everything in the query, whatever the method, and a slash at the end of some addresses.
// On SQLite alone: it is about how a request is written.
#[tokio::test]
async fn ice_cubes_says_it_in_the_query() {
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    let bo_id = id(&bo).await;
    let does = async |method: Method, path: &str| answer(ada.request(method, path)).await;

    let follow = format!("/api/v1/accounts/{bo_id}/follow?notify=true&reblogs=false");
    let now = does(Method::POST, &follow).await;
    assert_eq!(now["notifying"], true);
    assert_eq!(now["showing_reblogs"], false);

    let new = "/api/v1/lists?title=Colleagues&replies_policy=followed&exclusive=true";
    let list = does(Method::POST, new).await;
    assert_eq!(list["exclusive"], true);
    let people = format!("/api/v1/lists/{}/accounts", list["id"].as_str().unwrap());
    let one = format!("{people}?account_ids%5B%5D={bo_id}");
    does(Method::POST, &one).await;
    // Nought means all.
    let all = format!("{people}?limit=0");
    assert_eq!(ada.get(&all).await[0]["id"], bo_id.as_str());
    does(Method::DELETE, &one).await;
    assert_eq!(ada.get(&all).await, json!([]));

    let poll = json!({ "options": ["Monday", "Tuesday"], "expires_in": 3600 });
    let asked = bo.publish(json!({ "status": "When?", "poll": poll })).await;
    let poll = asked["poll"]["id"].as_str().unwrap();
    let vote = format!("/api/v1/polls/{poll}/votes?choices%5B%5D=1");
    assert_eq!(does(Method::POST, &vote).await["own_votes"], json!([1]));

    let never =
        json!({ "title": "Exams", "context": ["home"], "filter_action": "warn", "expires_in": "" });
    let filter = ada.post("/api/v2/filters", never).await;
    assert_eq!(filter["expires_at"], Value::Null);
    let filter = filter["id"].as_str().unwrap();
    let keyword = format!("/api/v2/filters/{filter}/keywords?keyword=marks&whole_word=true");
    let keyword = does(Method::POST, &keyword).await;
    assert_eq!(keyword["keyword"], "marks");
    assert_eq!(keyword["whole_word"], true);

    assert_eq!(ada.get("/api/v1/tags/maths/").await["name"], "maths");
}

/// `TootSDK`, on which several apps are built, calls every request JSON that has no body, and posts in the parts of a form.
// On SQLite alone: it is about how a request is written.
#[tokio::test]
async fn tootsdk_posts_in_parts_and_calls_nothing_json() {
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    let ada = school.teacher("ada");
    let called_json = |request: RequestBuilder| request.header("content-type", "application/json");
    let post = Form::new()
        .text("status", "Which day?")
        .text("visibility", "unlisted")
        .text("sensitive", "true")
        .text("spoiler_text", "a question")
        .text("poll[options][]", "Monday")
        .text("poll[options][]", "Tuesday")
        .text("poll[expires_in]", "3600")
        .text("poll[multiple]", "true");
    let made = answer(
        ada.request(Method::POST, "/api/v1/statuses")
            .multipart(post),
    )
    .await;
    assert_eq!(made["visibility"], "unlisted");
    assert_eq!(made["poll"]["options"][1]["title"], "Tuesday");
    assert_eq!(made["poll"]["multiple"], true);
    let place = format!("/api/v1/statuses/{}", made["id"].as_str().unwrap());
    for deed in ["favourite", "bookmark", "mute"] {
        let path = format!("{place}/{deed}");
        let said = answer(called_json(ada.request(Method::POST, &path))).await;
        assert_eq!(said["id"], made["id"], "{deed}");
    }
    let seen = answer(called_json(ada.request(Method::GET, &place))).await;
    assert_eq!(seen["favourited"], true);
    answer(called_json(ada.request(Method::DELETE, &place))).await;

    let blocks = "/api/v1/domain_blocks";
    let loud = || Form::new().text("domain", "loud.example");
    answer(ada.request(Method::POST, blocks).multipart(loud())).await;
    assert_eq!(ada.get(blocks).await, json!(["loud.example"]));
    answer(ada.request(Method::DELETE, blocks).multipart(loud())).await;
    assert_eq!(ada.get(blocks).await, json!([]));
}

/// Tusky and Pachli write forms, some of them empty; Mastodon's own app for Android writes JSON, also where it deletes.
// On SQLite alone: it is about how a request is written.
#[tokio::test]
async fn forms_and_json_say_the_same() {
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    let post = bo.publish(json!({ "status": "Paper strips" })).await;
    let boost = format!("/api/v1/statuses/{}/reblog", post["id"].as_str().unwrap());
    let nothing: [(&str, &str); 0] = [];
    let boosted = answer(ada.request(Method::POST, &boost).form(&nothing)).await;
    assert_eq!(boosted["reblog"]["id"], post["id"]);

    let blocks = "/api/v1/domain_blocks";
    ada.post(blocks, json!({ "domain": "loud.example" })).await;
    let loud = json!({ "domain": "loud.example" });
    answer(ada.request(Method::DELETE, blocks).json(&loud)).await;
    assert_eq!(ada.get(blocks).await, json!([]));

    let words = |filter: &Value| {
        let words = filter["keywords"].as_array().unwrap().iter();
        let word = |word: &Value| (word["keyword"].clone(), word["whole_word"].clone());
        words.map(word).collect::<Vec<_>>()
    };
    let written = "title=Exams&context[]=home&filter_action=warn\
                   &keywords_attributes[][keyword]=marks&keywords_attributes[][whole_word]=true\
                   &keywords_attributes[][keyword]=tw%C3%B6&keywords_attributes[][whole_word]=false";
    let filter = ada
        .request(Method::POST, "/api/v2/filters")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(written);
    let filter = answer(filter).await;
    let expected = [(json!("marks"), json!(true)), (json!("twö"), json!(false))];
    assert_eq!(words(&filter), expected);
    let place = format!("/api/v2/filters/{}", filter["id"].as_str().unwrap());
    let change = json!({ "title": "Exams", "context": ["home", "public"], "filter_action": "hide", "keywords_attributes": [
        { "id": filter["keywords"][0]["id"], "keyword": "mark", "whole_word": false },
        { "id": filter["keywords"][1]["id"], "_destroy": true },
    ]});
    let filter = answer(ada.request(Method::PUT, &place).json(&change)).await;
    assert_eq!(words(&filter), [(json!("mark"), json!(false))]);
}

/// Most apps want to be sent back to a scheme of their own, some with nothing behind it.
// On SQLite alone: it is about how a request is written.
#[tokio::test]
async fn apps_are_sent_back_to_where_they_are() {
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    school.teacher("ada");
    let browser = Browser::new(&school);
    browser.sign_in("ada", "chalk and cheese", "/").await;
    for place in [
        "oauth2redirect://com.keylesspalace.tusky/",
        "pachli://app.pachli/",
        "icecubesapp://",
        "mastodon-android-auth://callback",
        "mastodon://joinmastodon.org/oauth",
        "feditext://oauth.callback",
        "com.app.example:/request_token",
        "https://app.example/oauth",
    ] {
        let app = register(&school, place).await;
        let client = app["client_id"].as_str().unwrap();
        let written: String = url::form_urlencoded::byte_serialize(place.as_bytes()).collect();
        let ask = format!(
            "/oauth/authorize?client_id={client}&redirect_uri={written}&response_type=code&scope=read+write+follow"
        );
        let (_, _, page) = browser.page(&ask).await;
        let form = [
            ("csrf", &*field(&page, "csrf")),
            ("decision", "allow"),
            ("client_id", client),
            ("response_type", "code"),
            ("redirect_uri", place),
            ("scope", "read write follow"),
        ];
        let (_, to, page) = browser.submit("/oauth/authorize", &form).await;
        let code = to.strip_prefix(&format!("{place}?code="));
        let code = code.unwrap_or_else(|| panic!("{place}: {to} {page}"));
        let grant =
            json!({ "grant_type": "authorization_code", "code": code, "redirect_uri": place });
        granted(&school, &app, grant).await;
    }
}
