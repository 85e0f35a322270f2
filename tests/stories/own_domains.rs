//! People who have a domain of their own, of which another server looks after the rest.

use federation::net::Reply;
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};
use wiremock::matchers::path;
use wiremock::{Mock, ResponseTemplate};

use crate::elsewhere::{Elsewhere, account_id, follows, status_at};
use crate::harness::{School, eventually};

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// Micro.blog: on their domain are only they and what they write.
async fn story(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let (own, blogs) = (Elsewhere::open().await, Elsewhere::open().await);
    let at = |what: &str| format!("{}/activitypub/grace/{what}", blogs.base);
    let uri = format!("{}/activitypub/grace", own.base);
    own.serve(json!({
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
        "id": uri, "url": uri, "type": "Person", "preferredUsername": "grace", "name": "Grace", "summary": "",
        "inbox": at("inbox"), "outbox": at("outbox"), "followers": at("followers"), "following": at("following"),
        "endpoints": { "sharedInbox": format!("{}/activitypub/shared/inbox", blogs.base) },
        "publicKey": { "id": format!("{uri}#key"), "owner": uri, "publicKeyPem": "" },
    }));

    let grace = account_id(&ada, &format!("grace@{}", own.host)).await;
    ada.post(&format!("/api/v1/accounts/{grace}/follow"), Value::Null)
        .await;
    let follow = blogs
        .receives("the Follow", |activity| {
            activity["type"] == "Follow" && activity["object"] == uri
        })
        .await;
    let id = |number: u8| format!("{}/4533FDCDF869351762C{number}", blogs.base);
    own.tells(
        &school,
        &json!({ "id": id(1), "type": "Accept", "actor": uri, "object": follow }),
    )
    .await;
    follows(&ada, &grace).await;

    let post = format!("{}/2026/11/30/bees.html", own.base);
    let create = json!({ "id": id(2), "type": "Create", "actor": uri, "object": {
        "id": post, "url": post, "type": "Note", "attributedTo": uri, "content": "<p>Bees</p>",
        "published": "2026-11-30T10:00:00+00:00", "to": [PUBLIC], "cc": [at("followers")],
    } });
    own.tells(&school, &create).await;
    let seen = eventually("the post", || status_at(&ada, &post)).await;
    assert_eq!(seen["visibility"], "public");
    assert_eq!(seen["account"]["acct"], format!("grace@{}", own.host));
    let place = format!("/api/v1/statuses/{}", seen["id"].as_str().unwrap());
    ada.post(&format!("{place}/favourite"), Value::Null).await;
    blogs
        .receives("the Like", |activity| {
            activity["type"] == "Like" && activity["object"] == post
        })
        .await;
    assert!(own.received().await.is_empty());

    // An id of theirs counts for whoever signed what bears it, and one of anybody else's is refused.
    let mine = ada.publish(json!({ "status": "mine" })).await;
    let like = json!({ "id": id(2), "type": "Like", "actor": uri, "object": mine["uri"] });
    own.tells(&school, &like).await;
    let mut forged = like.clone();
    forged["id"] = json!("https://other.example/1");
    assert_ne!(own.send(&school, &forged).await, Reply::Accepted);
    let told = ada.is_told("favourite").await;
    assert_eq!(told["account"]["id"], grace.as_str());
    own.tells(
        &school,
        &json!({ "id": id(3), "type": "Delete", "actor": uri, "object": post }),
    )
    .await;
    eventually("the post to be gone", || async {
        status_at(&ada, &post).await.is_none().then_some(())
    })
    .await;
}

#[tokio::test]
async fn who_has_a_domain_of_their_own_is_followed_and_read_on_sqlite() {
    story(Sqlite).await;
}

#[tokio::test]
async fn who_has_a_domain_of_their_own_is_followed_and_read_on_postgresql() {
    story(Postgres).await;
}

// On SQLite alone: it is about what WebFinger says elsewhere.
#[tokio::test]
async fn a_handle_leads_on_from_a_mere_file_and_from_host_meta() {
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    let ada = school.teacher("ada");
    let there = Elsewhere::open().await;

    // A file that some web server serves, as whatever type it takes it for, with more in it than we ask for.
    let (page, grace) = (Elsewhere::open().await, there.person("grace"));
    let document = json!({
        "subject": format!("acct:grace@{}", there.host), "aliases": null, "properties": { "name": null },
        "links": [
            { "rel": "http://webfinger.net/rel/profile-page", "href": "/grace" },
            { "rel": "self", "type": "application/activity+json", "href": grace["id"] },
        ],
    });
    let file =
        ResponseTemplate::new(200).set_body_raw(document.to_string(), "application/octet-stream");
    answers(&page, "/.well-known/webfinger", file).await;
    let found = account_id(&ada, &format!("grace@{}", page.host)).await;
    assert_eq!(
        found,
        account_id(&ada, &format!("grace@{}", there.host)).await
    );

    // A host without WebFinger says where it is.
    let domain = Elsewhere::open().await;
    let mut heidi = there.person("heidi");
    heidi["webfinger"] = json!(format!("heidi@{}", domain.host));
    there.serve(heidi);
    let xrd = format!(
        "<?xml version=\"1.0\"?><XRD><Link rel=\"lrdd\" template=\"{}/.well-known/webfinger?resource={{uri}}\"/></XRD>",
        there.base
    );
    let xrd = ResponseTemplate::new(200).set_body_raw(xrd, "application/xrd+xml");
    answers(&domain, "/.well-known/host-meta", xrd).await;
    let handle = format!("heidi@{}", domain.host);
    let heidi = account_id(&ada, &handle).await;
    let heidi = ada.get(&format!("/api/v1/accounts/{heidi}")).await;
    assert_eq!(heidi["acct"], handle.as_str());
}

// On SQLite alone: it is about what WebFinger says elsewhere.
#[tokio::test]
async fn who_was_met_while_their_domain_said_nothing_is_found_by_it_later() {
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    let ada = school.teacher("ada");
    let (there, domain) = (Elsewhere::open().await, Elsewhere::open().await);
    let mut grace = there.person("grace");
    let met = account_id(&ada, &format!("grace@{}", there.host)).await;
    let handle = format!("grace@{}", domain.host);
    grace["webfinger"] = json!(handle);
    there.serve(grace.clone());
    let documents = &domain.documents;
    documents.lock().unwrap().insert("/grace".to_owned(), grace);
    assert_eq!(account_id(&ada, &handle).await, met);
    let grace = ada.get(&format!("/api/v1/accounts/{met}")).await;
    assert_eq!(grace["acct"], handle.as_str());
}

// On SQLite alone: it is about what WebFinger says elsewhere.
#[tokio::test]
async fn a_new_name_at_another_domain_is_that_domains_to_give() {
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    let ada = school.teacher("ada");
    let (there, domain) = (Elsewhere::open().await, Elsewhere::open().await);
    let mut grace = there.person("grace");
    grace["webfinger"] = json!(format!("grace@{}", domain.host));
    there.serve(grace.clone());
    let documents = &domain.documents;
    documents
        .lock()
        .unwrap()
        .insert("/grace".to_owned(), grace.clone());
    let known = account_id(&ada, &format!("grace@{}", domain.host)).await;

    grace["preferredUsername"] = json!("principal");
    grace["webfinger"] = json!(format!("principal@{}", domain.host));
    there.serve(grace.clone());
    let update = json!({
        "id": format!("{}/updates/1", there.base), "type": "Update", "actor": grace["id"], "object": grace,
    });
    there.tells(&school, &update).await;
    let renamed = eventually("the new name", || async {
        let seen = ada.get(&format!("/api/v1/accounts/{known}")).await;
        (seen["username"] == "principal").then_some(seen)
    })
    .await;
    assert_eq!(renamed["acct"], format!("principal@{}", there.host));
}

async fn answers(elsewhere: &Elsewhere, at: &str, answer: ResponseTemplate) {
    Mock::given(path(at))
        .respond_with(answer)
        .with_priority(1)
        .mount(&elsewhere.server)
        .await;
}
