//! Invitations that people make themselves, on their pages.

use reqwest::{Method, StatusCode};
use serde_json::Value;
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::{School, out};
use crate::sign_in::{Browser, field};

const PASSWORD: &str = "chalk and cheese";
const HERE: &str = "/settings/invites";
const ALL: &str = "/settings/invites?of=all";
const BAD: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
const DONE: StatusCode = StatusCode::SEE_OTHER;

async fn signed_in(school: &School, name: &str) -> Browser {
    let browser = Browser::new(school);
    let (status, _, page) = browser.sign_in(name, PASSWORD, "/").await;
    assert_eq!(status, DONE, "{page}");
    browser
}

async fn set(browser: &Browser, fields: &[(&str, &str)]) -> StatusCode {
    let (_, _, page) = browser.page("/settings").await;
    let csrf = field(&page, "csrf");
    let mut form = vec![("csrf", csrf.as_str())];
    form.extend(fields);
    browser.submit(HERE, &form).await.0
}

async fn make(browser: &Browser, uses: &str, days: &str) -> StatusCode {
    set(
        browser,
        &[("deed", "create"), ("uses", uses), ("days", days)],
    )
    .await
}

/// The addresses on a page, newest first.
async fn links(browser: &Browser, path: &str) -> Vec<String> {
    let (status, _, page) = browser.page(path).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    let parts = page.split("<code class=\"code\">").skip(1);
    parts
        .map(|part| part.split("</code>").next().unwrap().to_owned())
        .collect()
}

/// Somebody opens an address and fills in the form.
async fn sign_up(school: &School, link: &str, name: &str) -> (StatusCode, String) {
    let browser = Browser::new(school);
    let (_, _, page) = browser.page(link.strip_prefix(&school.base).unwrap()).await;
    let form = [
        ("csrf", &*field(&page, "csrf")),
        ("username", name),
        ("email", &format!("{name}@school.example")),
        ("password", PASSWORD),
        ("agreement", "true"),
        ("invite", &*field(&page, "invite")),
    ];
    let (status, to, page) = browser.submit("/sign-up", &form).await;
    assert!(status != DONE || to == "/welcome", "{to}");
    (status, page)
}

/// What Mastodon's own apps do with a link before they show their form: they take what ends in letters and digits below
/// `/invite/` for one, and ask its address for JSON.
async fn checked(school: &School, link: &str) -> StatusCode {
    let path = link.strip_prefix(&school.base).unwrap();
    let code = path.strip_prefix("/invite/").unwrap();
    assert!(code.chars().all(|c| c.is_ascii_alphanumeric()), "{code}");
    let asked = school
        .request(Method::GET, path)
        .header("accept", "application/json");
    let response = asked.send().await.unwrap();
    let status = response.status();
    let said: Value = response.json().await.unwrap();
    if status == StatusCode::OK {
        assert_eq!(said["invite_code"], code);
        let instance = format!("{}/api/v2/instance", school.base);
        assert_eq!(said["instance_api_url"], instance);
    } else {
        assert!(said["error"].is_string(), "{said}");
    }
    status
}

async fn people_invite_others(kind: Kind) {
    let settings = [
        ("registrations.mode", "\"approval\""),
        ("registrations.invites_from", "\"user\""),
    ];
    let Some(school) = School::open_with(kind, &settings).await else {
        return;
    };
    let teacher = school.teacher("ada");
    school.teacher("bo");
    let moderator = school.person("mia", "moderator", "read write admin:read");
    let (status, to, _) = Browser::new(&school).page(HERE).await;
    assert_eq!(
        (status, &*to),
        (DONE, "/sign-in?return_to=/settings/invites")
    );
    let ada = signed_in(&school, "ada").await;
    let bo = signed_in(&school, "bo").await;
    let mia = signed_in(&school, "mia").await;
    let (_, _, page) = ada.page("/settings").await;
    assert!(page.contains(HERE), "{page}");
    let own = teacher.get("/api/v1/accounts/verify_credentials").await;
    assert_eq!(own["role"]["permissions"], "65536");

    for (uses, days) in [("0", ""), ("1001", ""), ("-1", ""), ("", "0"), ("", "366")] {
        assert_eq!(make(&ada, uses, days).await, BAD, "{uses} {days}");
    }
    assert_eq!(make(&ada, "x", "").await, StatusCode::BAD_REQUEST);
    let forged = [("csrf", "forged"), ("deed", "create")];
    let (status, _, _) = ada.submit(HERE, &forged).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(links(&ada, HERE).await.len(), 0);

    // Good for one, who needs no approval.
    assert_eq!(make(&ada, "1", "7").await, DONE);
    let first = links(&ada, HERE).await.remove(0);
    assert_eq!(checked(&school, &first).await, StatusCode::OK);
    let (status, page) = sign_up(&school, &first, "cy").await;
    assert_eq!(status, DONE, "{page}");
    assert_eq!(checked(&school, &first).await, StatusCode::UNAUTHORIZED);
    let (status, page) = sign_up(&school, &first, "dee").await;
    assert_eq!(status, BAD);
    assert!(page.contains("was used up"), "{page}");
    let (_, _, page) = ada.page(HERE).await;
    assert!(
        page.contains("1 of 1 came. It is not good any more."),
        "{page}"
    );
    let inviter = own["id"].as_str().unwrap();
    let came = format!("/api/v2/admin/accounts?invited_by={inviter}");
    let came = moderator.get(&came).await;
    assert_eq!(came.as_array().unwrap().len(), 1, "{came}");
    assert_eq!(came[0]["username"], "cy");
    assert_eq!(came[0]["invited_by_account_id"], inviter);
    assert_eq!(came[0]["role"]["permissions"], "65536");

    // What others made is none of one's business, but moderators'.
    assert_eq!(make(&ada, "", "").await, DONE);
    let open = links(&ada, HERE).await.remove(0);
    assert_eq!(links(&bo, HERE).await.len(), 0);
    let (status, _, _) = bo.page(ALL).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    for (flag, much) in [("--uses", "0"), ("--days", "0"), ("--days", "99999999999")] {
        let refused = school.command(&["invite", "create", flag, much]);
        assert_eq!(refused.status.code(), Some(1), "{flag} {much}");
        let why = String::from_utf8(refused.stderr).unwrap();
        assert!(why.contains(" must be 1 to "), "{why}");
    }
    let made = school.command(&["invite", "create"]);
    let of_the_house = String::from_utf8(made.stdout).unwrap().trim().to_owned();
    assert_eq!(
        links(&mia, ALL).await,
        [&of_the_house, &open, &first].map(String::clone)
    );
    assert_eq!(links(&mia, HERE).await.len(), 0);
    let (_, _, page) = mia.page(ALL).await;
    assert!(page.contains("by @ada"), "{page}");
    let (_, _, page) = ada.page(HERE).await;
    let id = field(&page, "id");
    let end = [("deed", "end"), ("id", id.as_str())];
    assert_eq!(set(&bo, &end).await, StatusCode::NOT_FOUND);
    let (status, page) = sign_up(&school, &open, "eve").await;
    assert_eq!(status, DONE, "{page}");
    assert_eq!(set(&mia, &end).await, DONE);
    assert_eq!(sign_up(&school, &open, "fay").await.0, BAD);
    let log = out(&school.command(&["report", "log"]));
    assert!(log.contains("end invitation") && log.contains(&id), "{log}");

    // One's own end without a word, and so do those of somebody who is gone.
    assert_eq!(make(&ada, "5", "30").await, DONE);
    let (_, _, page) = ada.page(HERE).await;
    let end = [("deed", "end"), ("id", &*field(&page, "id"))];
    assert_eq!(set(&ada, &end).await, DONE);
    let ended = links(&ada, HERE).await.remove(0);
    assert_eq!(sign_up(&school, &ended, "fay").await.0, BAD);
    assert_eq!(make(&ada, "5", "30").await, DONE);
    let orphan = links(&ada, HERE).await.remove(0);
    let suspended = school.command(&["user", "suspend", "ada"]);
    assert!(suspended.status.success(), "{}", out(&suspended));
    assert_eq!(checked(&school, &orphan).await, StatusCode::UNAUTHORIZED);
    assert_eq!(sign_up(&school, &orphan, "fay").await.0, BAD);
    assert_eq!(checked(&school, &of_the_house).await, StatusCode::OK);
    assert_eq!(sign_up(&school, &of_the_house, "fay").await.0, DONE);
    let unknown = format!("{}/invite/00", school.base);
    assert_eq!(checked(&school, &unknown).await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn people_invite_others_on_sqlite() {
    people_invite_others(Sqlite).await;
}

#[tokio::test]
async fn people_invite_others_on_postgresql() {
    people_invite_others(Postgres).await;
}

// On SQLite alone: invitations are used on both; this is about a role.
#[tokio::test]
async fn whoever_may_not_invite_any_more_brings_nobody() {
    let Some(school) = School::open(Sqlite).await else {
        return;
    };
    let teacher = school.teacher("ada");
    school.person("mia", "moderator", "read");
    let ada = signed_in(&school, "ada").await;
    let (status, _, _) = ada.page(HERE).await;
    assert_eq!(
        status,
        StatusCode::NOT_FOUND,
        "moderators do, unless it is set"
    );
    assert_eq!(make(&ada, "1", "7").await, StatusCode::NOT_FOUND);
    let (_, _, page) = ada.page("/settings").await;
    assert!(!page.contains(HERE), "{page}");
    let own = teacher.get("/api/v1/accounts/verify_credentials").await;
    assert_eq!(own["role"]["permissions"], "0");

    let mia = signed_in(&school, "mia").await;
    assert_eq!(make(&mia, "", "7").await, DONE);
    let link = links(&mia, HERE).await.remove(0);
    assert_eq!(sign_up(&school, &link, "bo").await.0, DONE);
    let role = school.command(&["user", "role", "mia", "user"]);
    assert!(role.status.success(), "{}", out(&role));
    assert_eq!(sign_up(&school, &link, "cy").await.0, BAD);
}
