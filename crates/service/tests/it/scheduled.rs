//! Statuses that are posted at a time, by a clock that the test sets.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::TimeDelta;
use domain::{ContentType, MediaId, Page, QuotePolicy, Time, Visibility};
use service::jobs::Job;
use service::oauth::{self, Person};
use service::scheduled::{self, ScheduledView};
use service::statuses::{self, NewStatus};
use service::views::MediaView;
use service::{App, Error, accounts, attachments, documents};
use test_support::{Kind, TestApp};

/// Seconds that the test moved its clock on.
static LATER: AtomicI64 = AtomicI64::new(0);

fn clock() -> Time {
    let now = chrono::DateTime::from_timestamp(1_790_000_000, 0)
        .unwrap()
        .naive_utc();
    now + TimeDelta::seconds(LATER.load(Ordering::Relaxed))
}

async fn schedule(app: &App, by: &Person, new: NewStatus) -> Result<ScheduledView, Error> {
    let scopes = "read write".parse().unwrap();
    let token = oauth::create_token(app, by.user.id, scopes).await.unwrap();
    let application = oauth::authenticate(app, &token)
        .await
        .unwrap()
        .unwrap()
        .application;
    let at = app.now() + TimeDelta::minutes(10);
    scheduled::schedule(app, by, application, new, at).await
}

fn words(text: &str) -> NewStatus {
    NewStatus {
        text: text.to_owned(),
        ..NewStatus::default()
    }
}

async fn posted(app: &App, by: &Person) -> Vec<String> {
    let wanted = accounts::AccountStatuses::default();
    let found = accounts::statuses(app, Some(by), by.id(), wanted, Page::newest(40))
        .await
        .unwrap();
    found
        .items
        .into_iter()
        .map(|view| view.status.text)
        .collect()
}

async fn waiting(app: &App, by: &Person) -> usize {
    let found = scheduled::page(app, by, Page::newest(40)).await.unwrap();
    found.items.len()
}

async fn run(app: &App, id: i64) {
    service::jobs::run(app, Job::PublishScheduled { id })
        .await
        .unwrap();
}

#[tokio::test]
async fn what_is_scheduled_is_posted_once_and_what_cannot_be_stays() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        LATER.store(0, Ordering::Relaxed);
        let Some(test) = TestApp::at(kind, clock) else {
            continue;
        };
        let app = &test.app;
        let ada = test.person("ada").await;
        let first = schedule(app, &ada, words("first")).await.unwrap();
        let moved = schedule(app, &ada, words("moved")).await.unwrap();
        let keyed = NewStatus {
            idempotency_key: Some("once".to_owned()),
            ..words("keyed")
        };
        let key = schedule(app, &ada, keyed.clone()).await.unwrap();
        assert_eq!(schedule(app, &ada, keyed).await.unwrap().row.id, key.row.id);
        let later = app.now() + TimeDelta::minutes(20);
        scheduled::move_to(app, &ada, moved.row.id, later)
            .await
            .unwrap();
        scheduled::cancel(app, &ada, key.row.id).await.unwrap();
        assert_eq!(waiting(app, &ada).await, 2);
        for id in [first.row.id, moved.row.id] {
            run(app, id).await;
        }
        assert_eq!(posted(app, &ada).await, [""; 0], "too early");

        LATER.store(601, Ordering::Relaxed);
        for id in [first.row.id, first.row.id, moved.row.id, key.row.id] {
            run(app, id).await;
        }
        assert_eq!(posted(app, &ada).await, ["first"]);
        LATER.store(1_201, Ordering::Relaxed);
        run(app, moved.row.id).await;
        assert_eq!(posted(app, &ada).await, ["moved", "first"]);
        assert_eq!(waiting(app, &ada).await, 0);

        // What it answers is gone by then.
        let ids = accounts::statuses(
            app,
            Some(&ada),
            ada.id(),
            accounts::AccountStatuses::default(),
            Page::newest(1),
        )
        .await
        .unwrap();
        let parent = ids.items[0].status.id;
        let answer = NewStatus {
            in_reply_to: Some(parent),
            ..words("an answer")
        };
        let answer = schedule(app, &ada, answer).await.unwrap();
        statuses::delete(app, &ada, parent).await.unwrap();
        LATER.store(2_000, Ordering::Relaxed);
        run(app, answer.row.id).await;
        assert_eq!(posted(app, &ada).await, ["first"]);
        assert_eq!(
            waiting(app, &ada).await,
            1,
            "its author still has the words"
        );
    }
}

async fn upload(app: &App, by: &Person, name: &str) -> MediaId {
    let mut spool = attachments::receive(app).await.unwrap();
    attachments::add(&mut spool, b"# Bees").await.unwrap();
    let view = documents::upload(app, by, spool, name).await;
    view.unwrap().id()
}

async fn set_disabled(app: &App, person: &Person, since: Option<Time>) {
    let user = person.user.id;
    app.transaction(move |_, conn| Ok(storage::users::set_disabled(conn, user, since)?))
        .await
        .unwrap();
}

#[tokio::test]
async fn all_that_was_asked_for_is_posted_unless_its_author_is_disabled() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(test) = TestApp::on(kind) else {
            continue;
        };
        let app = &test.app;
        let ada = test.person("ada").await;
        let document = upload(app, &ada, "Bees.md").await;
        let new = NewStatus {
            content_type: Some(ContentType::Markdown),
            spoiler_text: "insects".to_owned(),
            visibility: Some(Visibility::Unlisted),
            language: Some("cy".to_owned()),
            quote_policy: Some(QuotePolicy::NOBODY),
            local_only: true,
            documents: vec![document],
            ..words("**Bees**")
        };
        let waiting = schedule(app, &ada, new).await.unwrap();
        let shown: Vec<MediaId> = waiting.documents.iter().map(MediaView::id).collect();
        assert_eq!(shown, [document]);
        let (id, past) = (waiting.row.id, app.now() - TimeDelta::minutes(1));
        app.transaction(move |_, conn| Ok(storage::scheduled::set_time(conn, id, past)?))
            .await
            .unwrap();

        set_disabled(app, &ada, Some(past)).await;
        run(app, id).await;
        assert_eq!(posted(app, &ada).await, [""; 0]);
        set_disabled(app, &ada, None).await;
        run(app, id).await;
        let wanted = accounts::AccountStatuses::default();
        let mut found = accounts::statuses(app, Some(&ada), ada.id(), wanted, Page::newest(40))
            .await
            .unwrap();
        let view = found.items.pop().unwrap();
        let status = &view.status;
        assert_eq!(status.content_type, ContentType::Markdown);
        assert_eq!(status.spoiler_text, "insects");
        assert_eq!(status.visibility, Visibility::Unlisted);
        assert_eq!(status.language.as_deref(), Some("cy"));
        assert_eq!(status.quote_policy, QuotePolicy::NOBODY);
        assert!(status.local_only);
        let linked: Vec<MediaId> = view.documents.iter().map(MediaView::id).collect();
        assert_eq!(linked, [document]);
    }
}

#[tokio::test]
async fn there_is_a_bound_for_a_day() {
    let Some(test) = TestApp::at(Kind::Sqlite, clock) else {
        return;
    };
    let ada = test.person("ada").await;
    let mut refused = 0;
    for number in 0..60 {
        match schedule(&test.app, &ada, words(&number.to_string())).await {
            Ok(_) => {}
            Err(Error::Invalid(_)) => refused += 1,
            Err(error) => panic!("{error}"),
        }
    }
    // Sixty in ten minutes may lie on two days.
    assert!((10..=35).contains(&refused), "{refused}");
}
