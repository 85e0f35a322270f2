//! What other servers and pages of other origins ask: WebFinger, collections, and what may be read across origins.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, answer};

// On SQLite alone: one row by its name.
#[tokio::test]
async fn the_server_itself_is_found_by_its_name() {
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    let host = &school.host;
    for resource in [
        format!("acct:{host}@{host}"),
        format!("{host}@{host}"),
        format!("acct:{}@{host}", host.to_uppercase()),
        format!("{}/actor", school.base),
    ] {
        let path = format!("/.well-known/webfinger?resource={resource}");
        let asked = school.request(Method::GET, &path);
        let found = answer(asked).await;
        assert_eq!(found["subject"], format!("acct:{host}@{host}"));
        let actor = found["links"]
            .as_array()
            .unwrap()
            .iter()
            .find(|link| link["rel"] == "self")
            .unwrap();
        assert_eq!(actor["href"], format!("{}/actor", school.base));
        assert!(!found.to_string().contains("null"), "{found}");
    }
    let actor = answer(school.request(Method::GET, "/actor")).await;
    assert_eq!(actor["preferredUsername"], *host);
    for collection in ["outbox", "followers", "following"] {
        let address = actor[collection].as_str().unwrap();
        let path = address.strip_prefix(&school.base).unwrap();
        let found = answer(school.request(Method::GET, path)).await;
        assert_eq!(found["id"], address);
        assert_eq!(found["totalItems"], 0, "{collection}");
    }
    let path = format!("/.well-known/webfinger?resource=acct:nobody@{host}");
    let nobody = school.request(Method::GET, &path);
    assert_eq!(nobody.send().await.unwrap().status(), StatusCode::NOT_FOUND);
}

async fn a_cursor_that_is_none_is_an_empty_page(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    ada.publish(json!({ "status": "one" })).await;
    for collection in ["outbox", "followers", "following"] {
        for query in [
            "page=true&max_id=abc",
            "page=true&max_id=-1",
            "page=true&max_id=99999999999999999999999",
            "page=true&max_id=1&max_id=2",
            "page=%FF&max_id=%FF",
        ] {
            let path = format!("/users/ada/{collection}?{query}");
            for accept in ["application/activity+json", "text/html", "*/*"] {
                let asked = school.request(Method::GET, &path).header("accept", accept);
                let page = answer(asked).await;
                assert_eq!(page["type"], "OrderedCollectionPage", "{path}: {page}");
            }
        }
    }
    let whole = answer(school.request(Method::GET, "/users/ada/outbox?page=true")).await;
    assert_eq!(whole["orderedItems"].as_array().unwrap().len(), 1);
    assert_eq!(whole["next"], Value::Null, "there is no second page");
    let none = school.request(Method::GET, "/users/ada/outbox?page=true&max_id=abc");
    assert_eq!(answer(none).await["orderedItems"], json!([]));
}

#[tokio::test]
async fn a_cursor_that_is_none_is_an_empty_page_on_sqlite() {
    a_cursor_that_is_none_is_an_empty_page(Sqlite).await;
}

#[tokio::test]
async fn a_cursor_that_is_none_is_an_empty_page_on_postgresql() {
    a_cursor_that_is_none_is_an_empty_page(Postgres).await;
}

// On SQLite alone: it is about headers.
#[tokio::test]
async fn pages_of_other_origins_may_read_what_anybody_may() {
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    school.teacher("ada");
    for path in [
        format!("/.well-known/webfinger?resource=acct:ada@{}", school.host),
        "/.well-known/nodeinfo".to_owned(),
        "/nodeinfo/2.0".to_owned(),
        "/users/ada".to_owned(),
        "/@ada".to_owned(),
    ] {
        let preflight = school
            .request(Method::OPTIONS, &path)
            .header("origin", "https://app.example")
            .header("access-control-request-method", "GET")
            .header("access-control-request-headers", "accept,x-mine")
            .send()
            .await
            .unwrap();
        assert!(preflight.status().is_success(), "{path}");
        assert_eq!(preflight.headers()["access-control-allow-origin"], "*");
        assert!(
            preflight.headers()["access-control-allow-methods"]
                .to_str()
                .unwrap()
                .contains("GET")
        );
        let read = school
            .request(Method::GET, &path)
            .header("origin", "https://app.example")
            .header("accept", "application/activity+json")
            .send()
            .await
            .unwrap();
        assert_eq!(read.status(), StatusCode::OK, "{path}");
        assert_eq!(read.headers()["access-control-allow-origin"], "*", "{path}");
        assert!(
            !read
                .headers()
                .contains_key("access-control-allow-credentials")
        );
    }
    for closed in ["/sign-in", "/oauth/authorize", "/"] {
        let read = school
            .request(Method::GET, closed)
            .header("origin", "https://app.example")
            .send()
            .await
            .unwrap();
        let open = read.headers().contains_key("access-control-allow-origin");
        assert!(!open, "{closed}");
    }
}

// On SQLite alone: it is about what a page says.
#[tokio::test]
async fn a_profile_says_whose_its_links_are() {
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    let ada = school.teacher("ada");
    let change = json!({
        "note": "I teach #Maths and #maths",
        "fields_attributes": [{ "name": "School", "value": "https://school.example/ada" }],
    });
    let update = ada.request(Method::PATCH, "/api/v1/accounts/update_credentials");
    let own = answer(update.json(&change)).await;
    let link = own["fields"][0]["value"].as_str().unwrap();
    assert!(link.contains("rel=\"me nofollow noopener\""), "{link}");
    let tag = format!("{}/tags/maths", school.base);
    assert!(own["note"].as_str().unwrap().contains(&tag), "{own}");
    assert_eq!(own["noindex"], false);
    let actor = school
        .request(Method::GET, "/users/ada")
        .header("accept", "application/activity+json");
    assert_eq!(
        answer(actor).await["tag"],
        json!([{ "type": "Hashtag", "href": tag, "name": "#maths" }])
    );
}
