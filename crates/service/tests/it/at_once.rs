//! Two things that happen at the same moment: neither takes the other one back.

use std::net::IpAddr;

use chrono::TimeDelta;
use domain::{AccountId, AccountKind, ApplicationId, IpSeverity, ReportId, StatusId};
use service::incoming::{self, Deed, RemoteAccount, upsert_account};
use service::moderation::ip_blocks::{self, IpRule};
use service::moderation::reports::{Change, change};
use service::oauth::{self, Person};
use service::polls::{self, NewPoll};
use service::reports::{self, NewReport};
use service::statuses::{self, NewStatus, StatusChange};
use service::{App, Error, quotes};
use storage::accounts::Account;
use test_support::{Kind, TestApp};

/// How often it is tried.
const ROUNDS: usize = 10;

async fn application(app: &App, by: &Person) -> ApplicationId {
    let scopes = "read write".parse().unwrap();
    let token = oauth::create_token(app, by.user.id, scopes).await.unwrap();
    let known = oauth::authenticate(app, &token).await.unwrap();
    known.unwrap().application
}

fn remote(name: &str) -> RemoteAccount {
    let uri = format!("https://other.example/users/{name}");
    RemoteAccount {
        followers: format!("{uri}/followers"),
        ..RemoteAccount::new(
            AccountKind::Person,
            name.to_owned(),
            "other.example".parse().unwrap(),
            uri.clone(),
            format!("{uri}/inbox"),
        )
    }
}

async fn leave(app: &App, id: AccountId) {
    app.transaction(move |app, conn| incoming::apply(app, conn, id, &Deed::Leave))
        .await
        .unwrap();
}

async fn row(app: &App, id: AccountId) -> Account {
    app.transaction(move |_, conn| Ok(storage::accounts::find(conn, id)?))
        .await
        .unwrap()
        .unwrap()
}

#[tokio::test]
async fn who_left_is_not_brought_back_by_what_was_asked_before() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(test) = TestApp::on(kind) else {
            continue;
        };
        let app = &test.app;
        let asked = app.now() - TimeDelta::seconds(1);
        for round in 0..ROUNDS {
            let cy = remote(&format!("cy{round}"));
            let id = upsert_account(app, cy.clone(), asked).await.unwrap().id;
            let (told, ()) = tokio::join!(upsert_account(app, cy.clone(), asked), leave(app, id));
            assert!(matches!(told, Ok(_) | Err(Error::Unavailable(_))));
            assert!(row(app, id).await.deleted_at.is_some(), "{round}");
            let late = upsert_account(app, cy.clone(), asked).await;
            assert!(matches!(late, Err(Error::Unavailable(_))));
            assert!(row(app, id).await.deleted_at.is_some());
            // Their server has a document of theirs again.
            let now = app.now() + TimeDelta::seconds(1);
            assert!(upsert_account(app, cy, now).await.is_ok());
            assert!(row(app, id).await.deleted_at.is_none());
        }
    }
}

#[tokio::test]
async fn what_somebody_says_of_themselves_decides_nothing_about_them() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(test) = TestApp::on(kind) else {
            continue;
        };
        let app = &test.app;
        // As it was read by whoever writes a moment later.
        let before = test.person("ada").await.account;
        let id = before.id;
        app.transaction(move |app, conn| {
            let now = app.now();
            storage::accounts::set_deleted(conn, id, Some(now))?;
            storage::accounts::set_suspended(conn, id, Some(now), now)?;
            storage::accounts::set_silenced(conn, id, Some(now))?;
            Ok(storage::accounts::update_profile(conn, &before)?)
        })
        .await
        .unwrap();
        let now = row(app, id).await;
        assert!(now.deleted_at.is_some() && now.suspended_at.is_some());
        assert!(now.silenced_at.is_some());
    }
}

#[tokio::test]
async fn what_is_deleted_while_it_is_edited_has_no_words_again() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(test) = TestApp::on(kind) else {
            continue;
        };
        let app = &test.app;
        let ada = test.person("ada").await;
        let from = application(app, &ada).await;
        for _ in 0..ROUNDS {
            let new = NewStatus {
                text: "Too frank".to_owned(),
                ..NewStatus::default()
            };
            let view = statuses::publish(app, &ada, from, new).await.unwrap();
            let id = view.status.id;
            let change = StatusChange {
                text: "Polite".to_owned(),
                ..StatusChange::default()
            };
            let (edited, deleted) = tokio::join!(
                statuses::edit(app, &ada, id, change),
                statuses::delete(app, &ada, id),
            );
            assert!(matches!(edited, Ok(_) | Err(Error::NotFound)));
            deleted.unwrap();
            let uri = view.status.uri;
            let (left, versions) = app
                .transaction(move |_, conn| {
                    let left = storage::statuses::with_uri(conn, &uri)?;
                    Ok((left, storage::statuses::edits(conn, id)?))
                })
                .await
                .unwrap();
            assert_eq!(left.unwrap().text, "");
            assert!(versions.is_empty());
        }
    }
}

#[tokio::test]
async fn votes_count_that_are_given_while_a_poll_is_prolonged() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(test) = TestApp::on(kind) else {
            continue;
        };
        let app = &test.app;
        let (ada, bo) = (test.person("ada").await, test.person("bo").await);
        let from = application(app, &ada).await;
        let asks = |seconds: i64| NewPoll {
            options: vec!["Monday".to_owned(), "Tuesday".to_owned()],
            expires_in: seconds,
            ..NewPoll::default()
        };
        for _ in 0..ROUNDS {
            let new = NewStatus {
                text: "Which day?".to_owned(),
                poll: Some(asks(300)),
                ..NewStatus::default()
            };
            let view = statuses::publish(app, &ada, from, new).await.unwrap();
            let poll = view.poll.unwrap().poll.id;
            let change = StatusChange {
                text: "Which day?".to_owned(),
                poll: Some(asks(900)),
                ..StatusChange::default()
            };
            let (edited, voted) = tokio::join!(
                statuses::edit(app, &ada, view.status.id, change),
                polls::vote(app, &bo, poll, vec![1]),
            );
            edited.unwrap();
            voted.unwrap();
            let now = polls::view(app, None, poll).await.unwrap();
            assert_eq!(now.poll.votes_count, 1);
            assert_eq!(now.options[1].1, Some(1));
        }
    }
}

#[tokio::test]
async fn a_quote_that_ends_twice_at_once_is_taken_off_once() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(test) = TestApp::on(kind) else {
            continue;
        };
        let app = &test.app;
        let (ada, bo) = (test.person("ada").await, test.person("bo").await);
        let (hers, his) = (application(app, &ada).await, application(app, &bo).await);
        for _ in 0..ROUNDS {
            let words = |quoted: Option<StatusId>| NewStatus {
                text: "Fractions with apples".to_owned(),
                quoted,
                ..NewStatus::default()
            };
            let new = statuses::publish(app, &ada, hers, words(None));
            let quoted = new.await.unwrap().status.id;
            let new = statuses::publish(app, &bo, his, words(Some(quoted)));
            let quoting = new.await.unwrap().status.id;
            let count = async || {
                let found =
                    app.transaction(move |_, conn| Ok(storage::statuses::find(conn, quoted)?));
                found.await.unwrap().unwrap().quotes_count
            };
            assert_eq!(count().await, 1);
            let (revoked, deleted) = tokio::join!(
                quotes::revoke(app, &ada, quoted, quoting),
                statuses::delete(app, &bo, quoting),
            );
            assert!(matches!(revoked, Ok(_) | Err(Error::NotFound)));
            deleted.unwrap();
            assert_eq!(count().await, 0);
        }
    }
}

#[tokio::test]
async fn two_moderators_do_two_things_about_one_report() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(test) = TestApp::on(kind) else {
            continue;
        };
        let app = &test.app;
        let (ada, bo) = (test.person("ada").await, test.person("bo").await);
        let cy = test.person("cy").await;
        for _ in 0..ROUNDS {
            let new = NewReport {
                account: cy.id(),
                statuses: Vec::new(),
                collections: Vec::new(),
                comment: String::new(),
                category: None,
                forward: false,
                forward_to: None,
                rules: Vec::new(),
            };
            let id: ReportId = reports::report(app, &ada, new).await.unwrap().report.id;
            let (assigned, resolved) = tokio::join!(
                change(app, &ada, id, Change::Assign),
                change(app, &bo, id, Change::Resolve),
            );
            assigned.unwrap();
            resolved.unwrap();
            let row = app
                .transaction(move |_, conn| Ok(storage::reports::find(conn, id)?))
                .await
                .unwrap()
                .unwrap();
            assert_eq!(row.assigned_account_id, Some(ada.id()));
            assert_eq!(row.resolved_by_account_id, Some(bo.id()));
        }
    }
}

#[tokio::test]
async fn two_administrators_change_one_rule_about_a_network() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(test) = TestApp::on(kind) else {
            continue;
        };
        let app = &test.app;
        let (ada, bo) = (test.person("ada").await, test.person("bo").await);
        let here: IpAddr = "127.0.0.1".parse().unwrap();
        for round in 0..ROUNDS {
            let new = IpRule {
                network: Some(format!("203.0.113.{round}")),
                severity: Some(IpSeverity::SignUpBlock),
                ..IpRule::default()
            };
            let id = ip_blocks::block(app, &ada, here, new).await.unwrap().id;
            let severe = IpRule {
                severity: Some(IpSeverity::NoAccess),
                ..IpRule::default()
            };
            let explained = IpRule {
                comment: Some("a robot".to_owned()),
                ..IpRule::default()
            };
            let (first, second) = tokio::join!(
                ip_blocks::change(app, &ada, here, id, severe),
                ip_blocks::change(app, &bo, here, id, explained),
            );
            first.unwrap();
            second.unwrap();
            let rule = ip_blocks::find(app, id).await.unwrap();
            assert_eq!(rule.severity, IpSeverity::NoAccess);
            assert_eq!(rule.comment, "a robot");
        }
    }
}
