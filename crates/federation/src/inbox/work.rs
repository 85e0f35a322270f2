//! Working off what arrived: many at once, of each actor in order.
//!
//! What needs the network is prepared for many actors at the same time, and whatever is ready is applied
//! together (docs/adr/0007). One transaction ends what was done and takes what is next.

use std::collections::{HashMap, HashSet};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use domain::{InboxId, Time};
use futures_util::FutureExt;
use serde_json::Value;
use service::{App, Error};
use storage::inbox::Received;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::apply::{self, Next, Prepared, Turn, Waiting};
use super::prepare::{brings, prepare};
use super::taking::{Shares, Taking};
use super::{DOING, FULL, hints};
use crate::Federation;
use crate::fetch::read_database;
use crate::net::Budget;
use crate::protocol::vocabulary::Relayed;

/// Activities applied in one transaction, and taken at a time.
const BATCH: usize = 100;
/// Activities taken and not yet finished: more than a batch, so that those who wait for a slow server do not
/// keep the others from coming.
const IN_HAND: usize = 300;
/// How long one activity may ask other servers. Less than its lease, of which it may begin in the first part.
const PATIENCE: Duration = Duration::from_secs(25);
/// When a lease is too old to begin anything under it.
const FRESH: TimeDelta = TimeDelta::seconds(30);
/// How long to sleep if nobody wakes us.
const IDLE: Duration = Duration::from_secs(5);
/// How often to count what waits, and where that is much.
const COUNTED_FOR: (TimeDelta, TimeDelta) = (TimeDelta::seconds(30), TimeDelta::seconds(5));

pub(crate) async fn run(federation: Federation, app: App, stop: watch::Receiver<bool>) {
    let (ready, prepared) = mpsc::channel(IN_HAND);
    let mut worker = Worker {
        federation,
        app,
        stop,
        ready,
        prepared,
        first: None,
        preparing: JoinSet::new(),
        in_hand: HashMap::new(),
        after: String::new(),
        waiting: Waiting::new(),
        look: true,
        counted_at: None,
    };
    worker.run().await;
    worker.put_everything_back().await;
}

struct Worker {
    federation: Federation,
    app: App,
    stop: watch::Receiver<bool>,
    ready: mpsc::Sender<Prepared>,
    prepared: mpsc::Receiver<Prepared>,
    /// The first of the next batch.
    first: Option<Prepared>,
    preparing: JoinSet<()>,
    /// What we hold the leases of, and who sent it.
    in_hand: HashMap<InboxId, String>,
    /// Whose turn it was last, where they take turns.
    after: String,
    /// For what actors with something in hand have to wait.
    waiting: Waiting,
    /// Whether there may be something to take.
    look: bool,
    counted_at: Option<Time>,
}

impl Worker {
    async fn run(&mut self) {
        while !*self.stop.borrow() {
            self.count().await;
            let batch = self.ready_now();
            let room = IN_HAND.saturating_sub(self.in_hand.len()).min(BATCH);
            let mut due = None;
            if batch.is_empty() && self.look && room > 0 {
                due = self.next_due().await;
            }
            let is_due = due.is_some_and(|time| time <= self.app.now());
            if batch.is_empty() && !is_due {
                self.rest(due).await;
            } else {
                self.turn(batch, room).await;
            }
        }
    }

    /// Sees from time to time how much really waits, and of whom too much: other processes take from it too.
    async fn count(&mut self) {
        let now = self.app.now();
        let good_for = if self.in_haste() {
            COUNTED_FOR.1
        } else {
            COUNTED_FOR.0
        };
        if self.counted_at.is_some_and(|at| now - at < good_for) {
            return;
        }
        self.counted_at = Some(now);
        let counted = read_database(&self.app, |conn| {
            let depth = storage::inbox::depth(conn)?;
            let crowding = if depth > FULL / 2 {
                storage::inbox::senders_of_more_than(conn, FULL - depth)?
            } else {
                Vec::new()
            };
            Ok((depth, crowding))
        });
        if let Ok((depth, crowding)) = counted.await {
            let inner = &self.federation.0;
            inner.waiting.store(depth, Ordering::Relaxed);
            let mut known = inner
                .crowding
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            *known = crowding.into_iter().collect();
        }
    }

    /// What has been prepared so far.
    fn ready_now(&mut self) -> Vec<Prepared> {
        let mut batch: Vec<Prepared> = self.first.take().into_iter().collect();
        while batch.len() < BATCH
            && let Ok(next) = self.prepared.try_recv()
        {
            batch.push(next);
        }
        batch
    }

    /// Whether what others do not answer takes the place of what else may come.
    fn in_haste(&self) -> bool {
        self.federation.0.waiting.load(Ordering::Relaxed) > FULL / 2
    }

    /// When the next activity is due that nobody has in hand.
    async fn next_due(&self) -> Option<Time> {
        let now = self.app.now();
        read_database(&self.app, move |conn| storage::inbox::next_run(conn, now))
            .await
            .unwrap_or_else(|error| {
                tracing::warn!(%error, "the inbox could not be read");
                None
            })
    }

    async fn rest(&mut self, due: Option<Time>) {
        let until_due = due.and_then(|time| (time - self.app.now()).to_std().ok());
        tokio::select! {
            next = self.prepared.recv() => self.first = next,
            () = self.app.wake().inbox.notified() => self.look = true,
            () = tokio::time::sleep(until_due.unwrap_or(IDLE).min(IDLE)) => self.look = true,
            _ = self.stop.changed() => {}
        }
    }

    /// Applies a batch, and takes up to `room` activities.
    async fn turn(&mut self, batch: Vec<Prepared>, room: usize) {
        let batch: Arc<[Prepared]> = batch.into();
        let taking = self.taking(&batch, room);
        let waiting = self.waiting.clone();
        match apply::turn(&self.app, batch.clone(), waiting, taking, self.in_haste()).await {
            Ok(turn) => {
                self.look = turn.taken.rows.len() == room;
                self.settle(&batch, turn);
            }
            Err(Error::Unavailable(reason)) => self.try_again(&batch, &reason).await,
            Err(Error::Full) => self.try_again(&batch, "the disk is full").await,
            // One of them must be the reason.
            Err(_) if batch.len() > 1 => {
                for one in batch.iter() {
                    Box::pin(self.turn(vec![one.clone()], 0)).await;
                }
            }
            Err(error) => self.put_off(&batch, &error.to_string()).await,
        }
    }

    /// What may be taken as soon as the batch is done.
    fn taking(&self, batch: &[Prepared], room: usize) -> Taking {
        let done: HashSet<InboxId> = batch.iter().map(|activity| activity.id).collect();
        let in_hand = self.in_hand.iter().filter(|(id, _)| !done.contains(*id));
        Taking {
            room,
            shares: Shares::of(IN_HAND, in_hand.map(|(_, sender)| sender.as_str())),
            after: self.after.clone(),
        }
    }

    fn settle(&mut self, batch: &[Prepared], turn: Turn) {
        let Turn {
            finished,
            given_up,
            waiting,
            taken,
        } = turn;
        metrics::counter!("staffroom_inbox_processed_total")
            .increment(u64::try_from(finished).unwrap_or(0));
        metrics::counter!("staffroom_inbox_given_up_total")
            .increment(u64::try_from(given_up).unwrap_or(0));
        let done = finished + given_up;
        self.federation.0.waiting.fetch_sub(done, Ordering::Relaxed);
        self.waiting = waiting;
        self.after = taken.after;
        self.let_go(batch);
        self.begin(taken.rows);
    }

    fn let_go(&mut self, batch: &[Prepared]) {
        for activity in batch {
            self.in_hand.remove(&activity.id);
            if activity.is_last {
                let by = &activity.actor_uri;
                self.waiting.retain(|(actor, _), _| actor != by);
            }
        }
    }

    /// The database did not take the batch: what is in it comes up again.
    async fn try_again(&mut self, batch: &[Prepared], reason: &str) {
        tracing::warn!(reason, "the inbox could not be written");
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
            _ = self.stop.changed() => {}
        }
        self.let_go(batch);
        release(
            &self.app,
            batch.iter().map(|activity| activity.id).collect(),
        )
        .await;
        self.look = true;
    }

    /// Something of ours goes wrong with one activity: it is tried later, like one that a server does not answer.
    async fn put_off(&mut self, batch: &[Prepared], reason: &str) {
        for activity in batch {
            let failed = Prepared {
                next: Next::Wait(reason.to_owned()),
                ..activity.clone()
            };
            let waiting = self.waiting.clone();
            let (taking, in_haste) = (self.taking(batch, 0), self.in_haste());
            let noted = apply::turn(&self.app, Arc::new([failed]), waiting, taking, in_haste).await;
            match noted {
                Ok(turn) => self.settle(std::slice::from_ref(activity), turn),
                Err(error) => {
                    tracing::warn!(%error, "the inbox could not be written");
                    self.let_go(std::slice::from_ref(activity));
                }
            }
        }
    }

    /// Prepares what was taken: of each actor in order, of all at the same time.
    fn begin(&mut self, taken: Vec<Received>) {
        while self.preparing.try_join_next().is_some() {}
        let mut coming = HashSet::new();
        let mut actors: HashMap<String, Vec<Taken>> = HashMap::new();
        for row in taken {
            self.in_hand.insert(row.id, row.sender.clone());
            let activity = serde_json::from_str(&row.body).map_err(|error| error.to_string());
            if let Ok(activity) = &activity
                && !row.hint
            {
                coming.extend(brings(activity).map(str::to_owned));
            }
            let relayed = activity
                .as_ref()
                .is_ok_and(|activity| Relayed::of(activity).is_some());
            let body = if relayed && !row.hint {
                row.body
            } else {
                String::new()
            };
            actors
                .entry(row.actor_uri.clone())
                .or_default()
                .push(Taken {
                    row: Received { body, ..row },
                    activity,
                });
        }
        let coming = Arc::new(coming);
        for taken in actors.into_values() {
            let work = prepare_all(
                self.federation.clone(),
                self.app.clone(),
                self.ready.clone(),
                taken,
                coming.clone(),
            );
            self.preparing.spawn(work);
        }
    }

    async fn put_everything_back(&mut self) {
        self.preparing.shutdown().await;
        let in_hand = self.in_hand.drain().map(|(id, _)| id).collect();
        release(&self.app, in_hand).await;
    }
}

/// A row that is ours for a while, and what it says.
struct Taken {
    row: Received,
    activity: Result<Value, String>,
}

/// Prepares one actor's activities in order.
async fn prepare_all(
    federation: Federation,
    app: App,
    ready: mpsc::Sender<Prepared>,
    taken: Vec<Taken>,
    coming: Arc<HashSet<String>>,
) {
    let until = app.now() + FRESH;
    let mut waiting: HashSet<String> = HashSet::new();
    let mut rest = taken.into_iter().peekable();
    while let Some(Taken { row, activity }) = rest.next() {
        let held = row.concerns.as_ref().is_some_and(|id| waiting.contains(id));
        let is_proven = activity.as_ref().is_ok_and(is_proven);
        let allowed = usize::try_from(DOING - row.requests).unwrap_or(0);
        let budget = Budget::of(allowed);
        let next = match activity {
            // What is about the same as one that has to wait, waits with it.
            _ if held || app.now() > until => Next::PutBack,
            Ok(activity) => prepared(&federation, &app, &budget, &row, &activity, &coming).await,
            Err(reason) => Next::Refuse(reason),
        };
        if matches!(next, Next::Wait(_) | Next::PutBack) {
            waiting.insert(row.uri.clone());
            waiting.extend(row.concerns.clone());
        }
        let spent = i32::try_from(allowed - budget.left()).unwrap_or(DOING);
        let prepared = Prepared {
            id: row.id,
            uri: row.uri,
            actor_uri: row.actor_uri,
            concerns: row.concerns,
            received_at: row.received_at,
            attempts: row.attempts,
            requests: row.requests + spent,
            next,
            body: row.body,
            is_proven,
            is_last: rest.peek().is_none(),
        };
        if ready.send(prepared).await.is_err() {
            return;
        }
    }
}

/// Whether an activity holds what others can check: a proof (FEP-8b32), or a Linked Data signature, as Mastodon has it.
fn is_proven(activity: &Value) -> bool {
    activity.get("proof").is_some() || activity.get("signature").is_some()
}

/// What is to happen with one activity, after all that it needs from elsewhere was asked for.
async fn prepared(
    federation: &Federation,
    app: &App,
    budget: &Budget,
    row: &Received,
    activity: &Value,
    coming: &HashSet<String>,
) -> Next {
    let work = async {
        if row.hint {
            hints::look(federation, app, budget, activity, coming).await
        } else {
            prepare(federation, app, budget, &row.uri, activity, coming).await
        }
    };
    match tokio::time::timeout(PATIENCE, AssertUnwindSafe(work).catch_unwind()).await {
        Ok(Ok(Ok((by, deed)))) => Next::Apply(by, deed),
        Ok(Ok(Err(refusal))) if refusal.may_pass() => Next::Wait(refusal.to_string()),
        Ok(Ok(Err(refusal))) => Next::Refuse(refusal.to_string()),
        Ok(Err(_)) => Next::Wait("it was not understood".to_owned()),
        Err(_) => Next::Wait("other servers take too long".to_owned()),
    }
}

async fn release(app: &App, ids: Vec<InboxId>) {
    if ids.is_empty() {
        return;
    }
    let released = app
        .transaction(move |_, conn| Ok(storage::inbox::release(conn, &ids)?))
        .await;
    if let Err(error) = released {
        tracing::warn!(%error, "leases could not be given back; they run out");
    }
}
