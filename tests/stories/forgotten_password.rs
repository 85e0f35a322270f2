//! A forgotten password, another one, and another address.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::json;
use test_support::Kind::{self, Postgres, Sqlite};

use crate::harness::School;
use crate::mail::{letterbox, text};
use crate::sign_in::{Browser, OUT_OF_BAND, code_for, field, register};

const PASSWORD: &str = "chalk and cheese";
const NEW: &str = "paper and scissors";
const FORGOTTEN: &str = "/password/forgotten";
const RESET: &str = "/password/reset";

/// A form whose csrf word comes from the page of that path.
async fn submit(
    browser: &Browser,
    page: &str,
    path: &str,
    fields: &[(&str, &str)],
) -> (StatusCode, String, String) {
    let (_, _, page) = browser.page(page).await;
    let csrf = field(&page, "csrf");
    let mut form = vec![("csrf", csrf.as_str())];
    form.extend(fields);
    browser.submit(path, &form).await
}

async fn a_forgotten_password(kind: Kind) {
    let (port, letters) = letterbox();
    let port = port.to_string();
    let settings = [
        ("mail.host", "\"127.0.0.1\""),
        ("mail.port", port.as_str()),
        ("mail.encryption", "\"none\""),
        ("mail.from", "\"Staffroom <staffroom@school.example>\""),
    ];
    let Some(school) = School::open_with(kind, &settings).await else {
        return;
    };
    let next = || text(&letters.recv_timeout(Duration::from_secs(20)).unwrap());
    let link = |letter: &str| {
        let line = letter.lines().find(|line| line.starts_with(&school.base));
        let path = line.unwrap_or_else(|| panic!("{letter}"));
        path.strip_prefix(&school.base).unwrap().to_owned()
    };
    let ada = school.teacher("ada");
    let (inside, browser) = (Browser::new(&school), Browser::new(&school));
    inside.sign_in("ada", PASSWORD, "/").await;
    assert_eq!(inside.page("/settings").await.0, StatusCode::OK);
    let app = register(&school, OUT_OF_BAND).await;
    let code = code_for(&inside, &app, "read").await;

    // Whoever asks learns nothing of who is here.
    let ask = async |email: &str| submit(&browser, FORGOTTEN, FORGOTTEN, &[("email", email)]).await;
    let (status, _, unknown) = ask("nobody@school.example").await;
    assert_eq!(status, StatusCode::OK);
    let (status, _, known) = ask("ada@school.example").await;
    assert_eq!((status, &known), (StatusCode::OK, &unknown));
    assert_eq!(ask("no address").await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let forged = [("csrf", "forged"), ("email", "ada@school.example")];
    let (status, _, _) = browser.submit(FORGOTTEN, &forged).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let letter = next();
    assert!(letter.contains("To: ada@school.example"), "{letter}");
    let older = link(&letter);

    // A newer link makes the older one worthless; looking uses none up.
    ask("Ada@School.Example").await;
    let path = link(&next());
    assert_eq!(browser.page(&older).await.0, StatusCode::NOT_FOUND);
    for _ in 0..2 {
        assert_eq!(browser.page(&path).await.0, StatusCode::OK);
    }
    let token = path.split("token=").nth(1).unwrap().to_owned();
    let choose = async |token: &str, password: &str| {
        let fields = [("token", token), ("password", password)];
        submit(&browser, FORGOTTEN, RESET, &fields).await.0
    };
    let forged = [("csrf", "forged"), ("token", &*token), ("password", NEW)];
    assert_eq!(
        browser.submit(RESET, &forged).await.0,
        StatusCode::FORBIDDEN
    );
    for (token, password, expected) in [
        (&*token, "short", StatusCode::UNPROCESSABLE_ENTITY),
        ("made-up", NEW, StatusCode::NOT_FOUND),
        (&*token, NEW, StatusCode::OK),
        (&*token, "a third password", StatusCode::NOT_FOUND),
    ] {
        assert_eq!(choose(token, password).await, expected, "{password}");
    }
    assert_eq!(browser.page(&path).await.0, StatusCode::NOT_FOUND);
    let letter = next();
    assert!(letter.contains("was changed"), "{letter}");

    // What was open with the old password is closed.
    let own = "/api/v1/accounts/verify_credentials";
    assert_eq!(ada.status_of(own).await, StatusCode::UNAUTHORIZED);
    assert_eq!(inside.page("/settings").await.0, StatusCode::SEE_OTHER);
    let grant = json!({ "grant_type": "authorization_code", "code": code, "redirect_uri": OUT_OF_BAND,
        "client_id": app["client_id"], "client_secret": app["client_secret"] });
    let late = school.request(Method::POST, "/oauth/token").json(&grant);
    assert_eq!(late.send().await.unwrap().status(), StatusCode::BAD_REQUEST);
    let (status, _, _) = inside.sign_in("ada", PASSWORD, "/").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let (status, _, _) = inside.sign_in("ada", NEW, "/").await;
    assert_eq!(status, StatusCode::SEE_OTHER);

    // After an hour.
    ask("ada@school.example").await;
    let path = link(&next());
    assert_eq!(browser.page(&path).await.0, StatusCode::OK);
    test_support::end_links(&mut school.database().connect());
    assert_eq!(browser.page(&path).await.0, StatusCode::NOT_FOUND);
    let token = path.split("token=").nth(1).unwrap();
    assert_eq!(choose(token, NEW).await, StatusCode::NOT_FOUND);

    // No mail by the dozen, and no word of it: three were asked for so far, and five are sent in an hour.
    for _ in 0..3 {
        let (status, _, page) = ask("ada@school.example").await;
        assert_eq!((status, &page), (StatusCode::OK, &unknown));
    }
    next();
    next();
    assert!(letters.recv_timeout(Duration::from_secs(2)).is_err());
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_mail_on_sqlite() {
    a_forgotten_password(Sqlite).await;
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_mail_on_postgresql() {
    a_forgotten_password(Postgres).await;
}

// On SQLite alone: it is about a setting.
#[tokio::test]
async fn without_mail_one_is_told_whom_to_ask() {
    let settings = [("server.contact_email", "\"help@school.example\"")];
    let Some(school) = School::open_with(Sqlite, &settings).await else {
        return;
    };
    let browser = Browser::new(&school);
    let (status, _, page) = browser.page(FORGOTTEN).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("help@school.example"), "{page}");
    assert!(!page.contains("name=\"email\""), "{page}");
}

async fn own_changes(kind: Kind) {
    let (port, letters) = letterbox();
    let port = port.to_string();
    let settings = [
        ("mail.host", "\"127.0.0.1\""),
        ("mail.port", port.as_str()),
        ("mail.encryption", "\"none\""),
        ("mail.from", "\"Staffroom <staffroom@school.example>\""),
    ];
    let Some(school) = School::open_with(kind, &settings).await else {
        return;
    };
    let next = || text(&letters.recv_timeout(Duration::from_secs(20)).unwrap());
    let (ada, _bo) = (school.teacher("ada"), school.teacher("bo"));
    let (here, there) = (Browser::new(&school), Browser::new(&school));
    let path = "/settings/account";
    let (status, to, _) = here.page(path).await;
    assert_eq!(
        (status, &*to),
        (
            StatusCode::SEE_OTHER,
            "/sign-in?return_to=/settings/account"
        )
    );
    for browser in [&here, &there] {
        browser.sign_in("ada", PASSWORD, "/").await;
    }
    let password = async |old: &str, new: &str| {
        let fields = [
            ("deed", "password"),
            ("password", old),
            ("new_password", new),
        ];
        submit(&here, path, path, &fields).await.0
    };
    let bad = StatusCode::UNPROCESSABLE_ENTITY;
    assert_eq!(password("guess", NEW).await, bad);
    assert_eq!(password(PASSWORD, "short").await, bad);
    let forged = [
        ("csrf", "forged"),
        ("deed", "password"),
        ("password", PASSWORD),
        ("new_password", NEW),
    ];
    let (status, _, _) = here.submit(path, &forged).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(there.page("/settings").await.0, StatusCode::OK);
    assert_eq!(password(PASSWORD, NEW).await, StatusCode::OK);
    assert!(next().contains("was changed"));
    // Only browsers are signed out, and not this one.
    assert_eq!(here.page("/settings").await.0, StatusCode::OK);
    assert_eq!(there.page("/settings").await.0, StatusCode::SEE_OTHER);
    ada.get("/api/v1/accounts/verify_credentials").await;

    let address = async |password: &str, email: &str| {
        let fields = [("deed", "email"), ("password", password), ("email", email)];
        submit(&here, path, path, &fields).await.0
    };
    for (password, email) in [
        ("guess", "ada@new.example"),
        (NEW, "no address"),
        (NEW, "bo@school.example"),
    ] {
        assert_eq!(address(password, email).await, bad, "{email}");
    }
    assert_eq!(address(NEW, "Ada@New.example").await, StatusCode::OK);
    let letter = next();
    assert!(letter.contains("To: ada@new.example"), "{letter}");
    let line = letter.lines().find(|line| line.starts_with(&school.base));
    let link = line.unwrap().strip_prefix(&school.base).unwrap();
    let signs_in = async |login: &str| Browser::new(&school).sign_in(login, NEW, "/").await.0;
    assert_eq!(signs_in("ada@new.example").await, bad);
    let made_up = "/confirm/address?token=made-up";
    assert_eq!(there.page(made_up).await.0, StatusCode::NOT_FOUND);
    // It confirms that address, and nothing else.
    let other = link.replace("/confirm/address", RESET);
    assert_eq!(there.page(&other).await.0, StatusCode::NOT_FOUND);
    assert_eq!(there.page(link).await.0, StatusCode::OK);
    assert_eq!(there.page(link).await.0, StatusCode::NOT_FOUND);
    assert!(
        next().contains("To: ada@school.example"),
        "the old one is told"
    );
    assert_eq!(signs_in("ada@new.example").await, StatusCode::SEE_OTHER);
    assert_eq!(signs_in("ada@school.example").await, bad);
}

/// Whoever knew the old password may have wished for an address of their own before it was changed.
async fn a_wish_ends_with_the_password(kind: Kind) {
    let (port, letters) = letterbox();
    let port = port.to_string();
    let settings = [
        ("mail.host", "\"127.0.0.1\""),
        ("mail.port", port.as_str()),
        ("mail.encryption", "\"none\""),
        ("mail.from", "\"Staffroom <staffroom@school.example>\""),
    ];
    let Some(school) = School::open_with(kind, &settings).await else {
        return;
    };
    let link_to = |whom: &str| {
        let letter = text(&letters.recv_timeout(Duration::from_secs(20)).unwrap());
        assert!(letter.contains(&format!("To: {whom}")), "{letter}");
        let line = letter.lines().find(|line| line.starts_with(&school.base));
        let path = line.unwrap_or_else(|| panic!("{letter}"));
        path.strip_prefix(&school.base).unwrap().to_owned()
    };
    school.teacher("ada");
    let wish = async |password: &str| {
        let eve = Browser::new(&school);
        eve.sign_in("ada", password, "/").await;
        let path = "/settings/account";
        let fields = [
            ("deed", "email"),
            ("password", password),
            ("email", "eve@evil.example"),
        ];
        let (status, _, _) = submit(&eve, path, path, &fields).await;
        assert_eq!(status, StatusCode::OK);
        (eve, link_to("eve@evil.example"))
    };

    let (eve, wished) = wish(PASSWORD).await;
    let ada = Browser::new(&school);
    submit(
        &ada,
        FORGOTTEN,
        FORGOTTEN,
        &[("email", "ada@school.example")],
    )
    .await;
    let path = link_to("ada@school.example");
    let token = path.split("token=").nth(1).unwrap();
    let fields = [("token", token), ("password", NEW)];
    let (status, _, _) = submit(&ada, FORGOTTEN, RESET, &fields).await;
    assert_eq!(status, StatusCode::OK);
    letters.recv_timeout(Duration::from_secs(20)).unwrap();
    assert_eq!(eve.page(&wished).await.0, StatusCode::NOT_FOUND);

    // The same where whoever looks after the server sets it.
    let (eve, wished) = wish(NEW).await;
    let set = ["user", "password", "ada", "--password", PASSWORD];
    assert!(school.command(&set).status.success());
    assert_eq!(eve.page(&wished).await.0, StatusCode::NOT_FOUND);
    let (status, _, _) = ada.sign_in("ada@school.example", PASSWORD, "/").await;
    assert_eq!(status, StatusCode::SEE_OTHER, "it is Ada's address still");
}

#[tokio::test]
async fn a_wish_for_an_address_ends_with_the_password_on_sqlite() {
    a_wish_ends_with_the_password(Sqlite).await;
}

#[tokio::test]
async fn a_wish_for_an_address_ends_with_the_password_on_postgresql() {
    a_wish_ends_with_the_password(Postgres).await;
}

#[tokio::test]
async fn one_changes_password_and_address_on_sqlite() {
    own_changes(Sqlite).await;
}

#[tokio::test]
async fn one_changes_password_and_address_on_postgresql() {
    own_changes(Postgres).await;
}
