//! Who gets which document: a signed GET says who asks.

use federation::signatures::{Format, Outgoing, Signer};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};
use url::Url;

use crate::elsewhere::Elsewhere;
use crate::harness::{School, Teacher};

const ACCEPT: &str = "application/activity+json";

pub struct Answer {
    pub status: StatusCode,
    cache: String,
    pub body: String,
}

pub async fn ask(school: &School, address: &str, signer: Option<&Signer>) -> Answer {
    let url = Url::parse(address).unwrap();
    let mut request = school
        .http
        .request(Method::GET, address)
        .header("accept", ACCEPT);
    if let Some(signer) = signer {
        let outgoing = Outgoing {
            method: "GET",
            url: &url,
            accept: ACCEPT,
            body: None,
            followers: None,
        };
        let now = chrono::Utc::now().naive_utc();
        let headers = signer.sign(&outgoing, Format::Cavage, now).unwrap();
        request = school.http.request(Method::GET, address).headers(headers);
    }
    let response = request.send().await.unwrap();
    let status = response.status();
    let vary = response.headers()["vary"].to_str().unwrap();
    assert!(vary.contains("Signature"), "{address}: {vary}");
    let cache = response.headers()["cache-control"].to_str().unwrap();
    Answer {
        status,
        cache: cache.to_owned(),
        body: response.text().await.unwrap(),
    }
}

/// A server's own actor.
fn server_actor(elsewhere: &Elsewhere) -> Value {
    let uri = format!("{}/actor", elsewhere.base);
    let actor = json!({
        "@context": "https://www.w3.org/ns/activitystreams", "id": uri, "type": "Application",
        "preferredUsername": "server", "inbox": format!("{uri}/inbox"), "outbox": format!("{uri}/outbox"),
        "publicKey": { "id": format!("{uri}#main-key"), "owner": uri, "publicKeyPem": "" },
    });
    elsewhere.serve(actor.clone());
    actor
}

pub async fn follows(elsewhere: &Elsewhere, school: &School, by: &Value, ada: &str) {
    let id = format!("{}#follow", by["id"].as_str().unwrap());
    let follow = json!({ "id": id, "type": "Follow", "actor": by["id"], "object": ada });
    elsewhere.tells(school, &follow).await;
    elsewhere
        .receives("an Accept", |activity| {
            activity["type"] == "Accept" && activity["object"]["id"] == json!(id)
        })
        .await;
}

async fn uri_of(ada: &Teacher, words: &str, visibility: &str) -> String {
    let made = ada
        .publish(json!({ "status": words, "visibility": visibility }))
        .await;
    made["uri"].as_str().unwrap().to_owned()
}

async fn story(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let ada_uri = format!("{}/users/ada", school.base);
    let (here, there) = (Elsewhere::open().await, Elsewhere::open().await);
    let [grace, heidi] = ["grace", "heidi"].map(|name| here.person(name));
    let ivan = there.person("ivan");
    follows(&here, &school, &grace, &ada_uri).await;
    // Heidi and Ivan are known, and follow nobody.
    for (elsewhere, name) in [(&here, "heidi"), (&there, "ivan")] {
        crate::elsewhere::account_id(&ada, &format!("{name}@{}", elsewhere.host)).await;
    }
    let public = uri_of(&ada, "for all", "public").await;
    let closed = uri_of(&ada, "for followers", "private").await;
    let words = format!("@heidi@{} for one", here.host);
    let direct = uri_of(&ada, &words, "direct").await;

    let by_grace = here.signer(&grace);
    let by_heidi = here.signer(&heidi);
    let by_ivan = there.signer(&ivan);
    // Nobody has met these two yet: their keys are fetched.
    let by_here = here.signer(&server_actor(&here));
    let by_there = there.signer(&server_actor(&there));
    // A key of another server, by the name of Grace's.
    let forged = Signer::new(
        format!("{}#main-key", grace["id"].as_str().unwrap()),
        there.key(),
    );
    for (who, signer, sees) in [
        ("nobody", None, [true, false, false]),
        ("a follower", Some(&by_grace), [true, true, false]),
        ("one mentioned", Some(&by_heidi), [true, false, true]),
        ("a stranger", Some(&by_ivan), [true, false, false]),
        ("their server", Some(&by_here), [true, true, true]),
        ("another server", Some(&by_there), [true, false, false]),
        ("a forger", Some(&forged), [true, false, false]),
    ] {
        for (address, seen) in [&public, &closed, &direct].into_iter().zip(sees) {
            for address in [address.clone(), format!("{address}/activity")] {
                let answer = ask(&school, &address, signer).await;
                let expected = if seen { 200 } else { 404 };
                assert_eq!(answer.status, expected, "{who} at {address}");
                let private = signer.is_some() || !seen;
                assert_eq!(answer.cache.contains("private"), private, "{who}");
            }
        }
        let outbox = format!("{ada_uri}/outbox?page=true");
        let answer = ask(&school, &outbox, signer).await;
        assert_eq!(answer.body.contains("for followers"), sees[1], "{who}");
        assert_eq!(answer.body.contains("for one"), sees[2], "{who}");
        for collection in ["followers", "following"] {
            let address = format!("{ada_uri}/{collection}");
            assert_eq!(ask(&school, &address, signer).await.status, 200, "{who}");
            let page = format!("{address}?page=true");
            assert_eq!(ask(&school, &page, signer).await.status, 200, "{who}");
        }
    }

    // Whom Ada blocks reads nothing of hers any more, while they say who they are.
    let account = crate::elsewhere::account_id(&ada, &format!("grace@{}", here.host)).await;
    ada.post(&format!("/api/v1/accounts/{account}/block"), Value::Null)
        .await;
    for address in [&public, &closed] {
        let answer = ask(&school, address, Some(&by_grace)).await;
        assert_eq!(answer.status, 404, "{address}");
    }
    let answer = ask(&school, &closed, Some(&by_here)).await;
    assert_eq!(answer.status, 404, "nobody there follows her any more");
    let outbox = format!("{ada_uri}/outbox?page=true");
    let outbox = ask(&school, &outbox, Some(&by_grace)).await;
    assert!(!outbox.body.contains("for all"));
}

#[tokio::test]
async fn documents_are_for_those_who_may_see_them_on_sqlite() {
    story(Sqlite).await;
}

#[tokio::test]
async fn documents_are_for_those_who_may_see_them_on_postgresql() {
    story(Postgres).await;
}

// On SQLite alone: it is about a setting and signatures.
#[tokio::test]
async fn a_server_may_ask_that_everybody_says_who_they_are() {
    let school = School::open_with(Sqlite, &[("federation.authorized_fetch", "true")])
        .await
        .unwrap();
    let ada = school.teacher("ada");
    let ada_uri = format!("{}/users/ada", school.base);
    let public = uri_of(&ada, "for all", "public").await;
    let there = Elsewhere::open().await;
    let by_there = there.signer(&server_actor(&there));
    for address in [
        public.clone(),
        format!("{public}/activity"),
        format!(
            "{}/@ada/{}",
            school.base,
            public.rsplit('/').next().unwrap()
        ),
        format!("{ada_uri}/outbox"),
        format!("{ada_uri}/followers"),
        format!("{ada_uri}/collections/featured"),
        format!("{ada_uri}/collections/tags"),
    ] {
        let answer = ask(&school, &address, None).await;
        assert_eq!(answer.status, 401, "{address}: {}", answer.body);
        let answer = ask(&school, &address, Some(&by_there)).await;
        assert_eq!(answer.status, 200, "{address}: {}", answer.body);
    }
    let gone = Elsewhere::open().await;
    let unknown = gone.signer(&server_actor(&gone));
    gone.forget(&format!("{}/actor", gone.base));
    for address in [ada_uri.clone(), format!("{}/@ada", school.base)] {
        let reduced: Value =
            serde_json::from_str(&ask(&school, &address, None).await.body).unwrap();
        assert!(reduced["publicKey"]["publicKeyPem"].is_string());
        assert!(reduced.get("name").is_none() && reduced.get("summary").is_none());
        assert_eq!(reduced["followers"], format!("{ada_uri}/followers"));
        // Whoever says who they are and cannot be asked must not take this for all there is.
        let answer = ask(&school, &address, Some(&unknown)).await;
        assert_eq!(answer.status, 401, "{address}: {}", answer.body);
        let whole = ask(&school, &address, Some(&by_there)).await;
        let whole: Value = serde_json::from_str(&whole.body).unwrap();
        assert_eq!(whole["name"], "ada");
    }
    let answer = ask(&school, &format!("{}/actor", school.base), None).await;
    assert_eq!(answer.status, 200);

    // Two such servers find each other, though each asks who the other is.
    let other = School::open_with(Sqlite, &[("federation.authorized_fetch", "true")])
        .await
        .unwrap();
    let bo = other.teacher("bo");
    bo.follow(&format!("@ada@{}", school.host)).await;
    ada.publish(json!({ "status": "for those who read", "visibility": "private" }))
        .await;
    bo.reads("for those who read").await;
}
