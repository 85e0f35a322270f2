//! Files of the media store: whoever goes away while one is kept, at whatever moment, leaves none behind that nothing names.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::pin::pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::Poll;

use bytes::Bytes;
use chrono::TimeDelta;
use domain::{JobId, Time};
use image::{ImageFormat, Rgb, RgbImage};
use service::App;
use service::attachments::{self, Change, Upload};
use service::custom_emojis::{self, NewEmoji};
use service::jobs::{self, Job};
use service::moving;
use service::oauth::Person;
use service::profile::{self, ProfileChange};
use storage::Spool;
use test_support::{Kind, TestApp, everywhere};

/// Hours that the test moved its clock on.
static LATER: AtomicI64 = AtomicI64::new(0);
/// Moments at which somebody goes away, at most.
const MOMENTS: usize = 600;

fn clock() -> Time {
    let now = chrono::DateTime::from_timestamp(1_790_000_000, 0)
        .unwrap()
        .naive_utc();
    now + TimeDelta::hours(LATER.load(Ordering::Relaxed))
}

/// Removes what is to be removed by now.
pub async fn remove_files(app: &App) {
    let now = app.now();
    let due = app
        .transaction(move |_, conn| {
            let lease = now + TimeDelta::minutes(1);
            Ok(storage::jobs::claim(conn, now, lease, 1_000)?)
        })
        .await
        .unwrap();
    for row in due {
        let job: Job = serde_json::from_str(&row.payload).unwrap();
        if !matches!(job, Job::RemoveFiles { .. } | Job::RewriteEmoji { .. }) {
            continue;
        }
        jobs::run(app, job).await.unwrap();
        app.transaction(move |_, conn| Ok(storage::jobs::finish(conn, row.id)?))
            .await
            .unwrap();
    }
}

/// All files that are there.
fn there(app: &App) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for folder in std::fs::read_dir(app.media().folder()).unwrap() {
        let folder = folder.unwrap();
        let name = folder.file_name().into_string().unwrap();
        if name.starts_with('.') {
            continue;
        }
        for file in std::fs::read_dir(folder.path()).unwrap() {
            let file = file.unwrap().file_name().into_string().unwrap();
            found.insert(format!("{name}/{file}"));
        }
    }
    found
}

async fn named(app: &App) -> BTreeSet<String> {
    let named = app
        .transaction(|_, conn| Ok(storage::media::named_files(conn)?))
        .await
        .unwrap();
    named.into_iter().collect()
}

fn picture(side: u32) -> Bytes {
    let mut bytes = Cursor::new(Vec::new());
    RgbImage::from_pixel(side, side, Rgb([9, 120, 90]))
        .write_to(&mut bytes, ImageFormat::Png)
        .unwrap();
    Bytes::from(bytes.into_inner())
}

pub async fn sent(app: &App, side: u32) -> Spool {
    let mut spool = attachments::receive(app).await.unwrap();
    attachments::add(&mut spool, &picture(side)).await.unwrap();
    spool
}

/// Does something and goes away after so many steps; false if it was not done by then.
async fn abandoned<T>(work: impl Future<Output = service::Result<T>>, steps: usize) -> bool {
    let mut work = pin!(work);
    let mut left = steps;
    let done = std::future::poll_fn(move |context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        work.as_mut().poll(context).map(Some)
    })
    .await;
    if let Some(Err(error)) = &done {
        panic!("{error}");
    }
    done.is_some()
}

/// What a test does with files, by number; false if it went away before it was done.
async fn act(app: &App, ada: &Person, number: usize, steps: usize) -> bool {
    match number {
        0 => {
            let upload = Upload {
                file: sent(app, 64).await,
                thumbnail: Some(sent(app, 16).await),
                description: None,
                focus: None,
            };
            abandoned(attachments::upload(app, ada, upload), steps).await
        }
        1 => {
            let change = ProfileChange {
                avatar: Some(picture(32)),
                header: Some(picture(48)),
                ..ProfileChange::default()
            };
            abandoned(profile::update(app, ada, change), steps).await
        }
        2 => {
            let new = NewEmoji {
                shortcode: "apple".to_owned(),
                picture: picture(16),
                category: None,
                visible_in_picker: true,
                replace: true,
            };
            abandoned(custom_emojis::add(app, new), steps).await
        }
        _ => {
            let upload = Upload {
                file: sent(app, 64).await,
                thumbnail: None,
                description: None,
                focus: None,
            };
            let made = attachments::upload(app, ada, upload).await.unwrap();
            let change = Change {
                thumbnail: Some(sent(app, 24).await),
                ..Change::default()
            };
            let changed = attachments::update(app, ada, made.id(), change);
            abandoned(changed, steps).await
        }
    }
}

#[tokio::test]
async fn whoever_goes_away_at_any_moment_leaves_no_file_without_a_name() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(test) = TestApp::at(kind, clock) else {
            continue;
        };
        let app = &test.app;
        let ada = test.person("ada").await;
        for number in 0..4 {
            let mut is_done = false;
            for steps in (1..MOMENTS).step_by(2) {
                is_done = act(app, &ada, number, steps).await;
                if is_done {
                    break;
                }
            }
            assert!(is_done, "{number} takes more steps");
        }
        // What was cut off may still be at it.
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        remove_files(app).await;
        LATER.fetch_add(2, Ordering::Relaxed);
        remove_files(app).await;
        let named = named(app).await;
        assert!(named.len() > 4, "{named:?}");
        assert_eq!(there(app), named);
    }
}

#[tokio::test]
async fn what_is_taken_back_or_replaced_goes_with_its_name() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(test) = TestApp::on(kind) else {
            continue;
        };
        let app = &test.app;
        let ada = test.person("ada").await;
        let upload = Upload {
            file: sent(app, 64).await,
            thumbnail: Some(sent(app, 16).await),
            description: None,
            focus: None,
        };
        let made = attachments::upload(app, &ada, upload).await.unwrap();
        for side in [32, 48] {
            let change = ProfileChange {
                avatar: Some(picture(side)),
                header: Some(picture(side)),
                ..ProfileChange::default()
            };
            profile::update(app, &ada, change).await.unwrap();
        }
        remove_files(app).await;
        assert_eq!(there(app).len(), 4);
        assert_eq!(there(app), named(app).await);

        profile::delete_avatar(app, &ada).await.unwrap();
        profile::delete_header(app, &ada).await.unwrap();
        attachments::delete(app, &ada, made.id()).await.unwrap();
        remove_files(app).await;
        assert_eq!(there(app), BTreeSet::new());
    }
}

#[tokio::test]
async fn what_else_changes_at_that_moment_brings_no_old_picture_back() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(test) = TestApp::on(kind) else {
            continue;
        };
        let app = &test.app;
        let ada = test.person("ada").await;
        test.person("bo").await;
        let other = format!("bo@{}", app.settings().host);
        for number in 0..20 {
            let change = ProfileChange {
                avatar: Some(picture(32)),
                ..ProfileChange::default()
            };
            let (changed, aliased) = tokio::join!(
                profile::update(app, &ada, change),
                moving::set_alias(app, "ada", &other, number % 2 == 0),
            );
            changed.unwrap();
            aliased.unwrap();
        }
        remove_files(app).await;
        assert_eq!(there(app).len(), 1);
        assert_eq!(there(app), named(app).await);
    }
}

#[test]
fn what_is_being_done_is_not_called_off() {
    let at = |second: i64| {
        chrono::DateTime::from_timestamp(1_790_000_000 + second, 0)
            .unwrap()
            .naive_utc()
    };
    for database in everywhere() {
        storage::Database::open(&database.settings).unwrap();
        let conn = &mut database.connect();
        for id in 1..=3 {
            let job = storage::jobs::Job {
                id: JobId(id),
                payload: "{}".to_owned(),
                run_at: at(60),
                leased_until: None,
                attempts: 0,
                failed_at: None,
                error: None,
                created_at: at(0),
                in_order: false,
            };
            storage::jobs::insert(conn, job).unwrap();
        }
        let call_off = |conn: &mut storage::DbConnection, id: i64, now: Time| {
            storage::jobs::call_off(conn, JobId(id), now).unwrap()
        };
        assert!(call_off(conn, 1, at(59)));
        assert!(!call_off(conn, 1, at(59)), "it is gone");
        assert!(!call_off(conn, 2, at(60)), "it is due");
        assert_eq!(
            storage::jobs::claim(conn, at(60), at(90), 9).unwrap().len(),
            2
        );
        assert!(!call_off(conn, 2, at(0)), "it is being done");
        // It was tried, and is to be tried again.
        storage::jobs::retry(conn, JobId(3), at(120), "no").unwrap();
        assert!(!call_off(conn, 3, at(61)), "its file may be gone");
    }
}
