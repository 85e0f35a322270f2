//! Who gets which work, and when, on both databases.

use domain::{InboxId, JobId, StatusId};
use storage::DbConnection;
use storage::inbox::{self, Received};
use storage::jobs::{self, Job};
use storage::status_index;
use test_support::everywhere;

use super::{Error, at, ids, job, open, received};

#[tokio::test]
async fn each_sender_of_whom_something_is_due_has_a_turn() {
    for database in everywhere() {
        let database = open(&database);
        let outcome: Result<(), Error> = database
            .transaction(|conn| {
                for (id, sender) in [
                    (1, "b.example"),
                    (2, "b.example"),
                    (3, "a.example"),
                    (4, "c.example"),
                ] {
                    let row = Received {
                        sender: sender.to_owned(),
                        ..received(id, &format!("https://{sender}/{id}"))
                    };
                    inbox::insert(conn, row)?;
                }
                assert_eq!(inbox::senders_of_more_than(conn, 1)?, ["b.example"]);
                assert_eq!(inbox::senders_of_more_than(conn, 2)?.len(), 0);
                inbox::retry(conn, InboxId(4), at(30), 1, "later")?;
                let mut turns = Vec::new();
                let mut after = String::new();
                while let Some(next) = inbox::next_sender(conn, &after, at(1))? {
                    turns.push(next.clone());
                    after = next;
                }
                assert_eq!(turns, ["a.example", "b.example"]);
                let claim = inbox::claim(conn, "b.example", at(1), at(60), 10)?;
                assert_eq!(ids(&claim), [1, 2]);
                // What somebody has in hand is nobody's turn, until they give it back.
                assert_eq!(inbox::next_sender(conn, "a.example", at(1))?, None);
                assert_eq!(inbox::claim(conn, "b.example", at(1), at(60), 10)?.len(), 0);
                inbox::release(conn, &[InboxId(2)])?;
                let next = inbox::next_sender(conn, "a.example", at(1))?;
                assert_eq!(next.as_deref(), Some("b.example"));
                let next = inbox::next_sender(conn, "b.example", at(31))?;
                assert_eq!(next.as_deref(), Some("c.example"));
                Ok(())
            })
            .await;
        outcome.unwrap();
    }
}

fn in_order(id: i64) -> Job {
    Job {
        in_order: true,
        ..job(id, at(0))
    }
}

#[tokio::test]
async fn what_has_an_order_is_not_passed_by_what_came_after_it() {
    for database in everywhere() {
        let database = open(&database);
        let outcome: Result<(), Error> = database
            .transaction(|conn| {
                for job in [in_order(1), in_order(2), job(3, at(0)), in_order(4)] {
                    jobs::insert(conn, job)?;
                }
                let claim =
                    |conn: &mut DbConnection, now: i64, lease: i64| -> Result<Vec<i64>, Error> {
                        let rows = jobs::claim(conn, at(now), at(lease), 2)?;
                        Ok(rows.iter().map(|row| row.id.0).collect())
                    };
                assert_eq!(claim(conn, 1, 60)?, [1, 2]);
                // As if whoever has them were killed.
                assert_eq!(claim(conn, 2, 60)?, [3]);
                jobs::finish(conn, JobId(2))?;
                assert_eq!(claim(conn, 3, 60)?.len(), 0);
                assert_eq!(claim(conn, 61, 120)?, [1, 4]);
                // What failed by itself is tried later, and holds back nobody meanwhile.
                jobs::retry(conn, JobId(1), at(90), "later")?;
                jobs::finish(conn, JobId(4))?;
                jobs::insert(conn, in_order(5))?;
                assert_eq!(claim(conn, 62, 120)?, [5, 3]);
                Ok(())
            })
            .await;
        outcome.unwrap();
    }
}

#[tokio::test]
async fn of_what_has_an_order_one_of_many_takes() {
    for database in everywhere() {
        let database = open(&database);
        let written: Result<(), Error> = database
            .transaction(|conn| {
                for id in 1..=20 {
                    jobs::insert(conn, in_order(id))?;
                }
                Ok(())
            })
            .await;
        written.unwrap();
        let claims = (0..8).map(|_| {
            let database = database.clone();
            tokio::spawn(async move {
                database
                    .transaction(|conn| Ok::<_, Error>(jobs::claim(conn, at(1), at(60), 3)?))
                    .await
                    .unwrap()
            })
        });
        let mut taken = Vec::new();
        for claim in claims.collect::<Vec<_>>() {
            taken.extend(claim.await.unwrap().iter().map(|row| row.id.0));
        }
        assert_eq!(taken, [1, 2, 3]);
    }
}

#[tokio::test]
async fn of_what_waits_for_the_index_the_newest_comes_first() {
    for database in everywhere() {
        let database = open(&database);
        let outcome: Result<(), Error> = database
            .transaction(|conn| {
                for id in [1, 2, 5, 4, 3, 1] {
                    status_index::note(conn, StatusId(id))?;
                }
                let mut take = |limit: i64| -> Result<Vec<i64>, Error> {
                    let taken = status_index::take(conn, limit)?;
                    Ok(taken.iter().map(|id| id.0).collect())
                };
                assert_eq!(take(2)?, [4, 5]);
                assert_eq!(take(10)?, [1, 2, 3]);
                assert!(take(10)?.is_empty());
                Ok(())
            })
            .await;
        outcome.unwrap();
    }
}
