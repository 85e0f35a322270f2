//! What moderators decide is told to those whom it is about, and to those whose follows ended by it.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, Teacher, answer, eventually, out};
use crate::sign_in::{Browser, field};

pub const ADMIN: &str = "read write follow admin:read admin:write";

pub async fn own_id(teacher: &Teacher) -> String {
    let own = teacher.get("/api/v1/accounts/verify_credentials").await;
    own["id"].as_str().unwrap().to_owned()
}

async fn warned(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let head = school.person("head", "admin", ADMIN);
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    let id = own_id(&ada).await;
    let action = format!("/api/v1/admin/accounts/{id}/action");
    let warning = json!({ "type": "none", "text": "Please mind the tone" });
    answer(head.request(Method::POST, &action).json(&warning)).await;

    let told = ada.is_told("moderation_warning").await;
    let warning = &told["moderation_warning"];
    assert_eq!(warning["action"], "none");
    assert_eq!(warning["text"], "Please mind the tone");
    assert_eq!(warning["target_account"]["id"], id.as_str());
    assert_eq!(told["account"]["id"], id.as_str(), "no moderator is named");
    let groups = ada.get("/api/v2/notifications").await;
    let group = &groups["notification_groups"][0];
    assert_eq!(group["moderation_warning"]["id"], warning["id"]);

    // A second one is another; what is not to be told is not; nobody else hears of it.
    let limited = json!({ "type": "silence", "text": "Once more" });
    answer(head.request(Method::POST, &action).json(&limited)).await;
    let quiet = json!({ "type": "sensitive", "send_email_notification": false });
    answer(head.request(Method::POST, &action).json(&quiet)).await;
    let all = ada.get("/api/v1/notifications").await;
    let told: Vec<_> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["moderation_warning"]["action"].as_str().unwrap())
        .collect();
    assert_eq!(told, ["silence", "none"]);
    // It can be read all the same.
    let browser = signed_in(&school, "ada").await;
    let (_, _, page) = browser.page(STRIKES).await;
    assert!(page.contains("shown as sensitive"), "{page}");
    assert_eq!(bo.get("/api/v1/notifications").await, json!([]));
}

#[tokio::test]
async fn on_sqlite_who_is_warned_is_told() {
    warned(Sqlite).await;
}

#[tokio::test]
async fn on_postgres_who_is_warned_is_told() {
    warned(Postgres).await;
}

pub const STRIKES: &str = "/disputes/strikes";
pub const APPEALS: &str = "/admin/disputes/appeals";
pub const DONE: StatusCode = StatusCode::SEE_OTHER;
const BAD: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
const MISSING: StatusCode = StatusCode::NOT_FOUND;

pub async fn signed_in(school: &School, name: &str) -> Browser {
    let browser = Browser::new(school);
    let (status, _, page) = browser.sign_in(name, "chalk and cheese", "/").await;
    assert_eq!(status, DONE, "{page}");
    browser
}

/// Fills in a form of one of these pages.
pub async fn fills_in(
    browser: &Browser,
    path: &str,
    fields: &[(&str, &str)],
) -> (StatusCode, String) {
    let (_, _, page) = browser.page("/settings").await;
    let csrf = field(&page, "csrf");
    let mut form = vec![("csrf", csrf.as_str())];
    form.extend(fields);
    let (status, _, page) = browser.submit(path, &form).await;
    (status, page)
}

/// The decision of which somebody was told last.
async fn last_warning(teacher: &Teacher) -> Value {
    let told = teacher.is_told("moderation_warning").await;
    told["moderation_warning"].clone()
}

async fn appealed(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let head = school.person("head", "admin", ADMIN);
    let mia = school.person("mia", "moderator", ADMIN);
    let (ada, _) = (school.teacher("ada"), school.teacher("bo"));
    let id = own_id(&ada).await;
    let action = format!("/api/v1/admin/accounts/{id}/action");
    let decision = json!({ "type": "silence", "text": "Please mind\n<the tone>" });
    answer(head.request(Method::POST, &action).json(&decision)).await;
    let warning = last_warning(&ada).await;
    assert_eq!(warning["appeal"], Value::Null);
    let page_of = |warning: &Value| format!("{STRIKES}/{}", warning["id"].as_str().unwrap());
    let strike = page_of(&warning);

    // It is on a page of hers, and of nobody else's.
    let (status, to, _) = Browser::new(&school).page(&strike).await;
    assert_eq!((status, to), (DONE, format!("/sign-in?return_to={strike}")));
    let browser = signed_in(&school, "ada").await;
    let (_, _, page) = browser.page("/settings").await;
    assert!(page.contains(STRIKES) && !page.contains(APPEALS), "{page}");
    let (_, _, page) = browser.page(STRIKES).await;
    assert!(page.contains(&strike), "{page}");
    let (status, _, page) = browser.page(&strike).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("<p>&#60;the tone&#62;</p>"), "{page}");
    let other = signed_in(&school, "bo").await;
    assert_eq!(other.page(&strike).await.0, MISSING);
    let said = [("text", "not mine")];
    assert_eq!(fills_in(&other, &strike, &said).await.0, MISSING);

    // She says something against it, once.
    let long = "x".repeat(2_001);
    for (text, code) in [
        (" ", BAD),
        (long.as_str(), BAD),
        ("It was a <joke>", DONE),
        ("Once more", BAD),
    ] {
        let (status, page) = fills_in(&browser, &strike, &[("text", text)]).await;
        assert_eq!(status, code, "{text}: {page}");
    }
    let forged = [("csrf", "forged"), ("text", "x")];
    let (status, _, _) = browser.submit(&strike, &forged).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let said = json!({ "text": "It was a <joke>", "state": "pending" });
    assert_eq!(last_warning(&ada).await["appeal"], said);
    let groups = ada.get("/api/v2/notifications").await;
    let group = &groups["notification_groups"][0];
    assert_eq!(group["moderation_warning"]["appeal"], said);

    // Moderators look at it again.
    assert_eq!(browser.page(APPEALS).await.0, MISSING);
    let number = warning["id"].as_str().unwrap();
    let right = [("id", number), ("deed", "approve")];
    assert_eq!(fills_in(&browser, APPEALS, &right).await.0, MISSING);
    let moderator = signed_in(&school, "mia").await;
    let (_, _, page) = moderator.page("/settings").await;
    assert!(page.contains(APPEALS), "{page}");
    let (_, _, page) = moderator.page(APPEALS).await;
    assert!(
        page.contains("@ada") && page.contains("It was a &#60;joke&#62;"),
        "{page}"
    );
    let path = format!("/api/v1/accounts/{id}");
    assert_eq!(ada.get(&path).await["limited"], true);
    assert_eq!(fills_in(&moderator, APPEALS, &right).await.0, DONE);
    assert_eq!(ada.get(&path).await.get("limited"), None);
    assert_eq!(last_warning(&ada).await["appeal"]["state"], "approved");
    let (_, _, page) = moderator.page(APPEALS).await;
    assert!(page.contains("None waits."), "{page}");
    let wrong = [("id", number), ("deed", "reject")];
    assert_eq!(fills_in(&moderator, APPEALS, &wrong).await.0, MISSING);

    // Nobody decides about themselves.
    let action = format!("/api/v1/admin/accounts/{}/action", own_id(&mia).await);
    let decision = json!({ "type": "none", "text": "Please be kind" });
    answer(head.request(Method::POST, &action).json(&decision)).await;
    let warning = last_warning(&mia).await;
    let said = [("text", "I was")];
    assert_eq!(
        fills_in(&moderator, &page_of(&warning), &said).await.0,
        DONE
    );
    let number = warning["id"].as_str().unwrap();
    let right = [("id", number), ("deed", "approve")];
    assert_eq!(fills_in(&moderator, APPEALS, &right).await.0, MISSING);
    let admin = signed_in(&school, "head").await;
    let wrong = [("id", number), ("deed", "reject")];
    assert_eq!(fills_in(&admin, APPEALS, &wrong).await.0, DONE);
    assert_eq!(last_warning(&mia).await["appeal"]["state"], "rejected");
    let log = out(&school.command(&["report", "log"]));
    for line in ["@mia\tapprove appeal\t@ada", "@head\treject appeal\t@mia"] {
        assert!(log.contains(line), "{log}");
    }
}

#[tokio::test]
async fn on_sqlite_who_disagrees_is_looked_at_again() {
    appealed(Sqlite).await;
}

#[tokio::test]
async fn on_postgres_who_disagrees_is_looked_at_again() {
    appealed(Postgres).await;
}

/// Waits until somebody was told of so many severances, and gives the newest.
async fn severed(teacher: &Teacher, count: usize) -> Value {
    let path = "/api/v1/notifications?types[]=severed_relationships";
    eventually("to be told that follows have ended", || async {
        let told = teacher.get(path).await;
        let told = told.as_array()?;
        (told.len() == count).then(|| told[0]["event"].clone())
    })
    .await
}

async fn parted(kind: Kind) {
    let (Some(here), Some(there)) = (School::open(kind).await, School::open(kind).await) else {
        return;
    };
    let head = here.person("head", "admin", ADMIN);
    let (ada, bo, cy) = (here.teacher("ada"), here.teacher("bo"), here.teacher("cy"));
    let (mo, ike) = (there.teacher("mo"), there.teacher("ike"));
    let host = there.host.clone();
    let mo_id = ada.follow(&format!("mo@{host}")).await;
    mo.follow(&format!("ada@{}", here.host)).await;
    bo.follow(&format!("ike@{host}")).await;
    ike.follow(&format!("cy@{}", here.host)).await;

    // Somebody is suspended.
    let action = format!("/api/v1/admin/accounts/{mo_id}/action");
    let suspend = json!({ "type": "suspend" });
    answer(head.request(Method::POST, &action).json(&suspend)).await;
    let event = severed(&ada, 1).await;
    assert_eq!(event["type"], "account_suspension");
    assert_eq!(event["target_name"], format!("mo@{host}"));
    assert_eq!(
        (&event["followers_count"], &event["following_count"]),
        (&json!(1), &json!(1))
    );

    // Somebody blocks the server for themselves.
    let block = json!({ "domain": host });
    bo.post("/api/v1/domain_blocks", block).await;
    let event = severed(&bo, 1).await;
    assert_eq!(event["type"], "user_domain_block");
    assert_eq!(event["target_name"], host.as_str());
    assert_eq!(
        (&event["followers_count"], &event["following_count"]),
        (&json!(0), &json!(1))
    );

    // The whole server is blocked.
    let block = json!({ "domain": host, "severity": "suspend" });
    head.post("/api/v1/admin/domain_blocks", block).await;
    let event = severed(&cy, 1).await;
    assert_eq!(event["type"], "domain_block");
    assert_eq!(
        (&event["followers_count"], &event["following_count"]),
        (&json!(1), &json!(0))
    );
    // Who had nothing left to lose is told nothing more.
    severed(&ada, 1).await;
    severed(&bo, 1).await;

    // Apps lead from what they were told to a page.
    let place = "/severed_relationships";
    let browser = Browser::new(&here);
    let (status, to, _) = browser.page(place).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert_eq!(to, format!("/sign-in?return_to={place}"));
    browser.sign_in("bo", "chalk and cheese", "/").await;
    let (_, _, page) = browser.page(place).await;
    assert!(page.contains(&format!("You blocked {host}")), "{page}");
    assert!(page.contains("People whom you followed: 1."), "{page}");
    assert!(!page.contains("Moderators"), "{page}");
}

#[tokio::test]
async fn on_sqlite_who_loses_follows_is_told() {
    parted(Sqlite).await;
}

#[tokio::test]
async fn on_postgres_who_loses_follows_is_told() {
    parted(Postgres).await;
}
