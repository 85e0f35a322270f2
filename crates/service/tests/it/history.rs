//! What is kept of earlier versions of a post, by a clock that the test sets.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::TimeDelta;
use domain::{StatusId, Time};
use service::attachments::{self, Upload};
use service::oauth::Person;
use service::statuses::{self, NewStatus, StatusChange};
use service::{App, jobs};
use storage::statuses::StatusEdit;
use test_support::{Kind, TestApp, count_statements, statements};

use crate::documents::{application, is_kept, upload};
use crate::files::{remove_files, sent};

/// Days that the test moved its clock on.
static LATER: AtomicI64 = AtomicI64::new(0);

fn clock() -> Time {
    let now = chrono::DateTime::from_timestamp(1_790_000_000, 0)
        .unwrap()
        .naive_utc();
    now + TimeDelta::days(LATER.load(Ordering::Relaxed))
}

async fn publish(app: &App, by: &Person, new: NewStatus) -> StatusId {
    let from = application(app, by).await;
    let view = statuses::publish(app, by, from, new).await.unwrap();
    view.status.id
}

/// Edits a post of which no document stays.
async fn edit(app: &App, by: &Person, id: StatusId, text: &str) {
    let change = StatusChange {
        text: text.to_owned(),
        documents: Some(Vec::new()),
        ..StatusChange::default()
    };
    statuses::edit(app, by, id, change).await.unwrap();
}

#[tokio::test]
async fn a_version_keeps_its_files_as_long_as_its_post_is_there() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        LATER.store(0, Ordering::Relaxed);
        let Some(test) = TestApp::at(kind, clock) else {
            continue;
        };
        let app = &test.app;
        let ada = test.person("ada").await;
        let bees = upload(app, &ada, "Bees.md").await;
        let new = NewStatus {
            text: "About bees".to_owned(),
            documents: vec![bees.id()],
            ..NewStatus::default()
        };
        let id = publish(app, &ada, new).await;
        edit(app, &ada, id, "About nothing").await;
        LATER.store(2, Ordering::Relaxed);
        jobs::prune(app).await.unwrap();
        remove_files(app).await;
        assert!(is_kept(app, &bees).await);
        let versions = statuses::history(app, None, id).await.unwrap();
        assert!(versions[0].content.contains("Bees.md"));
        assert_eq!(versions[1].content, "<p>About nothing</p>");

        // What another post has by then stays.
        let again = NewStatus {
            text: "About bees, again".to_owned(),
            documents: vec![bees.id()],
            ..NewStatus::default()
        };
        let other = publish(app, &ada, again).await;
        statuses::delete(app, &ada, id).await.unwrap();
        remove_files(app).await;
        assert!(is_kept(app, &bees).await);
        edit(app, &ada, other, "About nothing, again").await;
        statuses::delete(app, &ada, other).await.unwrap();
        remove_files(app).await;
        assert!(!is_kept(app, &bees).await);
    }
}

#[tokio::test]
async fn a_version_of_which_nobody_knows_the_files_has_those_of_today() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(test) = TestApp::on(kind) else {
            continue;
        };
        let app = &test.app;
        let ada = test.person("ada").await;
        let file = Upload {
            file: sent(app, 16).await,
            thumbnail: None,
            description: Some("Green".to_owned()),
            focus: None,
        };
        let file = attachments::upload(app, &ada, file).await.unwrap();
        let new = NewStatus {
            text: "A dot".to_owned(),
            media: vec![file.id()],
            ..NewStatus::default()
        };
        let id = publish(app, &ada, new).await;
        app.transaction(move |app, conn| {
            let old = StatusEdit {
                id: 1,
                status_id: id,
                content: "<p>A speck</p>".to_owned(),
                text: "A speck".to_owned(),
                spoiler_text: String::new(),
                sensitive: false,
                created_at: app.now(),
                poll_options: Vec::new(),
                files_known: false,
                quote_id: None,
            };
            Ok(storage::statuses::insert_edit(conn, old, &[])?)
        })
        .await
        .unwrap();
        let versions = statuses::history(app, None, id).await.unwrap();
        assert_eq!(versions.len(), 2);
        for version in versions {
            assert_eq!(version.media[0].id(), file.id());
        }
    }
}

#[tokio::test]
async fn of_a_post_that_is_edited_ever_again_the_latest_versions_are_kept() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(test) = TestApp::on(kind) else {
            continue;
        };
        let app = &test.app;
        let ada = test.person("ada").await;
        let new = NewStatus {
            text: "Bees 0".to_owned(),
            ..NewStatus::default()
        };
        let id = publish(app, &ada, new).await;
        for number in 1..=103 {
            edit(app, &ada, id, &format!("Bees {number}")).await;
        }
        let versions = statuses::history(app, None, id).await.unwrap();
        let contents: Vec<&str> = versions.iter().map(|one| one.content.as_str()).collect();
        assert_eq!(contents.len(), 101);
        assert_eq!(contents[0], "<p>Bees 3</p>");
        assert_eq!(contents[100], "<p>Bees 103</p>");
    }
}

#[tokio::test]
async fn a_history_takes_as_many_statements_however_long_it_is() {
    count_statements();
    let Some(test) = TestApp::on(Kind::Sqlite) else {
        return;
    };
    let app = &test.app;
    let ada = test.person("ada").await;
    let new = NewStatus {
        text: "About bees".to_owned(),
        documents: vec![upload(app, &ada, "Bees.md").await.id()],
        ..NewStatus::default()
    };
    let id = publish(app, &ada, new).await;
    let mut taken = Vec::new();
    for number in 0..8 {
        let change = StatusChange {
            text: format!("About {number} bees"),
            ..StatusChange::default()
        };
        statuses::edit(app, &ada, id, change).await.unwrap();
        let before = statements();
        let versions = statuses::history(app, None, id).await.unwrap();
        assert!(
            versions
                .iter()
                .all(|version| version.content.contains("Bees.md"))
        );
        taken.push(statements() - before);
    }
    assert!(taken[1] > 0);
    assert_eq!(taken[1], taken[7], "{taken:?}");
}
