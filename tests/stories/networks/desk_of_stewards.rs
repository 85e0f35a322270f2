//! What stewards do on the page of their network: all that they do by messages and by the API.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use super::desk::{desk, is_refused, is_told, signed_in};
use super::moves::{document, goes_along};
use super::{NETWORKS, hears, id_of, is_passed_on, network, text, writes};
use crate::elsewhere::account_id;
use crate::harness::{School, Teacher, eventually};

async fn announced(of: &Teacher, network: &str) -> Vec<Value> {
    let posts = of.get(&format!("{NETWORKS}/{network}/posts")).await;
    posts.as_array().unwrap().clone()
}

async fn posts_and_people(kind: Kind) {
    let Some(hub) = School::open(kind).await else {
        return;
    };
    let [_ada, bo, cy, dan] = ["ada", "bo", "cy", "dan"].map(|name| hub.teacher(name));
    network(&hub, "english", &["ada", "bo"], &[]);
    let id = id_of(&hub, "english").await;
    dan.follow("@english").await;
    let [ada_there, bo_there, dan_there] = [
        signed_in(&hub, "ada").await,
        signed_in(&hub, "bo").await,
        signed_in(&hub, "dan").await,
    ];
    let post = dan
        .publish(json!({ "status": "@english Iambs by foot" }))
        .await;
    let (number, link) = (text(&post["id"]), text(&post["url"]));

    // At the top, and off it.
    assert!(!desk(&dan_there).await.contains("Notices and posts"));
    is_refused(&dan_there, "pin", &[("id", number)], "Only stewards").await;
    is_refused(&dan_there, "pin", &[("link", link)], "Only stewards").await;
    let said = "The post is at the top of the network now.";
    let page = is_told(&ada_there, "pin", &[("id", number)], said).await;
    assert!(page.contains("Unpin it: by @dan"), "{page}");
    assert_eq!(announced(&dan, &id).await[0]["pinned"], true);
    let said = "at the top of the network no more.";
    is_told(&ada_there, "unpin", &[("link", link)], said).await;
    assert_eq!(announced(&dan, &id).await[0]["pinned"], false);
    for nothing in ["https://nowhere.example/1", "what is this", ""] {
        let why = "There is no such post";
        is_refused(&ada_there, "pin", &[("link", nothing)], why).await;
    }

    // Out and in again, by whichever steward; answers too.
    let said = "The post is taken out, and its author told.";
    let page = is_told(&ada_there, "remove", &[("id", number)], said).await;
    assert!(page.contains("Put it back: by @dan"), "{page}");
    hears(&dan, "took your post out").await;
    assert!(announced(&dan, &id).await.is_empty());
    is_told(&bo_there, "restore", &[("id", number)], "The post is back.").await;
    assert_eq!(announced(&dan, &id).await.len(), 1);
    let said = json!({ "status": "Trochees, rather", "in_reply_to_id": number });
    let reply = cy.publish(said).await;
    let link = text(&reply["url"]);
    let said = "The answer is taken out, and its author told.";
    is_told(&bo_there, "remove", &[("link", link)], said).await;
    hears(&cy, "took your answer out").await;
    is_told(
        &ada_there,
        "restore",
        &[("link", link)],
        "The answer is back.",
    )
    .await;

    // What one steward only proposes says so, and another one confirms it, on the page or by wanting the same.
    let who = |name: &'static str| [("who", name)];
    is_told(&ada_there, "invite", &who("cy"), "is invited, and told how").await;
    hears(&cy, "You are invited to").await;
    let why = "There is no such post, person";
    is_refused(&ada_there, "ban", &who("nobody"), why).await;
    is_refused(&dan_there, "ban", &who("cy"), "Only stewards").await;
    is_told(&ada_there, "ban", &who("dan"), "This is proposal 1.").await;
    assert_eq!(
        bo.get(&format!("{NETWORKS}/{id}/people")).await[0]["username"],
        "dan"
    );
    is_told(&bo_there, "confirm", &[("id", "1")], "is banned.").await;
    hears(&dan, "can neither be a member nor post there").await;
    is_told(&bo_there, "unban", &who("dan"), "This is proposal 2.").await;
    is_told(&ada_there, "unban", &who("dan"), "is banned no more.").await;
    let name = format!("@cy@{}", hub.host);
    is_told(&ada_there, "add_steward", &who("cy"), "This is proposal 3.").await;
    is_told(
        &bo_there,
        "add_steward",
        &[("who", &*name)],
        "is a steward now.",
    )
    .await;
    hears(&cy, "You look after").await;
    is_told(
        &ada_there,
        "remove_steward",
        &who("cy"),
        "This is proposal 4.",
    )
    .await;
    is_told(
        &bo_there,
        "confirm",
        &[("id", "4")],
        "is a steward no more.",
    )
    .await;

    // What it says of itself, and its rules.
    let form = [
        ("title", "English for all"),
        ("description", "For all who teach it.\r\nAnd for others."),
        ("rules", "Say which year.\r\nBe kind."),
        ("posts_are_practice", "yes"),
    ];
    is_refused(&dan_there, "describe", &form, "Only stewards").await;
    let page = is_told(&ada_there, "describe", &form, "It is changed").await;
    for words in ["This is proposal 5.", "This is proposal 6."] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let one = format!("{NETWORKS}/{id}");
    let seen = dan.get(&one).await;
    assert_eq!(seen["title"], "English for all");
    assert_eq!(
        (&seen["rules"], &seen["posts_are_practice"]),
        (&json!(""), &json!(false))
    );
    for (number, said) in [("5", "The rules are changed."), ("6", "is practice.")] {
        is_told(&bo_there, "confirm", &[("id", number)], said).await;
    }
    let seen = dan.get(&one).await;
    assert_eq!(seen["rules"], "Say which year.\nBe kind.");
    assert_eq!(seen["posts_are_practice"], true);
    is_told(&ada_there, "describe", &form, "Nothing is to change.").await;
    let title = "x".repeat(200);
    let too_long = [("title", title.as_str()), form[1], form[2], form[3]];
    is_refused(&ada_there, "describe", &too_long, "Title is too long").await;
    // Each letter of them takes twelve bytes.
    let rules = "🎈".repeat(5_000);
    let long = [form[0], form[1], ("rules", &*rules), form[3]];
    is_told(&ada_there, "describe", &long, "This is proposal 7.").await;
}

#[tokio::test]
async fn stewards_do_everything_on_the_page_on_sqlite() {
    posts_and_people(Sqlite).await;
}

#[tokio::test]
async fn stewards_do_everything_on_the_page_on_postgresql() {
    posts_and_people(Postgres).await;
}

async fn there_and_back(kind: Kind) {
    let (Some(old), Some(new)) = (School::open(kind).await, School::open(kind).await) else {
        return;
    };
    let [ada, dan, eve] = ["ada", "dan", "eve"].map(|name| old.teacher(name));
    let bo = new.teacher("bo");
    let bo_elsewhere = format!("bo@{}", new.host);
    network(&old, "english", &["ada", &bo_elsewhere], &[]);
    network(&new, "english", &["bo"], &[]);
    hears(&bo, &format!("@english@{}", old.host)).await;
    let (from, to) = (
        format!("english@{}", old.host),
        format!("english@{}", new.host),
    );
    for member in [&dan, &eve] {
        member.follow("@english").await;
    }
    let (ada_there, bo_there) = (signed_in(&old, "ada").await, signed_in(&new, "bo").await);
    let id = id_of(&old, "english").await;
    let one = format!("{NETWORKS}/{id}");
    let back = || {
        ada.request(Method::PATCH, &one)
            .json(&json!({ "move_back": true }))
    };
    let refused = back().send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!desk(&ada_there).await.contains("Take the move back"));

    // There.
    let there = [("who", &*to)];
    is_refused(&ada_there, "move", &there, "as its alias").await;
    is_told(&bo_there, "alias", &[("who", &*from)], "can move here now.").await;
    let page = desk(&bo_there).await;
    let uri = format!("{}/users/english", old.base);
    assert!(page.contains(&uri), "{page}");
    is_told(&ada_there, "move", &there, "This is proposal 1.").await;
    writes(&bo, &format!("@{from} confirm 1")).await;
    hears(&bo, "This network moves to").await;
    for member in [&dan, &eve] {
        goes_along(member, &to).await;
    }
    let page = desk(&ada_there).await;
    assert!(page.contains("This network has moved to"), "{page}");
    // Nobody at the other server follows it, but a steward lives there.
    let known = account_id(&bo, &from).await;
    let shown_there = async |has_moved: bool| {
        eventually("the other server to hear of it", || async {
            let shown = bo.get(&format!("/api/v1/accounts/{known}")).await;
            (shown["moved"].is_null() != has_moved).then_some(())
        })
        .await;
    };
    shown_there(true).await;

    // And back: one steward alone cannot; who went along stays where they are.
    is_told(&ada_there, "move_back", &[], "This is proposal 2.").await;
    let actor = document(&old, "/users/english").await;
    assert_eq!(actor["movedTo"], format!("{}/users/english", new.base));
    let open = ada.get(&format!("{one}/proposals")).await;
    assert_eq!(open[0]["kind"], "move_back");
    writes(&bo, &format!("@{from} move back")).await;
    hears(&bo, "The move is taken back").await;
    hears(&ada, "confirmed proposal 2").await;
    let actor = document(&old, "/users/english").await;
    assert!(actor["movedTo"].is_null(), "{actor}");
    shown_there(false).await;
    let again = back().send().await.unwrap();
    assert_eq!(again.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.text().await.unwrap().contains("has not moved"));

    // It takes members and posts again.
    goes_along(&dan, &to).await;
    for member in [&dan, &eve] {
        member.follow(&format!("@{from}")).await;
    }
    dan.publish(json!({ "status": "@english Home again" }))
        .await;
    is_passed_on(&eve, "Home again").await;
    is_told(
        &bo_there,
        "unalias",
        &[("who", &*from)],
        "cannot move here any more.",
    )
    .await;

    // A half of the key is shown once, to whom it is for.
    let mine = "Show my half, once";
    let bo_here = [("who", &*bo_elsewhere)];
    is_told(&ada_there, "share_key", &bo_here, "This is proposal 3.").await;
    assert!(!desk(&ada_there).await.contains(mine));
    let why = "There is no such post, person or half";
    is_refused(&ada_there, "half", &[], why).await;
    writes(&bo, &format!("@{from} confirm 3")).await;
    hears(&bo, "The key is halved between").await;
    assert!(desk(&ada_there).await.contains(mine));
    let page = is_told(&ada_there, "half", &[], "staffroom-half-1:").await;
    assert!(!page.contains(mine), "{page}");
    is_refused(&ada_there, "half", &[], why).await;
}

#[tokio::test]
async fn a_network_moves_there_and_back_on_the_page_on_sqlite() {
    there_and_back(Sqlite).await;
}

#[tokio::test]
async fn a_network_moves_there_and_back_on_the_page_on_postgresql() {
    there_and_back(Postgres).await;
}
