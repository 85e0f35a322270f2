//! How long an archive is there, by a clock that the test sets.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::TimeDelta;
use domain::Time;
use futures_util::StreamExt;
use serde_json::{Value, json};
use service::archives::{self, Documents};
use service::keys::Keys;
use service::{App, Error};
use storage::DbConnection;
use storage::accounts::Account;
use storage::statuses::Status;
use test_support::{Kind, TestApp};

/// Days that the test moved its clock on.
static LATER: AtomicI64 = AtomicI64::new(0);

const DOCUMENTS: Documents = Documents { actor, activities };

fn clock() -> Time {
    let now = chrono::DateTime::from_timestamp(1_790_000_000, 0)
        .unwrap()
        .naive_utc();
    now + TimeDelta::days(LATER.load(Ordering::Relaxed))
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
    Ok(rows.iter().map(|row| json!({ "id": row.uri })).collect())
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
        assert!(!app.media().has(&file).await.unwrap());
        archives::ask(app, &ada).await.unwrap();
    }
}
