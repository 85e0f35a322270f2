//! Our own forms, as Mastodon reads them best: the actor, its collections, and what is said of them.

use reqwest::Method;
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::elsewhere::{Elsewhere, fits};
use crate::harness::{School, answer, eventually};

async fn document(school: &School, path: &str) -> Value {
    let request = school.request(Method::GET, path);
    answer(request.header("accept", "application/activity+json")).await
}

async fn a_profile_is_told(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let elsewhere = Elsewhere::open().await;
    let grace = elsewhere.person("grace");
    let by = grace["id"].as_str().unwrap();
    let own = ada.get("/api/v1/accounts/verify_credentials").await;
    let uri = own["uri"].clone();
    let follow = json!({ "id": format!("{by}/f"), "type": "Follow", "actor": by, "object": uri });
    elsewhere.tells(&school, &follow).await;
    elsewhere
        .receives("an Accept", |activity| activity["type"] == "Accept")
        .await;

    let change = json!({ "note": "Maths #primary", "discoverable": true, "indexable": true, "locked": true,
        "attribution_domains": ["https://Blog.School.example/", "blog.school.example", "no host"],
        "fields_attributes": [{ "name": "Blog", "value": "https://blog.school.example" }] });
    let changed = ada.request(Method::PATCH, "/api/v1/accounts/update_credentials");
    let changed = answer(changed.json(&change)).await;
    assert_eq!(
        changed["source"]["attribution_domains"],
        json!(["blog.school.example"])
    );
    let update = elsewhere
        .receives("an Update", |activity| activity["type"] == "Update")
        .await;
    let expected = json!({ "type": "Person", "discoverable": true, "indexable": true, "manuallyApprovesFollowers": true,
        "attributionDomains": ["blog.school.example"],
        "featured": format!("{}/users/ada/collections/featured", school.base),
        "featuredTags": format!("{}/users/ada/collections/tags", school.base),
        "attachment": [{ "type": "PropertyValue", "name": "Blog" }],
        "tag": [{ "type": "Hashtag", "name": "#primary" }] });
    assert!(fits(&update["object"], &expected), "{update:#}");
    assert!(fits(&document(&school, "/users/ada").await, &expected));

    let post = ada
        .publish(json!({ "status": "Strips for #Fractions" }))
        .await;
    let path = format!("/api/v1/statuses/{}", post["id"].as_str().unwrap());
    for (deed, kind) in [("pin", "Add"), ("unpin", "Remove")] {
        ada.post(&format!("{path}/{deed}"), Value::Null).await;
        // Once more changes nothing, and is not told.
        ada.post(&format!("{path}/{deed}"), Value::Null).await;
        let told = elsewhere
            .receives(kind, |activity| activity["type"] == kind)
            .await;
        let expected = json!({ "actor": uri, "object": post["uri"], "target": format!("{}/users/ada/collections/featured", school.base) });
        assert!(fits(&told, &expected), "{told:#}");
    }

    let suggested = ada.get("/api/v1/featured_tags/suggestions").await;
    assert!(
        fits(&suggested, &json!([{ "name": "fractions" }])),
        "{suggested}"
    );
    let body = json!({ "name": "#Fractions" });
    let tag = ada.post("/api/v1/featured_tags", body.clone()).await;
    assert!(
        fits(&tag, &json!({ "name": "fractions", "statuses_count": "1" })),
        "{tag}"
    );
    assert_eq!(
        ada.post("/api/v1/featured_tags", body).await["id"],
        tag["id"]
    );
    let list = format!(
        "/api/v1/accounts/{}/featured_tags",
        own["id"].as_str().unwrap()
    );
    assert!(fits(&ada.get(&list).await, &json!([{ "id": tag["id"] }])));
    assert_eq!(
        ada.get("/api/v1/featured_tags/suggestions").await,
        json!([])
    );
    let collection = document(&school, "/users/ada/collections/tags").await;
    let expected = json!({ "type": "Collection", "totalItems": 1, "items": [{ "type": "Hashtag", "name": "#fractions" }] });
    assert!(fits(&collection, &expected), "{collection:#}");
    elsewhere
        .receives("an Add of the hashtag", |activity| {
            activity["type"] == "Add" && activity["object"]["name"] == "#fractions"
        })
        .await;
    let path = format!("/api/v1/featured_tags/{}", tag["id"].as_str().unwrap());
    answer(ada.request(Method::DELETE, &path)).await;
    assert_eq!(ada.get(&list).await, json!([]));
    elsewhere
        .receives("a Remove of the hashtag", |activity| {
            activity["type"] == "Remove" && activity["object"]["name"] == "#fractions"
        })
        .await;
    let pins = eventually("all to be told", || async {
        let told = elsewhere.received().await;
        let pins = told
            .into_iter()
            .filter(|activity| activity["object"] == post["uri"]);
        Some(pins.count())
    });
    assert_eq!(pins.await, 2);

    // Where numbers are hidden, collections hide them too.
    for collection in ["followers", "following", "outbox"] {
        let whole = document(&school, &format!("/users/ada/{collection}")).await;
        assert_eq!(whole.get("totalItems"), None, "{collection}");
        let page = whole["first"]
            .as_str()
            .unwrap()
            .strip_prefix(&school.base)
            .unwrap();
        assert!(document(&school, page).await["orderedItems"].is_array());
    }
}

#[tokio::test]
async fn a_profile_is_told_on_sqlite() {
    a_profile_is_told(Sqlite).await;
}

#[tokio::test]
async fn a_profile_is_told_on_postgresql() {
    a_profile_is_told(Postgres).await;
}
