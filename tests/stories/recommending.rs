//! Collections and other servers: people elsewhere are asked, answer, and change their minds; ours do, too (FEP-7aa9).

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::admin::is_refused;
use crate::elsewhere::{Elsewhere, account_id, fits};
use crate::harness::{School, Teacher, answer, eventually};

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";
const COLLECTIONS: &str = "/api/v1/collections";

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value}"))
}

async fn wants_to_be_found(teacher: &Teacher) -> String {
    let wish = teacher.request(Method::PATCH, "/api/v1/accounts/update_credentials");
    let own = answer(wish.json(&json!({ "discoverable": true }))).await;
    text(&own["id"]).to_owned()
}

/// Who is in a collection, as what.
fn standing(collection: &Value) -> Vec<(String, String)> {
    let items = collection["items"].as_array().unwrap();
    assert_eq!(collection["item_count"], items.len());
    let item = |item: &Value| {
        (
            text(&item["account_id"]).into(),
            text(&item["state"]).into(),
        )
    };
    items.iter().map(item).collect()
}

/// Waits until a collection is seen like that.
async fn stands(teacher: &Teacher, collection: &str, expected: &[(&str, &str)]) {
    eventually(&format!("{expected:?}"), || async {
        let seen = teacher.get(&format!("{COLLECTIONS}/{collection}")).await;
        let seen = standing(&seen["collection"]);
        let seen = seen
            .iter()
            .map(|(who, state)| (who.as_str(), state.as_str()));
        seen.eq(expected.iter().copied()).then_some(())
    })
    .await;
}

/// Waits until the collections of somebody are seen like that.
async fn lists(teacher: &Teacher, account: &str, expected: Value) -> Value {
    eventually(&format!("{expected}"), || async {
        let path = format!("/api/v1/accounts/{account}/collections");
        let seen = teacher.get(&path).await["collections"].clone();
        fits(&seen, &expected).then_some(seen)
    })
    .await
}

async fn between_schools(kind: Kind) {
    let (Some(here), Some(there)) = (School::open(kind).await, School::open(kind).await) else {
        return;
    };
    let ada = here.teacher("ada");
    let [bo, _, eve] = ["bo", "cy", "eve"].map(|name| there.teacher(name));
    let there_bo = wants_to_be_found(&bo).await;
    let bo_id = account_id(&ada, &format!("bo@{}", there.host)).await;
    let cy_id = account_id(&ada, &format!("cy@{}", there.host)).await;
    let there_ada = eve.follow(&format!("@ada@{}", here.host)).await;
    let approval = async |id: &str| {
        let account = ada.get(&format!("/api/v1/accounts/{id}")).await;
        account["feature_approval"].clone()
    };
    let open = json!({ "automatic": ["public"], "manual": [], "current_user": "automatic" });
    assert_eq!(approval(&bo_id).await, open);
    assert_eq!(approval(&cy_id).await["automatic"], json!([]));

    let wish = json!({ "name": "Physics", "discoverable": true, "account_ids": [bo_id] });
    let made = ada.post(COLLECTIONS, wish).await["collection"].clone();
    let (id, uri) = (text(&made["id"]), text(&made["uri"]));
    assert_eq!(standing(&made), [(bo_id.clone(), "pending".to_owned())]);
    let items = format!("{COLLECTIONS}/{id}/items");
    let who = |id: &str| json!({ "account_id": id });
    is_refused(
        &ada,
        Method::POST,
        &items,
        who(&cy_id),
        StatusCode::FORBIDDEN,
    )
    .await;
    stands(&ada, id, &[(&bo_id, "accepted")]).await;
    let told = bo.is_told("added_to_collection").await;
    assert_eq!(told["account"]["acct"], format!("ada@{}", here.host));
    assert_eq!(told["collection"]["name"], "Physics");
    assert_eq!(told["collection"]["local"], false);
    assert_eq!(told["collection"]["uri"], uri);
    assert_eq!(told["collection"]["url"], made["url"]);
    let path = format!("/api/v1/accounts/{there_bo}/in_collections");
    let there_id = text(&bo.get(&path).await["collections"][0]["id"]).to_owned();

    // Whoever follows Ada elsewhere sees whom she recommends.
    let seen = json!([{ "id": there_id, "name": "Physics", "local": false, "item_count": 1,
        "items": [{ "account_id": there_bo, "state": "accepted" }] }]);
    lists(&eve, &there_ada, seen).await;
    let own = format!("{COLLECTIONS}/{id}");
    let change = json!({ "name": "Chemistry", "description": "Who boils <things>" });
    answer(ada.request(Method::PATCH, &own).json(&change)).await;
    let changed = bo.is_told("collection_update").await;
    assert_eq!(changed["collection"]["name"], "Chemistry");
    let seen =
        json!([{ "name": "Chemistry", "description": "Who boils <things>", "item_count": 1 }]);
    lists(&eve, &there_ada, seen).await;

    // Who takes themselves out is out everywhere, and for good.
    let path = format!("{COLLECTIONS}/{there_id}");
    let item = bo.get(&path).await["collection"]["items"][0]["id"].clone();
    let stamp = format!(
        "{}/users/bo/feature_authorizations/{}",
        there.base,
        text(&item)
    );
    let stamped = async || {
        let request = there.http.get(&stamp);
        let request = request.header("accept", "application/activity+json");
        request.send().await.unwrap().status()
    };
    assert_eq!(stamped().await, StatusCode::OK);
    bo.post(&format!("{path}/items/{}/revoke", text(&item)), Value::Null)
        .await;
    assert_eq!(stamped().await, StatusCode::NOT_FOUND);
    stands(&ada, id, &[]).await;
    lists(&eve, &there_ada, json!([{ "item_count": 0 }])).await;
    let taken = StatusCode::UNPROCESSABLE_ENTITY;
    is_refused(&ada, Method::POST, &items, who(&bo_id), taken).await;
    answer(ada.request(Method::DELETE, &own)).await;
    lists(&eve, &there_ada, json!([])).await;

    // Not for all to see: followers do not hear of it, whoever is in it does.
    let quiet = json!({ "name": "Quiet", "account_ids": [bo_id] });
    let quiet = ada.post(COLLECTIONS, quiet).await["collection"].clone();
    stands(&ada, text(&quiet["id"]), &[(&bo_id, "accepted")]).await;
    let path = format!("/api/v1/accounts/{there_bo}/in_collections");
    let held = bo.get(&path).await;
    assert_eq!(held["collections"][0]["name"], "Quiet");
    lists(&eve, &there_ada, json!([])).await;

    // A block ends it on both sides.
    bo.post(&format!("/api/v1/accounts/{there_ada}/block"), Value::Null)
        .await;
    assert_eq!(bo.get(&path).await["collections"], json!([]));
    stands(&ada, text(&quiet["id"]), &[]).await;
}

#[tokio::test]
async fn people_at_other_schools_are_recommended_on_sqlite() {
    between_schools(Sqlite).await;
}

#[tokio::test]
async fn people_at_other_schools_are_recommended_on_postgresql() {
    between_schools(Postgres).await;
}

/// Somebody elsewhere who lets everybody recommend them.
fn open_person(elsewhere: &Elsewhere, name: &str) -> Value {
    let mut actor = elsewhere.person(name);
    actor["interactionPolicy"] = json!({ "canFeature": { "automaticApproval": [PUBLIC] } });
    elsewhere.serve(actor.clone());
    actor
}

async fn asked_elsewhere(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let elsewhere = Elsewhere::open().await;
    let (grace, mo) = (open_person(&elsewhere, "grace"), elsewhere.person("mo"));
    elsewhere.is_followed(&school, &ada, &grace).await;
    let by = text(&grace["id"]);
    let grace_id = account_id(&ada, &format!("grace@{}", elsewhere.host)).await;
    let mo_id = account_id(&ada, &format!("mo@{}", elsewhere.host)).await;
    let wish = json!({ "name": "Physics" });
    let made = ada.post(COLLECTIONS, wish).await["collection"].clone();
    let (id, uri) = (text(&made["id"]), text(&made["uri"]));
    let items = format!("{COLLECTIONS}/{id}/items");
    let who = |id: &str| json!({ "account_id": id });
    let asked = async |times: usize| {
        eventually("a FeatureRequest", || async {
            let all = elsewhere.received().await.into_iter();
            let mut requests = all.filter(|activity| activity["type"] == "FeatureRequest");
            requests.nth(times - 1)
        })
        .await
    };

    // A server that does not say so cannot be asked.
    let account = ada.get(&format!("/api/v1/accounts/{mo_id}")).await;
    assert_eq!(account["feature_approval"]["current_user"], "missing");
    is_refused(
        &ada,
        Method::POST,
        &items,
        who(&mo_id),
        StatusCode::FORBIDDEN,
    )
    .await;

    let added = ada.post(&items, who(&grace_id)).await;
    assert_eq!(added["collection_item"]["state"], "pending");
    let request = asked(1).await;
    let expected = json!({ "object": by, "instrument": uri, "to": [by] });
    assert!(fits(&request, &expected), "{request:#}");
    // Others do not see who was asked.
    let shown = answer(school.request(Method::GET, &format!("{COLLECTIONS}/{id}"))).await;
    assert!(standing(&shown["collection"]).is_empty());
    let stamp = format!("{by}/stamps/1");
    let yes = |by: &Value, name: &str, request: &Value| {
        json!({ "id": format!("{}/{name}", text(&by["id"])), "type": "Accept", "actor": by["id"],
            "object": request["id"], "result": stamp })
    };
    let no = |name: &str, request: &Value| json!({ "id": format!("{by}/{name}"), "type": "Reject", "actor": by, "object": request["id"] });
    // Somebody else's yes does not count, nor does one with nobody's stamp.
    elsewhere.tells(&school, &yes(&mo, "yes", &request)).await;
    let mut forged = yes(&grace, "forged", &request);
    forged["result"] = json!(format!("{}/stamp", school.base));
    elsewhere.tells(&school, &forged).await;
    elsewhere.tells(&school, &no("no", &request)).await;
    stands(&ada, id, &[]).await;
    // Who said no may be asked again.
    ada.post(&items, who(&grace_id)).await;
    let request = asked(2).await;
    elsewhere
        .tells(&school, &yes(&grace, "yes", &request))
        .await;
    stands(&ada, id, &[(&grace_id, "accepted")]).await;
    let add = elsewhere
        .receives("an Add", |activity| {
            activity["type"] == "Add" && activity["object"]["type"] == "FeaturedItem"
        })
        .await;
    let expected =
        json!({ "target": uri, "object": { "featuredObject": by, "featureAuthorization": stamp } });
    assert!(fits(&add, &expected), "{add:#}");
    let place = uri.strip_prefix(&school.base).unwrap();
    let document = school.request(Method::GET, place);
    let document = answer(document.header("accept", "application/activity+json")).await;
    assert_eq!(document["orderedItems"], json!([add["object"]]));

    // She takes it back: the stamp is gone, and so is she.
    let deleted =
        json!({ "id": format!("{by}/d"), "type": "Delete", "actor": by, "object": stamp });
    elsewhere.tells(&school, &deleted).await;
    stands(&ada, id, &[]).await;
    let item = add["object"]["id"].clone();
    elsewhere
        .receives("a Remove", |activity| {
            activity["type"] == "Remove" && activity["object"] == item
        })
        .await;
    let taken = StatusCode::UNPROCESSABLE_ENTITY;
    is_refused(&ada, Method::POST, &items, who(&grace_id), taken).await;
}

#[tokio::test]
async fn people_elsewhere_are_asked_and_answer_on_sqlite() {
    asked_elsewhere(Sqlite).await;
}

#[tokio::test]
async fn people_elsewhere_are_asked_and_answer_on_postgresql() {
    asked_elsewhere(Postgres).await;
}

/// A collection of Grace's, with these items.
fn collection(grace: &Value, name: &str, items: &[Value]) -> Value {
    let by = text(&grace["id"]);
    json!({ "id": format!("{by}/collections/1"), "type": "FeaturedCollection", "attributedTo": by, "name": name,
        "summaryMap": { "cy": "<p>Arbrofion</p>" }, "sensitive": false, "discoverable": true,
        "published": "2026-11-20T10:00:00Z", "topic": { "type": "Hashtag", "name": "#Physics" },
        "totalItems": items.len(), "orderedItems": items })
}

async fn theirs(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let ada_uri = format!("{}/users/ada", school.base);
    let elsewhere = Elsewhere::open().await;
    let grace = elsewhere.person("grace");
    elsewhere.is_followed(&school, &ada, &grace).await;
    let by = text(&grace["id"]);
    let [mo, hal, ivy] = ["mo", "hal", "ivy"].map(|name| elsewhere.person(name));
    let uri = format!("{by}/collections/1");
    let item = |number: u32, who: &str, stamp: &str| {
        json!({ "id": format!("{by}/items/{number}"), "type": "FeaturedItem", "featuredObject": who,
            "featuredObjectType": "Person", "featureAuthorization": stamp })
    };
    let stamped = |who: &Value, of: &str| {
        let (who, of) = (text(&who["id"]), format!("{by}/collections/{of}"));
        let stamp = format!("{who}/stamps/1");
        elsewhere.serve(json!({ "id": stamp, "type": "FeatureAuthorization", "interactingObject": of, "interactionTarget": who }));
        stamp
    };
    let by_mo = item(1, text(&mo["id"]), &stamped(&mo, "1"));
    let by_hal = item(2, text(&hal["id"]), &stamped(&hal, "2"));
    // Somebody else's stamp, and one that nobody gave.
    let by_ivy = item(3, text(&ivy["id"]), text(&by_mo["featureAuthorization"]));
    let by_ada = item(4, &ada_uri, &format!("{ada_uri}/feature_authorizations/1"));
    let all = [by_mo.clone(), by_hal.clone(), by_ivy, by_ada];
    let list = format!("{by}/collections");
    let deed = |kind: &str, target: &str, object: &Value| json!({ "type": kind, "actor": by, "target": target, "object": object });
    let first = collection(&grace, "Physics", &all);
    elsewhere.tells(&school, &deed("Add", &list, &first)).await;
    let grace_id = account_id(&ada, &format!("grace@{}", elsewhere.host)).await;
    let [mo_id, hal_id] = [
        account_id(&ada, &format!("mo@{}", elsewhere.host)).await,
        account_id(&ada, &format!("hal@{}", elsewhere.host)).await,
    ];
    let expected = json!([{ "uri": uri, "name": "Physics", "description": "Arbrofion", "language": "cy", "local": false,
        "tag": { "name": "physics" }, "items": [{ "account_id": mo_id, "state": "accepted" }] }]);
    let seen = lists(&ada, &grace_id, expected).await;
    let id = text(&seen[0]["id"]).to_owned();

    // One of ours is asked for, before and after she wants to be found.
    let asks = |number: u32| {
        json!({ "id": format!("{by}/requests/{number}"), "type": "FeatureRequest", "actor": by, "object": ada_uri,
            "instrument": uri })
    };
    let answered = async |number: u32| {
        let request = format!("{by}/requests/{number}");
        elsewhere
            .receives("an answer", |activity| activity["object"]["id"] == *request)
            .await
    };
    elsewhere.tells(&school, &asks(1)).await;
    assert_eq!(answered(1).await["type"], "Reject");
    let ada_id = wants_to_be_found(&ada).await;
    elsewhere.tells(&school, &asks(2)).await;
    let accept = answered(2).await;
    assert_eq!(accept["type"], "Accept", "{accept:#}");
    let told = ada.is_told("added_to_collection").await;
    assert_eq!(told["collection"]["id"], id);
    let stamp = text(&accept["result"]).to_owned();
    let get = async || {
        let path = stamp.strip_prefix(&school.base).unwrap();
        let request = school.request(Method::GET, path);
        let request = request.header("accept", "application/activity+json");
        request.send().await.unwrap()
    };
    let document: Value = get().await.json().await.unwrap();
    let expected = json!({ "id": stamp, "type": "FeatureAuthorization", "interactingObject": uri, "interactionTarget": ada_uri });
    assert!(fits(&document, &expected), "{document:#}");
    stands(&ada, &id, &[(&mo_id, "accepted"), (&ada_id, "accepted")]).await;

    // Others can neither ask for a collection that is not theirs, nor change it.
    let by_other = |kind: &str, target: &str, object: Value| {
        json!({ "id": format!("{}/{kind}", text(&mo["id"])), "type": kind, "actor": mo["id"], "target": target,
            "instrument": uri, "object": object })
    };
    for lie in [
        by_other("FeatureRequest", "", json!(ada_uri)),
        by_other("Remove", &list, json!(uri)),
        by_other("Delete", "", json!(uri)),
        by_other("Update", "", collection(&grace, "Lies", &[])),
        by_other("Add", &uri, by_hal.clone()),
    ] {
        elsewhere.tells(&school, &lie).await;
    }

    // A new name, one more, and one less.
    let by_ada = item(4, &ada_uri, &stamp);
    let renamed = collection(&grace, "Chemistry", &[by_mo.clone(), by_ada]);
    elsewhere
        .tells(&school, &deed("Update", "", &renamed))
        .await;
    let told = ada.is_told("collection_update").await;
    assert_eq!(told["collection"]["name"], "Chemistry");
    stamped(&hal, "1");
    elsewhere.tells(&school, &deed("Add", &uri, &by_hal)).await;
    let hal_id = hal_id.as_str();
    stands(
        &ada,
        &id,
        &[
            (&mo_id, "accepted"),
            (&ada_id, "accepted"),
            (hal_id, "accepted"),
        ],
    )
    .await;
    elsewhere
        .tells(&school, &deed("Remove", &uri, &by_mo["id"]))
        .await;
    stands(&ada, &id, &[(&ada_id, "accepted"), (hal_id, "accepted")]).await;
    // It was said before that, and comes late.
    elsewhere.tells(&school, &deed("Add", &uri, &by_mo)).await;

    // Ada takes herself out.
    let own = format!("{COLLECTIONS}/{id}");
    let items = ada.get(&own).await["collection"]["items"].clone();
    let path = format!("{own}/items/{}/revoke", text(&items[0]["id"]));
    ada.post(&path, Value::Null).await;
    elsewhere
        .receives("a Delete of the stamp", |activity| {
            activity["type"] == "Delete" && activity["object"]["id"] == stamp
        })
        .await;
    assert_eq!(get().await.status(), StatusCode::NOT_FOUND);
    assert_eq!(
        ada.get("/api/v1/notifications?types[]=added_to_collection")
            .await,
        json!([])
    );
    elsewhere.tells(&school, &asks(3)).await;
    assert_eq!(answered(3).await["type"], "Reject");
    stands(&ada, &id, &[(hal_id, "accepted")]).await;
    // Put in again, Mo is another item.
    let again = item(5, text(&mo["id"]), text(&by_mo["featureAuthorization"]));
    elsewhere.tells(&school, &deed("Add", &uri, &again)).await;
    stands(&ada, &id, &[(hal_id, "accepted"), (&mo_id, "accepted")]).await;
    elsewhere
        .tells(&school, &deed("Remove", &list, &json!(uri)))
        .await;
    lists(&ada, &grace_id, json!([])).await;
    assert_eq!(ada.status_of(&own).await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn collections_elsewhere_show_who_agreed_on_sqlite() {
    theirs(Sqlite).await;
}

#[tokio::test]
async fn collections_elsewhere_show_who_agreed_on_postgresql() {
    theirs(Postgres).await;
}

async fn of_strangers(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    wants_to_be_found(&ada).await;
    let ada_uri = format!("{}/users/ada", school.base);
    let elsewhere = Elsewhere::open().await;
    let mut grace = elsewhere.person("grace");
    let by = text(&grace["id"]).to_owned();
    let list = format!("{by}/collections");
    grace["featuredCollections"] = json!(list);
    elsewhere.serve(grace.clone());
    let mo = elsewhere.person("mo");
    let stamp = format!("{}/stamp", text(&mo["id"]));
    elsewhere.serve(json!({ "id": stamp, "type": "FeatureAuthorization",
        "interactingObject": format!("{by}/collections/1"), "interactionTarget": mo["id"] }));
    let item = json!({ "id": format!("{by}/items/1"), "type": "FeaturedItem", "featuredObject": mo["id"],
        "featureAuthorization": stamp });
    let found = collection(&grace, "Physics", &[item]);
    let page = format!("{list}?page=1");
    elsewhere
        .serve(json!({ "id": list, "type": "OrderedCollection", "totalItems": 1, "first": page }));
    elsewhere
        .serve(json!({ "id": page, "type": "OrderedCollectionPage", "orderedItems": [found] }));

    // A profile is opened.
    let grace_id = account_id(&ada, &format!("grace@{}", elsewhere.host)).await;
    ada.get(&format!("/api/v1/accounts/{grace_id}/statuses"))
        .await;
    let seen = lists(
        &ada,
        &grace_id,
        json!([{ "name": "Physics", "item_count": 1 }]),
    )
    .await;
    assert_eq!(seen[0]["uri"], found["id"]);

    // Somebody whom nobody here knows asks for one of ours: their collection is looked at first.
    let eve = elsewhere.person("eve");
    let quiet = json!({ "id": format!("{}/quiet", text(&eve["id"])), "type": "FeaturedCollection", "attributedTo": eve["id"],
        "name": "Quiet", "discoverable": false, "orderedItems": [] });
    elsewhere.serve(quiet.clone());
    let asks = |of: &Value, number: u32| {
        json!({ "id": format!("{}/requests/{number}", text(&eve["id"])), "type": "FeatureRequest", "actor": eve["id"],
            "object": ada_uri, "instrument": of })
    };
    // One of somebody else's is nothing to ask for.
    elsewhere.tells(&school, &asks(&found["id"], 1)).await;
    elsewhere.tells(&school, &asks(&quiet["id"], 2)).await;
    let request = asks(&quiet["id"], 2);
    elsewhere
        .receives("a yes", |activity| {
            activity["type"] == "Accept" && activity["object"]["id"] == request["id"]
        })
        .await;
    let told = ada.is_told("added_to_collection").await;
    assert_eq!(told["collection"]["name"], "Quiet");
    let answers = elsewhere.received().await;
    assert!(
        answers
            .iter()
            .all(|activity| activity["object"]["id"] != asks(&quiet["id"], 1)["id"])
    );
    // It is not listed with her, and is there for who is in it.
    let eve_id = account_id(&ada, &format!("eve@{}", elsewhere.host)).await;
    lists(&ada, &eve_id, json!([])).await;
    let own = format!("{COLLECTIONS}/{}", text(&told["collection"]["id"]));
    assert_eq!(ada.get(&own).await["collection"]["name"], "Quiet");

    // It can be reported with her, and with nobody else.
    let report = |account: &str| json!({ "account_id": account, "collection_ids": [told["collection"]["id"]] });
    let made = ada.post("/api/v1/reports", report(&eve_id)).await;
    assert_eq!(made["collection_ids"], json!([told["collection"]["id"]]));
    let missing = StatusCode::NOT_FOUND;
    is_refused(
        &ada,
        Method::POST,
        "/api/v1/reports",
        report(&grace_id),
        missing,
    )
    .await;
}

#[tokio::test]
async fn collections_of_strangers_are_looked_at_on_sqlite() {
    of_strangers(Sqlite).await;
}

#[tokio::test]
async fn collections_of_strangers_are_looked_at_on_postgresql() {
    of_strangers(Postgres).await;
}
