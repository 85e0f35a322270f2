//! A file that another program holds: a copy being made by hand, a shell somebody forgot.
//! On SQLite alone: on PostgreSQL many write.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use storage::{Database, Error, instances};
use test_support::{Kind, TestDatabase};

use crate::{at, open};

/// As long as one waits for a file, and half as long again.
const ONCE: Duration = Duration::from_millis(7_500);

#[tokio::test]
async fn whoever_waits_for_a_file_does_not_wait_for_others_too() {
    let test = TestDatabase::new(Kind::Sqlite).unwrap();
    let database = open(&test);
    let other = Database::open_single(&test.settings).unwrap();
    let (begun, has_begun) = mpsc::channel();
    let (end, ended) = mpsc::channel::<()>();
    let holding = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let held: Result<(), Error> = runtime.block_on(other.transaction(move |_| {
            begun.send(()).unwrap();
            ended.recv().unwrap();
            Ok(())
        }));
        held.unwrap();
    });
    has_begun.recv().unwrap();

    let since = Instant::now();
    let writes: Vec<_> = (0..200)
        .map(|number| {
            let database = database.clone();
            tokio::spawn(async move {
                let written: Result<(), Error> = database
                    .transaction(move |conn| {
                        Ok(instances::seen(conn, &format!("{number}.example"), at(0))?)
                    })
                    .await;
                written
            })
        })
        .collect();
    for write in writes {
        let refused = write.await.unwrap().unwrap_err();
        assert!(matches!(refused, Error::Unavailable(_)), "{refused}");
    }
    assert!(since.elapsed() < ONCE, "{:?}", since.elapsed());

    end.send(()).unwrap();
    holding.join().unwrap();
    let written: Result<(), Error> = database
        .transaction(|conn| Ok(instances::seen(conn, "a.example", at(0))?))
        .await;
    written.unwrap();
}
