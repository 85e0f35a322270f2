//! Doing the work that use cases leave behind.

use std::time::Duration;

use chrono::TimeDelta;
use domain::JobId;
use federation::{ARCHIVED, Federation};
use futures_util::StreamExt;
use futures_util::stream;
use service::App;
use service::jobs::Job;
use service::stop::unless_stopped;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Jobs taken at a time, and done at the same time.
const BATCH: (i64, usize) = (32, 4);
/// Jobs that wait for other servers' answers, letters that wait for the mail server, and posts whose time has come, each at the
/// same time, and when one more tries again.
const ASKING: usize = 8;
const MAILING: usize = 4;
const POSTING: usize = 4;
const AGAIN: TimeDelta = TimeDelta::seconds(5);
/// When the next job that takes long is tried, while another one is done.
const NEXT_LONG: TimeDelta = TimeDelta::seconds(10);
/// How often what is still being done is taken for longer.
const RENEW: Duration = Duration::from_secs(20);
/// For how long what was taken is ours; a process that died leaves it to the next.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// After so many failures a job is given up.
const ATTEMPTS: i32 = 10;
/// In the log.
const JOBS: &str = "jobs";
/// How long to sleep if nobody wakes us.
const IDLE: Duration = Duration::from_secs(5);
/// How often the rules about other servers are read.
const POLICY: Duration = Duration::from_secs(1);
/// How often it is looked for statuses whose words have changed.
const INDEX: Duration = Duration::from_millis(500);
const PRUNE: Duration = Duration::from_secs(3_600);

/// Does jobs until `stop` says to stop.
pub async fn jobs(federation: Federation, app: App, mut stop: watch::Receiver<bool>) {
    let (mut asking, mut mailing) = (Waiting::of(ASKING), Waiting::of(MAILING));
    let mut posting = Waiting::of(POSTING);
    let (mut telling, mut long) = (JoinSet::new(), JoinSet::new());
    while !*stop.borrow() {
        while long.try_join_next().is_some() {}
        let ours_until = app.now() + LEASE / 2;
        let rows = claim(&app).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "jobs could not be read");
            Vec::new()
        });
        if rows.is_empty() {
            tokio::select! {
                () = app.wake().jobs.notified() => {}
                () = tokio::time::sleep(IDLE) => {}
                _ = stop.changed() => {}
            }
            continue;
        }
        let (lengthy, rows): (Vec<_>, Vec<_>) =
            rows.into_iter().partition(|row| is(row, Job::takes_long));
        for row in lengthy {
            if !long.is_empty() {
                let at = app.now() + NEXT_LONG;
                app.note(JOBS, move |conn| storage::jobs::postpone(conn, row.id, at))
                    .await;
                continue;
            }
            let (federation, app, stop) = (federation.clone(), app.clone(), stop.clone());
            long.spawn(async move { do_long(&federation, &app, row, &stop).await });
        }
        let (patient, rows): (Vec<_>, Vec<_>) = rows
            .into_iter()
            .partition(|row| is(row, Job::asks_elsewhere));
        asking.take(&federation, &app, patient, &stop).await;
        let (letters, rows): (Vec<_>, Vec<_>) =
            rows.into_iter().partition(|row| is(row, Job::is_letter));
        mailing.take(&federation, &app, letters, &stop).await;
        let (posts, rows): (Vec<_>, Vec<_>) =
            rows.into_iter().partition(|row| is(row, Job::is_post));
        posting.take(&federation, &app, posts, &stop).await;
        let (told, rows): (Vec<_>, Vec<_>) = rows
            .into_iter()
            .partition(|row| is(row, Job::tells_elsewhere));
        if !told.is_empty() {
            // One after the other, in the order in which it happened: each writes what is delivered in that order. What comes
            // after these is taken when they are done (docs/adr/0510).
            while telling.join_next().await.is_some() {}
            let (federation, app, stop) = (federation.clone(), app.clone(), stop.clone());
            telling.spawn(async move {
                for row in told {
                    if app.now() < ours_until {
                        do_one(&federation, &app, row, &stop).await;
                    } else {
                        put_back(&app, row.id).await;
                    }
                }
                app.wake().jobs.notify_one();
            });
        }
        let each = |row| do_one(&federation, &app, row, &stop);
        stream::iter(rows).for_each_concurrent(BATCH.1, each).await;
    }
    while telling.join_next().await.is_some() {}
    while asking.doing.join_next().await.is_some() {}
    while mailing.doing.join_next().await.is_some() {}
    while posting.doing.join_next().await.is_some() {}
    while long.join_next().await.is_some() {}
}

/// Jobs that wait for others, and for which nothing here has to wait: so many at the same time.
struct Waiting {
    doing: JoinSet<()>,
    most: usize,
}

impl Waiting {
    fn of(most: usize) -> Self {
        Self {
            doing: JoinSet::new(),
            most,
        }
    }

    /// Begins as many of these as may be, and puts the others off.
    async fn take(
        &mut self,
        federation: &Federation,
        app: &App,
        rows: Vec<storage::jobs::Job>,
        stop: &watch::Receiver<bool>,
    ) {
        while self.doing.try_join_next().is_some() {}
        for row in rows {
            if self.doing.len() >= self.most {
                let at = app.now() + AGAIN;
                app.note(JOBS, move |conn| storage::jobs::postpone(conn, row.id, at))
                    .await;
                continue;
            }
            let (federation, app, stop) = (federation.clone(), app.clone(), stop.clone());
            self.doing
                .spawn(async move { do_long(&federation, &app, row, &stop).await });
        }
    }
}

/// Whether nothing else has to wait for it: other servers have to answer first, or it takes long.
fn is(row: &storage::jobs::Job, of_kind: fn(&Job) -> bool) -> bool {
    serde_json::from_str::<Job>(&row.payload).is_ok_and(|job| of_kind(&job))
}

/// Does a job that outlasts its lease, which is kept as long as this process lives.
async fn do_long(
    federation: &Federation,
    app: &App,
    row: storage::jobs::Job,
    stop: &watch::Receiver<bool>,
) {
    let id = row.id;
    let keep = async {
        loop {
            tokio::time::sleep(RENEW).await;
            let until = app.now() + LEASE;
            app.note(JOBS, move |conn| storage::jobs::extend(conn, id, until))
                .await;
        }
    };
    tokio::select! {
        () = do_one(federation, app, row, stop) => {}
        () = keep => {}
    }
}

async fn claim(app: &App) -> service::Result<Vec<storage::jobs::Job>> {
    let now = app.now();
    let due = app
        .database()
        .read(|conn| Ok::<_, service::Error>(storage::jobs::next_run(conn)?))
        .await?;
    if due.is_none_or(|time| time > now) {
        return Ok(Vec::new());
    }
    app.database()
        .transaction(move |conn| Ok(storage::jobs::claim(conn, now, now + LEASE, BATCH.0)?))
        .await
}

/// It comes up again, in its turn.
async fn put_back(app: &App, id: JobId) {
    app.note(JOBS, move |conn| storage::jobs::release(conn, &[id]))
        .await;
}

async fn do_one(
    federation: &Federation,
    app: &App,
    row: storage::jobs::Job,
    stop: &watch::Receiver<bool>,
) {
    let id = row.id;
    if *stop.borrow() {
        return put_back(app, id).await;
    }
    let Some(done) = unless_stopped(stop, run(federation, app, &row)).await else {
        return put_back(app, id).await;
    };
    let now = app.now();
    let is_ended = match &done {
        Err(_) if row.attempts + 1 >= ATTEMPTS => end(app, &row).await,
        _ => false,
    };
    match done {
        Ok(Done::Finished) => {}
        Ok(Done::ToFinish) => {
            app.note(JOBS, move |conn| storage::jobs::finish(conn, id))
                .await;
        }
        Err(reason) if is_ended => {
            tracing::error!(job = %id, reason, "a job was given up");
            app.note(JOBS, move |conn| {
                storage::jobs::give_up(conn, id, now, &reason)
            })
            .await;
        }
        Err(reason) => {
            tracing::warn!(job = %id, reason, "a job has to wait");
            let wait = TimeDelta::seconds(2_i64 << row.attempts.clamp(0, ATTEMPTS));
            app.note(JOBS, move |conn| {
                storage::jobs::retry(conn, id, now + wait, &reason)
            })
            .await;
        }
    }
}

/// Ends what waits for a job that is to be given up; false if that cannot be, and then the job is tried again.
async fn end(app: &App, row: &storage::jobs::Job) -> bool {
    let Ok(job) = serde_json::from_str::<Job>(&row.payload) else {
        return true;
    };
    let ended = service::jobs::give_up(app, &job).await;
    if let Err(error) = &ended {
        tracing::warn!(job = %row.id, %error, "what waits for a job could not be ended");
    }
    ended.is_ok()
}

enum Done {
    /// What was written finished the job too.
    Finished,
    ToFinish,
}

async fn run(federation: &Federation, app: &App, row: &storage::jobs::Job) -> Result<Done, String> {
    match serde_json::from_str(&row.payload) {
        Ok(Job::Federate(outgoing)) => federation
            .tell(app, row.id, outgoing)
            .await
            .map(|()| Done::Finished)
            .map_err(|error| error.to_string()),
        Ok(Job::MakeArchive { archive }) => service::archives::make(app, archive, ARCHIVED)
            .await
            .map(|()| Done::ToFinish)
            .map_err(|error| error.to_string()),
        Ok(job) => service::jobs::run(app, job)
            .await
            .map(|()| Done::ToFinish)
            .map_err(|error| error.to_string()),
        Err(error) => Err(format!("a job of an unknown kind: {error}")),
    }
}

/// Removes every hour what has run out.
pub async fn prune(app: App, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Some(Err(error)) = unless_stopped(&stop, service::jobs::prune(&app)).await {
            tracing::warn!(%error, "what has run out could not be removed");
        }
        tokio::select! {
            () = tokio::time::sleep(PRUNE) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Writes what has changed where the search looks.
pub async fn index(app: App, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        match service::indexing::step(&app).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "the words of posts could not be written"),
        }
        tokio::select! {
            () = tokio::time::sleep(INDEX) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Keeps those who go out to the rules about other servers, which a command may change at any time.
pub async fn policy(app: App, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = service::policy::current(&app).await {
            tracing::warn!(%error, "the rules about other servers could not be read");
        }
        tokio::select! {
            () = tokio::time::sleep(POLICY) => {}
            _ = stop.changed() => {}
        }
    }
}
