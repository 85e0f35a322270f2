//! What is forgotten of somebody who leaves.

use chrono::TimeDelta;
use domain::{ApplicationId, ListId, RepliesPolicy, SeveranceCause, WarningAction};
use service::jobs::{self, Job};
use service::oauth::{self, Person};
use service::statuses::{self, NewStatus, StatusChange};
use service::{App, scheduled, users};
use storage::decisions::{self, Severance, Warning};
use storage::lists::List;
use storage::{account_notes, lists};
use test_support::{Kind, TestApp};

async fn application(app: &App, by: &Person) -> ApplicationId {
    let scopes = "read write".parse().unwrap();
    let token = oauth::create_token(app, by.user.id, scopes).await.unwrap();
    let known = oauth::authenticate(app, &token).await.unwrap();
    known.unwrap().application
}

fn words(text: &str) -> NewStatus {
    NewStatus {
        text: text.to_owned(),
        ..NewStatus::default()
    }
}

#[tokio::test]
async fn what_was_decided_about_somebody_goes_with_them() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(test) = TestApp::on(kind) else {
            continue;
        };
        let app = &test.app;
        let (ada, bo) = (test.person("ada").await, test.person("bo").await);
        let people = [(1, ada.id()), (2, bo.id())];
        app.transaction(move |app, conn| {
            for (id, account_id) in people {
                let warning = Warning {
                    id,
                    account_id,
                    action: WarningAction::None,
                    text: "Please mind the tone".to_owned(),
                    created_at: app.now(),
                    appeal: None,
                    appealed_at: None,
                    decided_at: None,
                    overruled: false,
                    status_ids: Vec::new(),
                };
                decisions::insert_warning(conn, warning)?;
                let severance = Severance {
                    id,
                    account_id,
                    cause: SeveranceCause::DomainBlock,
                    target_name: "elsewhere.example".to_owned(),
                    followers: 1,
                    following: 0,
                    created_at: app.now(),
                };
                decisions::add_severance(conn, severance, app.now())?;
            }
            Ok(())
        })
        .await
        .unwrap();
        users::delete(app, "ada").await.unwrap();
        let left = app
            .transaction(|_, conn| {
                let warnings = decisions::warnings(conn, &[1, 2])?;
                let severances = decisions::severances(conn, &[1, 2])?;
                let warned = warnings.into_iter().map(|row| row.id);
                let severed = severances.into_iter().map(|row| row.id);
                Ok((warned.collect::<Vec<_>>(), severed.collect::<Vec<_>>()))
            })
            .await
            .unwrap();
        assert_eq!(left, (vec![2], vec![2]));
    }
}

#[tokio::test]
async fn what_somebody_keeps_for_themselves_goes_with_them() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(test) = TestApp::on(kind) else {
            continue;
        };
        let app = &test.app;
        let (ada, bo) = (test.person("ada").await, test.person("bo").await);
        let mut waiting = Vec::new();
        for (number, by, other) in [(1, &ada, bo.id()), (2, &bo, ada.id())] {
            let (me, at) = (by.id(), app.now() + TimeDelta::days(400));
            app.transaction(move |app, conn| {
                account_notes::set(conn, me, other, "Met at the fair")?;
                let list = List {
                    id: ListId(number),
                    account_id: me,
                    title: "Whom I watch".to_owned(),
                    replies_policy: RepliesPolicy::List,
                    exclusive: false,
                    created_at: app.now(),
                };
                Ok(lists::insert(conn, list)?)
            })
            .await
            .unwrap();
            let new = words("For the day I go");
            let from = application(app, by).await;
            let view = scheduled::schedule(app, by, from, new, at).await.unwrap();
            waiting.push(view.row.id);
        }
        users::delete(app, "ada").await.unwrap();
        let (ada, bo) = (ada.id(), bo.id());
        let left = app
            .transaction(move |_, conn| {
                let mut kept = Vec::new();
                for (me, other, id) in [(ada, bo, waiting[0]), (bo, ada, waiting[1])] {
                    kept.push((
                        account_notes::about(conn, me, &[other])?.len(),
                        lists::of_account(conn, me)?.len(),
                        storage::scheduled::find(conn, id)?.is_some(),
                    ));
                }
                Ok(kept)
            })
            .await
            .unwrap();
        assert_eq!(left, [(0, 0, false), (1, 1, true)]);
    }
}

#[tokio::test]
async fn earlier_words_go_with_a_post() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(test) = TestApp::on(kind) else {
            continue;
        };
        let app = &test.app;
        let ada = test.person("ada").await;
        let from = application(app, &ada).await;
        let view = statuses::publish(app, &ada, from, words("Too frank"))
            .await
            .unwrap();
        let id = view.status.id;
        let change = StatusChange {
            text: "Polite".to_owned(),
            ..StatusChange::default()
        };
        statuses::edit(app, &ada, id, change).await.unwrap();
        let versions = async || {
            let found = app.transaction(move |_, conn| Ok(storage::statuses::edits(conn, id)?));
            found.await.unwrap().len()
        };
        assert!(versions().await > 0);
        statuses::delete(app, &ada, id).await.unwrap();
        assert_eq!(versions().await, 0);
    }
}

#[tokio::test]
async fn what_earlier_versions_left_behind_goes_with_an_update() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(test) = TestApp::on(kind) else {
            continue;
        };
        let app = &test.app;
        let (ada, bo) = (test.person("ada").await, test.person("bo").await);
        let from = application(app, &bo).await;
        let mut written = Vec::new();
        for text in ["Too frank", "To be liked"] {
            let view = statuses::publish(app, &bo, from, words(text)).await;
            written.push(view.unwrap().status.id);
        }
        let (gone, liked) = (written[0], written[1]);
        for id in [gone, liked] {
            let change = StatusChange {
                text: "Polite".to_owned(),
                ..StatusChange::default()
            };
            statuses::edit(app, &bo, id, change).await.unwrap();
        }
        statuses::favourite(app, &ada, liked).await.unwrap();
        let (ada, bo) = (ada.id(), bo.id());
        let (kept, job) = app
            .transaction(move |app, conn| {
                let now = app.now();
                account_notes::set(conn, ada, bo, "Met at the fair")?;
                account_notes::set(conn, bo, ada, "Met at the fair")?;
                // As earlier versions did it.
                storage::accounts::set_deleted(conn, ada, Some(now))?;
                storage::users::delete_of_account(conn, ada)?;
                storage::statuses::delete(conn, gone, now)?;
                test_support::forget_leftovers(conn);
                let soon = now + TimeDelta::minutes(1);
                let work = storage::jobs::claim(conn, soon, soon, 100)?;
                let kept = (
                    account_notes::about(conn, ada, &[bo])?.len(),
                    account_notes::about(conn, bo, &[ada])?.len(),
                    storage::statuses::edits(conn, gone)?.len(),
                    storage::statuses::edits(conn, liked)?.len(),
                );
                let of_her = work.into_iter().find(|job| job.id.0 == ada.0);
                Ok((kept, of_her))
            })
            .await
            .unwrap();
        assert_eq!(kept, (0, 1, 0, 1));
        let job: Job = serde_json::from_str(&job.unwrap().payload).unwrap();
        jobs::run(app, job).await.unwrap();
        let found = app.transaction(move |_, conn| Ok(storage::statuses::find(conn, liked)?));
        assert_eq!(found.await.unwrap().unwrap().favourites_count, 0);
    }
}
