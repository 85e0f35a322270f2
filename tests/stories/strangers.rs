//! Who is not known yet, or says something new of themselves: what their server says of them is taken in once a
//! signature fits it, and nothing else is.

use chrono::Utc;
use federation::net::Reply;
use federation::signatures::{Format, Outgoing, PrivateKey, PublicKey, Signer};
use reqwest::Method;
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};
use url::Url;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::authorised_fetch::ask;
use crate::elsewhere::{Elsewhere, name, status_at};
use crate::harness::{School, Teacher, eventually};

pub const REFUSED: Reply = Reply::Troubled {
    status: 401,
    retry_after: None,
};
const JSON: &str = "application/activity+json";

fn id(object: &Value) -> &str {
    object["id"].as_str().unwrap()
}

fn key_of(actor: &Value) -> String {
    format!("{}#main-key", id(actor))
}

fn stranger() -> PrivateKey {
    PrivateKey::generate_rsa().unwrap()
}

/// What somebody's server says of them, with their key.
fn described(there: &Elsewhere, person: &Value) -> Value {
    let mut person = person.clone();
    person["publicKey"]["publicKeyPem"] = json!(there.key().public_pem().unwrap());
    person
}

/// A post that names Ada.
fn post(by: &Value, school: &School, name: &str) -> Value {
    let (by, ada) = (id(by), format!("{}/users/ada", school.base));
    json!({ "id": format!("{by}/{name}/create"), "type": "Create", "actor": by, "to": [ada],
        "object": { "id": format!("{by}/{name}"), "type": "Note", "attributedTo": by, "to": [ada],
            "content": name, "tag": [{ "type": "Mention", "href": ada }] } })
}

fn deed(kind: &str, by: &Value, name: &str, object: &Value) -> Value {
    json!({ "id": format!("{}/{name}", id(by)), "type": kind, "actor": id(by), "object": object })
}

async fn arrives(ada: &Teacher, by: &Value, name: &str) {
    let uri = format!("{}/{name}", id(by));
    eventually(name, || status_at(ada, &uri)).await;
}

/// What is known of somebody, without asking their server.
async fn known(ada: &Teacher, elsewhere: &Elsewhere, name: &str) -> Option<Value> {
    let path = format!("/api/v1/accounts/lookup?acct={name}@{}", elsewhere.host);
    let answer = ada.request(Method::GET, &path).send().await.unwrap();
    let known = answer.status().is_success();
    let body = answer.json().await.unwrap();
    known.then_some(body)
}

async fn keys(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let there = Elsewhere::open().await;
    let public = there.key().public_pem().unwrap();
    // The same id twice, and once more for proofs.
    let mut grace = there.person("grace");
    let key = json!({ "id": key_of(&grace), "owner": id(&grace), "publicKeyPem": public.clone() });
    let other = json!({ "id": key_of(&grace), "owner": id(&grace),
        "publicKeyPem": stranger().public_pem().unwrap() });
    grace["publicKey"] = json!([key, other]);
    let proofs = PrivateKey::generate_ed25519()
        .unwrap()
        .public_pem()
        .unwrap();
    let proofs = federation::proofs::multikey(&PublicKey::from_pem(&proofs).unwrap());
    grace["assertionMethod"] = json!([{ "id": key_of(&grace), "type": "Multikey", "controller": id(&grace),
        "publicKeyMultibase": proofs.unwrap() }]);
    there.serve(grace.clone());
    let by_grace = Signer::new(key_of(&grace), there.key());
    let activity = post(&grace, &school, "first");
    let reply = there.send_as(&by_grace, &school, &activity).await;
    assert_eq!(reply, Reply::Accepted);
    arrives(&ada, &grace, "first").await;

    // Mallory says, before and after she is known, that Heidi's key is hers.
    let heidi = there.person("heidi");
    let mut mallory = there.person("mallory");
    let evil = stranger();
    let own = format!("{}#own", id(&mallory));
    mallory["publicKey"] = json!([
        { "id": own, "owner": id(&mallory), "publicKeyPem": evil.public_pem().unwrap() },
        { "id": key_of(&heidi), "publicKeyPem": evil.public_pem().unwrap() },
    ]);
    there.serve(mallory.clone());
    let by_mallory = Signer::new(own, evil.clone());
    let activity = post(&mallory, &school, "first");
    let reply = there.send_as(&by_mallory, &school, &activity).await;
    assert_eq!(reply, Reply::Accepted);
    there.tells(&school, &post(&heidi, &school, "first")).await;
    arrives(&ada, &heidi, "first").await;
    let activity = post(&mallory, &school, "second");
    let reply = there.send_as(&by_mallory, &school, &activity).await;
    assert_eq!(reply, Reply::Accepted);
    let as_heidi = Signer::new(key_of(&heidi), evil);
    let activity = post(&heidi, &school, "forged");
    let reply = there.send_as(&as_heidi, &school, &activity).await;
    assert_eq!(reply, REFUSED);

    // Names change hands, as their server says.
    let (bo, mut cy) = (there.person("bo"), there.person("cy"));
    for person in [&bo, &cy] {
        there.tells(&school, &post(person, &school, "first")).await;
        arrives(&ada, person, "first").await;
    }
    cy["preferredUsername"] = json!("bo");
    for (number, (person, other)) in [(&cy, &bo), (&bo, &cy)].into_iter().enumerate() {
        let mut other = other.clone();
        other["preferredUsername"] = json!("dee");
        there.serve(other);
        there.serve(person.clone());
        let document = described(&there, person);
        let update = deed("Update", person, &format!("update/{number}"), &document);
        there.tells(&school, &update).await;
        eventually("the name", || async {
            let found = known(&ada, &there, "bo").await?;
            (found["uri"] == person["id"]).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn keys_and_names_that_others_claim_lock_nobody_out_on_sqlite() {
    keys(Sqlite).await;
}

#[tokio::test]
async fn keys_and_names_that_others_claim_lock_nobody_out_on_postgresql() {
    keys(Postgres).await;
}

async fn apart(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let (there, elsewhere) = (Elsewhere::open().await, Elsewhere::open().await);
    // Grace's key has a document of its own; that of Heidi names Grace, who does not list it; Mallory's is on another server.
    for (name, base, owner, lists, expected) in [
        ("grace", &there.base, "grace", true, Reply::Accepted),
        ("heidi", &there.base, "grace", true, REFUSED),
        ("ivy", &there.base, "ivy", false, REFUSED),
        ("mallory", &elsewhere.base, "mallory", true, REFUSED),
    ] {
        let mut person = there.person(name);
        let key = format!("{base}/keys/{name}");
        let document = json!({ "id": key, "type": "CryptographicKey", "owner": format!("{}/users/{owner}", there.base),
            "publicKeyPem": there.key().public_pem().unwrap() });
        let at = if *base == there.base {
            &there
        } else {
            &elsewhere
        };
        at.serve(document);
        person["publicKey"] = if lists { json!(key) } else { json!([]) };
        there.serve(person.clone());
        let signer = Signer::new(key, there.key());
        let activity = post(&person, &school, "first");
        let reply = there.send_as(&signer, &school, &activity).await;
        assert_eq!(reply, expected, "{name}");
        if expected == Reply::Accepted {
            arrives(&ada, &person, "first").await;
        }
    }
}

#[tokio::test]
async fn a_key_may_have_a_document_of_its_own_on_sqlite() {
    apart(Sqlite).await;
}

#[tokio::test]
async fn a_key_may_have_a_document_of_its_own_on_postgresql() {
    apart(Postgres).await;
}

async fn late(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let there = Elsewhere::open().await;
    let grace = there.person("grace");
    there.tells(&school, &post(&grace, &school, "first")).await;
    let at = |name: &str, minute: u32| {
        let mut person = described(&there, &grace);
        person["name"] = json!(name);
        person["updated"] = json!(format!("2026-11-01T10:{minute:02}:00Z"));
        deed("Update", &grace, &format!("update/{minute}"), &person)
    };
    there.tells(&school, &at("Newer", 2)).await;
    there.tells(&school, &at("Older", 1)).await;
    there.tells(&school, &post(&grace, &school, "second")).await;
    arrives(&ada, &grace, "second").await;
    let found = known(&ada, &there, "grace").await.unwrap();
    assert_eq!(found["display_name"], "Newer");

    there
        .tells(&school, &deed("Delete", &grace, "delete", &grace["id"]))
        .await;
    there.tells(&school, &at("Late", 3)).await;
    let heidi = there.person("heidi");
    there.tells(&school, &post(&heidi, &school, "last")).await;
    arrives(&ada, &heidi, "last").await;
    eventually("Grace to be gone", || async {
        known(&ada, &there, "grace").await.is_none().then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_comes_late_revives_nobody_on_sqlite() {
    late(Sqlite).await;
}

#[tokio::test]
async fn what_comes_late_revives_nobody_on_postgresql() {
    late(Postgres).await;
}

async fn unproven(kind: Kind) {
    let settings = [("federation.authorized_fetch", "true")];
    let Some(school) = School::open_with(kind, &settings).await else {
        return;
    };
    let ada = school.teacher("ada");
    let there = Elsewhere::open().await;
    let [grace, heidi] = ["grace", "heidi"].map(|name| there.person(name));
    let as_grace = Signer::new(key_of(&grace), stranger());
    let forged = post(&grace, &school, "forged");
    assert_eq!(there.send_as(&as_grace, &school, &forged).await, REFUSED);
    assert_eq!(there.send_as(&as_grace, &school, &forged).await, REFUSED);
    assert_eq!(there.asked_for("/users/grace").await, 1);
    assert_eq!(known(&ada, &there, "grace").await, None);
    let document = format!("{}/users/ada", school.base);
    let as_heidi = Signer::new(key_of(&heidi), stranger());
    let answer = ask(&school, &format!("{document}/outbox"), Some(&as_heidi)).await;
    assert_eq!(answer.status, 401);
    assert_eq!(known(&ada, &there, "heidi").await, None);

    // Whoever lied in their name does not keep them out.
    for person in [&grace, &heidi] {
        there.tells(&school, &post(person, &school, "true")).await;
        arrives(&ada, person, "true").await;
        assert!(known(&ada, &there, name(person)).await.is_some());
    }
}

#[tokio::test]
async fn of_a_signature_that_does_not_fit_nothing_stays_on_sqlite() {
    unproven(Sqlite).await;
}

#[tokio::test]
async fn of_a_signature_that_does_not_fit_nothing_stays_on_postgresql() {
    unproven(Postgres).await;
}

async fn farewell(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let there = Elsewhere::open_on(MockServer::start().await).await;
    let people = ["here", "missing", "gone", "silent"].map(|name| there.person(name));
    for person in &people {
        there.tells(&school, &post(person, &school, "first")).await;
        arrives(&ada, person, "first").await;
    }
    there.server.reset().await;
    for (name, status) in [("missing", 404), ("gone", 410), ("silent", 500)] {
        Mock::given(method("GET"))
            .and(path(format!("/users/{name}")))
            .respond_with(ResponseTemplate::new(status))
            .mount(&there.server)
            .await;
    }
    there.serve_all().await;
    for (person, expected) in people.iter().zip([401, 202, 202, 503]) {
        let new_key = Signer::new(key_of(person), stranger());
        let delete = deed("Delete", person, "delete", &person["id"]);
        let reply = there.send_as(&new_key, &school, &delete).await;
        let status = match reply {
            Reply::Accepted => 202,
            Reply::Busy { status, .. }
            | Reply::Troubled { status, .. }
            | Reply::Refused(status) => status,
            other => panic!("{other:?}"),
        };
        assert_eq!(status, expected, "{person}");
        let stays = expected != 202;
        eventually("what is known of them", || async {
            let found = known(&ada, &there, name(person)).await;
            (found.is_some() == stays).then_some(())
        })
        .await;
    }
    // Of somebody whom nobody here knew there is nothing to be done.
    let nobody = json!({ "id": format!("{}/users/nobody", there.base) });
    let delete = deed("Delete", &nobody, "delete", &nobody["id"]);
    let by_nobody = Signer::new(key_of(&nobody), stranger());
    assert_eq!(
        there.send_as(&by_nobody, &school, &delete).await,
        Reply::Accepted
    );
}

#[tokio::test]
async fn who_is_gone_says_so_without_a_key_on_sqlite() {
    farewell(Sqlite).await;
}

#[tokio::test]
async fn who_is_gone_says_so_without_a_key_on_postgresql() {
    farewell(Postgres).await;
}

/// Sends a body of any type to the shared inbox, signed or not.
pub async fn raw(school: &School, signer: Option<&Signer>, kind: &str, body: &[u8]) -> u16 {
    raw_to(school, "/inbox", signer, kind, body).await
}

/// The same to any inbox.
pub async fn raw_to(
    school: &School,
    inbox: &str,
    signer: Option<&Signer>,
    kind: &str,
    body: &[u8],
) -> u16 {
    let url = Url::parse(&format!("{}{inbox}", school.base)).unwrap();
    let mut request = school.request(Method::POST, inbox);
    request = match signer {
        Some(signer) => {
            let outgoing = Outgoing {
                method: "POST",
                url: &url,
                accept: JSON,
                body: Some((body, kind)),
                followers: None,
            };
            let now = Utc::now().naive_utc();
            request.headers(signer.sign(&outgoing, Format::Cavage, now).unwrap())
        }
        None => request.header("content-type", kind),
    };
    let sent = request.body(body.to_vec()).send().await.unwrap();
    sent.status().as_u16()
}

async fn first_the_signature(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    school.teacher("ada");
    let there = Elsewhere::open_on(MockServer::start().await).await;
    let grace = there.person("grace");
    let (good, wrong) = (
        there.signer(&grace),
        Signer::new(key_of(&grace), stranger()),
    );
    let deep = format!("{}1{}", "{\"a\":".repeat(500), "}".repeat(500));
    let foreign = json!({ "id": "https://other.example/1", "type": "Like", "actor": id(&grace) });
    for (kind, body, expected) in [
        ("application/json", "{}".to_owned(), 415),
        ("text/plain", "{}".to_owned(), 415),
        (JSON, "{}".to_owned(), 400),
        (JSON, json!({ "actor": id(&grace) }).to_string(), 400),
        (JSON, foreign.to_string(), 400),
        (JSON, "not json".to_owned(), 400),
        (JSON, deep, 400),
        (JSON, String::new(), 400),
    ] {
        let body = body.as_bytes();
        assert_eq!(raw(&school, None, kind, body).await, 401, "{kind}");
        assert_eq!(raw(&school, Some(&wrong), kind, body).await, 401, "{kind}");
        assert_eq!(
            raw(&school, Some(&good), kind, body).await,
            expected,
            "{kind}"
        );
    }

    // Whose key it is cannot be asked: for now, or at all.
    let answers = [(404, 401), (410, 401), (403, 401), (500, 503), (429, 503)];
    there.server.reset().await;
    for (status, _) in answers {
        Mock::given(path(format!("/users/of{status}")))
            .respond_with(ResponseTemplate::new(status))
            .mount(&there.server)
            .await;
    }
    for (status, expected) in answers {
        let person = json!({ "id": format!("{}/users/of{status}", there.base) });
        let signer = Signer::new(key_of(&person), there.key());
        let body = post(&person, &school, "first").to_string();
        let sent = raw(&school, Some(&signer), JSON, body.as_bytes()).await;
        assert_eq!(sent, expected, "{status}");
    }
    let nowhere = json!({ "id": "http://127.0.0.1:1/users/nobody" });
    let signer = Signer::new(key_of(&nowhere), there.key());
    let body = post(&nowhere, &school, "first").to_string();
    assert_eq!(
        raw(&school, Some(&signer), JSON, body.as_bytes()).await,
        503
    );
}

#[tokio::test]
async fn the_signature_comes_first_on_sqlite() {
    first_the_signature(Sqlite).await;
}

#[tokio::test]
async fn the_signature_comes_first_on_postgresql() {
    first_the_signature(Postgres).await;
}
