//! How polls end, by a clock that the test sets.

use std::sync::atomic::{AtomicI64, Ordering};

use domain::{NotificationKind, Page, Time};
use service::jobs::Job;
use service::notifications::{self, Wanted};
use service::oauth::{self, Person};
use service::polls::{self, NewPoll};
use service::statuses::{self, NewStatus};
use service::views::StatusView;
use service::{App, Error};
use test_support::{Kind, TestApp};

/// Seconds that the test moved its clock on.
static LATER: AtomicI64 = AtomicI64::new(0);

fn clock() -> Time {
    let now = chrono::DateTime::from_timestamp(1_790_000_000, 0)
        .unwrap()
        .naive_utc();
    now + chrono::TimeDelta::seconds(LATER.load(Ordering::Relaxed))
}

async fn ask(app: &App, by: &Person) -> StatusView {
    let scopes = "read write".parse().unwrap();
    let token = oauth::create_token(app, by.user.id, scopes).await.unwrap();
    let application = oauth::authenticate(app, &token)
        .await
        .unwrap()
        .unwrap()
        .application;
    let new = NewStatus {
        text: "Which day?".to_owned(),
        poll: Some(NewPoll {
            options: vec!["Monday".to_owned(), "Tuesday".to_owned()],
            expires_in: 300,
            ..NewPoll::default()
        }),
        ..NewStatus::default()
    };
    statuses::publish(app, by, application, new).await.unwrap()
}

async fn told(app: &App, person: &Person) -> usize {
    let wanted = Wanted {
        kinds: vec![NotificationKind::Poll],
        ..Wanted::default()
    };
    let lines = notifications::page(app, person, wanted, Page::newest(40))
        .await
        .unwrap();
    lines.items.len()
}

#[tokio::test]
async fn the_end_of_a_poll_is_told_once_to_those_who_asked_or_voted() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        LATER.store(0, Ordering::Relaxed);
        let Some(test) = TestApp::at(kind, clock) else {
            continue;
        };
        let app = &test.app;
        let (ada, bo, cy) = (
            test.person("ada").await,
            test.person("bo").await,
            test.person("cy").await,
        );
        let asked = ask(app, &ada).await;
        let poll = asked.poll.unwrap().poll.id;
        polls::vote(app, &bo, poll, vec![0]).await.unwrap();
        let close = async || {
            service::jobs::run(app, Job::ClosePoll { poll })
                .await
                .unwrap();
        };
        close().await;
        assert_eq!(told(app, &ada).await, 0, "too early");
        LATER.store(301, Ordering::Relaxed);
        close().await;
        close().await;
        for (person, lines) in [(&ada, 1), (&bo, 1), (&cy, 0)] {
            assert_eq!(
                told(app, person).await,
                lines,
                "{}",
                person.account.username
            );
        }
        let late = polls::vote(app, &cy, poll, vec![0]).await;
        assert!(matches!(late, Err(Error::Invalid(_))));
        assert!(polls::view(app, None, poll).await.unwrap().is_over);
    }
}
