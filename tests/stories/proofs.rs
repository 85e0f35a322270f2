//! What somebody else passes on is believed if its actor proves it, and only then: FEP-8b32.

use chrono::{TimeDelta, Utc};
use federation::net::Reply;
use federation::proofs::{Claim, multikey, prove, read_multikey};
use federation::signatures::{PrivateKey, PublicKey};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::elsewhere::{Elsewhere, status_at};
use crate::harness::{School, answer};

const REFUSED: Reply = Reply::Troubled {
    status: 401,
    retry_after: None,
};

/// Grace, whose document lists a key for proofs.
fn grace(elsewhere: &Elsewhere, key: &PrivateKey) -> Value {
    let mut actor = elsewhere.person("grace");
    let uri = actor["id"].as_str().unwrap().to_owned();
    let public = PublicKey::from_pem(&key.public_pem().unwrap()).unwrap();
    actor["assertionMethod"] = json!([{
        "id": format!("{uri}#proofs"), "type": "Multikey", "controller": uri,
        "publicKeyMultibase": multikey(&public).unwrap(),
    }]);
    elsewhere.serve(actor.clone());
    actor
}

fn post(by: &Value, ada: &str, name: &str) -> Value {
    let by = by["id"].as_str().unwrap();
    json!({
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/data-integrity/v1"],
        "id": format!("{by}/{name}/create"), "type": "Create", "actor": by, "to": [ada],
        "object": {
            "id": format!("{by}/{name}"), "type": "Note", "attributedTo": by, "to": [ada],
            "content": format!("<p>{name}</p>"), "tag": [{ "type": "Mention", "href": ada }],
        },
    })
}

async fn story(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let ada_uri = format!("{}/users/ada", school.base);
    let (there, relay) = (Elsewhere::open().await, Elsewhere::open().await);
    let key = PrivateKey::generate_ed25519().unwrap();
    let grace = grace(&there, &key);
    let address = format!("{}#proofs", grace["id"].as_str().unwrap());
    let by_relay = relay.signer(&relay.person("relay"));
    let now = Utc::now().naive_utc();
    let proven = |name: &str, key: &PrivateKey, address: &str, age: TimeDelta| {
        let mut activity = post(&grace, &ada_uri, name);
        prove(&mut activity, key, address, now - age).unwrap();
        activity
    };
    let fresh = TimeDelta::seconds(10);

    // Everything that is wrong, while Grace is not known yet and after that.
    let good = proven("good", &key, &address, fresh);
    let other = PrivateKey::generate_ed25519().unwrap();
    let at_relay = format!("{}/users/relay#proofs", relay.base);
    let mut altered = proven("altered", &key, &address, fresh);
    altered["object"]["content"] = json!("<p>other words</p>");
    let wrong = [
        ("altered", altered),
        ("another key", proven("forged", &other, &address, fresh)),
        ("elsewhere", proven("astray", &other, &at_relay, fresh)),
        ("old", proven("old", &key, &address, TimeDelta::days(8))),
        (
            "early",
            proven("early", &key, &address, TimeDelta::hours(-1)),
        ),
    ];
    for known in [false, true] {
        for (what, activity) in &wrong {
            let reply = relay.send_as(&by_relay, &school, activity).await;
            assert_eq!(reply, REFUSED, "{what}, known: {known}");
        }
        // A proof that does not fit is refused from its actor too.
        assert_eq!(there.send(&school, &wrong[0].1).await, REFUSED);
        let mut unproven = post(&grace, &ada_uri, "unproven");
        let reply = relay.send_as(&by_relay, &school, &unproven).await;
        assert_eq!(reply, REFUSED);
        // With a Linked Data signature it is looked up at its own server, where it is not.
        unproven["signature"] = json!({ "type": "RsaSignature2017" });
        let reply = relay.send_as(&by_relay, &school, &unproven).await;
        assert_eq!(reply, Reply::Accepted);
        let reply = relay.send_as(&by_relay, &school, &good).await;
        assert_eq!(reply, Reply::Accepted);
    }
    let told = ada.is_told("mention").await;
    assert_eq!(told["status"]["content"], "<p>good</p>");
    assert_eq!(
        told["account"]["acct"],
        format!("grace@{}", there.host),
        "{told}"
    );
    for name in ["unproven", "altered", "forged", "astray", "old", "early"] {
        let uri = format!("{}/{name}", grace["id"].as_str().unwrap());
        assert_eq!(status_at(&ada, &uri).await, None, "{name}");
    }
    // From Grace herself age does not matter: her server signs the request.
    let old = proven("late", &key, &address, TimeDelta::days(8));
    assert_eq!(there.send(&school, &old).await, Reply::Accepted);

    // What we send can be passed on in the same way.
    let id = told["status"]["id"].as_str().unwrap();
    let words = format!("@grace@{} thank you", there.host);
    ada.publish(json!({ "status": words, "in_reply_to_id": id }))
        .await;
    let sent = there
        .receives("an answer", |activity| activity["type"] == "Create")
        .await;
    let document = school
        .request(reqwest::Method::GET, "/users/ada")
        .header("accept", "application/activity+json");
    let document = answer(document).await;
    let method = &document["assertionMethod"][0];
    assert_eq!(method["controller"], ada_uri);
    let claim = Claim::of(&sent).unwrap().unwrap();
    assert_eq!(method["id"], claim.key);
    let public = read_multikey(method["publicKeyMultibase"].as_str().unwrap()).unwrap();
    assert_eq!(claim.verify(&public), Ok(()));
}

#[tokio::test]
async fn proofs_are_believed_on_sqlite() {
    story(Sqlite).await;
}

#[tokio::test]
async fn proofs_are_believed_on_postgresql() {
    story(Postgres).await;
}
