//! What somebody passes on of others without a proof: it says where to look, and nothing else. Mastodon passes on in
//! this way what its people are answered.

use chrono::{TimeDelta, Utc};
use federation::net::Reply;
use federation::proofs::{multikey, prove};
use federation::signatures::{PrivateKey, PublicKey, Signer};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::elsewhere::{Elsewhere, status_at};
use crate::harness::{School, Teacher, eventually};
use crate::strangers::REFUSED;

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

fn id(object: &Value) -> &str {
    object["id"].as_str().unwrap()
}

fn note(by: &Value, name: &str, words: &str) -> Value {
    json!({ "id": format!("{}/{name}", id(by)), "type": "Note", "attributedTo": id(by), "to": [PUBLIC],
        "content": words })
}

/// As Mastodon sends it, with a signature that means nothing to us.
fn deed(kind: &str, by: &Value, name: &str, object: &Value) -> Value {
    json!({ "id": format!("{}/{name}", id(by)), "type": kind, "actor": id(by), "to": [PUBLIC], "object": object,
        "signature": { "type": "RsaSignature2017", "creator": id(by), "signatureValue": "bm90aGluZw==" } })
}

async fn words(ada: &Teacher, uri: &str) -> Option<Value> {
    status_at(ada, uri)
        .await
        .map(|status| status["content"].clone())
}

async fn reads(ada: &Teacher, uri: &str, expected: Option<&str>) {
    eventually(&format!("{uri} to be {expected:?}"), || async {
        let found = words(ada, uri).await;
        (found == expected.map(Value::from)).then_some(())
    })
    .await;
}

async fn story(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let (near, far) = (Elsewhere::open().await, Elsewhere::open().await);
    let (pat, xi) = (near.person("pat"), far.person("xi"));
    near.is_followed(&school, &ada, &pat).await;
    let question = note(&pat, "question", "Who has chalk?");
    near.tells(&school, &deed("Create", &pat, "question/create", &question))
        .await;
    ada.reads("Who has chalk?").await;
    let by_pat = near.signer(&pat);
    let passed_on = async |activity: &Value| near.send_as(&by_pat, &school, activity).await;
    // What is passed on before has been looked into when this has been.
    let number = std::cell::Cell::new(0);
    let settled = async || {
        number.set(number.get() + 1);
        let name = format!("probe{}", number.get());
        let probe = note(&pat, &name, "still here");
        near.tells(
            &school,
            &deed("Create", &pat, &format!("{name}/create"), &probe),
        )
        .await;
        reads(&ada, id(&probe), Some("still here")).await;
    };

    let mut answer = note(&xi, "answer", "I have");
    answer["inReplyTo"] = question["id"].clone();
    far.serve(answer.clone());
    let mut lies = answer.clone();
    lies["content"] = json!("lies");
    let create = deed("Create", &xi, "answer/create", &lies);
    let forged = Signer::new(
        format!("{}#main-key", id(&pat)),
        PrivateKey::generate_rsa().unwrap(),
    );
    assert_eq!(near.send_as(&forged, &school, &create).await, REFUSED);
    assert_eq!(far.asked().await, 0);
    for _ in 0..2 {
        assert_eq!(passed_on(&create).await, Reply::Accepted);
    }
    reads(&ada, id(&answer), Some("I have")).await;

    // An edit that did not happen, and one that did.
    let edit = deed("Update", &xi, "answer/update", &lies);
    assert_eq!(passed_on(&edit).await, Reply::Accepted);
    settled().await;
    assert_eq!(words(&ada, id(&answer)).await, Some(json!("I have")));
    let mut edited = answer.clone();
    edited["content"] = json!("I have none");
    edited["updated"] = json!("2026-11-01T10:00:00Z");
    far.serve(edited);
    let edit = deed("Update", &xi, "answer/update/2", &lies);
    assert_eq!(passed_on(&edit).await, Reply::Accepted);
    reads(&ada, id(&answer), Some("I have none")).await;

    // Nothing else has an effect, nor a post that concerns nobody here.
    let private = note(&xi, "other", "not for here");
    far.serve(private.clone());
    for activity in [
        deed("Like", &xi, "like", &question["id"]),
        deed("Announce", &xi, "announce", &question["id"]),
        deed(
            "Follow",
            &xi,
            "follow",
            &json!(format!("{}/users/ada", school.base)),
        ),
        deed("Create", &xi, "other/create", &private),
        deed("Delete", &xi, "answer/delete", &answer["id"]),
        deed("Delete", &xi, "delete", &xi["id"]),
    ] {
        assert_eq!(passed_on(&activity).await, Reply::Accepted, "{activity}");
    }
    settled().await;
    let found = status_at(&ada, id(&question)).await.unwrap();
    assert_eq!(found["favourites_count"], 0);
    assert_eq!(found["reblogs_count"], 0);
    assert_eq!(words(&ada, id(&private)).await, None);
    assert_eq!(words(&ada, id(&answer)).await, Some(json!("I have none")));

    // A word about what is not there yet does not stand in the way of what comes.
    let mut second = note(&xi, "second", "mine");
    second["inReplyTo"] = question["id"].clone();
    let create = deed("Create", &xi, "second/create", &second);
    assert_eq!(passed_on(&create).await, Reply::Accepted);
    settled().await;
    far.tells(&school, &create).await;
    reads(&ada, id(&second), Some("mine")).await;

    far.forget(id(&answer));
    let delete = deed("Delete", &xi, "answer/delete/2", &answer["id"]);
    assert_eq!(passed_on(&delete).await, Reply::Accepted);
    reads(&ada, id(&answer), None).await;
}

#[tokio::test]
async fn what_is_passed_on_says_where_to_look_on_sqlite() {
    story(Sqlite).await;
}

#[tokio::test]
async fn what_is_passed_on_says_where_to_look_on_postgresql() {
    story(Postgres).await;
}

async fn proven(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let (near, far) = (Elsewhere::open().await, Elsewhere::open().await);
    let (relay, mut xi) = (near.person("relay"), far.person("xi"));
    let key = PrivateKey::generate_ed25519().unwrap();
    let public = PublicKey::from_pem(&key.public_pem().unwrap()).unwrap();
    let address = format!("{}#proofs", id(&xi));
    xi["assertionMethod"] = json!([{ "id": address, "type": "Multikey", "controller": id(&xi),
        "publicKeyMultibase": multikey(&public).unwrap() }]);
    far.serve(xi.clone());
    let mut said = note(&xi, "said", "proven");
    said["tag"] = json!([{ "type": "Mention", "href": format!("{}/users/ada", school.base) }]);
    let mut activity = deed("Create", &xi, "said/create", &said);
    prove(
        &mut activity,
        &key,
        &address,
        Utc::now().naive_utc() - TimeDelta::seconds(5),
    )
    .unwrap();
    let main_key = format!("{}#main-key", id(&relay));
    let forged = Signer::new(main_key, PrivateKey::generate_rsa().unwrap());
    let nobody = Signer::new(format!("{}/users/nobody#main-key", near.base), near.key());
    for signer in [&forged, &nobody] {
        assert_eq!(near.send_as(signer, &school, &activity).await, REFUSED);
    }
    assert_eq!(far.asked().await, 0);
    let reply = near.send_as(&near.signer(&relay), &school, &activity).await;
    assert_eq!(reply, Reply::Accepted);
    reads(&ada, id(&said), Some("proven")).await;
}

#[tokio::test]
async fn who_passes_on_must_sign_too_on_sqlite() {
    proven(Sqlite).await;
}

#[tokio::test]
async fn who_passes_on_must_sign_too_on_postgresql() {
    proven(Postgres).await;
}
