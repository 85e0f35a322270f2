//! On one server: uses, quotes, licences, what not everybody may see, the pages, and a large tree.

use std::collections::BTreeMap;
use std::time::Instant;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use super::{asked, id, noes, states, ties, titles, tree, url};
use crate::harness::{School, Teacher, answer};
use crate::sign_in::{Browser, field};

async fn story(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo, cy, di] = ["ada", "bo", "cy", "di"].map(|name| school.teacher(name));
    cy.follow("@bo").await;
    let source = json!({ "status": "Exit tickets\n#Practice #CCBY" });
    let source = ada.publish(source).await;
    let tried =
        json!({ "status": "@ada #Tried Year 9, mixed, kept it", "in_reply_to_id": id(&source) });
    bo.publish(tried).await;
    let quoting = json!({ "status": "Exit tickets in Welsh\n#Practice #CCBY", "quoted_status_id": id(&source) });
    di.publish(quoting).await;
    // What is denied is no claim, and neither is an ordinary link or an ordinary quote.
    for words in [
        "Not adapted from LINK",
        "Look at LINK",
        "> adapted from LINK",
    ] {
        let words = words.replace("LINK", url(&source));
        let made = di.publish(json!({ "status": words })).await;
        assert!(made["staffroom"].is_null(), "{made:#}");
    }
    let quoting = json!({ "status": "Nice", "quoted_status_id": id(&source) });
    let made = di.publish(quoting).await;
    assert!(made["staffroom"].is_null(), "{made:#}");

    // Followers see more than others, who see where it stands only if it holds others together.
    let words = format!("Confidential tickets\nAdapted from {}", url(&source));
    let secret = bo
        .publish(json!({ "status": words, "visibility": "private" }))
        .await;
    let seen = tree(&di, id(&source)).await;
    assert_eq!(states(&seen), BTreeMap::from([("shown", 3)]), "{seen:#}");
    let words = format!("Tickets for all\nAdapted from {}", url(&secret));
    let open = cy.publish(json!({ "status": words })).await;
    let seen = tree(&di, id(&source)).await;
    assert_eq!(
        states(&seen),
        BTreeMap::from([("hidden", 1), ("shown", 4)]),
        "{seen:#}"
    );
    assert!(!seen.to_string().contains("Confidential"), "{seen:#}");
    assert!(seen["counts"].is_null(), "{seen:#}");
    let of_di = di.get(&format!("/api/v1/statuses/{}", id(&open))).await;
    assert!(of_di["staffroom"].is_null(), "{of_di:#}");
    let seen = tree(&cy, id(&source)).await;
    assert_eq!(states(&seen), BTreeMap::from([("shown", 5)]), "{seen:#}");
    assert!(
        titles(&seen).contains(&"#Tried Year 9, mixed, kept it"),
        "{seen:#}"
    );
    let edges = seen["edges"].as_array().unwrap();
    let tried = edges.iter().find(|edge| edge["kind"] == "tried").unwrap();
    assert_eq!(tried["context"], "Year 9, mixed, kept it");
    assert_eq!(tried["state"], "confirmed");
    let own = tree(&ada, id(&source)).await;
    let counts = json!({ "adaptation": 2, "tried": 1, "adopted": 0 });
    assert_eq!(own["counts"], counts);

    // What somebody may not see they cannot name.
    let words = format!("Adapted from {}", url(&secret));
    let made = di.publish(json!({ "status": words })).await;
    assert!(made["staffroom"].is_null(), "{made:#}");

    // The pages.
    let page = async |address: &str| {
        let request = school.http.get(address).header("accept", "text/html");
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{address}");
        let kind = response.headers()["content-type"]
            .to_str()
            .unwrap()
            .to_owned();
        let policy = response.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .to_owned();
        (kind, policy, response.text().await.unwrap())
    };
    let (_, _, status) = page(url(&source)).await;
    let address = format!("{}/tree", url(&source));
    assert!(status.contains(&address), "{status}");
    let (_, policy, drawn) = page(&address).await;
    assert!(policy.contains("default-src 'none'"), "{policy}");
    for words in [
        "Exit tickets",
        "Tried “Exit tickets”: ",
        "Year 9, mixed, kept it",
        "A post that is not for everybody",
        "Tickets for all",
        "claimed, not confirmed",
    ] {
        assert!(drawn.contains(words), "{words}: {drawn}");
    }
    assert!(!drawn.contains("Confidential"), "{drawn}");
    assert!(!drawn.contains("how many"), "{drawn}");
    for (name, is_author) in [("ada", true), ("di", false)] {
        let browser = Browser::new(&school);
        browser.sign_in(name, "chalk and cheese", "/").await;
        let path = format!("/@ada/{}/tree", id(&source));
        let (_, _, drawn) = browser.page(&path).await;
        let said = "Only you see how many: 2 adapted it, 1 tried it.";
        assert_eq!(drawn.contains(said), is_author, "{name}: {drawn}");
    }
    let (kind_of, policy, picture) = page(&format!("{address}.svg")).await;
    assert_eq!(kind_of, "image/svg+xml");
    assert!(policy.contains("sandbox"), "{policy}");
    assert!(
        picture.starts_with("<svg") && picture.ends_with("</svg>"),
        "{picture}"
    );
    assert!(picture.contains("Tickets for all") && !picture.contains("Confidential"));
    let (_, _, ordinary) = page(url(&made)).await;
    assert!(!ordinary.contains("/tree"), "{ordinary}");
    // That something comes from a post is not said to those who may see none of it.
    let lonely = ada.publish(json!({ "status": "Spelling lists" })).await;
    let words = format!("Secret lists\nAdapted from {}", url(&lonely));
    bo.publish(json!({ "status": words, "visibility": "private" }))
        .await;
    let (_, _, ordinary) = page(url(&lonely)).await;
    assert!(!ordinary.contains("/tree"), "{ordinary}");

    // An edit that does not say so any more, and one that says so again.
    let edit = |words: String| {
        let path = format!("/api/v1/statuses/{}", id(&open));
        cy.request(Method::PUT, &path)
            .json(&json!({ "status": words }))
    };
    answer(edit("Tickets for all".to_owned())).await;
    assert_eq!(titles(&tree(&cy, id(&open)).await), ["Tickets for all"]);
    answer(edit(format!(
        "Tickets for all\nAdapted from {}",
        url(&source)
    )))
    .await;
    let seen = tree(&cy, id(&open)).await;
    assert!(titles(&seen).contains(&"Exit tickets"), "{seen:#}");
}

// On SQLite alone: claims are kept on both; this is about how they are said.
#[tokio::test]
async fn one_says_so_apart_from_the_words() {
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    let [ada, bo] = ["ada", "bo"].map(|name| school.teacher(name));
    let source = json!({ "status": "Word mats\n#Practice #CCBY" });
    let source = ada.publish(source).await;
    let made = bo.publish(json!({ "status": "My word mats" })).await;
    let path = format!("/api/staffroom/v1/statuses/{}/lineage", id(&made));
    let said = json!({ "source": url(&source) });
    let seen = bo.post(&path, said.clone()).await;
    assert_eq!(ties(&seen), ["confirmed"], "{seen:#}");
    // Nobody says so of what somebody else wrote, of nothing, or of itself.
    let refused = ada.request(Method::POST, &path).json(&said);
    assert_eq!(refused.send().await.unwrap().status(), 404);
    let says = async |teacher: &Teacher, of: &Value, source: &str| {
        let path = format!("/api/staffroom/v1/statuses/{}/lineage", id(of));
        let request = teacher.request(Method::POST, &path);
        let request = request.json(&json!({ "source": source }));
        let answered = request.send().await.unwrap();
        let status = answered.status().as_u16();
        (status, answered.text().await.unwrap())
    };
    for nothing in [url(&made), "https://school.invalid/1", "", "word mats"] {
        let (status, said) = says(&bo, &made, nothing).await;
        assert_eq!(status, 422, "{nothing}: {said}");
    }
    let (_, why) = says(&bo, &made, "https://school.invalid/1").await;
    assert!(why.contains("does not answer now"), "{why}");
    // An edit of the words changes nothing of it; taking it back does.
    let edit = bo.request(Method::PUT, &format!("/api/v1/statuses/{}", id(&made)));
    let edited = answer(edit.json(&json!({ "status": "My better word mats" }))).await;
    assert_eq!(edited["staffroom"]["adapted_from"][0]["state"], "confirmed");
    let edge = seen["edges"][0]["id"].as_str().unwrap();
    let withdrawn = bo.request(Method::DELETE, &format!("{path}/{edge}"));
    assert!(ties(&answer(withdrawn).await).is_empty());
    let again = bo.request(Method::DELETE, &format!("{path}/{edge}"));
    assert_eq!(again.send().await.unwrap().status(), 404);

    // What came of a post, near or far, is no source of it.
    bo.post(&path, said).await;
    let next = ada.publish(json!({ "status": "Their word mats" })).await;
    let (status, said) = says(&ada, &next, url(&made)).await;
    assert_eq!(status, 200, "{said}");
    for late in [&made, &next] {
        let (status, said) = says(&ada, &source, url(late)).await;
        assert_eq!(status, 422, "{said}");
        assert!(said.contains("comes from this one"), "{said}");
    }
}

async fn a_no_stays_and_the_same_is_asked_once(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo] = ["ada", "bo"].map(|name| school.teacher(name));
    let source = ada.publish(json!({ "status": "Maps of the town" })).await;
    let made = json!({ "status": "Maps of the village" });
    let made = bo.publish(made).await;
    let path = format!("/api/staffroom/v1/statuses/{}/lineage", id(&made));
    let said = json!({ "source": url(&source) });
    let seen = bo.post(&path, said.clone()).await;
    assert_eq!(ties(&seen), ["claimed"], "{seen:#}");
    let edge = seen["edges"][0]["id"].as_str().unwrap();
    let withdraws = || bo.request(Method::DELETE, &format!("{path}/{edge}"));
    answer(withdraws()).await;
    assert_eq!(ties(&bo.post(&path, said.clone()).await), ["claimed"]);
    let question = asked(&ada, url(&made)).await;
    let told = ada.get("/api/v1/notifications?types[]=mention").await;
    let lines = told.as_array().unwrap().iter();
    let questions = lines.filter(|line| line["status"]["visibility"] == "direct");
    assert_eq!(questions.count(), 1, "{told:#}");

    let no = json!({ "status": "No", "in_reply_to_id": id(&question), "visibility": "direct" });
    ada.publish(no).await;
    assert_eq!(withdraws().send().await.unwrap().status(), 404);
    assert!(ties(&bo.post(&path, said).await).is_empty());
    let seen = bo.get(&format!("/api/v1/statuses/{}", id(&made))).await;
    assert_eq!(seen["staffroom"]["adapted_from"][0]["state"], "refused");

    // Whoever adapted it is told once, however often she says so.
    let told = asked(&bo, url(&source)).await;
    let content = told["content"].as_str().unwrap();
    assert!(
        content.contains("ada does not want a post of yours"),
        "{content}"
    );
    for words in ["Yes", "No"] {
        let said =
            json!({ "status": words, "in_reply_to_id": id(&question), "visibility": "direct" });
        ada.publish(said).await;
    }
    assert_eq!(noes(&bo).await, 1);
}

#[tokio::test]
async fn a_no_stays_and_the_same_is_asked_once_on_sqlite() {
    a_no_stays_and_the_same_is_asked_once(Sqlite).await;
}

#[tokio::test]
async fn a_no_stays_and_the_same_is_asked_once_on_postgresql() {
    a_no_stays_and_the_same_is_asked_once(Postgres).await;
}

async fn what_was_deleted_keeps_its_chain(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo, cy] = ["ada", "bo", "cy"].map(|name| school.teacher(name));
    let source = json!({ "status": "Spelling bees\n#Practice #CCBY" });
    let source = ada.publish(source).await;
    let words = |title: &str| format!("{title}\nAdapted from {} #Practice #CCBY", url(&source));
    let by_bo = bo.publish(json!({ "status": words("Vowel bees") })).await;
    let by_cy = cy.publish(json!({ "status": words("Verb bees") })).await;
    let tried = json!({ "status": "@ada #Tried in Year 5", "in_reply_to_id": id(&source) });
    let tried = cy.publish(tried).await;
    let before = tree(&bo, id(&by_cy)).await;
    assert_eq!(ties(&before), ["confirmed"; 3], "{before:#}");
    let path = |status: &Value| format!("/api/v1/statuses/{}", id(status));
    let gone = ada.request(Method::DELETE, &path(&source)).send().await;
    assert_eq!(gone.unwrap().status(), StatusCode::OK);

    // An edit of what comes from it says no less than before.
    for (who, status, text) in [
        (&bo, &by_bo, words("Vowel bees, again")),
        (&cy, &tried, "@ada #Tried in Year 5 and 6".to_owned()),
    ] {
        let edit = who.request(Method::PUT, &path(status));
        answer(edit.json(&json!({ "status": text }))).await;
    }
    let after = tree(&bo, id(&by_cy)).await;
    assert_eq!(ties(&after), ["confirmed"; 3], "{after:#}");
    assert!(titles(&after).contains(&"Vowel bees, again"), "{after:#}");
    // What says so no more does not, and nothing new comes from what is not there.
    let edit = bo.request(Method::PUT, &path(&by_bo));
    answer(edit.json(&json!({ "status": "Vowel bees #Practice #CCBY" }))).await;
    assert!(ties(&tree(&bo, id(&by_bo)).await).is_empty());
    let late = bo.publish(json!({ "status": words("Late bees") })).await;
    assert!(ties(&tree(&bo, id(&late)).await).is_empty());
}

#[tokio::test]
async fn what_was_deleted_keeps_its_chain_on_sqlite() {
    what_was_deleted_keeps_its_chain(Sqlite).await;
}

#[tokio::test]
async fn what_was_deleted_keeps_its_chain_on_postgresql() {
    what_was_deleted_keeps_its_chain(Postgres).await;
}

#[tokio::test]
async fn a_tree_shows_each_what_they_may_see_on_sqlite() {
    story(Sqlite).await;
}

#[tokio::test]
async fn a_tree_shows_each_what_they_may_see_on_postgresql() {
    story(Postgres).await;
}

// On SQLite alone: claims are decided on both; this is about licences.
#[tokio::test]
async fn a_licence_says_yes_or_warns_and_somebody_wishes_to_be_asked() {
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    let [ada, bo, cy] = ["ada", "bo", "cy"].map(|name| school.teacher(name));
    let adapts = async |source: &Value| {
        let words = format!("Mine\nAdapted from {}", url(source));
        bo.publish(json!({ "status": words })).await
    };
    let state = |status: &Value| status["staffroom"]["adapted_from"][0]["state"].clone();
    let closed = ada
        .publish(json!({ "status": "A poem\n#Practice #CCBYND" }))
        .await;
    let made = adapts(&closed).await;
    assert_eq!(state(&made), "claimed");
    let warning = &made["staffroom"]["adapted_from"][0]["warning"];
    assert!(warning.is_string(), "{made:#}");
    asked(&bo, url(&closed)).await;
    let of_cy = cy.get(&format!("/api/v1/statuses/{}", id(&made))).await;
    let of_cy = &of_cy["staffroom"]["adapted_from"][0];
    assert!(
        of_cy["warning"].is_null() && of_cy["state"] == "claimed",
        "{of_cy:#}"
    );

    let open = json!({ "status": "A song\n#Practice #CCBY" });
    let open = ada.publish(open).await;
    assert_eq!(state(&adapts(&open).await), "confirmed");
    let settings = "/api/staffroom/v1/lineage/settings";
    let wish = ada.request(Method::PATCH, settings);
    let wish = answer(wish.json(&json!({ "ask_first": "true" }))).await;
    assert_eq!(wish, json!({ "ask_first": true }));
    let made = adapts(&open).await;
    assert_eq!(state(&made), "claimed");
    let question = asked(&ada, url(&made)).await;
    let yes =
        json!({ "status": "Yes, gladly", "in_reply_to_id": id(&question), "visibility": "direct" });
    ada.publish(yes).await;
    let made = bo.get(&format!("/api/v1/statuses/{}", id(&made))).await;
    assert_eq!(state(&made), "confirmed");
    // What was claimed before there was a licence is agreed to once there is one.
    let usual = ada.request(Method::PATCH, settings);
    answer(usual.json(&json!({ "ask_first": false }))).await;
    let late = json!({ "status": "A dance\n#Practice" });
    let late = ada.publish(late).await;
    let made = adapts(&late).await;
    assert_eq!(state(&made), "claimed");
    let edit = ada.request(Method::PUT, &format!("/api/v1/statuses/{}", id(&late)));
    answer(edit.json(&json!({ "status": "A dance\n#Practice #CCBY" }))).await;
    let made = bo.get(&format!("/api/v1/statuses/{}", id(&made))).await;
    assert_eq!(state(&made), "confirmed");
    // Of one's own nobody is asked.
    let words = format!("Another verse, adapted from {}", url(&open));
    let own = ada.publish(json!({ "status": words })).await;
    assert_eq!(state(&own), "confirmed");
}

async fn only_practice_is_tried(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo, cy] = ["ada", "bo", "cy"].map(|name| school.teacher(name));
    let answers = async |post: &Value, words: &str| {
        let said = json!({ "status": words, "in_reply_to_id": id(post) });
        cy.publish(said).await
    };
    let practice = json!({ "status": "Exit tickets\n#Practice #CCBY" });
    let practice = ada.publish(practice).await;
    let words = format!("Mine in Welsh, adapted from {}", url(&practice));
    let adapted = bo.publish(json!({ "status": words })).await;
    let mut tried = Vec::new();
    for post in [&practice, &adapted] {
        let made = answers(post, "#Tried it, lovely").await;
        tried.push(made);
        let seen = tree(&cy, id(&practice)).await;
        assert_eq!(ties(&seen), vec!["confirmed"; tried.len() + 1], "{seen:#}");
    }
    let ordinary = bo.publish(json!({ "status": "Soup for lunch" })).await;
    for (post, words) in [
        (&ordinary, "#Tried it, lovely"),
        (&tried[0], "#Tried it too"),
        (&practice, "Has anyone #Tried this?"),
        (&practice, "I have not #Tried it yet"),
    ] {
        let made = answers(post, words).await;
        assert!(made["staffroom"].is_null(), "{words}: {made:#}");
    }
}

#[tokio::test]
async fn only_practice_is_tried_on_sqlite() {
    only_practice_is_tried(Sqlite).await;
}

#[tokio::test]
async fn only_practice_is_tried_on_postgresql() {
    only_practice_is_tried(Postgres).await;
}

async fn links_out_of_apps(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let [ada, bo] = ["ada", "bo"].map(|name| school.teacher(name));
    let source = json!({ "status": "Exit tickets\n#Practice #CCBY" });
    let source = ada.publish(source).await;
    let page = url(&source);
    for copied in [
        page.replace("/@", "/deck/@"),
        format!("{page}?utm_source=app"),
        format!("{page}/tree"),
    ] {
        let words = format!("Tickets in pairs\nAdapted from {copied}");
        bo.publish(json!({ "status": words })).await;
    }
    let seen = tree(&bo, id(&source)).await;
    assert_eq!(states(&seen), BTreeMap::from([("shown", 4)]), "{seen:#}");
    assert_eq!(ties(&seen), ["confirmed"; 3]);
}

#[tokio::test]
async fn a_link_out_of_an_app_is_one_to_the_post_on_sqlite() {
    links_out_of_apps(Sqlite).await;
}

#[tokio::test]
async fn a_link_out_of_an_app_is_one_to_the_post_on_postgresql() {
    links_out_of_apps(Postgres).await;
}

async fn a_large_tree(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let mut posts: Vec<Value> = Vec::new();
    for number in 0..200_usize {
        let words = match posts.get(number.saturating_sub(1) / 3) {
            Some(source) => format!("Post {number}\nAdapted from {}", url(source)),
            None => "Post 0".to_owned(),
        };
        posts.push(ada.publish(json!({ "status": words })).await);
    }
    let begun = Instant::now();
    let seen = tree(&ada, id(&posts[100])).await;
    eprintln!("a tree of 200 posts, {kind:?}: {:?}", begun.elapsed());
    assert_eq!(titles(&seen).len(), 200);
    assert_eq!(ties(&seen), ["confirmed"; 199]);
    let page = school.http.get(format!("{}/tree", url(&posts[0])));
    let page = page.header("accept", "text/html").send().await.unwrap();
    let page = page.text().await.unwrap();
    assert_eq!(page.matches("<li>").count(), 200);
}

#[tokio::test]
async fn a_tree_of_200_posts_on_sqlite() {
    a_large_tree(Sqlite).await;
}

#[tokio::test]
async fn a_tree_of_200_posts_on_postgresql() {
    a_large_tree(Postgres).await;
}

// On SQLite alone: it is about a page.
#[tokio::test]
async fn the_wish_to_be_asked_first_is_on_a_page() {
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    let ada = school.teacher("ada");
    let browser = Browser::new(&school);
    browser.sign_in("ada", "chalk and cheese", "/").await;
    let ticked = "name=\"ask_first\" value=\"yes\" checked>";
    let settings = "/api/staffroom/v1/lineage/settings";
    for wish in [true, false] {
        let (_, _, page) = browser.page("/settings/practice").await;
        assert_eq!(page.contains(ticked), !wish, "{page}");
        let csrf = field(&page, "csrf");
        let mut form = vec![("csrf", csrf.as_str()), ("reminders", "yes")];
        if wish {
            form.push(("ask_first", "yes"));
        }
        let (status, _, _) = browser.submit("/settings/practice", &form).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert_eq!(ada.get(settings).await, json!({ "ask_first": wish }));
    }
}
