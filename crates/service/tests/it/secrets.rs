//! Codes and passwords: how long they are good, and how often one may guess.

use std::net::IpAddr;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::Time;
use futures_util::future::join_all;
use service::oauth::{
    self, AuthorizationRequest, Failure, Grant, NewApplication, OUT_OF_BAND, Registered,
};
use service::{App, Error, users};
use test_support::{Kind, TestApp};

/// Each test is a process of its own, so that this clock is its own too.
static SECONDS: AtomicI64 = AtomicI64::new(1_790_000_000);

fn clock() -> Time {
    let seconds = SECONDS.load(Ordering::Relaxed);
    chrono::DateTime::from_timestamp(seconds, 0)
        .unwrap()
        .naive_utc()
}

fn wait(seconds: i64) {
    SECONDS.fetch_add(seconds, Ordering::Relaxed);
}

fn everywhere() -> Vec<TestApp> {
    [Kind::Sqlite, Kind::Postgres]
        .into_iter()
        .filter_map(|kind| TestApp::at(kind, clock))
        .collect()
}

async fn register(app: &App) -> Registered {
    let new = NewApplication {
        name: "An app".to_owned(),
        redirect_uris: vec![
            OUT_OF_BAND.to_owned(),
            "https://app.example/back".to_owned(),
        ],
        scopes: Some("read write:statuses".to_owned()),
        website: None,
    };
    oauth::register_application(app, new).await.unwrap()
}

fn request(registered: &Registered) -> AuthorizationRequest {
    AuthorizationRequest {
        client_id: registered.application.client_id.clone(),
        redirect_uri: Some(OUT_OF_BAND.to_owned()),
        response_type: "code".to_owned(),
        ..AuthorizationRequest::default()
    }
}

async fn refusal(app: &App, request: AuthorizationRequest) -> &'static str {
    match oauth::check_authorization(app, request).await {
        Err(Failure::OAuth(error)) => error.code,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_code_is_good_for_ten_minutes_and_no_longer() {
    for test in everywhere() {
        let app = &test.app;
        let person = test.person("ada").await;
        let registered = register(app).await;
        for (seconds, good) in [(599, true), (600, false)] {
            let checked = oauth::check_authorization(app, request(&registered))
                .await
                .unwrap();
            let code = oauth::issue_code(app, &person, &checked).await.unwrap();
            wait(seconds);
            let grant = Grant::Code {
                code,
                redirect_uri: OUT_OF_BAND.to_owned(),
                code_verifier: None,
            };
            let client = &registered.application.client_id;
            let secret = Some(registered.client_secret.as_str());
            match oauth::exchange(app, client, secret, grant).await {
                Ok(_) => assert!(good),
                Err(Failure::OAuth(error)) => {
                    assert_eq!((good, error.code), (false, "invalid_grant"));
                }
                Err(Failure::Service(error)) => panic!("{error}"),
            }
        }
    }
}

#[tokio::test]
async fn a_code_shown_twice_at_one_moment_gives_no_token_that_lasts() {
    for test in everywhere() {
        let app = &test.app;
        let person = test.person("ada").await;
        let registered = register(app).await;
        for _ in 0..10 {
            let checked = oauth::check_authorization(app, request(&registered))
                .await
                .unwrap();
            let code = oauth::issue_code(app, &person, &checked).await.unwrap();
            let exchange = || {
                let grant = Grant::Code {
                    code: code.clone(),
                    redirect_uri: OUT_OF_BAND.to_owned(),
                    code_verifier: None,
                };
                let (id, secret) = (&registered.application.client_id, &registered.client_secret);
                oauth::exchange(app, id, Some(secret), grant)
            };
            let mut issued = Vec::new();
            for answer in join_all([exchange(), exchange()]).await {
                match answer {
                    Ok(token) => issued.push(token.access_token),
                    Err(Failure::OAuth(error)) => assert_eq!(error.code, "invalid_grant"),
                    Err(Failure::Service(error)) => panic!("{error}"),
                }
            }
            assert_eq!(issued.len(), 1);
            assert!(
                oauth::authenticate(app, &issued[0])
                    .await
                    .unwrap()
                    .is_none()
            );
        }
    }
}

#[tokio::test]
async fn an_app_gets_what_it_registered_and_is_led_back_nowhere_else() {
    for test in everywhere() {
        let app = &test.app;
        let registered = register(app).await;
        let asking = request(&registered);
        for scope in [
            "write",
            "read write",
            "follow",
            "admin:read",
            "read:statuses write:media",
            "nonsense",
        ] {
            let asked = AuthorizationRequest {
                scope: Some(scope.to_owned()),
                ..asking.clone()
            };
            assert_eq!(refusal(app, asked).await, "invalid_scope", "{scope}");
            let own = Grant::ClientCredentials {
                scope: Some(scope.to_owned()),
            };
            let client = &registered.application.client_id;
            let issued = oauth::exchange(app, client, Some(&registered.client_secret), own).await;
            assert!(
                matches!(issued, Err(Failure::OAuth(error)) if error.code == "invalid_scope"),
                "{scope}"
            );
        }
        for address in [
            "https://app.example/back/",
            "https://app.example/back?x=1",
            "https://APP.example/back",
            "https://app.example:443/back",
            "https://app.example/",
            "https://app.example/back/../back",
            "http://app.example/back",
            "",
        ] {
            let asked = AuthorizationRequest {
                redirect_uri: Some(address.to_owned()),
                // Also where something else is wrong.
                scope: Some("nonsense".to_owned()),
                ..asking.clone()
            };
            assert_eq!(
                refusal(app, asked).await,
                "invalid_redirect_uri",
                "{address}"
            );
        }
        let challenge = "x".repeat(43);
        for method in [Some("plain"), Some("s256"), Some(""), None] {
            let asked = AuthorizationRequest {
                code_challenge: Some(challenge.clone()),
                code_challenge_method: method.map(str::to_owned),
                ..asking.clone()
            };
            assert_eq!(refusal(app, asked).await, "invalid_request", "{method:?}");
        }
    }
}

/// What a guess comes to: whether it was looked at.
async fn guess(app: &App, login: &str, from: &str) -> bool {
    let from: IpAddr = from.parse().unwrap();
    match users::sign_in(app, login, "wrong password", from, "").await {
        Err(Error::Invalid(text)) => {
            assert_eq!(text, "Invalid e-mail address or password.");
            true
        }
        Err(Error::TooMany) => false,
        Ok(_) => panic!("signed in"),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn ten_guesses_at_one_account_and_twenty_from_one_address() {
    for test in everywhere() {
        let app = &test.app;
        test.person("ada").await;
        let here: IpAddr = "192.0.2.1".parse().unwrap();
        // Whether there is such an account makes no difference.
        for login in ["ada", "nobody"] {
            for number in 0..10 {
                assert!(guess(app, login, &format!("198.51.100.{number}")).await);
            }
            assert!(!guess(app, login, "203.0.113.1").await, "{login}");
        }
        // By whatever name: it is one account.
        assert!(!guess(app, "ada@school.example", "203.0.113.2").await);
        let right = users::sign_in(app, "ada", "correct horse", here, "").await;
        assert!(matches!(right, Err(Error::TooMany)));
        wait(15 * 60);
        let token = async || match users::sign_in(app, "ada", "correct horse", here, "").await {
            Ok(users::Entry::Open(session)) => session.token,
            Ok(users::Entry::CodeOwed { .. }) => panic!("there is no second factor"),
            Err(error) => panic!("{error}"),
        };
        assert_ne!(token().await, token().await);
        // Those who sign in do not use up what their school's address has.
        for _ in 0..25 {
            token().await;
        }
        for number in 0..20 {
            assert!(guess(app, &format!("person{number}"), "192.0.2.1").await);
        }
        assert!(!guess(app, "somebody", "192.0.2.1").await);
        assert!(guess(app, "somebody", "192.0.2.2").await);
        wait(15 * 60);
    }
}

#[tokio::test]
async fn guesses_at_the_same_moment_are_counted_too() {
    for test in everywhere() {
        test.person("ada").await;
        let addresses: Vec<String> = (0..30)
            .map(|number| format!("198.51.100.{number}"))
            .collect();
        let guesses = addresses.iter().map(|from| guess(&test.app, "ada", from));
        let looked_at = join_all(guesses)
            .await
            .into_iter()
            .filter(|seen| *seen)
            .count();
        assert_eq!(looked_at, 10);
        wait(15 * 60);
    }
}

#[tokio::test]
async fn who_says_how_they_post_takes_back_nothing_that_was_decided_meanwhile() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(test) = TestApp::on(kind) else {
            continue;
        };
        let app = &test.app;
        // As it was read by whoever writes a moment later.
        let before = test.person("ada").await.user;
        let now = app
            .transaction(move |app, conn| {
                storage::users::set_disabled(conn, before.id, Some(app.now()))?;
                storage::users::set_password_hash(conn, before.id, "another")?;
                storage::users::set_email(conn, before.id, "other@school.example")?;
                storage::users::set_defaults(conn, &before)?;
                Ok(storage::users::of_account(conn, before.account_id)?)
            })
            .await
            .unwrap()
            .unwrap();
        assert!(now.disabled_at.is_some());
        assert_eq!(now.password_hash, "another");
        assert_eq!(now.email, "other@school.example");
    }
}
