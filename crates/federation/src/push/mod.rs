//! Sending messages to client programs by way of push services.
//! <https://www.rfc-editor.org/rfc/rfc8030>
//!
//! The rows are in the database, the state of hosts in memory: a process that begins anew knocks at a silent one once more.

mod encryption;
mod request;

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use domain::{Time, TokenId};
use futures_util::StreamExt;
use futures_util::stream;
use service::App;
use service::push::{Message, ServerKey};
use service::stop::unless_stopped;
use storage::pushes::{Key, Push};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::Federation;
use crate::delivery::back_off;
use crate::net::{FetchError, Reply};

/// Messages taken at a time, and sent to one host at the same time.
const BATCH: (i64, usize) = (32, 2);
/// Hosts that are sent to at the same time.
const HOSTS: usize = 32;
/// For how long what was taken is ours; a process that died leaves it to the next.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// After so long no further message of a batch is begun: the last one has to end before the lease.
const BEGUN_WITHIN: Duration = Duration::from_secs(40);
/// In the log.
const PUSHES: &str = "messages to be pushed";
/// How long to sleep if nobody wakes us.
const IDLE: Duration = Duration::from_secs(5);

pub(crate) async fn run(federation: Federation, app: App, mut stop: watch::Receiver<bool>) {
    let mut hosts = Hosts::default();
    let mut batches: JoinSet<Batch> = JoinSet::new();
    while !*stop.borrow() {
        while let Some(done) = batches.try_join_next() {
            hosts.note(done.ok());
        }
        let busy: Vec<String> = hosts.busy.iter().cloned().collect();
        let taken = match claim(&app, busy.clone()).await {
            Ok(taken) => taken,
            Err(error) => {
                tracing::warn!(%error, "messages to be pushed could not be read");
                Vec::new()
            }
        };
        let any = !taken.is_empty();
        for (host, pushes) in by_host(taken) {
            if let Some(until) = hosts.rests_until(&host, app.now()) {
                app.note(PUSHES, move |conn| {
                    storage::pushes::rest(conn, &host, until)
                })
                .await;
                continue;
            }
            let failures = hosts.begin(&host);
            let (federation, app, stop) = (federation.clone(), app.clone(), stop.clone());
            batches.spawn(async move {
                let rests = send_all(&federation, &app, &host, pushes, failures, &stop).await;
                Batch { host, rests }
            });
        }
        if any && hosts.busy.len() < HOSTS {
            continue;
        }
        let wait = until_next(&app, busy).await;
        tokio::select! {
            () = app.wake().pushes.notified(), if hosts.busy.len() < HOSTS => {}
            Some(done) = batches.join_next() => hosts.note(done.ok()),
            () = tokio::time::sleep(wait) => {}
            _ = stop.changed() => {}
        }
    }
    // Each batch puts itself back when it sees that we stop.
    while batches.join_next().await.is_some() {}
}

/// What became of one host's batch.
struct Batch {
    host: String,
    /// Until when the host is left alone, if it did not answer.
    rests: Option<Time>,
}

/// What is known of hosts.
#[derive(Default)]
struct Hosts {
    busy: HashSet<String>,
    /// Until when a host is left alone, and how often it failed in a row.
    resting: HashMap<String, (Time, i32)>,
}

impl Hosts {
    /// Says how often the host failed in a row.
    fn begin(&mut self, host: &str) -> i32 {
        self.busy.insert(host.to_owned());
        self.resting.get(host).map_or(0, |(_, failures)| *failures)
    }

    fn rests_until(&self, host: &str, now: Time) -> Option<Time> {
        let (until, _) = self.resting.get(host)?;
        (*until > now).then_some(*until)
    }

    /// A batch that panicked leaves its host busy until the next start.
    fn note(&mut self, batch: Option<Batch>) {
        let Some(Batch { host, rests }) = batch else {
            return;
        };
        self.busy.remove(&host);
        match rests {
            Some(until) => {
                let failing = self.resting.entry(host).or_insert((until, 0));
                *failing = (until, failing.1.saturating_add(1));
            }
            None => {
                self.resting.remove(&host);
            }
        }
    }
}

fn by_host(pushes: Vec<Push>) -> HashMap<String, Vec<Push>> {
    let mut hosts: HashMap<String, Vec<Push>> = HashMap::new();
    for push in pushes {
        hosts.entry(push.host.clone()).or_default().push(push);
    }
    hosts
}

async fn claim(app: &App, busy: Vec<String>) -> service::Result<Vec<Push>> {
    let now = app.now();
    if busy.len() >= HOSTS
        || next_run(app, busy.clone())
            .await?
            .is_none_or(|due| due > now)
    {
        return Ok(Vec::new());
    }
    app.database()
        .transaction(move |conn| {
            Ok(storage::pushes::claim(
                conn,
                now,
                now + LEASE,
                &busy,
                BATCH.0,
            )?)
        })
        .await
}

async fn next_run(app: &App, busy: Vec<String>) -> service::Result<Option<Time>> {
    let now = app.now();
    app.database()
        .read(move |conn| Ok(storage::pushes::next_run(conn, now, &busy)?))
        .await
}

async fn until_next(app: &App, busy: Vec<String>) -> Duration {
    let now = app.now();
    match next_run(app, busy).await {
        Ok(Some(time)) if time > now => (time - now).to_std().unwrap_or(IDLE).min(IDLE),
        _ => IDLE,
    }
}

/// What became of one message.
enum Sent {
    /// We were told to stop, or there was no time.
    NotTried(Key),
    /// There is nothing to send any more, or it was sent, or it will never be taken.
    Done(Key),
    /// The subscription ended.
    Gone(TokenId, String),
    /// The push service wants less for this receiver.
    Later(Push, Option<Duration>),
    /// The host does not answer as it should.
    Silent(Push, Option<Duration>),
}

/// Sends one host's messages; says until when it is left alone if it did not take them.
async fn send_all(
    federation: &Federation,
    app: &App,
    host: &str,
    pushes: Vec<Push>,
    failures: i32,
    stop: &watch::Receiver<bool>,
) -> Option<Time> {
    let keys: Vec<Key> = pushes.iter().map(Push::key).collect();
    let prepared = async {
        let server = service::push::server_key(app).await?;
        Ok::<_, service::Error>((server, service::push::messages(app, pushes).await?))
    };
    let (server, messages) = match prepared.await {
        Ok(prepared) => prepared,
        Err(error) => {
            tracing::warn!(%error, "messages to be pushed could not be read");
            // They come free when the lease ends.
            return None;
        }
    };
    let begun = Instant::now();
    let unwanted: Vec<Key> = keys
        .into_iter()
        .filter(|key| !messages.iter().any(|message| message.push.key() == *key))
        .collect();
    let mut outcomes: Vec<Sent> = unwanted.into_iter().map(Sent::Done).collect();
    let is_silent = std::sync::atomic::AtomicBool::new(false);
    let (is_silent, server) = (&is_silent, server.as_ref());
    let each = |message: Message| async move {
        use std::sync::atomic::Ordering::Relaxed;
        let key = message.push.key();
        if begun.elapsed() > BEGUN_WITHIN || is_silent.load(Relaxed) {
            return Sent::NotTried(key);
        }
        let sent = unless_stopped(stop, send(federation, app, server, message)).await;
        let sent = sent.unwrap_or(Sent::NotTried(key));
        if matches!(sent, Sent::Silent(..)) {
            is_silent.store(true, Relaxed);
        }
        sent
    };
    let mut sending = stream::iter(messages).map(each).buffer_unordered(BATCH.1);
    while let Some(sent) = sending.next().await {
        outcomes.push(sent);
    }
    write_down(federation, app, host, outcomes, failures).await
}

/// Notes what became of messages, in one transaction.
async fn write_down(
    federation: &Federation,
    app: &App,
    host: &str,
    outcomes: Vec<Sent>,
    failures: i32,
) -> Option<Time> {
    let now = app.now();
    let (mut done, mut untried, mut gone, mut later) = (vec![], vec![], vec![], vec![]);
    let mut rests: Option<Time> = None;
    for outcome in outcomes {
        match outcome {
            Sent::NotTried(key) => untried.push(key),
            Sent::Done(key) => done.push(key),
            Sent::Gone(token, endpoint) => gone.push((token, endpoint)),
            Sent::Later(push, wait) => {
                let wait = back_off(federation, push.attempts, wait);
                later.push((push.key(), now + wait));
            }
            Sent::Silent(push, wait) => {
                let until = now + back_off(federation, failures, wait);
                rests = Some(rests.map_or(until, |other| other.max(until)));
                later.push((push.key(), until));
            }
        }
    }
    let host = host.to_owned();
    app.note(PUSHES, move |conn| {
        storage::pushes::finish(conn, &done)?;
        storage::pushes::release(conn, &untried)?;
        for (token, endpoint) in gone {
            storage::push_subscriptions::delete_gone(conn, token, &endpoint)?;
        }
        for (key, run_at) in later {
            storage::pushes::retry(conn, key, run_at)?;
        }
        if let Some(until) = rests {
            storage::pushes::rest(conn, &host, until)?;
        }
        Ok(())
    })
    .await;
    rests
}

async fn send(federation: &Federation, app: &App, server: &ServerKey, message: Message) -> Sent {
    let key = message.push.key();
    let Ok(request) = request::request(app, server, &message) else {
        tracing::warn!(token = %key.0, "a message could not be encrypted for its receiver");
        return Sent::Done(key);
    };
    let reply = federation
        .client()
        .push(&request.endpoint, &request.headers, request.body)
        .await;
    let outcome = |outcome: &'static str| {
        metrics::counter!("staffroom_pushes_total", "outcome" => outcome).increment(1);
    };
    match reply {
        Reply::Accepted => {
            outcome("taken");
            Sent::Done(key)
        }
        Reply::Gone | Reply::Refused(404) => {
            outcome("gone");
            Sent::Gone(key.0, message.subscription.endpoint)
        }
        Reply::Refused(status)
        | Reply::Troubled {
            status: status @ 401,
            ..
        } => {
            outcome("refused");
            tracing::debug!(
                push.host = message.push.host,
                status,
                "a message was refused"
            );
            Sent::Done(key)
        }
        Reply::Blocked(error) => {
            outcome("refused");
            tracing::debug!(push.host = message.push.host, %error, "a message was not sent");
            Sent::Done(key)
        }
        Reply::Busy {
            status: 408 | 429,
            retry_after,
        }
        | Reply::Troubled {
            status: 425,
            retry_after,
        } => {
            outcome("delayed");
            Sent::Later(message.push, retry_after)
        }
        // Too much at once is our own doing, and says nothing of the host.
        Reply::Silent(FetchError::Busy) => Sent::NotTried(key),
        Reply::Busy { retry_after, .. } | Reply::Troubled { retry_after, .. } => {
            outcome("delayed");
            Sent::Silent(message.push, retry_after)
        }
        Reply::Silent(error) => {
            outcome("delayed");
            tracing::debug!(push.host = message.push.host, %error, "a push service does not answer");
            Sent::Silent(message.push, None)
        }
    }
}
