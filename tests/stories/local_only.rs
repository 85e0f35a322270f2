//! Posts that stay on this server. Who sees them here is in `visibility`.

use reqwest::Method;
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::authorised_fetch::{ask, follows};
use crate::elsewhere::Elsewhere;
use crate::harness::{School, answer};

async fn story(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo] = ["ada", "bo"].map(|name| school.teacher(name));
    let ada_uri = format!("{}/users/ada", school.base);
    let there = Elsewhere::open().await;
    let mo = there.person("mo");
    follows(&there, &school, &mo, &ada_uri).await;
    bo.follow("@ada").await;

    // Boosted, quoted, answered, edited and pinned: all of it stays here too.
    let words = format!("secret one @mo@{}", there.host);
    let post = ada
        .publish(json!({ "status": words, "local_only": true }))
        .await;
    assert_eq!(post["staffroom"], json!({ "local_only": true }));
    let id = post["id"].as_str().unwrap();
    let deed = |name: &str| format!("/api/v1/statuses/{id}/{name}");
    let answered = json!({ "status": "secret answer", "in_reply_to_id": id });
    let quoting = json!({ "status": "secret quote", "quoted_status_id": id });
    let below = bo.publish(answered).await;
    let quote = bo.publish(quoting).await;
    let boost = bo.post(&deed("reblog"), Value::Null).await;
    for made in [&below, &quote, &boost, &boost["reblog"]] {
        assert_eq!(made["staffroom"]["local_only"], true, "{made}");
    }
    bo.post(&deed("favourite"), Value::Null).await;
    ada.post(&deed("pin"), Value::Null).await;
    let change = json!({ "status": format!("secret two @mo@{}", there.host) });
    let edited = answer(
        ada.request(Method::PUT, &format!("/api/v1/statuses/{id}"))
            .json(&change),
    )
    .await;
    assert_eq!(edited["staffroom"]["local_only"], true);
    bo.reads("secret two").await;
    let poll = json!({ "status": "secret poll", "local_only": true,
        "poll": { "options": ["yes", "no"], "expires_in": 300 } });
    ada.publish(poll).await;

    // Nobody elsewhere gets it, whoever they are and however they ask.
    let uri = post["uri"].as_str().unwrap().to_owned();
    let by_mo = there.signer(&mo);
    for signer in [None, Some(&by_mo)] {
        for address in [
            uri.clone(),
            format!("{uri}/activity"),
            format!("{uri}/replies"),
            format!("{uri}/context"),
            post["url"].as_str().unwrap().to_owned(),
            boost["uri"].as_str().unwrap().to_owned(),
            below["uri"].as_str().unwrap().to_owned(),
        ] {
            let found = ask(&school, &address, signer).await;
            assert_eq!(found.status, 404, "{address}: {}", found.body);
        }
        for address in ["outbox?page=true", "collections/featured"] {
            let found = ask(&school, &format!("{ada_uri}/{address}"), signer).await;
            assert_eq!(found.status, 200, "{address}");
            assert!(!found.body.contains("secret"), "{address}: {}", found.body);
        }
    }

    // What somebody elsewhere does to it by guessing has no effect.
    let by = mo["id"].as_str().unwrap();
    for (name, kind) in [("like", "Like"), ("announce", "Announce")] {
        let id = format!("{by}#{name}");
        let public = "https://www.w3.org/ns/activitystreams#Public";
        let activity = json!({ "id": id, "type": kind, "actor": by, "object": uri, "to": public });
        there.tells(&school, &activity).await;
    }
    let guess = json!({ "id": format!("{by}/note/create"), "type": "Create", "actor": by, "to": ada_uri, "object": {
        "id": format!("{by}/note"), "type": "Note", "attributedTo": by, "to": ada_uri, "content": "a guess",
        "inReplyTo": uri, "tag": [{ "type": "Mention", "href": ada_uri }],
    }});
    there.tells(&school, &guess).await;
    let told = ada.is_told("mention").await;
    assert_eq!(told["status"]["in_reply_to_id"], Value::Null);
    let shown = ada.get(&format!("/api/v1/statuses/{id}")).await;
    assert_eq!(
        (&shown["favourites_count"], &shown["reblogs_count"]),
        (&json!(1), &json!(1))
    );

    // A post of hers that is known elsewhere cannot take it along.
    let theirs = crate::elsewhere::status_at(&ada, &format!("{by}/note"))
        .await
        .unwrap();
    let request = ada.request(Method::POST, "/api/v1/statuses").json(&json!({
        "status": "look", "local_only": true, "quoted_status_id": theirs["id"],
    }));
    assert!(request.send().await.unwrap().status().is_client_error());

    let gone = ada.request(Method::DELETE, &format!("/api/v1/statuses/{id}"));
    answer(gone).await;
    ada.publish(json!({ "status": "for all" })).await;
    let is_open = |activity: &Value| activity.to_string().contains("for all");
    there.receives("what is for all", is_open).await;
    for activity in there.received().await {
        let known = activity["type"] == "Accept" || is_open(&activity);
        assert!(known, "{activity}");
    }
}

#[tokio::test]
async fn what_is_for_this_server_never_leaves_it_on_sqlite() {
    story(Sqlite).await;
}

#[tokio::test]
async fn what_is_for_this_server_never_leaves_it_on_postgresql() {
    story(Postgres).await;
}
