//! How long a document is there, by a clock that the test sets.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::TimeDelta;
use domain::{ApplicationId, Time};
use service::oauth::{self, Person};
use service::statuses::{self, NewStatus};
use service::views::MediaView;
use service::{App, attachments, documents, jobs};
use test_support::{Kind, TestApp};

use crate::files::remove_files;

/// Days that the test moved its clock on.
static LATER: AtomicI64 = AtomicI64::new(0);

fn clock() -> Time {
    let now = chrono::DateTime::from_timestamp(1_790_000_000, 0)
        .unwrap()
        .naive_utc();
    now + TimeDelta::days(LATER.load(Ordering::Relaxed))
}

pub async fn application(app: &App, by: &Person) -> ApplicationId {
    let scopes = "read write".parse().unwrap();
    let token = oauth::create_token(app, by.user.id, scopes).await.unwrap();
    let known = oauth::authenticate(app, &token).await.unwrap();
    known.unwrap().application
}

pub async fn upload(app: &App, by: &Person, name: &str) -> MediaView {
    let mut spool = attachments::receive(app).await.unwrap();
    attachments::add(&mut spool, b"# Bees").await.unwrap();
    documents::upload(app, by, spool, name).await.unwrap()
}

pub async fn is_kept(app: &App, document: &MediaView) -> bool {
    let file = document.media.file.as_ref().unwrap();
    app.media().has(file).await.unwrap()
}

#[tokio::test]
async fn a_document_that_no_post_has_goes_after_a_day() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        LATER.store(0, Ordering::Relaxed);
        let Some(test) = TestApp::at(kind, clock) else {
            continue;
        };
        let app = &test.app;
        let ada = test.person("ada").await;
        let spare = upload(app, &ada, "Spare.md").await;
        let posted = upload(app, &ada, "Bees.md").await;
        let new = NewStatus {
            text: "About bees".to_owned(),
            documents: vec![posted.id()],
            ..NewStatus::default()
        };
        let view = statuses::publish(app, &ada, application(app, &ada).await, new)
            .await
            .unwrap();
        assert_eq!(view.documents.len(), 1);
        jobs::prune(app).await.unwrap();
        assert!(is_kept(app, &spare).await, "it may still be posted");
        // However many there are.
        let mut spares = vec![spare];
        for number in 0..200 {
            spares.push(upload(app, &ada, &format!("Spare {number}.md")).await);
        }

        LATER.store(2, Ordering::Relaxed);
        jobs::prune(app).await.unwrap();
        remove_files(app).await;
        for spare in &spares {
            assert!(!is_kept(app, spare).await);
        }
        assert!(is_kept(app, &posted).await);
        statuses::delete(app, &ada, view.status.id).await.unwrap();
        jobs::prune(app).await.unwrap();
        remove_files(app).await;
        assert!(!is_kept(app, &posted).await);
    }
}
