//! A hashtag is one, with its accents and without.

use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};
use test_support::{note_tags_to_fold, unfold_tags};

use crate::harness::{School, Teacher, eventually};

async fn ids(teacher: &Teacher, path: &str) -> Vec<Value> {
    let found = teacher.get(path).await;
    let statuses = found.as_array().unwrap().iter();
    statuses.map(|status| status["id"].clone()).collect()
}

/// The names in a list of hashtags.
async fn names(teacher: &Teacher, path: &str) -> Vec<Value> {
    let found = teacher.get(path).await;
    let tags = found.as_array().unwrap().iter();
    tags.map(|tag| tag["name"].clone()).collect()
}

async fn is_found(teacher: &Teacher, q: &str, status: &Value) {
    let path = format!("/api/v2/search?type=statuses&q={q}");
    eventually("the search to know", || async {
        let found = teacher.get(&path).await["statuses"].clone();
        (found[0]["id"] == status["id"]).then_some(())
    })
    .await;
}

async fn however_it_is_typed(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo, cy] = ["ada", "bo", "cy"].map(|name| school.teacher(name));
    let followed = ada.post("/api/v1/tags/Caf%C3%A9/follow", json!({})).await;
    assert_eq!(followed["name"], "café");
    let with = bo.publish(json!({ "status": "Today #CAFÉ" })).await;
    let without = cy.publish(json!({ "status": "Tomorrow #cafe" })).await;
    // Each as its author spelt it.
    assert_eq!(with["tags"][0]["name"], "café");
    assert_eq!(without["tags"][0]["name"], "cafe");
    ada.reads("Tomorrow").await;
    ada.reads("Today").await;
    let both = [without["id"].clone(), with["id"].clone()];
    for name in ["cafe", "Caf%C3%A9", "cafe%CC%81"] {
        let path = format!("/api/v1/timelines/tag/{name}");
        assert_eq!(ids(&bo, &path).await, both, "{name}");
        let tag = ada.get(&format!("/api/v1/tags/{name}")).await;
        assert_eq!(
            (&tag["name"], &tag["following"]),
            (&json!("café"), &json!(true))
        );
    }
    let path = "/api/v1/timelines/tag/cafe?all[]=CAFE&all[]=caf%C3%A9";
    assert_eq!(ids(&bo, path).await, both);
    let path = "/api/v1/timelines/tag/today?any[]=CAFE&none[]=caf%C3%A9";
    assert_eq!(ids(&bo, path).await, Vec::<Value>::new());
    for name in ["cafe", "caf%C3%A9"] {
        let path = format!("/api/v1/tags/{name}/feature");
        assert_eq!(bo.post(&path, json!({})).await["featuring"], true);
    }
    assert_eq!(names(&bo, "/api/v1/featured_tags").await, ["café"]);
    for q in ["cafe", "%23Caf%C3%A9"] {
        let path = format!("/api/v2/search?type=hashtags&q={q}");
        assert_eq!(bo.get(&path).await["hashtags"][0]["name"], "café", "{q}");
    }
    is_found(&bo, "%23cafe", &with).await;
    is_found(&cy, "%23CAF%C3%89", &without).await;
    assert_eq!(names(&ada, "/api/v1/followed_tags").await, ["café"]);
    ada.post("/api/v1/tags/Caf%C3%A9/unfollow", json!({})).await;
    assert_eq!(ada.get("/api/v1/followed_tags").await, json!([]));
    let home = ids(&ada, "/api/v1/timelines/home").await;
    assert_eq!(home, Vec::<Value>::new());
}

#[tokio::test]
async fn a_hashtag_is_one_however_it_is_typed_on_sqlite() {
    however_it_is_typed(Sqlite).await;
}

#[tokio::test]
async fn a_hashtag_is_one_however_it_is_typed_on_postgresql() {
    however_it_is_typed(Postgres).await;
}

async fn of_before(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    for name in ["Caf%C3%A9", "Th%C3%A9"] {
        ada.post(&format!("/api/v1/tags/{name}/follow"), json!({}))
            .await;
    }
    let with = bo.publish(json!({ "status": "Today #Café" })).await;
    bo.post("/api/v1/tags/Caf%C3%A9/feature", json!({})).await;
    unfold_tags(&mut school.database().connect());
    let without = bo.publish(json!({ "status": "Tomorrow #cafe" })).await;
    ada.post("/api/v1/tags/cafe/follow", json!({})).await;
    note_tags_to_fold(&mut school.database().connect());

    let both = [without["id"].clone(), with["id"].clone()];
    eventually("the posts of before", || async {
        let found = ids(&ada, "/api/v1/timelines/tag/cafe").await;
        (found == both).then_some(())
    })
    .await;
    eventually("the other one", || async {
        let followed = names(&ada, "/api/v1/followed_tags").await;
        (followed.len() == 2 && followed.contains(&json!("cafe"))).then_some(())
    })
    .await;
    assert_eq!(ada.get("/api/v1/tags/the").await["name"], "thé");
    assert_eq!(names(&bo, "/api/v1/featured_tags").await, ["cafe"]);
    let path = format!("/api/v1/statuses/{}", with["id"].as_str().unwrap());
    assert_eq!(bo.get(&path).await["tags"][0]["name"], "café");
    eventually("the search to know", || async {
        let found = bo.get("/api/v2/search?type=statuses&q=%23cafe").await;
        let found = found["statuses"].as_array().unwrap().len();
        (found == 2).then_some(())
    })
    .await;
}

#[tokio::test]
async fn hashtags_of_before_become_one_on_sqlite() {
    of_before(Sqlite).await;
}

#[tokio::test]
async fn hashtags_of_before_become_one_on_postgresql() {
    of_before(Postgres).await;
}
