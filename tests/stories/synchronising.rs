//! Two servers agree on who follows whom, even after an accident: FEP-8fcf.

use federation::net::Reply;
use serde_json::{Value, json};
use service::synchronising::digest;
use test_support::Kind::{self, Postgres, Sqlite};
use test_support::forget_follows;

use crate::authorised_fetch::{ask, follows};
use crate::elsewhere::{Elsewhere, account_id};
use crate::harness::{School, Teacher, eventually};
use crate::strangers::REFUSED;

const HEADER: &str = "collection-synchronization";

async fn is_following(teacher: &Teacher, account: &str) -> bool {
    let path = format!("/api/v1/accounts/relationships?id[]={account}");
    teacher.get(&path).await[0]["following"] == true
}

/// One of the servers forgets who follows whom, and then the other.
async fn between_schools(kind: Kind) {
    let (Some(here), Some(there)) = (School::open(kind).await, School::open(kind).await) else {
        return;
    };
    let [ada, di] = ["ada", "di"].map(|name| here.teacher(name));
    let [bo, cy] = ["bo", "cy"].map(|name| there.teacher(name));
    let closed = |words: &str| json!({ "status": words, "visibility": "private" });

    for reader in [&bo, &cy] {
        reader.follow(&format!("@ada@{}", here.host)).await;
    }
    ada.publish(closed("for both")).await;
    bo.reads("for both").await;
    forget_follows(&mut there.database().connect());
    ada.publish(closed("for nobody who knows")).await;
    let own = ada.get("/api/v1/accounts/verify_credentials").await;
    let followers = format!("/api/v1/accounts/{}/followers", own["id"].as_str().unwrap());
    eventually("the follows to be undone", || async {
        (ada.get(&followers).await == json!([])).then_some(())
    })
    .await;

    let known = bo.follow(&format!("@di@{}", here.host)).await;
    forget_follows(&mut here.database().connect());
    di.publish(closed(&format!("@bo@{} not a follower", there.host)))
        .await;
    eventually("the follow to end", || async {
        (!is_following(&bo, &known).await).then_some(())
    })
    .await;
}

/// What another server says of its followers.
async fn heard(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo, cy] = ["ada", "bo", "cy"].map(|name| school.teacher(name));
    let (home, away) = (Elsewhere::open().await, Elsewhere::open().await);
    let mo = home.person("mo");
    home.is_followed(&school, &ada, &mo).await;
    home.asked_to_follow(&bo, &mo).await;
    let account = account_id(&ada, &format!("mo@{}", home.host)).await;
    let uri = |name: &str| format!("{}/users/{name}", school.base);

    let (by, followers) = (
        mo["id"].as_str().unwrap(),
        mo["followers"].as_str().unwrap(),
    );
    let place = |base: &str| format!("{base}/users/mo/followers_synchronization");
    let header = |collection: &str, url: &str, digest: &str| {
        format!("collectionId=\"{collection}\", url=\"{url}\", digest=\"{digest}\"")
    };
    let tell = async |number: usize, header: String| {
        let note = json!({
            "@context": "https://www.w3.org/ns/activitystreams", "id": format!("{by}/create/{number}"),
            "type": "Create", "actor": by, "to": followers, "object": {
                "id": format!("{by}/notes/{number}"), "type": "Note", "attributedTo": by, "to": followers,
                "content": format!("number {number}"),
            },
        });
        let signer = home.signer(&mo);
        let reply = home.deliver(&signer, &school, &note, Some(&header)).await;
        assert_eq!(reply, Reply::Accepted);
    };
    let (own, foreign) = (place(&home.base), place(&away.base));
    let other = digest(["somebody else"]);
    home.serve(
        json!({ "id": own, "type": "OrderedCollection", "orderedItems": [uri("bo"), uri("cy")] }),
    );
    away.serve(json!({ "id": foreign, "type": "OrderedCollection", "orderedItems": [] }));
    tell(1, header(followers, &own, &digest([uri("ada").as_str()]))).await;
    tell(2, header(followers, &foreign, &other)).await;
    tell(3, header(&format!("{by}/following"), &own, &other)).await;
    tell(4, "digest=".to_owned()).await;
    // What others say of Mo's followers is nothing to us, be they of Mo's server or of another that passes on what Mo said.
    let (ny, xi) = (home.person("ny"), away.person("xi"));
    let note = json!({
        "@context": "https://www.w3.org/ns/activitystreams", "id": format!("{by}/create/0"), "type": "Create",
        "actor": by, "to": followers, "object": format!("{by}/notes/1"),
    });
    let said = header(followers, &own, &other);
    for (elsewhere, sender) in [(&home, &ny), (&away, &xi)] {
        let signer = elsewhere.signer(sender);
        let reply = elsewhere
            .deliver(&signer, &school, &note, Some(&said))
            .await;
        assert_eq!(reply, REFUSED, "{sender}");
    }
    // Nor is it when somebody else's collection comes with what they did themselves.
    let mut like = json!({ "id": "", "type": "Like", "object": uri("ada"), "to": [uri("ada")] });
    for (elsewhere, sender) in [(&home, &ny), (&away, &xi)] {
        like["actor"] = sender["id"].clone();
        like["id"] = json!(format!("{}#like", sender["id"].as_str().unwrap()));
        let signer = elsewhere.signer(sender);
        let reply = elsewhere
            .deliver(&signer, &school, &like, Some(&said))
            .await;
        assert_eq!(reply, Reply::Accepted);
    }
    for number in 1..=4 {
        ada.reads(&format!("number {number}")).await;
    }
    assert_eq!(
        home.asked_for("/users/mo/followers_synchronization").await,
        0
    );
    assert_eq!(
        away.asked_for("/users/mo/followers_synchronization").await,
        0
    );
    assert!(is_following(&ada, &account).await);

    tell(5, header(followers, &own, &other)).await;
    eventually("Ada to follow no more", || async {
        (!is_following(&ada, &account).await).then_some(())
    })
    .await;
    assert!(is_following(&bo, &account).await, "the answer was missed");
    home.receives("Cy's follow to be undone", |activity| {
        activity["type"] == "Undo"
            && activity["actor"] == json!(uri("cy"))
            && activity["object"]["type"] == "Follow"
            && activity["object"]["object"] == mo["id"]
    })
    .await;
    assert!(!is_following(&cy, &account).await);

    // Not again so soon.
    let asked = home.asked_for("/users/mo/followers_synchronization").await;
    let signer = home.signer(&mo);
    let like =
        json!({ "id": format!("{by}#like"), "type": "Like", "actor": by, "object": uri("ada") });
    let header = header(followers, &own, &other);
    home.deliver(&signer, &school, &like, Some(&header)).await;
    bo.publish(json!({ "status": "later" })).await;
    assert_eq!(
        home.asked_for("/users/mo/followers_synchronization").await,
        asked
    );
}

/// What we say of ours.
async fn told(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let ada_uri = format!("{}/users/ada", school.base);
    let (home, away) = (Elsewhere::open().await, Elsewhere::open().await);
    let (grace, ivan) = (home.person("grace"), away.person("ivan"));
    for (elsewhere, by) in [(&home, &grace), (&away, &ivan)] {
        follows(elsewhere, &school, by, &ada_uri).await;
    }
    let heidi = home.person("heidi");

    ada.publish(json!({ "status": "for all" })).await;
    ada.publish(json!({ "status": "for followers", "visibility": "private" }))
        .await;
    let is_create = |activity: &Value, words: &str| {
        let content = activity["object"]["content"].as_str();
        activity["type"] == "Create" && content.is_some_and(|content| content.contains(words))
    };
    for elsewhere in [&home, &away] {
        elsewhere
            .receives("the post", |activity| is_create(activity, "for followers"))
            .await;
    }
    let place = format!("{ada_uri}/followers_synchronization");
    for request in home.server.received_requests().await.unwrap() {
        let Ok(activity) = serde_json::from_slice::<Value>(&request.body) else {
            continue;
        };
        let header = request.headers.get(HEADER);
        let header = header.map(|value| value.to_str().unwrap());
        if is_create(&activity, "for followers") {
            let digest = digest([grace["id"].as_str().unwrap()]);
            let expected = format!(
                "collectionId=\"{ada_uri}/followers\", url=\"{place}\", digest=\"{digest}\""
            );
            assert_eq!(header, Some(&*expected));
            let covered = ["signature-input", "signature"]
                .iter()
                .filter_map(|name| request.headers.get(*name))
                .any(|value| value.to_str().unwrap().contains(HEADER));
            assert!(covered, "it is signed");
        } else {
            assert_eq!(header, None, "{activity}");
        }
    }

    assert_eq!(ask(&school, &place, None).await.status, 401);
    for (signer, expected) in [
        (home.signer(&heidi), json!([grace["id"]])),
        (away.signer(&ivan), json!([ivan["id"]])),
    ] {
        let answer = ask(&school, &place, Some(&signer)).await;
        assert_eq!(answer.status, 200);
        let listed: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(listed["orderedItems"], expected);
    }
}

#[tokio::test]
async fn servers_agree_on_followers_after_an_accident_on_sqlite() {
    between_schools(Sqlite).await;
}

#[tokio::test]
async fn servers_agree_on_followers_after_an_accident_on_postgresql() {
    between_schools(Postgres).await;
}

#[tokio::test]
async fn what_a_server_says_of_its_followers_holds_on_sqlite() {
    heard(Sqlite).await;
}

#[tokio::test]
async fn what_a_server_says_of_its_followers_holds_on_postgresql() {
    heard(Postgres).await;
}

#[tokio::test]
async fn servers_are_told_of_their_own_followers_on_sqlite() {
    told(Sqlite).await;
}

#[tokio::test]
async fn servers_are_told_of_their_own_followers_on_postgresql() {
    told(Postgres).await;
}
