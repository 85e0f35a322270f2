//! Delivering what is owed: many hosts at once, to each in order, and ever more rarely to one that does not answer. One
//! inbox that fails where its host answers waits alone.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use bytes::Bytes;
use chrono::TimeDelta;
use domain::{ActivityId, DeliveryId, Host};
use service::App;
use service::stop::unless_stopped;
use storage::DbConnection;
use storage::deliveries::lanes::{self, Rest};
use storage::deliveries::{Activity, Delivery, Lane};
use tokio::sync::watch;
use tokio::task::JoinSet;
use url::Url;

use crate::Federation;
use crate::net::{FetchError, Reply};

/// For how long a lane is ours: about what the slowest batch takes. After a crash others wait so long; if it
/// runs out too soon something is sent twice, and recognised by its id.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// Sendings between two notes of what is done.
const BATCH: i64 = 4;
/// What was taken longer ago is noted before anything else is sent: after a crash only what was taken since then, and what
/// was under way, is sent twice.
const SLOW: Duration = Duration::from_millis(100);
/// For how long a host is taken for dead, if it is not heard from.
const DEAD: TimeDelta = TimeDelta::days(30);
/// How often a host that fails is taken up again because it is heard from.
const HEARD: TimeDelta = TimeDelta::minutes(5);
/// In the log.
const DELIVERIES: &str = "deliveries";
/// What is noted of a delivery to an inbox that is gone.
const GONE: &str = "the inbox is gone (410)";
/// How long to sleep if nobody wakes us.
const IDLE: Duration = Duration::from_secs(5);
/// How long to leave the lane of a host alone if our own database does not answer.
const UNREADABLE: TimeDelta = TimeDelta::seconds(30);
/// The longest wait after a failure.
const LONGEST: TimeDelta = TimeDelta::hours(6);

pub(crate) async fn run(federation: Federation, app: App, mut stop: watch::Receiver<bool>) {
    federation.recall_formats(&app).await;
    let mut walks: JoinSet<()> = JoinSet::new();
    while !*stop.borrow() {
        let free = federation
            .settings()
            .parallel_hosts
            .saturating_sub(walks.len());
        let taken = match claim(&app, free).await {
            Ok(taken) => taken,
            Err(error) => {
                tracing::warn!(%error, "deliveries could not be read");
                Vec::new()
            }
        };
        let any = !taken.is_empty();
        for lane in taken {
            walks.spawn(walk(federation.clone(), app.clone(), lane, stop.clone()));
        }
        if any {
            continue;
        }
        let wait = until_next(&app).await;
        tokio::select! {
            () = app.wake().deliveries.notified() => {}
            Some(_) = walks.join_next() => while walks.try_join_next().is_some() {},
            () = tokio::time::sleep(wait) => {}
            _ = stop.changed() => {}
        }
    }
    // Each lane puts itself back when it sees that we stop.
    while walks.join_next().await.is_some() {}
}

async fn claim(app: &App, free: usize) -> service::Result<Vec<Lane>> {
    let now = app.now();
    let limit = i64::try_from(free).unwrap_or(i64::MAX);
    let due = app
        .database()
        .read(move |conn| Ok::<_, service::Error>(storage::deliveries::next_run(conn, now)?))
        .await?;
    if limit == 0 || due.is_none_or(|time| time > now) {
        return Ok(Vec::new());
    }
    app.database()
        .transaction(move |conn| {
            Ok(storage::deliveries::claim_lanes(
                conn,
                now,
                now + LEASE,
                limit,
            )?)
        })
        .await
}

async fn until_next(app: &App) -> Duration {
    let now = app.now();
    let due = app
        .database()
        .read(move |conn| Ok::<_, service::Error>(storage::deliveries::next_run(conn, now)?))
        .await;
    match due {
        Ok(Some(time)) if time > now => (time - now).to_std().unwrap_or(IDLE).min(IDLE),
        _ => IDLE,
    }
}

/// Delivers to one host until nothing is owed to it, it fails, or we stop.
async fn walk(federation: Federation, app: App, lane: Lane, stop: watch::Receiver<bool>) {
    let (mut failures, mut failing_since) = (lane.failures, lane.failing_since);
    let rest = |run_at, failures, failing_since| Rest {
        run_at,
        failures,
        failing_since,
        not_before: None,
        was_due: lane.run_at,
    };
    loop {
        if *stop.borrow() {
            let rest = rest(app.now(), failures, failing_since);
            return release(&app, &lane.host, rest).await;
        }
        let (host, now) = (lane.host.clone(), app.now());
        let owed: service::Result<Vec<(Delivery, Activity)>> = app
            .database()
            .read(move |conn| Ok(storage::deliveries::of_lane(conn, &host, now, BATCH)?))
            .await;
        let Ok(owed) = owed else {
            let rest = rest(app.now() + UNREADABLE, failures, failing_since);
            return release(&app, &lane.host, rest).await;
        };
        let is_rest = i64::try_from(owed.len()).is_ok_and(|count| count < BATCH);
        let mut done = Vec::with_capacity(owed.len());
        let mut noted = Instant::now();
        let mut failed = None;
        let mut waiting = HashSet::new();
        for (delivery, activity) in owed {
            if waiting.contains(&delivery.inbox) {
                continue;
            }
            let sent = unless_stopped(&stop, send(&federation, &app, &delivery, &activity)).await;
            match sent.unwrap_or(Sent::Stopped) {
                Sent::Stopped => break,
                Sent::Done => {
                    done.push((delivery.id, activity.id));
                    (failures, failing_since) = (0, None);
                    if noted.elapsed() > SLOW {
                        finish(&app, &lane.host, std::mem::take(&mut done), false).await;
                        noted = Instant::now();
                    }
                }
                Sent::Refused(reason) => give_up(&app, delivery, reason, false).await,
                Sent::Gone => give_up(&app, delivery, GONE.to_owned(), true).await,
                Sent::InboxLater(wait) => {
                    waiting.insert(delivery.inbox.clone());
                    if !put_off(&federation, &app, delivery, wait).await {
                        return;
                    }
                }
                Sent::Later(wait) => {
                    failed = Some((delivery, wait));
                    break;
                }
            }
        }
        if let Some((delivery, wait)) = failed {
            metrics::counter!("staffroom_deliveries_delayed_total").increment(1);
            finish(&app, &lane.host, done, false).await;
            let since = failing_since.unwrap_or(app.now());
            let run_at = app.now() + back_off(&federation, failures, wait.retry_after);
            let rest = Rest {
                not_before: wait.retry_after.map(|_| run_at),
                ..rest(run_at, failures.saturating_add(1), Some(since))
            };
            return later(&federation, &app, &delivery, wait.reason, rest).await;
        }
        if finish(&app, &lane.host, done, is_rest).await {
            return;
        }
    }
}

enum Sent {
    /// We were told to stop, and there was no answer yet.
    Stopped,
    Done,
    Refused(String),
    /// There is no such inbox any more.
    Gone,
    /// The host is not to be asked now.
    Later(Wait),
    /// This inbox is not; others of the host are.
    InboxLater(Wait),
}

struct Wait {
    reason: String,
    /// As long as its server says.
    retry_after: Option<Duration>,
}

async fn send(
    federation: &Federation,
    app: &App,
    delivery: &Delivery,
    activity: &Activity,
) -> Sent {
    let Ok(inbox) = Url::parse(&delivery.inbox) else {
        return Sent::Refused("the inbox is no address".to_owned());
    };
    let wait = |reason, retry_after| Wait {
        reason,
        retry_after,
    };
    let signer = match federation.signer(app, activity.account_id).await {
        Ok(signer) => signer,
        Err(error) => return Sent::Later(wait(error.to_string(), None)),
    };
    let followers = federation.names_followers(app, activity, &inbox).await;
    let body = Bytes::from(activity.body.clone());
    federation.mind_signatures(app, &inbox).await;
    let reply = federation
        .client()
        .deliver(&inbox, body, &signer, followers.as_deref())
        .await;
    federation.keep_formats(app).await;
    match reply {
        Reply::Accepted => Sent::Done,
        Reply::Gone => Sent::Gone,
        Reply::Refused(status) => Sent::Refused(format!("refused with status {status}")),
        // Name servers that were set up wrongly are set right again; and where one inbox leads says nothing of others.
        Reply::Blocked(error @ FetchError::Blocked(_))
        | Reply::Silent(error @ FetchError::Redirect) => {
            Sent::InboxLater(wait(error.to_string(), None))
        }
        Reply::Blocked(error) => Sent::Refused(error.to_string()),
        Reply::Busy {
            status,
            retry_after,
        } => Sent::Later(wait(format!("status {status}"), retry_after)),
        Reply::Troubled {
            status,
            retry_after,
        } => Sent::InboxLater(wait(format!("status {status}"), retry_after)),
        Reply::Silent(error) => Sent::Later(wait(error.to_string(), None)),
    }
}

/// Notes a failure. What is too old is given up; a host that has failed for so long is taken for dead.
async fn later(
    federation: &Federation,
    app: &App,
    delivery: &Delivery,
    reason: String,
    rest: Rest,
) {
    let now = app.now();
    let oldest = now
        - TimeDelta::from_std(federation.settings().give_up_after).unwrap_or(TimeDelta::days(7));
    let (id, host) = (delivery.id, delivery.host.clone());
    tracing::debug!(inbox = delivery.inbox, reason, "a delivery has to wait");
    let is_dead = rest.failing_since.is_some_and(|since| since < oldest);
    if is_dead {
        tracing::info!(delivery.host = %host, reason, "{host} is taken for dead");
    }
    let given_up: service::Result<usize> = app
        .database()
        .transaction(move |conn| {
            lanes::release(conn, &host, rest)?;
            storage::deliveries::failed_once(conn, id, &reason)?;
            Ok(if is_dead {
                lanes::bury(conn, &host, now, now + DEAD, &reason)?
            } else {
                storage::deliveries::give_up_older(conn, &host, oldest, now, &reason)?
            })
        })
        .await;
    match given_up {
        Ok(count) => metrics::counter!("staffroom_deliveries_given_up_total")
            .increment(u64::try_from(count).unwrap_or(0)),
        Err(error) => tracing::warn!(%error, "deliveries could not be written"),
    }
}

/// Lets one inbox wait, with all that is owed to it. What is too old is given up. False if that could not be written: the
/// lane comes up again when its lease runs out.
async fn put_off(federation: &Federation, app: &App, delivery: Delivery, wait: Wait) -> bool {
    metrics::counter!("staffroom_deliveries_delayed_total").increment(1);
    tracing::debug!(
        inbox = delivery.inbox,
        reason = wait.reason,
        "an inbox has to wait"
    );
    let patience = federation.settings().give_up_after;
    let patience = TimeDelta::from_std(patience).unwrap_or(TimeDelta::days(7));
    if delivery.created_at < app.now() - patience {
        give_up(app, delivery, wait.reason, false).await;
        return true;
    }
    let run_at = app.now() + back_off(federation, delivery.attempts, wait.retry_after);
    app.note(DELIVERIES, move |conn| {
        storage::deliveries::put_off(conn, delivery.id, run_at, &wait.reason)
    })
    .await
}

/// For how long a host or an inbox that failed is not asked.
pub(crate) fn back_off(
    federation: &Federation,
    failures: i32,
    retry_after: Option<Duration>,
) -> TimeDelta {
    let wait = wait_after(failures, retry_after, federation.settings().first_retry);
    // Spread, so that not all servers ask one that returns at the same moment.
    let spread = wait.num_milliseconds() / 4;
    wait + TimeDelta::milliseconds(rand::random_range(0..=spread.max(0)))
}

/// Twice as long each time, and as long as was asked for.
fn wait_after(failures: i32, retry_after: Option<Duration>, first: Duration) -> TimeDelta {
    let doubled = TimeDelta::from_std(first * (1_u32 << failures.clamp(0, 16)));
    let asked = retry_after.and_then(|wait| TimeDelta::from_std(wait).ok());
    doubled
        .unwrap_or(LONGEST)
        .min(LONGEST)
        .max(asked.unwrap_or_default())
}

/// Somebody at a host said something: if deliveries to it fail, it is asked again now.
pub(crate) async fn heard_from(federation: &Federation, app: &App, actor: &str) {
    let host = Url::parse(actor).ok().and_then(|url| Host::of(&url).ok());
    let Some(host) = host.map(|host| host.to_string()) else {
        return;
    };
    let heard = &federation.0.heard;
    if heard.contains_key(&host) {
        return;
    }
    heard.insert(host.clone(), ());
    let (now, asked) = (app.now(), host.clone());
    let failing: service::Result<bool> = app
        .database()
        .read(move |conn| Ok(lanes::is_failing(conn, &asked, now - HEARD)?))
        .await;
    let revive = move |conn: &mut DbConnection| lanes::revive(conn, &host, now);
    if failing.unwrap_or(false) && app.note(DELIVERIES, revive).await {
        app.wake().deliveries.notify_one();
    }
}

/// Gives a sending up. Where the inbox is gone, those whose it was may be gone too.
async fn give_up(app: &App, delivery: Delivery, reason: String, is_gone: bool) {
    metrics::counter!("staffroom_deliveries_given_up_total").increment(1);
    let noted = app.transaction(move |app, conn| {
        storage::deliveries::give_up(conn, delivery.id, app.now(), &reason)?;
        if is_gone {
            service::gone::inbox_is_gone(app, conn, &delivery.inbox)?;
        }
        Ok(())
    });
    if let Err(error) = noted.await {
        tracing::warn!(%error, "deliveries could not be written");
    }
}

/// Notes what was taken. With `close` the lane too is closed, if nothing came meanwhile: true if it is.
async fn finish(app: &App, host: &str, done: Vec<(DeliveryId, ActivityId)>, close: bool) -> bool {
    metrics::counter!("staffroom_deliveries_done_total")
        .increment(u64::try_from(done.len()).unwrap_or(0));
    let (host, now) = (host.to_owned(), app.now());
    let closed: service::Result<bool> = app
        .database()
        .transaction(move |conn| {
            storage::deliveries::finish(conn, &done, &host, now + LEASE)?;
            Ok(close && storage::deliveries::close_lane(conn, &host, now)?)
        })
        .await;
    closed.unwrap_or_else(|error| {
        tracing::warn!(%error, "deliveries could not be written");
        // A lane that cannot be closed now is found again when its lease runs out.
        close
    })
}

async fn release(app: &App, host: &str, rest: Rest) {
    let host = host.to_owned();
    app.note(DELIVERIES, move |conn| lanes::release(conn, &host, rest))
        .await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_fails_is_asked_ever_more_rarely_and_not_before_it_said() {
        let wait = |failures, seconds: Option<u64>| {
            let asked = seconds.map(Duration::from_secs);
            wait_after(failures, asked, Duration::from_secs(30)).num_seconds()
        };
        let waits: Vec<i64> = (0..4).map(|failures| wait(failures, None)).collect();
        assert_eq!(waits, [30, 60, 120, 240]);
        assert_eq!(wait(9, None), 15_360);
        for many in [10, 100, i32::MAX] {
            assert_eq!(wait(many, None), 6 * 3_600, "{many}");
        }
        assert_eq!(wait(0, Some(10)), 30);
        assert_eq!(wait(0, Some(90_000)), 90_000);
    }
}
