//! What is told to those who listen: only what is committed, to each what they would see by themselves, and to nobody who
//! does not keep up.

use std::sync::Arc;

use domain::AccountId;
use futures_util::FutureExt;
use service::filters::{self, FilterWishes, KeywordWish};
use service::incoming::{self, Deed};
use service::oauth::{self, Authenticated, Person};
use service::polls::NewPoll;
use service::statuses::{self, NewStatus};
use service::streaming::{self, Connection, Event, Form, PublicPart, Stream, What};
use service::{App, Error, blocks, polls};
use test_support::{Kind, TestApp, account_row};

const PUBLIC: Stream = Stream::Public {
    part: PublicPart::All,
    only_media: false,
};

async fn enter(app: &App, person: &Person) -> Authenticated {
    let scopes = "read write".parse().unwrap();
    let token = oauth::create_token(app, person.user.id, scopes)
        .await
        .unwrap();
    oauth::authenticate(app, &token).await.unwrap().unwrap()
}

async fn listen(app: &App, person: &Person, stream: Stream) -> (Connection, Authenticated) {
    let authenticated = enter(app, person).await;
    let connection = streaming::connect(app, &authenticated, person, Form::WebSocket).unwrap();
    connection.subscribe(stream).await.unwrap();
    (connection, authenticated)
}

fn waiting(app: &App) -> Vec<Event> {
    app.streaming().next().now_or_never().unwrap_or_default()
}

async fn says(app: &App, by: &Person, new: NewStatus) -> service::views::StatusView {
    let application = enter(app, by).await.application;
    statuses::publish(app, by, application, new).await.unwrap()
}

fn words(text: &str) -> NewStatus {
    NewStatus {
        text: text.to_owned(),
        ..NewStatus::default()
    }
}

#[tokio::test]
async fn everybody_is_told_of_a_status_as_they_see_it() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(test) = TestApp::on(kind) else {
            continue;
        };
        let app = &test.app;
        let mut people = Vec::new();
        for name in ["ada", "bo", "cy", "di", "ed", "flo"] {
            people.push(test.person(name).await);
        }
        let [ada, bo, cy, di, ed, flo] = &people[..] else {
            panic!("six people");
        };
        // Ada quotes Bo, and asks something. Cy chose and likes it, Di has filters, Bo has blocked Ed.
        let quoted = says(app, bo, words("What is quoted")).await.status.id;
        let mut listening = Vec::new();
        for person in &people {
            listening.push(listen(app, person, PUBLIC).await.0);
        }
        let asking = NewStatus {
            poll: Some(NewPoll {
                options: vec!["Monday".to_owned(), "Tuesday".to_owned()],
                expires_in: 300,
                ..NewPoll::default()
            }),
            ..words("Which day? #mock")
        };
        let asking = says(app, ada, asking).await;
        let quoting = NewStatus {
            quoted: Some(quoted),
            ..words("Look at this #mock")
        };
        let quoting = says(app, ada, quoting).await.status.id;
        let poll = asking.poll.unwrap().poll.id;
        polls::vote(app, cy, poll, vec![1]).await.unwrap();
        for status in [asking.status.id, quoting] {
            statuses::favourite(app, cy, status).await.unwrap();
        }
        statuses::bookmark(app, flo, quoted).await.unwrap();
        let filter = FilterWishes {
            title: Some("Mocks".to_owned()),
            contexts: Some(vec!["home".to_owned()]),
            keywords: vec![KeywordWish::Add {
                keyword: "mock".to_owned(),
                whole_word: true,
            }],
            ..FilterWishes::default()
        };
        filters::create(app, di, filter).await.unwrap();
        blocks::block(app, bo, ed.id()).await.unwrap();

        let events = if kind == Kind::Sqlite {
            let arrived = |event: &Event| matches!(event, Event::Arrived { .. });
            waiting(app).into_iter().filter(arrived).collect()
        } else {
            // Said to all processes, and nobody hears them here.
            [asking.status.id, quoting]
                .map(|status| Event::Arrived {
                    status,
                    part: streaming::Part::All,
                })
                .to_vec()
        };
        assert_eq!(events.len(), 2);
        let told = streaming::told(app, events).await.unwrap();
        let mut seen = 0;
        let mut groups = 0;
        for told in told {
            let What::Update(view) = told.what else {
                panic!("{told:?}");
            };
            groups += 1;
            for to in told.to {
                let who: AccountId = to.listener.account();
                let person = people.iter().find(|person| person.id() == who).unwrap();
                let own = statuses::view(app, Some(person), view.status.id)
                    .await
                    .unwrap();
                assert_eq!(
                    format!("{view:?}"),
                    format!("{own:?}"),
                    "{}",
                    person.account.username
                );
                seen += 1;
            }
        }
        assert_eq!(seen, 12, "each is told of both");
        // Of the question: Ada, Cy, Di, and the others alike; of the quote these, Bo, Ed and Flo.
        assert_eq!(groups, 4 + 6);
    }
}

#[tokio::test]
async fn what_was_taken_back_is_not_told() {
    let Some(test) = TestApp::on(Kind::Sqlite) else {
        return;
    };
    let app = &test.app;
    let ada = test.person("ada").await;
    let (_connection, _) = listen(app, &ada, Stream::User).await;
    let mut elsewhere = account_row();
    elsewhere.host = Some("far.example".to_owned());
    elsewhere.handle_key = "ada@far.example".to_owned();
    elsewhere.uri = "https://far.example/ada".to_owned();
    let by = elsewhere.id;
    let inserted = app.transaction(move |_, conn| Ok(storage::accounts::insert(conn, elsewhere)?));
    inserted.await.unwrap();
    let follow = |uri: &str| Deed::Follow {
        uri: uri.to_owned(),
        account: ada.id(),
        anew: false,
    };
    let (first, second) = (
        follow("https://far.example/1"),
        follow("https://far.example/2"),
    );

    let failing = first.clone();
    let failed = app.transaction(move |app, conn| {
        incoming::apply(app, conn, by, &failing)?;
        Err::<(), _>(Error::NotFound)
    });
    assert!(failed.await.is_err());
    assert_eq!(waiting(app), []);

    let going_on = app.transaction(move |app, conn| {
        let failed = app.savepoint(conn, |conn| {
            incoming::apply(app, conn, by, &first)?;
            Err::<(), _>(Error::NotFound)
        });
        assert!(failed.is_err());
        Ok(())
    });
    going_on.await.unwrap();
    assert_eq!(waiting(app), []);

    let kept = app.transaction(move |app, conn| {
        app.savepoint(conn, |conn| incoming::apply(app, conn, by, &second))
    });
    kept.await.unwrap();
    let told = waiting(app);
    assert!(
        matches!(told[..], [Event::Notified { account, .. }] if account == ada.id()),
        "{told:?}"
    );
}

#[tokio::test]
async fn who_reads_too_slowly_is_let_go_and_the_others_are_not() {
    let test = TestApp::on(Kind::Sqlite).unwrap();
    let app = &test.app;
    let (ada, bo) = (test.person("ada").await, test.person("bo").await);
    let (mut slow, _) = listen(app, &ada, PUBLIC).await;
    let (mut quick, _) = listen(app, &bo, PUBLIC).await;
    says(app, &bo, words("hello")).await;
    let told = streaming::told(app, waiting(app)).await.unwrap();
    let text: Arc<str> = "something".into();
    for _ in 0..200 {
        for to in told.iter().flat_map(|told| &told.to) {
            app.streaming().give(&to.listener, text.clone());
        }
        assert!(quick.next().await.is_some());
    }
    drop(told);
    assert_eq!(app.streaming().listening(), 1);
    let mut read = 0;
    while slow.next().await.is_some() {
        read += 1;
    }
    assert_eq!(read, 128);
    drop(quick);
    assert_eq!(app.streaming().listening(), 0);
    // Nobody listens, and nothing is kept.
    says(app, &bo, words("to nobody")).await;
    assert_eq!(waiting(app), []);
}
