//! Collections: people whom somebody recommends, and who may take themselves out.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::admin::is_refused;
use crate::harness::{School, Teacher, answer};

const FORBIDDEN: StatusCode = StatusCode::FORBIDDEN;
const MISSING: StatusCode = StatusCode::NOT_FOUND;
const WRONG: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

async fn id(teacher: &Teacher) -> String {
    let own = teacher.get("/api/v1/accounts/verify_credentials").await;
    own["id"].as_str().unwrap().to_owned()
}

/// Lets others recommend them.
async fn wants_to_be_found(teacher: &Teacher) -> String {
    let wish = teacher.request(Method::PATCH, "/api/v1/accounts/update_credentials");
    let own = answer(wish.json(&json!({ "discoverable": true }))).await;
    assert_eq!(own["feature_approval"]["automatic"], json!(["public"]));
    own["id"].as_str().unwrap().to_owned()
}

fn people(collection: &Value) -> Vec<&str> {
    let items = collection["items"].as_array().unwrap();
    assert_eq!(collection["item_count"], items.len());
    items
        .iter()
        .map(|item| {
            assert_eq!(item["state"], "accepted");
            item["account_id"].as_str().unwrap()
        })
        .collect()
}

async fn made_and_changed(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo, cy] = ["ada", "bo", "cy"].map(|name| school.teacher(name));
    let (ada_id, cy_id) = (id(&ada).await, id(&cy).await);
    let bo_id = wants_to_be_found(&bo).await;
    let path = "/api/v1/collections";
    let wish = json!({ "name": " Physics ", "description": "Who does experiments", "language": "en",
        "tag_name": "#Physics", "discoverable": true, "account_ids": [bo_id] });
    let made = ada.post(path, wish.clone()).await;
    let made = &made["collection"];
    assert_eq!(made["name"], "Physics");
    assert_eq!(made["account_id"], ada_id);
    assert_eq!(made["tag"]["name"], "physics");
    assert_eq!(made["local"], true);
    assert_eq!(made["sensitive"], false);
    assert_eq!(people(made), [&bo_id]);
    let own = format!("{path}/{}", made["id"].as_str().unwrap());
    assert!(
        made["uri"]
            .as_str()
            .unwrap()
            .ends_with(&own["/api/v1".len()..])
    );

    let shown = cy.get(&own).await;
    assert_eq!(&shown["collection"], made);
    let names: Vec<&Value> = shown["accounts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|account| &account["acct"])
        .collect();
    assert_eq!(names, ["ada", "bo"]);
    let nobody = answer(school.request(Method::GET, &own)).await;
    assert_eq!(nobody["collection"], *made);

    let change =
        json!({ "name": "Chemistry", "description": "", "tag_name": "", "sensitive": true });
    let changed = answer(ada.request(Method::PATCH, &own).json(&change)).await;
    let changed = &changed["collection"];
    assert_eq!(changed["name"], "Chemistry");
    assert_eq!(changed["description"], "");
    assert_eq!(changed["tag"], Value::Null);
    assert_eq!(changed["language"], "en");
    assert_eq!(changed["sensitive"], true);
    assert_eq!(people(changed), [&bo_id]);

    for wrong in [
        json!({ "name": " " }),
        json!({ "name": "x".repeat(41) }),
        json!({ "description": "x".repeat(101) }),
        json!({ "language": "not a language" }),
        json!({ "tag_name": "no tag" }),
        json!({ "sensitive": "perhaps" }),
    ] {
        is_refused(&ada, Method::PATCH, &own, wrong, WRONG).await;
    }
    is_refused(&ada, Method::POST, path, json!({}), WRONG).await;
    let mut absent = wish.clone();
    absent["account_ids"] = json!([bo_id, "1"]);
    is_refused(&ada, Method::POST, path, absent, MISSING).await;
    // Cy never said that others may.
    let mut hidden = wish.clone();
    hidden["account_ids"] = json!([bo_id, cy_id]);
    is_refused(&ada, Method::POST, path, hidden, FORBIDDEN).await;
    for method in [Method::PATCH, Method::DELETE] {
        is_refused(&cy, method.clone(), &own, json!({}), FORBIDDEN).await;
        for id in ["1", "x"] {
            is_refused(
                &ada,
                method.clone(),
                &format!("{path}/{id}"),
                json!({}),
                MISSING,
            )
            .await;
        }
    }

    // Listed with their owner: those that are to be seen there.
    let unlisted = ada.post(path, json!({ "name": "For me" })).await;
    let listed = format!("/api/v1/accounts/{ada_id}/collections");
    let own_list = ada.get(&listed).await;
    assert_eq!(own_list["collections"].as_array().unwrap().len(), 2);
    assert_eq!(own_list["collections"][0], unlisted["collection"]);
    assert_eq!(cy.get(&listed).await["collections"], json!([changed]));
    let second = format!("{listed}?limit=1&offset=1");
    assert_eq!(ada.get(&second).await["collections"], json!([changed]));
    assert_eq!(
        cy.status_of("/api/v1/accounts/1/collections").await,
        MISSING
    );

    for _ in 2..10 {
        ada.post(path, json!({ "name": "More" })).await;
    }
    is_refused(
        &ada,
        Method::POST,
        path,
        json!({ "name": "Too many" }),
        WRONG,
    )
    .await;
    assert_eq!(answer(ada.request(Method::DELETE, &own)).await, json!({}));
    assert_eq!(ada.status_of(&own).await, MISSING);
    ada.post(path, json!({ "name": "Again" })).await;
}

#[tokio::test]
async fn collections_made_and_changed_on_sqlite() {
    made_and_changed(Sqlite).await;
}

#[tokio::test]
async fn collections_made_and_changed_on_postgresql() {
    made_and_changed(Postgres).await;
}

async fn put_in_and_taken_out(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo, cy, di] = ["ada", "bo", "cy", "di"].map(|name| school.teacher(name));
    let ada_id = id(&ada).await;
    let bo_id = wants_to_be_found(&bo).await;
    let cy_id = wants_to_be_found(&cy).await;
    let di_id = id(&di).await;
    let made = ada
        .post("/api/v1/collections", json!({ "name": "Maths" }))
        .await;
    let collection = made["collection"]["id"].as_str().unwrap();
    let own = format!("/api/v1/collections/{collection}");
    let items = format!("{own}/items");
    let add = |who: &str| json!({ "account_id": who });
    let place = |item: &Value| format!("{items}/{}", item["id"].as_str().unwrap());

    let first = ada.post(&items, add(&bo_id)).await;
    let first = &first["collection_item"];
    assert_eq!(first["account_id"], bo_id);
    assert_eq!(first["state"], "accepted");
    let second = ada.post(&items, add(&cy_id)).await;
    let second = &second["collection_item"];
    assert_eq!(people(&di.get(&own).await["collection"]), [&bo_id, &cy_id]);
    is_refused(&ada, Method::POST, &items, add(&bo_id), WRONG).await;
    is_refused(&ada, Method::POST, &items, add(&di_id), FORBIDDEN).await;
    is_refused(&bo, Method::POST, &items, add(&bo_id), FORBIDDEN).await;
    for who in ["1", "x", ""] {
        is_refused(&ada, Method::POST, &items, add(who), MISSING).await;
    }

    // Everybody knows where they are themselves.
    let holding = format!("/api/v1/accounts/{bo_id}/in_collections");
    let held = bo.get(&holding).await;
    assert_eq!(held["collections"][0]["id"], collection);
    is_refused(&ada, Method::GET, &holding, json!({}), FORBIDDEN).await;

    // Only oneself goes, and for good.
    let revoke = format!("{}/revoke", place(first));
    is_refused(&ada, Method::POST, &revoke, json!({}), FORBIDDEN).await;
    is_refused(&cy, Method::POST, &revoke, json!({}), FORBIDDEN).await;
    assert_eq!(bo.post(&revoke, json!({})).await, json!({}));
    is_refused(&bo, Method::POST, &revoke, json!({}), MISSING).await;
    assert_eq!(people(&ada.get(&own).await["collection"]), [&cy_id]);
    assert_eq!(bo.get(&holding).await["collections"], json!([]));
    is_refused(&ada, Method::DELETE, &place(first), json!({}), MISSING).await;
    is_refused(&ada, Method::POST, &items, add(&bo_id), WRONG).await;

    // Who was taken out can be put in again.
    is_refused(&cy, Method::DELETE, &place(second), json!({}), FORBIDDEN).await;
    for bad in [
        format!("{items}/1"),
        format!("{items}/x"),
        "/api/v1/collections/1/items/1".into(),
    ] {
        is_refused(&ada, Method::DELETE, &bad, json!({}), MISSING).await;
        is_refused(
            &ada,
            Method::POST,
            &format!("{bad}/revoke"),
            json!({}),
            MISSING,
        )
        .await;
    }
    assert_eq!(
        answer(ada.request(Method::DELETE, &place(second))).await,
        json!({})
    );
    ada.post(&items, add(&cy_id)).await;

    // A block ends it, and hides all of it.
    let block = format!("/api/v1/accounts/{ada_id}/block");
    cy.post(&block, json!({})).await;
    assert_eq!(
        people(&di.get(&own).await["collection"]),
        Vec::<&str>::new()
    );
    assert_eq!(cy.status_of(&own).await, MISSING);
    is_refused(&ada, Method::POST, &items, add(&cy_id), FORBIDDEN).await;
}

#[tokio::test]
async fn people_in_collections_on_sqlite() {
    put_in_and_taken_out(Sqlite).await;
}

#[tokio::test]
async fn people_in_collections_on_postgresql() {
    put_in_and_taken_out(Postgres).await;
}

async fn told(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo] = ["ada", "bo"].map(|name| school.teacher(name));
    let bo_id = wants_to_be_found(&bo).await;
    let wish = json!({ "name": "Physics", "account_ids": [bo_id] });
    let made = ada.post("/api/v1/collections", wish).await["collection"].clone();
    let added = bo.is_told("added_to_collection").await;
    assert_eq!(added["collection"]["id"], made["id"]);
    assert_eq!(added["account"]["acct"], "ada");
    assert_eq!(
        added.get("fallback"),
        None,
        "an app that does not say what it knows"
    );

    // An app that does not know the kind has words for it.
    let one = format!("/api/v1/notifications/{}", added["id"].as_str().unwrap());
    let knowing = |kind: &str| format!("?supported_types[]={kind}");
    let titled = "ada added you to a collection";
    let worded = bo.get(&format!("{one}{}", knowing("mention"))).await;
    assert_eq!(worded["fallback"]["title"], titled);
    let known = bo
        .get(&format!("{one}{}", knowing("added_to_collection")))
        .await;
    assert_eq!(known.get("fallback"), None);
    let list = bo
        .get(&format!("/api/v1/notifications{}", knowing("mention")))
        .await;
    assert_eq!(list[0]["fallback"]["title"], titled);
    let groups = bo
        .get(&format!("/api/v2/notifications{}", knowing("mention")))
        .await;
    let group = &groups["notification_groups"][0];
    assert_eq!(group["fallback"]["title"], titled);
    assert_eq!(group["collection"]["id"], made["id"]);

    // Another name is told once, however often it changes; what is no word about it is not.
    let own = format!("/api/v1/collections/{}", made["id"].as_str().unwrap());
    for wish in [
        json!({ "name": "Chemistry" }),
        json!({ "description": "Who boils things" }),
        json!({ "discoverable": true }),
    ] {
        answer(ada.request(Method::PATCH, &own).json(&wish)).await;
    }
    let changed = bo
        .get("/api/v1/notifications?types[]=collection_update")
        .await;
    assert_eq!(changed.as_array().unwrap().len(), 1);
    assert_eq!(changed[0]["collection"]["name"], "Chemistry");

    // Who takes themselves out has nothing more to do with it.
    let item = made["items"][0]["id"].as_str().unwrap();
    bo.post(&format!("{own}/items/{item}/revoke"), Value::Null)
        .await;
    assert_eq!(bo.get("/api/v1/notifications").await, json!([]));

    // Who wants to hear nothing from strangers hears nothing of this either.
    let rules = json!({ "for_not_following": "drop" });
    let set = bo.request(Method::PATCH, "/api/v2/notifications/policy");
    answer(set.json(&rules)).await;
    let wish = json!({ "name": "Biology", "account_ids": [bo_id] });
    ada.post("/api/v1/collections", wish).await;
    assert_eq!(bo.get("/api/v1/notifications").await, json!([]));
    bo.follow("@ada").await;
    let wish = json!({ "name": "Geology", "account_ids": [bo_id] });
    ada.post("/api/v1/collections", wish).await;
    let added = bo.is_told("added_to_collection").await;
    assert_eq!(added["collection"]["name"], "Geology");
}

#[tokio::test]
async fn who_is_put_in_is_told_on_sqlite() {
    told(Sqlite).await;
}

#[tokio::test]
async fn who_is_put_in_is_told_on_postgresql() {
    told(Postgres).await;
}

/// Mastodon's app for Android and Pachli take no collection without an address, and open it.
async fn has_a_page(school: &School, collection: &Value, parts: &[&str]) {
    let id = collection["id"].as_str().unwrap();
    let url = format!("{}/collections/{id}", school.base);
    assert_eq!(collection["url"], url);
    let page = school.http.get(&url).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    let page = page.text().await.unwrap();
    for part in parts {
        assert!(page.contains(part), "{part}: {page}");
    }
}

async fn read_elsewhere(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo, cy] = ["ada", "bo", "cy"].map(|name| school.teacher(name));
    let (bo_id, cy_id) = (wants_to_be_found(&bo).await, wants_to_be_found(&cy).await);
    let wish = json!({ "name": "Physics", "description": "Who does experiments", "language": "en",
        "tag_name": "physics", "discoverable": true, "account_ids": [bo_id, cy_id] });
    let made = ada.post("/api/v1/collections", wish).await["collection"].clone();
    let quiet = json!({ "name": "Quiet", "account_ids": [bo_id] });
    let quiet = ada.post("/api/v1/collections", quiet).await["collection"].clone();
    let base = school.base.clone();
    let document = async |address: &str| {
        let place = address.strip_prefix(&base).unwrap();
        let request = school.request(Method::GET, place);
        let response = request.header("accept", "application/activity+json");
        let response = response.send().await.unwrap();
        let status = response.status();
        (status, response.json::<Value>().await.unwrap_or_default())
    };

    let (_, actor) = document(&format!("{base}/users/ada")).await;
    let all = actor["featuredCollections"].as_str().unwrap();
    let (_, listed) = document(all).await;
    assert_eq!(listed["id"], all);
    assert_eq!(listed["totalItems"], 1, "one is not listed");
    let (_, mut one) = document(made["uri"].as_str().unwrap()).await;
    one.as_object_mut().unwrap().remove("@context").unwrap();
    assert_eq!(listed["orderedItems"][0], one);
    for (key, value) in [
        ("id", made["uri"].clone()),
        ("type", json!("FeaturedCollection")),
        ("attributedTo", actor["id"].clone()),
        ("url", made["url"].clone()),
        ("name", json!("Physics")),
        ("summaryMap", json!({ "en": "Who does experiments" })),
        ("discoverable", json!(true)),
        ("sensitive", json!(false)),
        ("totalItems", json!(2)),
    ] {
        assert_eq!(one[key], value, "{key}");
    }
    assert_eq!(one["topic"]["name"], "#physics");
    has_a_page(
        &school,
        &made,
        &["Physics", "Who does experiments", "@ada", "@bo", "@cy"],
    )
    .await;
    has_a_page(&school, &quiet, &["Quiet", "@bo", "noindex"]).await;
    let item = &one["orderedItems"][0];
    assert_eq!(item["type"], "FeaturedItem");
    assert_eq!(item["featuredObject"], format!("{base}/users/bo"));
    assert_eq!(item["featuredObjectType"], "Person");
    let stamp = item["featureAuthorization"].as_str().unwrap();
    let (_, shown) = document(stamp).await;
    assert_eq!(shown["id"], stamp);
    assert_eq!(shown["type"], "FeatureAuthorization");
    assert_eq!(shown["interactionTarget"], item["featuredObject"]);
    assert_eq!(shown["interactingObject"], made["uri"]);
    // Not listed, and there for whoever knows its id; not as somebody else's, nor is the stamp.
    let address = quiet["uri"].as_str().unwrap();
    let (status, unlisted) = document(address).await;
    assert_eq!(
        (status, &unlisted["name"]),
        (StatusCode::OK, &json!("Quiet"))
    );
    for other in [
        address.replace("/users/ada", "/users/bo"),
        stamp.replace("/users/bo", "/users/cy"),
        format!("{all}/1"),
        format!("{all}/x"),
        format!("{base}/users/nobody/collections"),
    ] {
        assert_eq!(document(&other).await.0, MISSING, "{other}");
    }

    // Who takes themselves out stands there no more.
    let own = format!("/api/v1/collections/{}", made["id"].as_str().unwrap());
    let first = made["items"][0]["id"].as_str().unwrap();
    bo.post(&format!("{own}/items/{first}/revoke"), Value::Null)
        .await;
    assert_eq!(document(stamp).await.0, MISSING);
    let (_, left) = document(made["uri"].as_str().unwrap()).await;
    let left = left["orderedItems"].as_array().unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0]["featuredObject"], format!("{base}/users/cy"));
    answer(ada.request(Method::DELETE, &own)).await;
    assert_eq!(document(made["uri"].as_str().unwrap()).await.0, MISSING);
}

#[tokio::test]
async fn collections_are_read_by_other_servers_on_sqlite() {
    read_elsewhere(Sqlite).await;
}

#[tokio::test]
async fn collections_are_read_by_other_servers_on_postgresql() {
    read_elsewhere(Postgres).await;
}
