//! How long an archive is there, by a clock that the test sets.

use std::io::{Cursor, Write};
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::TimeDelta;
use domain::{Brought, LineOutcome, Time};
use futures_util::StreamExt;
use serde_json::{Value, json};
use service::archives::{self, Documents};
use service::jobs::Job;
use service::keys::Keys;
use service::oauth::Person;
use service::{App, Error};
use storage::accounts::Account;
use storage::imports::{self, Import, Line};
use storage::statuses::Status;
use storage::{DbConnection, imported_posts};
use test_support::{Kind, TestApp};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::files::remove_files;

/// Days that the test moved its clock on.
static LATER: AtomicI64 = AtomicI64::new(0);
/// The same for another test.
static LONG_AFTER: AtomicI64 = AtomicI64::new(0);

const DOCUMENTS: Documents = Documents { actor, activities };

fn clock() -> Time {
    let now = chrono::DateTime::from_timestamp(1_790_000_000, 0)
        .unwrap()
        .naive_utc();
    now + TimeDelta::days(LATER.load(Ordering::Relaxed))
}

fn later() -> Time {
    let now = chrono::DateTime::from_timestamp(1_790_000_000, 0)
        .unwrap()
        .naive_utc();
    now + TimeDelta::days(LONG_AFTER.load(Ordering::Relaxed))
}

fn actor(_: &App, account: &Account, _: &Keys) -> Value {
    json!({ "id": account.uri })
}

fn activities(
    _: &App,
    _: &mut DbConnection,
    _: &Account,
    rows: Vec<Status>,
) -> service::Result<Vec<Value>> {
    Ok(rows
        .into_iter()
        .map(|row| json!({ "id": row.uri }))
        .collect())
}

#[tokio::test]
async fn an_archive_is_there_for_seven_days_and_then_it_is_gone_with_its_file() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        LATER.store(0, Ordering::Relaxed);
        let Some(test) = TestApp::at(kind, clock) else {
            continue;
        };
        let app = &test.app;
        let (ada, bo) = (test.person("ada").await, test.person("bo").await);
        archives::ask(app, &ada).await.unwrap();
        let asked = archives::newest(app, &ada).await.unwrap().unwrap();
        let early = archives::open(app, &ada, asked.id).await;
        assert!(matches!(early, Err(Error::NotFound)), "it is not made yet");

        archives::make(app, asked.id, DOCUMENTS).await.unwrap();
        let made = archives::newest(app, &ada).await.unwrap().unwrap();
        let file = made.file.unwrap();
        // Done twice, it is the same.
        archives::make(app, asked.id, DOCUMENTS).await.unwrap();
        let again = archives::newest(app, &ada).await.unwrap().unwrap();
        assert_eq!(again.file.as_ref(), Some(&file));
        let (_, size, content) = archives::open(app, &ada, asked.id).await.unwrap();
        let pieces: Vec<_> = content.collect().await;
        let bytes: usize = pieces
            .iter()
            .map(|piece| piece.as_ref().unwrap().len())
            .sum();
        assert_eq!(u64::try_from(bytes).unwrap(), size);
        assert_eq!(i64::try_from(size).unwrap(), made.size);
        let others = archives::open(app, &bo, asked.id).await;
        assert!(matches!(others, Err(Error::NotFound)), "it is Ada's");

        LATER.store(6, Ordering::Relaxed);
        service::jobs::prune(app).await.unwrap();
        let soon = archives::ask(app, &ada).await;
        assert!(matches!(soon, Err(Error::Invalid(_))), "{soon:?}");
        assert!(app.media().has(&file).await.unwrap());

        LATER.store(8, Ordering::Relaxed);
        service::jobs::prune(app).await.unwrap();
        let late = archives::open(app, &ada, asked.id).await;
        assert!(matches!(late, Err(Error::NotFound)), "it is gone");
        remove_files(app).await;
        assert!(!app.media().has(&file).await.unwrap());
        archives::ask(app, &ada).await.unwrap();
    }
}

/// All posts of it are read.
fn import(app: &App, owner: &Person, file: &str) -> Import {
    Import {
        file: Some(file.to_owned()),
        prepared: true,
        ..Import::new(1, owner.id(), Brought::Posts, app.now())
    }
}

/// A post of it that waits.
fn item(app: &App, number: i32, body: &str) -> Line {
    Line {
        import_id: 1,
        number,
        key: format!("https://old.example/{number}"),
        host: String::new(),
        fields: body.to_owned(),
        outcome: LineOutcome::Waiting,
        reason: String::new(),
        attempts: 0,
        due_at: app.now(),
    }
}

fn body(number: i32, content: &str) -> String {
    json!({ "uri": format!("https://old.example/{number}"), "published": "2020-02-03T04:05:06", "content": content,
        "source": null, "is_markdown": false, "warning": "", "sensitive": false, "language": null,
        "visibility": "public", "in_reply_to": null, "tags": [], "files": [], "options": [] })
    .to_string()
}

async fn write(app: &App, import: Import, items: Vec<Line>) {
    app.transaction(move |_, conn| {
        imports::insert(conn, import)?;
        Ok(imports::insert_lines(conn, items)?)
    })
    .await
    .unwrap();
}

/// An archive whose posts are read already.
async fn keep(app: &App, path: &str) {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("outbox.json", SimpleFileOptions::default())
        .unwrap();
    zip.write_all(b"{}").unwrap();
    let bytes = zip.finish().unwrap().into_inner();
    app.media().write(path, bytes.into()).await.unwrap();
}

#[tokio::test]
async fn a_post_at_which_we_fail_costs_the_others_nothing() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(test) = TestApp::on(kind) else {
            continue;
        };
        let app = &test.app;
        let ada = test.person("ada").await;
        keep(app, "ab/here.archive").await;
        let items = vec![
            item(app, 1, &body(1, "<p>first</p>")),
            item(app, 2, "not what we wrote"),
            item(app, 3, &body(3, "<p>third</p>")),
        ];
        write(app, import(app, &ada, "ab/here.archive"), items).await;
        let job = Job::ImportPosts { import: 1, step: 0 };
        service::jobs::run(app, job).await.unwrap();
        let (taken, remarks, _) = archives::report(app, &ada, 1, 0).await.unwrap();
        assert!(taken.import.finished_at.is_some(), "{taken:?}");
        assert_eq!(taken.import.failure, "");
        assert_eq!((taken.counts.done, taken.counts.refused), (2, 1));
        let [remark] = remarks.as_slice() else {
            panic!("{remarks:?}");
        };
        assert_eq!(remark.number, 2);
        assert!(remark.is_refused);
        assert_eq!(remark.reason, "This server failed to take it over");
    }
}

#[tokio::test]
async fn practice_out_of_an_archive_is_read_and_its_author_is_asked_nothing() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(test) = TestApp::on(kind) else {
            continue;
        };
        let app = &test.app;
        let ada = test.person("ada").await;
        keep(app, "ab/here.archive").await;
        let content = "<p>Three-tick tracker<br>One page per class.</p><p>#Practice #English</p>";
        let mut tagged: Value = serde_json::from_str(&body(1, content)).unwrap();
        tagged["tags"] = json!(["#Practice", "#English"]);
        let items = vec![
            item(app, 1, &tagged.to_string()),
            item(app, 2, &body(2, "<p>Good morning</p>")),
        ];
        write(app, import(app, &ada, "ab/here.archive"), items).await;
        let job = Job::ImportPosts { import: 1, step: 0 };
        service::jobs::run(app, job).await.unwrap();
        let me = ada.id();
        let (practices, is_asked) = app
            .transaction(move |_, conn| {
                let mut ids = Vec::new();
                for number in 1..=2 {
                    let uri = format!("https://old.example/{number}");
                    ids.extend(imported_posts::find(conn, me, &uri)?);
                }
                assert_eq!(ids.len(), 2);
                let is_asked = storage::practice_reminders::is_noted(conn, ids[0])?;
                Ok((storage::practices::of_statuses(conn, &ids)?, is_asked))
            })
            .await
            .unwrap();
        let titles: Vec<_> = practices.iter().map(|row| row.title.as_str()).collect();
        assert_eq!(titles, ["Three-tick tracker"]);
        assert!(!is_asked);
    }
}

#[tokio::test]
async fn an_archive_whose_job_is_given_up_is_finished() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(test) = TestApp::on(kind) else {
            continue;
        };
        let app = &test.app;
        let ada = test.person("ada").await;
        keep(app, "ab/here.archive").await;
        let items = vec![item(app, 1, &body(1, "<p>first</p>"))];
        write(app, import(app, &ada, "ab/here.archive"), items).await;
        // Another job's turn is not ended.
        let other = Job::ImportPosts { import: 1, step: 7 };
        service::jobs::give_up(app, &other).await.unwrap();
        let taken = archives::recent(app, &ada).await.unwrap().remove(0);
        assert_eq!(taken.import.finished_at, None);
        let too_early = archives::turn(app, &ada).await.map(drop);
        assert!(matches!(too_early, Err(Error::Invalid(_))), "{too_early:?}");

        let job = Job::ImportPosts { import: 1, step: 0 };
        service::jobs::give_up(app, &job).await.unwrap();
        let taken = archives::recent(app, &ada).await.unwrap().remove(0);
        assert!(taken.import.finished_at.is_some(), "{taken:?}");
        assert!(taken.import.failure.contains("failed"), "{taken:?}");
        assert_eq!(taken.counts.waiting, 1);
        remove_files(app).await;
        assert!(!app.media().has("ab/here.archive").await.unwrap());
        drop(archives::turn(app, &ada).await.unwrap());
    }
}

#[tokio::test]
async fn one_archive_of_a_person_is_sent_at_a_time() {
    let test = TestApp::on(Kind::Sqlite).unwrap();
    let app = &test.app;
    let (ada, bo) = (test.person("ada").await, test.person("bo").await);
    let turn = archives::turn(app, &ada).await.unwrap();
    let second = archives::turn(app, &ada).await.map(drop);
    assert!(matches!(second, Err(Error::Invalid(_))), "{second:?}");
    // Whoever is refused takes nobody's turn away.
    let third = archives::turn(app, &ada).await.map(drop);
    assert!(matches!(third, Err(Error::Invalid(_))), "{third:?}");
    let other = archives::turn(app, &bo).await.unwrap();
    drop(turn);
    drop(archives::turn(app, &ada).await.unwrap());
    drop(other);
}

#[tokio::test]
async fn somebody_brings_few_archives_in_a_day() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(test) = TestApp::on(kind) else {
            continue;
        };
        let app = &test.app;
        let (ada, bo) = (test.person("ada").await, test.person("bo").await);
        for number in 1..=20 {
            let (owner, hours) = if number <= 10 { (&ada, 1) } else { (&bo, 25) };
            let brought = Import {
                id: number,
                created_at: app.now() - TimeDelta::hours(hours),
                finished_at: Some(app.now()),
                ..import(app, owner, "ab/gone.archive")
            };
            write(app, brought, Vec::new()).await;
        }
        let eleventh = archives::turn(app, &ada).await.map(drop);
        assert!(matches!(eleventh, Err(Error::Invalid(_))), "{eleventh:?}");
        drop(archives::turn(app, &bo).await.unwrap());
    }
}

#[tokio::test]
async fn of_one_day_no_more_is_taken_over_than_somebody_may_have_written() {
    const MOST: i32 = 300;
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(test) = TestApp::on(kind) else {
            continue;
        };
        let app = &test.app;
        let ada = test.person("ada").await;
        keep(app, "ab/here.archive").await;
        let mut items: Vec<Line> = (1..=MOST + 1)
            .map(|number| item(app, number, &body(number, "<p>again</p>")))
            .collect();
        let other = body(MOST + 2, "<p>another day</p>").replace("2020-02-03", "2020-02-04");
        items.push(item(app, MOST + 2, &other));
        write(app, import(app, &ada, "ab/here.archive"), items).await;
        let job = Job::ImportPosts { import: 1, step: 0 };
        service::jobs::run(app, job).await.unwrap();
        let (taken, remarks, _) = archives::report(app, &ada, 1, 0).await.unwrap();
        assert_eq!((taken.counts.done, taken.counts.refused), (301, 1));
        let [remark] = remarks.as_slice() else {
            panic!("{remarks:?}");
        };
        assert_eq!(remark.number, MOST + 1);
        assert_eq!(remark.reason, "There are too many posts of that day");
    }
}

#[tokio::test]
async fn nothing_is_taken_over_for_whoever_may_not_sign_in() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(test) = TestApp::on(kind) else {
            continue;
        };
        let app = &test.app;
        let ada = test.person("ada").await;
        keep(app, "ab/here.archive").await;
        let items = vec![item(app, 1, &body(1, "<p>first</p>"))];
        write(app, import(app, &ada, "ab/here.archive"), items).await;
        let user = ada.user.id;
        app.transaction(move |app, conn| {
            let now = Some(app.now());
            Ok(storage::users::set_disabled(conn, user, now)?)
        })
        .await
        .unwrap();
        let job = Job::ImportPosts { import: 1, step: 0 };
        service::jobs::run(app, job).await.unwrap();
        let taken = archives::recent(app, &ada).await.unwrap().remove(0);
        assert!(taken.import.failure.contains("disabled"), "{taken:?}");
        assert_eq!((taken.counts.waiting, taken.counts.done), (1, 0));
    }
}

#[tokio::test]
async fn of_an_archive_with_many_posts_what_is_to_be_said_stays_and_then_all_of_it_goes() {
    const POSTS: i32 = 2_300;
    for kind in [Kind::Sqlite, Kind::Postgres] {
        LONG_AFTER.store(0, Ordering::Relaxed);
        let Some(test) = TestApp::at(kind, later) else {
            continue;
        };
        let app = &test.app;
        let ada = test.person("ada").await;
        let worked_off = |number: i32| {
            let (outcome, reason) = match number % 1_000 {
                7 => (LineOutcome::Refused, "bad"),
                _ => (LineOutcome::Done, ""),
            };
            Line {
                outcome,
                reason: reason.to_owned(),
                ..item(app, number, "")
            }
        };
        let posts: Vec<Line> = (1..=POSTS).map(worked_off).collect();
        let (first, rest) = posts.split_at(400);
        write(app, import(app, &ada, "ab/gone.archive"), first.to_vec()).await;
        for some in rest.chunks(400) {
            let some = some.to_vec();
            app.transaction(move |_, conn| Ok(imports::insert_lines(conn, some)?))
                .await
                .unwrap();
        }
        let job = Job::ImportPosts { import: 1, step: 0 };
        service::jobs::run(app, job).await.unwrap();
        let (taken, remarks, _) = archives::report(app, &ada, 1, 0).await.unwrap();
        assert_eq!((taken.counts.done, taken.counts.refused), (2_297, 3));
        assert_eq!(remarks.len(), 3);
        // It is no list, though it lies beside them.
        let as_list = service::transfer::report(app, &ada, 1, 0).await;
        assert!(matches!(as_list, Err(Error::NotFound)));
        let lists = service::transfer::recent(app, &ada).await.unwrap();
        assert!(lists.is_empty(), "{lists:?}");
        assert_eq!(left(app).await, [(1, 4, 3)]);

        LONG_AFTER.store(31, Ordering::Relaxed);
        service::jobs::prune(app).await.unwrap();
        let gone = archives::report(app, &ada, 1, 0).await;
        assert!(matches!(gone, Err(Error::NotFound)));
        assert!(left(app).await.is_empty());
    }
}

/// Posts by archive and outcome.
async fn left(app: &App) -> Vec<(i64, i16, i64)> {
    app.transaction(|_, conn| Ok(imports::counts(conn, &[1])?))
        .await
        .unwrap()
}

#[tokio::test]
async fn an_archive_whose_file_is_gone_is_finished_once_all_its_posts_are_worked_off() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(test) = TestApp::on(kind) else {
            continue;
        };
        let app = &test.app;
        let ada = test.person("ada").await;
        // As a process leaves it that dies between the file and the note of it.
        let done = Line {
            outcome: LineOutcome::Done,
            ..item(app, 1, "")
        };
        write(app, import(app, &ada, "ab/gone.archive"), vec![done]).await;
        let job = Job::ImportPosts { import: 1, step: 0 };
        service::jobs::run(app, job).await.unwrap();
        let taken = archives::recent(app, &ada).await.unwrap().remove(0);
        assert!(taken.import.finished_at.is_some(), "{taken:?}");
        assert_eq!(taken.import.failure, "");
        assert_eq!(taken.import.file, None);
        assert_eq!(taken.counts.done, 1);
    }
}
