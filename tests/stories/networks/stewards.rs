//! What stewards do by messages and by the API, and what members see of it.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use super::{NETWORKS, has, hears, id_of, is_passed_on, network, text, writes};
use crate::admin::{SCOPES, names};
use crate::harness::{School, Teacher, answer, eventually, out};

async fn account_id(of: &Teacher) -> String {
    let own = of.get("/api/v1/accounts/verify_credentials").await;
    text(&own["id"]).to_owned()
}

async fn page(school: &School, path: &str, accept: &str) -> String {
    let request = school.request(Method::GET, path).header("accept", accept);
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    response.text().await.unwrap()
}

async fn document(school: &School, path: &str) -> Value {
    let text = page(school, path, "application/activity+json").await;
    serde_json::from_str(&text).unwrap()
}

async fn words(kind: Kind) {
    let Some(hub) = School::open(kind).await else {
        return;
    };
    let (ada, dan) = (hub.teacher("ada"), hub.teacher("dan"));
    network(
        &hub,
        "english",
        &["ada"],
        &["--rules", "Be kind.", "--description", "About words"],
    );
    hears(&ada, "You look after").await;

    writes(&dan, "@english help").await;
    let help = hears(&dan, "To post here").await;
    assert!(!text(&help["content"]).contains("As a steward"));
    writes(&dan, "@english stewards").await;
    hears(&dan, &format!("The stewards: @ada@{}", hub.host)).await;
    writes(&dan, "@english rules").await;
    hears(&dan, "Be kind.").await;
    writes(&dan, "@english sing").await;
    hears(&dan, "I did not understand that.").await;
    writes(&dan, "@english join").await;
    hears(&dan, "You are a member now.").await;

    let post = dan
        .publish(json!({ "status": "@english Iambs by foot" }))
        .await;
    let link = text(&post["url"]);
    let fay = hub.teacher("fay");
    writes(&fay, "@english join").await;
    hears(&fay, "You are a member now.").await;
    let second = dan
        .publish(json!({ "status": "@english Trochees by drum" }))
        .await;
    is_passed_on(&fay, "Trochees").await;

    // Who is no steward cannot.
    writes(&dan, &format!("@english pin {link}")).await;
    hears(&dan, "Only stewards").await;
    writes(&ada, &format!("@english pin {link}")).await;
    hears(&ada, "at the top of the network now").await;
    let featured = document(&hub, "/users/english/collections/featured").await;
    assert_eq!(featured["orderedItems"][0]["id"], post["uri"]);
    let id = id_of(&hub, "english").await;
    let posts = dan.get(&format!("{NETWORKS}/{id}/posts")).await;
    assert_eq!(posts[0]["id"], second["id"]);
    assert_eq!(posts[1]["pinned"], true);
    let apps = dan
        .get(&format!("/api/v1/accounts/{id}/statuses?pinned=true"))
        .await;
    assert_eq!(apps[0]["reblog"]["id"], post["id"]);
    writes(&ada, &format!("@english unpin {link}")).await;
    hears(&ada, "at the top of the network no more").await;

    // Out and in again.
    writes(&ada, &format!("@english remove {link}")).await;
    hears(&ada, "The post is taken out").await;
    hears(&dan, "took your post out").await;
    let posts = dan.get(&format!("{NETWORKS}/{id}/posts")).await;
    assert_eq!(posts.as_array().unwrap().len(), 1);
    let path = format!("{NETWORKS}/{id}/posts/{}/restore", text(&post["id"]));
    let said = ada.post(&path, Value::Null).await;
    assert_eq!(said["message"], "The post is back.");
    let posts = dan.get(&format!("{NETWORKS}/{id}/posts")).await;
    assert_eq!(posts.as_array().unwrap().len(), 2);
    let by_dan = dan.request(Method::POST, &path).send().await.unwrap();
    assert_eq!(by_dan.status(), StatusCode::FORBIDDEN);

    // A network has no steward but one: she decides alone.
    writes(&ada, "@english rules: Be kinder.").await;
    hears(&ada, "The rules are changed.").await;
    let shown = dan.get(&format!("{NETWORKS}/{id}")).await;
    assert_eq!(shown["rules"], "Be kinder.");

    sees(&hub, &dan, link).await;

    // A block holds here too.
    let who = account_id(&fay).await;
    dan.post(&format!("/api/v1/accounts/{who}/block"), Value::Null)
        .await;
    let posts = fay.get(&format!("{NETWORKS}/{id}/posts")).await;
    assert_eq!(posts, json!([]));

    writes(&dan, "@english leave").await;
    hears(&dan, "You are a member no more.").await;
    let relation = dan
        .get(&format!("/api/v1/accounts/relationships?id[]={id}"))
        .await;
    assert_eq!(relation[0]["following"], false);
}

/// What others read of a network.
async fn sees(hub: &School, dan: &Teacher, link: &str) {
    let actor = document(hub, "/users/english").await;
    assert_eq!(actor["type"], "Group");
    assert_eq!(actor["postingRestrictedToMods"], false);
    assert_eq!(actor["name"], "All of English");
    let moderators = text(&actor["attributedTo"])
        .strip_prefix(&hub.base)
        .unwrap();
    let moderators = document(hub, moderators).await;
    assert_eq!(
        moderators["orderedItems"],
        json!([format!("{}/users/ada", hub.base)])
    );
    let outbox = document(hub, "/users/english/outbox?page=true").await;
    assert_eq!(outbox["orderedItems"][0]["type"], "Announce");
    let finger = format!("/.well-known/webfinger?resource=acct:english@{}", hub.host);
    let finger = answer(hub.request(Method::GET, &finger)).await;
    assert_eq!(finger["aliases"][1], actor["id"]);

    let html = page(hub, "/@english", "text/html").await;
    for part in [
        "All of English",
        "About words",
        "Be kinder.",
        "/@ada",
        link,
        "Iambs by foot",
        "/@fay",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    let atom = page(hub, "/@english.atom", "application/atom+xml").await;
    assert!(
        atom.contains("Iambs by foot") && atom.contains("Trochees by drum"),
        "{atom}"
    );

    // The index is written behind the posts.
    dan.publish(json!({ "status": "Iambs elsewhere" })).await;
    let found = async |q: &str| {
        let path = format!("/api/v2/search?type=statuses&q={q}");
        dan.get(&path).await["statuses"].as_array().unwrap().len()
    };
    eventually("both to be found", async || {
        (found("iambs").await == 2).then_some(())
    })
    .await;
    eventually("the one in the network", async || {
        (found("iambs%20in:@english").await == 1).then_some(())
    })
    .await;
    assert_eq!(found("iambs%20in:@nothing").await, 0);
}

#[tokio::test]
async fn plain_words_do_everything_on_sqlite() {
    words(Sqlite).await;
}

#[tokio::test]
async fn plain_words_do_everything_on_postgresql() {
    words(Postgres).await;
}

async fn together(kind: Kind) {
    let (Some(hub), Some(other)) = (School::open(kind).await, School::open(kind).await) else {
        return;
    };
    let (ada, fay, dan) = (hub.teacher("ada"), hub.teacher("fay"), hub.teacher("dan"));
    let bo = other.teacher("bo");
    let elsewhere = format!("bo@{}", other.host);
    network(&hub, "english", &["ada", "fay", &elsewhere], &[]);
    hears(&bo, "You look after").await;
    dan.follow(&format!("@english@{}", hub.host)).await;

    writes(&ada, "@english ban dan").await;
    hears(&ada, "This is proposal 1.").await;
    hears(&fay, "to ban @dan").await;
    hears(&bo, "to ban @dan").await;
    let id = id_of(&hub, "english").await;
    let open = fay.get(&format!("{NETWORKS}/{id}/proposals")).await;
    assert_eq!(open[0]["kind"], "ban");
    assert_eq!(open[0]["target"]["username"], "dan");
    writes(&ada, "@english confirm 1").await;
    hears(&ada, "Another steward has to confirm it").await;
    let path = format!("{NETWORKS}/{id}/proposals/1/confirm");
    let too_near = fay.request(Method::POST, &path).send().await.unwrap();
    assert_eq!(too_near.status(), StatusCode::UNPROCESSABLE_ENTITY);
    writes(&bo, &format!("@english@{} confirm 1", hub.host)).await;
    hears(&bo, "is banned.").await;
    hears(&ada, "confirmed proposal 1").await;
    hears(&dan, "neither be a member nor post").await;
    let relation = dan
        .get(&format!("/api/v1/accounts/relationships?id[]={id}"))
        .await;
    assert_eq!(relation[0]["following"], false);
    let follow = dan.request(Method::POST, &format!("/api/v1/accounts/{id}/follow"));
    assert_eq!(follow.send().await.unwrap().status(), StatusCode::FORBIDDEN);
    dan.publish(json!({ "status": "@english Let me in" })).await;
    hears(&dan, "do not let you post there").await;

    // What two want, by whatever way, is done.
    let who = account_id(&dan).await;
    let path = format!("{NETWORKS}/{id}/people/{who}/unban");
    let said = fay.post(&path, Value::Null).await;
    assert!(
        text(&said["message"]).starts_with("This is proposal 2."),
        "{said}"
    );
    let network = format!("@english@{}", hub.host);
    writes(&bo, &format!("{network} unban dan@{}", hub.host)).await;
    hears(&bo, "is banned no more").await;
    dan.follow(&network).await;

    // Nobody keeps the others busy with proposals without end.
    let proposes = |number: u32| {
        let request = fay.request(Method::PATCH, &format!("{NETWORKS}/{id}"));
        request.json(&json!({ "rules": format!("Rule number {number}") }))
    };
    for number in 1..=20 {
        answer(proposes(number)).await;
    }
    let one_more = proposes(21).send().await.unwrap();
    assert_eq!(one_more.status(), StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn what_binds_others_needs_two_schools_on_sqlite() {
    together(Sqlite).await;
}

#[tokio::test]
async fn what_binds_others_needs_two_schools_on_postgresql() {
    together(Postgres).await;
}

async fn doors(kind: Kind) {
    let Some(hub) = School::open(kind).await else {
        return;
    };
    let scopes = "read write follow admin:read admin:write";
    let owner = hub.person("owner", "admin", scopes);
    let (ada, dan) = (hub.teacher("ada"), hub.teacher("dan"));
    let wishes = |name: &str, membership: &str| json!({ "name": name, "title": name, "stewards": ["ada"], "membership": membership });
    let asked = owner.post(NETWORKS, wishes("maths", "by_approval")).await;
    let closed = owner.post(NETWORKS, wishes("heads", "closed")).await;
    let plain = dan
        .request(Method::POST, NETWORKS)
        .json(&wishes("mine", "open"));
    assert_eq!(plain.send().await.unwrap().status(), StatusCode::FORBIDDEN);
    let twice = owner
        .request(Method::POST, NETWORKS)
        .json(&wishes("maths", "open"));
    assert_eq!(
        twice.send().await.unwrap().status(),
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let all = dan.get(NETWORKS).await;
    let names: Vec<&str> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|row| text(&row["title"]))
        .collect();
    assert_eq!(names, ["heads", "maths"]);

    let follow = |network: &Value| format!("/api/v1/accounts/{}/follow", text(&network["id"]));
    let relation = dan.post(&follow(&asked), Value::Null).await;
    assert_eq!(relation["requested"], true);
    hears(&ada, "asks to join").await;
    // Asked anew it is no news.
    let leave = format!("/api/v1/accounts/{}/unfollow", text(&asked["id"]));
    dan.post(&leave, Value::Null).await;
    dan.post(&follow(&asked), Value::Null).await;
    let told = ada
        .get("/api/v1/notifications?types[]=mention&limit=80")
        .await;
    let lines = told.as_array().unwrap().iter();
    let requests = lines.filter(|line| has(&line["status"], "asks to join"));
    assert_eq!(requests.count(), 1, "{told}");
    let requests = format!("{NETWORKS}/{}/requests", text(&asked["id"]));
    assert_eq!(ada.get(&requests).await[0]["username"], "dan");
    writes(&ada, "@maths accept dan").await;
    hears(&dan, "You are a member of").await;
    let people = format!("{NETWORKS}/{}/people", text(&asked["id"]));
    assert_eq!(dan.get(&people).await[0]["username"], "dan");

    let refused = dan
        .request(Method::POST, &follow(&closed))
        .send()
        .await
        .unwrap();
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let who = account_id(&dan).await;
    let invite = format!("{NETWORKS}/{}/people/{who}/invite", text(&closed["id"]));
    ada.post(&invite, Value::Null).await;
    hears(&dan, "You are invited").await;
    let relation = dan.post(&follow(&closed), Value::Null).await;
    assert_eq!(relation["following"], true);
}

#[tokio::test]
async fn who_may_join_is_as_the_network_says_on_sqlite() {
    doors(Sqlite).await;
}

#[tokio::test]
async fn who_may_join_is_as_the_network_says_on_postgresql() {
    doors(Postgres).await;
}

async fn suspension(kind: Kind) {
    let Some(hub) = School::open(kind).await else {
        return;
    };
    let mia = hub.person("mia", "moderator", SCOPES);
    let (dan, fay) = (hub.teacher("dan"), hub.teacher("fay"));
    network(&hub, "english", &["dan"], &[]);
    fay.follow("@english").await;
    let id = id_of(&hub, "english").await;
    let of = format!("/api/v1/admin/accounts/{id}");
    assert_eq!(mia.get(&of).await["username"], "english");
    let listed = names(&mia, "/api/v2/admin/accounts?username=english").await;
    assert_eq!(listed, ["english"]);

    // Suspended, it is there for nobody, and passes nothing on.
    let suspend = json!({ "type": "suspend" });
    mia.post(&format!("{of}/action"), suspend).await;
    let gone = hub.request(Method::GET, "/@english");
    let gone = gone.header("accept", "text/html").send().await.unwrap();
    assert_eq!(gone.status(), StatusCode::GONE);
    let one = format!("{NETWORKS}/{id}");
    assert_eq!(dan.status_of(&one).await, StatusCode::NOT_FOUND);
    let lost = dan
        .publish(json!({ "status": "@english While it is away" }))
        .await;
    assert_eq!(lost["mentions"], json!([]), "{lost}");

    // Its members are still there when that is lifted.
    let lifted = mia.post(&format!("{of}/unsuspend"), json!({})).await;
    assert_eq!(lifted["suspended"], false);
    dan.publish(json!({ "status": "@english It is back" }))
        .await;
    is_passed_on(&fay, "It is back").await;
    let posts = dan.get(&format!("{one}/posts")).await;
    assert_eq!(posts.as_array().unwrap().len(), 1, "{posts}");
    for (verb, status) in [
        ("suspend", StatusCode::NOT_FOUND),
        ("unsuspend", StatusCode::OK),
    ] {
        let done = hub.command(&["user", verb, "english"]);
        assert!(done.status.success(), "{}", out(&done));
        assert_eq!(dan.status_of(&one).await, status, "{verb}");
    }
    let log = out(&hub.command(&["report", "log"]));
    for line in ["@mia\tsuspend\t@english", "@mia\tlift suspend\t@english"] {
        assert!(log.contains(line), "{line}: {log}");
    }
}

#[tokio::test]
async fn a_network_is_suspended_and_let_back_on_sqlite() {
    suspension(Sqlite).await;
}

#[tokio::test]
async fn a_network_is_suspended_and_let_back_on_postgresql() {
    suspension(Postgres).await;
}
