//! What both databases must do alike.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod claims;
mod locked;
mod migrations;
mod tokens;

use domain::{
    AccountId, ActivityId, DeliveryId, InboxId, JobId, Membership, Posting, ProposalKind, Time,
};
use storage::deliveries::lanes::{self, Rest};
use storage::deliveries::{Activity, Delivery};
use storage::inbox::Received;
use storage::jobs::Job;
use storage::networks::{Network, Proposal};
use storage::remote_files::RemoteFile;
use storage::{
    Database, DatabaseSettings, Error, QueryError, backlog, deliveries, idempotency, inbox,
    instances, jobs, markers, networks, remote_files, retractions, server_state,
};
use test_support::{Kind, TestDatabase, everywhere};

fn open(database: &TestDatabase) -> Database {
    Database::open(&database.settings).unwrap()
}

fn at(second: i64) -> Time {
    chrono::DateTime::from_timestamp(1_790_000_000 + second, 0)
        .unwrap()
        .naive_utc()
}

fn job(id: i64, run_at: Time) -> Job {
    Job {
        id: JobId(id),
        payload: "{}".to_owned(),
        run_at,
        leased_until: None,
        attempts: 0,
        failed_at: None,
        error: None,
        created_at: run_at,
        in_order: false,
    }
}

fn received(id: i64, actor: &str) -> Received {
    Received {
        id: InboxId(id),
        uri: format!("https://other.example/{id}"),
        actor_uri: actor.to_owned(),
        body: "{}".to_owned(),
        received_at: at(0),
        run_at: at(0),
        leased_until: None,
        attempts: 0,
        finished_at: None,
        error: None,
        concerns: None,
        hint: false,
        requests: 0,
        sender: "other.example".to_owned(),
    }
}

#[tokio::test]
async fn work_that_fails_takes_nothing_else_with_it() {
    for database in everywhere() {
        let database = open(&database);
        // On SQLite these share a commit.
        let writes = (0..200).map(|number| {
            let database = database.clone();
            tokio::spawn(async move {
                let written: Result<(), Error> = database
                    .transaction(move |conn| {
                        instances::seen(conn, &format!("{number}.example"), at(0))?;
                        if number % 2 == 1 {
                            Err(QueryError::RollbackTransaction.into())
                        } else {
                            Ok(())
                        }
                    })
                    .await;
                assert_eq!(written.is_ok(), number % 2 == 0);
            })
        });
        for write in writes.collect::<Vec<_>>() {
            write.await.unwrap();
        }
        let count: i64 = database
            .read(|conn| Ok::<_, Error>(instances::count(conn)?))
            .await
            .unwrap();
        assert_eq!(count, 100);
    }
}

#[tokio::test]
async fn a_panic_in_one_piece_of_work_is_only_its_own() {
    for database in everywhere() {
        let database = open(&database);
        let broken: Result<(), Error> = database.transaction(|_| panic!("as a bug would")).await;
        assert!(broken.is_err());
        let fine: Result<(), Error> = database
            .transaction(|conn| Ok(instances::seen(conn, "a.example", at(0))?))
            .await;
        fine.unwrap();
    }
}

#[tokio::test]
async fn no_job_is_taken_twice_and_none_is_lost() {
    for database in everywhere() {
        let database = open(&database);
        let filled: Result<(), Error> = database
            .transaction(|conn| {
                for id in 0..200 {
                    jobs::insert(conn, job(id, at(0)))?;
                }
                Ok(())
            })
            .await;
        filled.unwrap();
        let workers = (0..8).map(|_| {
            let database = database.clone();
            tokio::spawn(async move {
                let mut mine = Vec::new();
                loop {
                    let taken: Vec<Job> = database
                        .transaction(|conn| Ok::<_, Error>(jobs::claim(conn, at(1), at(60), 7)?))
                        .await
                        .unwrap();
                    if taken.is_empty() {
                        return mine;
                    }
                    mine.extend(taken.into_iter().map(|job| job.id.0));
                }
            })
        });
        let mut all = Vec::new();
        for worker in workers.collect::<Vec<_>>() {
            all.extend(worker.await.unwrap());
        }
        all.sort_unstable();
        assert_eq!(all, (0..200).collect::<Vec<_>>());
        // What a dead process held comes free.
        let again: Vec<Job> = database
            .transaction(|conn| Ok::<_, Error>(jobs::claim(conn, at(61), at(120), 500)?))
            .await
            .unwrap();
        assert_eq!(again.len(), 200);
    }
}

#[tokio::test]
async fn an_activity_is_kept_once_and_each_actor_keeps_their_order() {
    for database in everywhere() {
        let database = open(&database);
        let outcome: Result<(), Error> = database
            .transaction(|conn| {
                assert!(inbox::insert(conn, received(1, "ada"))?);
                assert!(!inbox::insert(conn, received(1, "ada"))?);
                for (id, actor) in [(2, "bo"), (3, "ada"), (4, "bo")] {
                    inbox::insert(conn, received(id, actor))?;
                }
                let first = inbox::claim(conn, "other.example", at(1), at(60), 1)?;
                assert_eq!(ids(&first), [1]);
                // Ada's next has to wait for what is in hand.
                let next = inbox::claim(conn, "other.example", at(1), at(60), 10)?;
                assert_eq!(ids(&next), [2, 4]);
                inbox::finish(conn, &[InboxId(2), InboxId(4)], at(3))?;
                // What is about the same, or undoes it, waits with what has to wait; nothing else does.
                let about = |id: i64, what: &str| Received {
                    concerns: Some(what.to_owned()),
                    ..received(id, "ada")
                };
                inbox::insert(conn, about(5, "https://third.example/1"))?;
                inbox::retry(conn, InboxId(1), at(30), 1, "later")?;
                inbox::retry(conn, InboxId(5), at(30), 1, "later")?;
                inbox::insert(conn, about(6, "https://third.example/1"))?;
                inbox::insert(conn, about(7, "https://other.example/1"))?;
                inbox::insert(conn, about(8, "https://third.example/2"))?;
                assert_eq!(
                    ids(&inbox::claim(conn, "other.example", at(2), at(3), 10)?),
                    [3, 8]
                );
                let last = inbox::claim(conn, "other.example", at(31), at(90), 10)?;
                assert_eq!(ids(&last), [1, 3, 5, 6, 7, 8]);
                Ok(())
            })
            .await;
        outcome.unwrap();
    }
}

fn ids(rows: &[Received]) -> Vec<i64> {
    rows.iter().map(|row| row.id.0).collect()
}

#[tokio::test]
async fn a_lane_gives_its_sendings_in_order_and_closes_when_it_owes_nothing() {
    for database in everywhere() {
        let database = open(&database);
        let outcome: Result<(), Error> = database
            .transaction(|conn| {
                let account = test_support::account(conn);
                for id in [1, 2] {
                    let activity = Activity {
                        id: ActivityId(id),
                        account_id: account,
                        body: "{}".into(),
                        created_at: at(0),
                        names_followers: false,
                    };
                    let delivery = Delivery {
                        id: DeliveryId(id),
                        activity_id: ActivityId(id),
                        host: "other.example".into(),
                        inbox: "https://other.example/inbox".into(),
                        attempts: 0,
                        created_at: at(0),
                        failed_at: None,
                        error: None,
                        run_at: None,
                    };
                    deliveries::enqueue(conn, activity, vec![delivery])?;
                }
                let lanes = deliveries::claim_lanes(conn, at(1), at(60), 10)?;
                assert_eq!(lanes.len(), 1);
                assert!(deliveries::claim_lanes(conn, at(1), at(60), 10)?.is_empty());
                let owed: Vec<i64> = deliveries::of_lane(conn, "other.example", at(1), 10)?
                    .iter()
                    .map(|(row, _)| row.id.0)
                    .collect();
                assert_eq!(owed, [1, 2]);
                assert!(!deliveries::close_lane(conn, "other.example", at(2))?);
                deliveries::finish(
                    conn,
                    &[(DeliveryId(1), ActivityId(1))],
                    "other.example",
                    at(60),
                )?;
                deliveries::give_up(conn, DeliveryId(2), at(2), "410")?;
                assert!(deliveries::close_lane(conn, "other.example", at(2))?);
                assert_eq!(backlog::waiting(conn, at(3))?.deliveries.waiting, 0);
                assert_eq!(backlog::given_up(conn)?.deliveries, 1);
                Ok(())
            })
            .await;
        outcome.unwrap();
    }
}

#[tokio::test]
async fn a_lane_that_is_revived_while_it_is_leased_is_due_at_once() {
    for database in everywhere() {
        let database = open(&database);
        let outcome: Result<(), Error> = database
            .transaction(|conn| {
                let account = test_support::account(conn);
                let host = "other.example";
                let activity = Activity {
                    id: ActivityId(1),
                    account_id: account,
                    body: "{}".into(),
                    created_at: at(0),
                    names_followers: false,
                };
                let delivery = Delivery {
                    id: DeliveryId(1),
                    activity_id: ActivityId(1),
                    host: host.into(),
                    inbox: "https://other.example/inbox".into(),
                    attempts: 0,
                    created_at: at(0),
                    failed_at: None,
                    error: None,
                    run_at: None,
                };
                deliveries::enqueue(conn, activity, vec![delivery])?;
                let failed = |run_at, was_due| Rest {
                    run_at,
                    failures: 1,
                    failing_since: Some(at(0)),
                    not_before: None,
                    was_due,
                };
                let claimed = deliveries::claim_lanes(conn, at(1), at(60), 10)?;
                lanes::release(conn, host, failed(at(100), claimed[0].run_at))?;

                // It fails once more, and is heard from meanwhile.
                let claimed = deliveries::claim_lanes(conn, at(101), at(160), 10)?;
                lanes::revive(conn, host, at(102))?;
                lanes::release(conn, host, failed(at(900), claimed[0].run_at))?;
                let claimed = deliveries::claim_lanes(conn, at(103), at(160), 10)?;
                assert_eq!(claimed.len(), 1);

                // Only once: what was heard before it was taken is no news.
                lanes::release(conn, host, failed(at(900), claimed[0].run_at))?;
                assert!(deliveries::claim_lanes(conn, at(104), at(160), 10)?.is_empty());

                // What it said itself counts more.
                let claimed = deliveries::claim_lanes(conn, at(901), at(960), 10)?;
                let busy = Rest {
                    not_before: Some(at(2_000)),
                    ..failed(at(2_000), claimed[0].run_at)
                };
                lanes::release(conn, host, busy)?;
                lanes::revive(conn, host, at(1_000))?;
                assert!(deliveries::claim_lanes(conn, at(1_001), at(1_060), 10)?.is_empty());
                lanes::revive(conn, host, at(2_001))?;
                assert_eq!(
                    deliveries::claim_lanes(conn, at(2_001), at(2_060), 10)?.len(),
                    1
                );
                Ok(())
            })
            .await;
        outcome.unwrap();
    }
}

#[tokio::test]
async fn which_hosts_are_dead_is_forgotten_in_time_and_never_known_of_too_many() {
    for database in everywhere() {
        let database = open(&database);
        let outcome: Result<(), Error> = database
            .transaction(|conn| {
                let account = test_support::account(conn);
                let hosts = ["a", "b", "c", "d", "alive"].map(|name| format!("{name}.example"));
                for (number, host) in (1..).zip(&hosts) {
                    let activity = Activity {
                        id: ActivityId(number),
                        account_id: account,
                        body: "{}".into(),
                        created_at: at(0),
                        names_followers: false,
                    };
                    let delivery = Delivery {
                        id: DeliveryId(number),
                        activity_id: ActivityId(number),
                        host: host.clone(),
                        inbox: format!("https://{host}/inbox"),
                        attempts: 0,
                        created_at: at(0),
                        failed_at: None,
                        error: None,
                        run_at: None,
                    };
                    deliveries::enqueue(conn, activity, vec![delivery])?;
                }
                let failed = Rest {
                    run_at: at(100),
                    failures: 1,
                    failing_since: Some(at(0)),
                    not_before: None,
                    was_due: at(0),
                };
                for (number, host) in (1..).zip(&hosts) {
                    lanes::release(conn, host, failed)?;
                    if host != "alive.example" {
                        lanes::bury(conn, host, at(number), at(9_000), "no answer")?;
                    }
                }
                let known = |conn: &mut storage::DbConnection| -> Result<Vec<String>, QueryError> {
                    let mut known: Vec<String> = lanes::failing(conn, 10)?
                        .into_iter()
                        .map(|lane| lane.host)
                        .collect();
                    known.sort();
                    Ok(known)
                };
                assert_eq!(lanes::forget_dead(conn, at(0), 4)?, 0);
                assert_eq!(lanes::forget_dead(conn, at(1), 4)?, 1);
                assert_eq!(
                    known(conn)?,
                    ["alive.example", "b.example", "c.example", "d.example"]
                );
                assert_eq!(lanes::forget_dead(conn, at(1), 1)?, 2);
                assert_eq!(known(conn)?, ["alive.example", "d.example"]);
                Ok(())
            })
            .await;
        outcome.unwrap();
    }
}

#[tokio::test]
async fn a_marker_moves_and_a_key_is_good_once() {
    for database in everywhere() {
        let database = open(&database);
        let outcome: Result<(), Error> = database
            .transaction(|conn| {
                let (account, user) = test_support::user(conn);
                for id in [5, 9] {
                    markers::set(conn, user, "home", id, at(id))?;
                }
                let found = markers::find(conn, user, &["home".to_owned()])?;
                assert_eq!((found[0].last_read_id, found[0].version), (9, 1));
                assert_eq!(idempotency::find(conn, account, "key")?, None);
                Ok(())
            })
            .await;
        outcome.unwrap();
    }
}

#[tokio::test]
async fn a_single_connection_does_all_or_nothing_and_what_is_kept_stays() {
    for database in everywhere() {
        let database = Database::open_single(&database.settings).unwrap();
        let refused: Result<(), Error> = database
            .transaction(|conn| {
                server_state::keep(conn, "public_url", "https://nowhere.example")?;
                Err(Error::Full)
            })
            .await;
        assert!(matches!(refused, Err(Error::Full)));
        let known = |conn: &mut storage::DbConnection| {
            Ok::<_, Error>(server_state::get(conn, "public_url")?)
        };
        assert_eq!(database.read(known).await.unwrap(), None);
        for url in ["https://school.example", "https://other.example"] {
            let kept: Result<String, Error> = database
                .transaction(move |conn| Ok(server_state::keep(conn, "public_url", url)?))
                .await;
            assert_eq!(kept.unwrap(), "https://school.example");
        }
        assert_eq!(
            database.read(known).await.unwrap().as_deref(),
            Some("https://school.example")
        );
    }
}

#[tokio::test]
async fn copies_at_which_nobody_looks_are_found_oldest_first() {
    for database in everywhere() {
        let copy = |digest: &str, second| RemoteFile {
            digest: digest.to_owned(),
            file: format!("ab/{digest}.png"),
            thumbnail: None,
            mime: "image/png".to_owned(),
            size: 1,
            fetched_at: at(0),
            used_at: at(second),
        };
        let found: Result<Vec<String>, Error> = open(&database)
            .transaction(move |conn| {
                for row in [copy("c", 3), copy("a", 1), copy("d", 2), copy("b", 2)] {
                    remote_files::insert(conn, row)?;
                }
                remote_files::used(conn, "b", at(9))?;
                remote_files::delete(conn, &["d".to_owned()])?;
                assert_eq!(remote_files::find(conn, "d")?, None);
                let unused = remote_files::unused_since(conn, at(5), 10)?;
                Ok(unused.into_iter().map(|row| row.digest).collect())
            })
            .await;
        assert_eq!(found.unwrap(), ["a", "c"]);
    }
}

#[test]
fn what_was_taken_back_is_forgotten_when_it_is_old_or_too_much() {
    for database in everywhere() {
        drop(open(&database));
        let mut connection = database.connect();
        let by = test_support::account(&mut connection);
        let uri = |second: i64| format!("https://other.example/{second}");
        for second in 0..10 {
            retractions::insert(&mut connection, &uri(second), by, at(second)).unwrap();
        }
        let left = |connection: &mut storage::DbConnection| -> Vec<i64> {
            (0..10)
                .filter(|second| retractions::contains(connection, &uri(*second), by).unwrap())
                .collect()
        };
        retractions::prune(&mut connection, at(3), 100).unwrap();
        assert_eq!(left(&mut connection), [4, 5, 6, 7, 8, 9]);
        retractions::prune(&mut connection, at(3), 2).unwrap();
        assert_eq!(left(&mut connection), [8, 9]);
    }
}

#[tokio::test]
async fn whoever_works_apart_keeps_nobody_waiting() {
    let Some(test) = TestDatabase::new(Kind::Postgres) else {
        return;
    };
    let settings = DatabaseSettings {
        readers: 1,
        ..test.settings.clone()
    };
    let database = Database::open(&settings).unwrap();
    let apart = database.apart();
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let (end, ended) = std::sync::mpsc::channel::<()>();
    let busy = tokio::spawn(async move {
        apart
            .read(move |_| {
                begun.send(()).unwrap();
                ended.recv().unwrap();
                Ok::<_, Error>(())
            })
            .await
    });
    has_begun.await.unwrap();
    let answered: Result<i64, Error> = database
        .read(|conn| Ok(backlog::waiting(conn, at(0))?.jobs.waiting))
        .await;
    assert_eq!(answered.unwrap(), 0);
    end.send(()).unwrap();
    busy.await.unwrap().unwrap();
}

#[test]
fn of_a_network_each_thing_is_written_once() {
    for database in everywhere() {
        let mut connection = database.connect();
        let conn = &mut connection;
        storage::migrations::run(conn).unwrap();
        let ada = test_support::account(conn);
        assert!(!networks::are_any(conn).unwrap());
        let network = Network {
            account_id: ada,
            posting: Posting::Members,
            membership: Membership::Closed,
            rules: "Be kind.".to_owned(),
            created_at: at(0),
        };
        networks::insert(conn, network).unwrap();
        let found = networks::find(conn, ada).unwrap().unwrap();
        assert_eq!(
            (found.posting, found.rules.as_str()),
            (Posting::Members, "Be kind.")
        );
        assert_eq!(networks::list(conn, "", 10).unwrap().len(), 1);
        assert!(networks::are_any(conn).unwrap());
        assert!(networks::find(conn, AccountId(2)).unwrap().is_none());

        assert!(networks::add_steward(conn, ada, ada, at(0)).unwrap());
        assert!(!networks::add_steward(conn, ada, ada, at(1)).unwrap());
        assert!(networks::is_steward(conn, ada, ada).unwrap());
        assert_eq!(networks::stewards(conn, ada).unwrap().len(), 1);
        assert!(networks::ban(conn, ada, ada, at(0)).unwrap());
        assert!(!networks::ban(conn, ada, ada, at(1)).unwrap());
        assert!(networks::unban(conn, ada, ada).unwrap());
        assert!(!networks::is_banned(conn, ada, ada).unwrap());

        for number in 1..=3 {
            assert_eq!(networks::next_number(conn, ada).unwrap(), number);
            let proposal = Proposal {
                network_id: ada,
                number,
                kind: ProposalKind::Ban,
                target_id: Some(ada),
                text: String::new(),
                proposed_by: ada,
                created_at: at(i64::from(number)),
                confirmed_by: None,
                confirmed_at: None,
            };
            networks::insert_proposal(conn, proposal).unwrap();
        }
        assert!(networks::confirm(conn, ada, 3, ada, at(4)).unwrap());
        assert!(!networks::confirm(conn, ada, 3, ada, at(5)).unwrap());
        let open = networks::open_proposals(conn, ada, at(2), 10).unwrap();
        assert_eq!(open.iter().map(|row| row.number).collect::<Vec<_>>(), [2]);
    }
}

#[test]
fn what_a_server_runs_is_not_forgotten_when_it_is_silent() {
    for database in everywhere() {
        let mut connection = database.connect();
        let conn = &mut connection;
        storage::migrations::run(conn).unwrap();
        instances::seen(conn, "unasked.example", at(0)).unwrap();
        instances::set_software(conn, "a.example", Some("lemmy"), Some("1.0"), at(1)).unwrap();
        instances::set_software(conn, "a.example", None, None, at(2)).unwrap();
        instances::set_software(conn, "b.example", None, None, at(3)).unwrap();
        let hosts = ["a.example", "b.example", "unasked.example"].map(str::to_owned);
        let mut found = instances::software(conn, &hosts).unwrap();
        found.sort();
        assert_eq!(
            found,
            [
                ("a.example".to_owned(), Some("lemmy".to_owned()), at(2)),
                ("b.example".to_owned(), None, at(3)),
            ]
        );
    }
}
