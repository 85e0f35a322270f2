//! Working off what arrived: many at once, of each actor in order.

use std::time::Duration;

use chrono::TimeDelta;
use domain::InboxId;
use futures_util::StreamExt;
use futures_util::stream;
use service::App;
use service::stop::unless_stopped;
use storage::inbox::Received;
use tokio::sync::watch;

use super::activities;
use crate::{Federation, Refusal};

/// Activities taken at a time.
const BATCH: i64 = 100;
/// Actors whose activities are worked off at the same time.
const AT_ONCE: usize = 8;
/// For how long what was taken is ours; a process that died leaves it to the next.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// After so many failures an activity is given up.
const ATTEMPTS: i32 = 8;
/// How long to sleep if nobody wakes us.
const IDLE: Duration = Duration::from_secs(5);

pub(crate) async fn run(federation: Federation, app: App, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        match claim(&app).await {
            Ok(rows) if !rows.is_empty() => work_off(&federation, &app, rows, &stop).await,
            Ok(_) => rest(&app, &mut stop).await,
            Err(error) => {
                tracing::warn!(%error, "the inbox could not be read");
                rest(&app, &mut stop).await;
            }
        }
    }
}

async fn rest(app: &App, stop: &mut watch::Receiver<bool>) {
    tokio::select! {
        () = app.wake().inbox.notified() => {}
        () = tokio::time::sleep(IDLE) => {}
        _ = stop.changed() => {}
    }
}

async fn claim(app: &App) -> service::Result<Vec<Received>> {
    let now = app.now();
    // Nothing to write while there is nothing to do.
    let due = app
        .database()
        .read(move |conn| Ok::<_, service::Error>(storage::inbox::next_run(conn)?))
        .await?;
    if due.is_none_or(|time| time > now) {
        return Ok(Vec::new());
    }
    app.database()
        .transaction(move |conn| Ok(storage::inbox::claim(conn, now, now + LEASE, BATCH)?))
        .await
}

async fn work_off(
    federation: &Federation,
    app: &App,
    rows: Vec<Received>,
    stop: &watch::Receiver<bool>,
) {
    let mut actors: Vec<Vec<Received>> = Vec::new();
    for row in rows {
        match actors.iter_mut().find(|known| {
            known
                .first()
                .is_some_and(|first| first.actor_uri == row.actor_uri)
        }) {
            Some(known) => known.push(row),
            None => actors.push(vec![row]),
        }
    }
    let each = |rows: Vec<Received>| async move { of_one_actor(federation, app, rows, stop).await };
    let finished: Vec<InboxId> = stream::iter(actors)
        .map(each)
        .buffer_unordered(AT_ONCE)
        .concat()
        .await;
    finish(app, finished).await;
}

/// Works off one actor's activities in order; answers those that are done.
async fn of_one_actor(
    federation: &Federation,
    app: &App,
    rows: Vec<Received>,
    stop: &watch::Receiver<bool>,
) -> Vec<InboxId> {
    let mut finished = Vec::with_capacity(rows.len());
    let mut rows = rows.into_iter();
    for row in rows.by_ref() {
        if *stop.borrow() {
            release(app, vec![row.id]).await;
            break;
        }
        match unless_stopped(stop, activities::handle(federation, app, &row.body)).await {
            None => {
                release(app, vec![row.id]).await;
                break;
            }
            Some(Ok(())) => finished.push(row.id),
            Some(Err(Refusal::Permanent(reason))) => {
                tracing::debug!(activity = row.uri, reason, "an activity was refused");
                finished.push(row.id);
            }
            Some(Err(Refusal::Transient(reason))) => {
                try_later(app, &row, reason).await;
                break;
            }
        }
    }
    // What comes after one that has to wait, waits with it.
    release(app, rows.map(|row| row.id).collect()).await;
    finished
}

async fn finish(app: &App, ids: Vec<InboxId>) {
    if ids.is_empty() {
        return;
    }
    metrics::counter!("staffroom_inbox_processed_total")
        .increment(u64::try_from(ids.len()).unwrap_or(0));
    let now = app.now();
    note(app, move |conn| storage::inbox::finish(conn, &ids, now)).await;
}

async fn release(app: &App, ids: Vec<InboxId>) {
    if !ids.is_empty() {
        note(app, move |conn| storage::inbox::release(conn, &ids)).await;
    }
}

async fn try_later(app: &App, row: &Received, reason: String) {
    let (id, now) = (row.id, app.now());
    if row.attempts + 1 >= ATTEMPTS {
        metrics::counter!("staffroom_inbox_given_up_total").increment(1);
        tracing::warn!(activity = row.uri, reason, "an activity was given up");
        return note(app, move |conn| {
            storage::inbox::give_up(conn, id, now, &reason)
        })
        .await;
    }
    let wait = TimeDelta::seconds(5_i64 << row.attempts.clamp(0, ATTEMPTS));
    note(app, move |conn| {
        storage::inbox::retry(conn, id, now + wait, &reason)
    })
    .await;
}

/// A note that cannot be made is made again: the lease runs out, and the activity is worked off once more.
async fn note(
    app: &App,
    write: impl FnOnce(&mut storage::DbConnection) -> Result<(), storage::QueryError> + Send + 'static,
) {
    let noted: service::Result<()> = app
        .database()
        .transaction(move |conn| Ok(write(conn)?))
        .await;
    if let Err(error) = noted {
        tracing::warn!(%error, "the inbox could not be written");
    }
}
