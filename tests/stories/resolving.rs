//! What somebody pastes into the search leads to the person or the post, however it is written.

use reqwest::Method;
use serde_json::{Value, json};
use test_support::Kind;
use url::form_urlencoded::byte_serialize;
use wiremock::matchers::path;
use wiremock::{Mock, ResponseTemplate};

use crate::elsewhere::{Elsewhere, account_id, name};
use crate::harness::{School, Teacher, answer};

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// The uris of the people and posts that are found.
async fn found(ada: &Teacher, q: &str) -> Vec<String> {
    let q: String = byte_serialize(q.as_bytes()).collect();
    let results = ada.get(&format!("/api/v2/search?resolve=true&q={q}")).await;
    let uris = |kind: &str| -> Vec<String> {
        let rows = results[kind].as_array().unwrap().iter();
        rows.map(|row| row["uri"].as_str().unwrap().to_owned())
            .collect()
    };
    [uris("accounts"), uris("statuses")].concat()
}

async fn answers(elsewhere: &Elsewhere, at: &str, answer: ResponseTemplate) -> String {
    Mock::given(path(at))
        .respond_with(answer)
        .with_priority(1)
        .mount(&elsewhere.server)
        .await;
    format!("{}{at}", elsewhere.base)
}

fn html(text: String) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(text, "text/html; charset=utf-8")
}

fn moved(to: &str) -> ResponseTemplate {
    ResponseTemplate::new(302).insert_header("location", to)
}

fn note(elsewhere: &Elsewhere, by: &Value, name: &str) -> String {
    let id = format!("{}/objects/{name}", elsewhere.base);
    elsewhere.serve(json!({
        "id": id, "type": "Note", "attributedTo": by["id"], "to": PUBLIC, "content": "words",
        "url": format!("{}/notice/{name}", elsewhere.base),
    }));
    id
}

async fn whatever_is_pasted_leads_there(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let elsewhere = Elsewhere::open().await;
    let gwen = elsewhere.person("gwen");
    let gwen_uri = gwen["id"].as_str().unwrap();
    let host = &elsewhere.host;
    for handle in [
        format!("@gwen@{host}"),
        format!("gwen@{host}"),
        format!("acct:gwen@{host}"),
        format!(" @Gwen@{} ", host.to_uppercase()),
        format!("!gwen@{host}"),
        gwen_uri.to_owned(),
        gwen_uri.replace("http://", "HTTP://"),
    ] {
        assert_eq!(found(&ada, &handle).await, [gwen_uri], "{handle}");
    }

    // Its id is asked for at its own address, wherever one began.
    let page = format!("{}/@gwen", elsewhere.base);
    {
        let mut documents = elsewhere.documents.lock().unwrap();
        let document = documents["/users/gwen"].clone();
        documents.insert("/@gwen".to_owned(), document);
    }
    assert_eq!(
        found(&ada, &page).await,
        [gwen_uri],
        "the object at the address of the page"
    );

    // Pleroma: a redirect. Another server's page of it: a redirect to another host.
    let id = note(&elsewhere, &gwen, "1");
    let notice = answers(&elsewhere, "/notice/1", moved("/objects/1")).await;
    assert_eq!(found(&ada, &notice).await, [id.as_str()], "a redirect");
    let id = note(&elsewhere, &gwen, "2");
    let other = Elsewhere::open().await;
    let copy = answers(&other, "/@gwen/2", moved(&id)).await;
    assert_eq!(
        found(&ada, &copy).await,
        [id.as_str()],
        "a redirect to another host"
    );

    // WordPress and others: the page, or its server, names the object.
    let id = note(&elsewhere, &gwen, "3");
    let text = "<head><link rel=alternate type='application/activity+json' href='/objects/3'>";
    let page = answers(&elsewhere, "/2026/bees", html(text.to_owned())).await;
    assert_eq!(
        found(&ada, &page).await,
        [id.as_str()],
        "a page that names it"
    );
    let id = note(&elsewhere, &gwen, "4");
    let named = format!("<{id}>; rel=\"alternate\"; type=\"application/activity+json\"");
    let page = html("<p>words".to_owned()).insert_header("link", named.as_str());
    let page = answers(&elsewhere, "/2026/ants", page).await;
    assert_eq!(
        found(&ada, &page).await,
        [id.as_str()],
        "a server that names it"
    );

    // A page cannot make an object of somebody else's.
    let id = note(&elsewhere, &gwen, "5");
    let forged = json!({ "id": id, "type": "Note", "attributedTo": gwen["id"], "to": PUBLIC, "content": "forged" });
    let forged =
        ResponseTemplate::new(200).set_body_raw(forged.to_string(), "application/activity+json");
    let liar = answers(&other, "/forged", forged).await;
    let text = format!("<link rel=alternate type=application/activity+json href=\"{liar}\">");
    let page = answers(&elsewhere, "/led", html(text)).await;
    for address in [liar, page] {
        assert_eq!(found(&ada, &address).await, [id.as_str()], "{address}");
        let kept = ada.get(&format!("/api/v2/search?q={id}")).await;
        assert_eq!(kept["statuses"][0]["content"], "words", "{address}");
    }

    // What leads nowhere finds nothing, and circles end.
    let around = answers(&elsewhere, "/around", moved("/around")).await;
    let text = "<link rel=alternate type=application/activity+json href=/self>";
    let itself = answers(&elsewhere, "/self", html(text.to_owned())).await;
    let plain = answers(&elsewhere, "/plain", html("<p>words".to_owned())).await;
    for address in [around, itself, plain, format!("{}/none", elsewhere.base)] {
        assert!(found(&ada, &address).await.is_empty(), "{address}");
    }
}

#[tokio::test]
async fn on_sqlite_whatever_is_pasted_leads_there() {
    whatever_is_pasted_leads_there(Kind::Sqlite).await;
}

#[tokio::test]
async fn on_postgres_whatever_is_pasted_leads_there() {
    whatever_is_pasted_leads_there(Kind::Postgres).await;
}

// On SQLite alone: it is about what WebFinger says elsewhere.
#[tokio::test]
async fn a_handle_is_at_the_host_that_an_actor_names_if_that_host_agrees() {
    let Some(school) = School::open(Kind::Sqlite).await else {
        return;
    };
    let ada = school.teacher("ada");
    let asked = school.request(Method::GET, "/users/ada");
    let own = answer(asked.header("accept", "application/activity+json")).await;
    assert_eq!(own["webfinger"], format!("ada@{}", school.host));

    let (there, named) = (Elsewhere::open().await, Elsewhere::open().await);
    let [grace, heidi] = ["grace", "heidi"].map(|called| {
        let mut person = there.person(called);
        person["webfinger"] = json!(format!("{called}@{}", named.host));
        there.serve(person.clone());
        person
    });
    // Only of Grace does the other host say where she is.
    let at = "/grace".to_owned();
    named.documents.lock().unwrap().insert(at, grace.clone());
    for (person, host) in [(&grace, &named.host), (&heidi, &there.host)] {
        let uri = person["id"].as_str().unwrap();
        let path = format!("/api/v2/search?q={uri}&resolve=true&type=accounts");
        let found = ada.get(&path).await;
        let acct = format!("{}@{host}", name(person));
        assert_eq!(found["accounts"][0]["acct"], acct, "{found}");
    }
    account_id(&ada, &format!("grace@{}", named.host)).await;
}
