//! Signing in, tried out from many addresses.

use std::net::IpAddr;

use chrono::TimeDelta;
use serde_json::json;
use service::users::passkeys::{self, Answer};
use service::{App, Error};
use storage::passkeys::{Ceremony, Purpose};
use test_support::{Kind, TestApp};

/// An address of a place that has a /64 of them.
fn address(place: u16, number: u16) -> IpAddr {
    IpAddr::from([0x2001, 0xdb8, 0, place, 0, 0, 0, number])
}

/// Whether a passkey that nobody has was looked at and refused, or nobody looked any more.
async fn is_looked_at(app: &App, from: IpAddr, number: u16) -> bool {
    let id = format!("AAAA{number:04}");
    let said = json!({ "authenticatorData": "AAAA", "clientDataJSON": "AAAA", "signature": "AAAA", "userHandle": null });
    let credential = json!({ "id": id, "rawId": id, "type": "public-key", "response": said });
    let answer = Answer {
        token: "of no question".to_owned(),
        credential: credential.to_string(),
    };
    match passkeys::sign_in(app, answer, from, "A browser").await {
        Err(Error::Invalid(_)) => true,
        Err(Error::TooMany) => false,
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("nobody has that passkey"),
    }
}

#[tokio::test]
async fn whoever_has_many_addresses_in_one_place_tries_no_more_often_than_others() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(test) = TestApp::on(kind) else {
            continue;
        };
        for number in 0..20 {
            assert!(is_looked_at(&test.app, address(1, number), number).await);
        }
        assert!(!is_looked_at(&test.app, address(1, 20), 20).await);
        assert!(is_looked_at(&test.app, address(2, 0), 21).await);
    }
}

#[tokio::test]
async fn questions_of_strangers_are_not_in_the_way_of_those_who_are_known() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(test) = TestApp::on(kind) else {
            continue;
        };
        let app = &test.app;
        let ada = test.person("ada").await;
        let until = app.now() + TimeDelta::minutes(5);
        app.transaction(move |_, conn| {
            for number in 0..10_000 {
                let ceremony = Ceremony {
                    token_hash: number.to_string(),
                    user_id: None,
                    purpose: Purpose::SignIn,
                    state: String::new(),
                    expires_at: until,
                };
                storage::passkeys::begin(conn, ceremony)?;
            }
            Ok(())
        })
        .await
        .unwrap();
        let refused = passkeys::ask_anybody(app, address(1, 1)).await;
        assert!(matches!(refused, Err(Error::TooMany)), "{refused:?}");
        let asked = passkeys::begin(app, &ada, "correct horse", address(1, 1)).await;
        assert!(asked.is_ok(), "{asked:?}");
    }
}
