//! Doing what was prepared: many activities in one transaction, which also marks them as finished.
//!
//! Each has a savepoint of its own, so that one that fails takes no other with it; and since an effect and
//! the mark that it took place are one transaction, each takes place once, whenever the process dies.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::TimeDelta;
use domain::{AccountId, InboxId, Time};
use service::incoming::{self, Deed};
use service::{App, Error};
use storage::inbox::Received;
use storage::{DbConnection, QueryError};

use crate::Refusal;

/// For how long what was taken is ours; a process that died leaves it to the next.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// After so many failures an activity is given up.
const ATTEMPTS: i32 = 8;
/// How often an activity is tried at once that another process got in the way of.
const COLLISIONS: usize = 3;

/// An activity of which all that is needed from elsewhere is here.
#[derive(Debug, Clone)]
pub(super) struct Prepared {
    pub id: InboxId,
    pub uri: String,
    pub actor_uri: String,
    pub attempts: i32,
    pub next: Next,
    /// Whether it is the last of its actor's that were taken together.
    pub is_last: bool,
}

/// What is to happen with it.
#[derive(Debug, Clone)]
pub(super) enum Next {
    Apply(AccountId, Deed),
    /// It stays without effect.
    Refuse(String),
    /// To be tried later, and those of the same actor after it.
    Wait(String),
    /// Its turn has not come: one before it has to wait.
    PutBack,
}

/// What became of a number of activities.
#[derive(Debug, Default)]
pub(super) struct Turn {
    pub finished: i64,
    pub given_up: i64,
    /// Actors of whom one activity has to wait.
    pub waiting: HashSet<String>,
    /// What was taken anew.
    pub taken: Vec<Received>,
}

/// Applies activities, in order of each actor, and takes up to `room` others. `waiting` are actors of whom an
/// earlier one has to wait.
pub(super) async fn turn(
    app: &App,
    activities: Arc<[Prepared]>,
    waiting: HashSet<String>,
    room: i64,
) -> service::Result<Turn> {
    app.transaction(move |app, conn| {
        let mut turn = Turn {
            waiting,
            ..Turn::default()
        };
        let now = app.now();
        apply_all(app, conn, &activities, &mut turn, now)?;
        if room > 0 {
            turn.taken = storage::inbox::claim(conn, now, now + LEASE, room)?;
        }
        Ok(turn)
    })
    .await
}

fn apply_all(
    app: &App,
    conn: &mut DbConnection,
    activities: &[Prepared],
    turn: &mut Turn,
    now: Time,
) -> Result<(), QueryError> {
    if activities.is_empty() {
        return Ok(());
    }
    let ids: Vec<InboxId> = activities.iter().map(|activity| activity.id).collect();
    // If our lease ran out, another process may have been faster.
    let ours: HashSet<InboxId> = storage::inbox::hold_unfinished(conn, &ids)?
        .into_iter()
        .collect();
    // In one order of actors everywhere, or two processes would wait for each other.
    let mut ordered: Vec<&Prepared> = activities
        .iter()
        .filter(|activity| ours.contains(&activity.id))
        .collect();
    ordered.sort_by_key(|activity| match activity.next {
        Next::Apply(by, _) => Some(by),
        _ => None,
    });
    let (mut finished, mut put_back) = (Vec::new(), Vec::new());
    for activity in ordered {
        if turn.waiting.contains(&activity.actor_uri) {
            put_back.push(activity.id);
            continue;
        }
        let done = match &activity.next {
            Next::Apply(by, deed) => apply(app, conn, *by, deed).map_err(Refusal::from),
            Next::Refuse(reason) => Err(Refusal::Permanent(reason.clone())),
            Next::Wait(reason) => Err(Refusal::Transient(reason.clone())),
            Next::PutBack => {
                put_back.push(activity.id);
                continue;
            }
        };
        match done {
            Ok(()) => finished.push(activity.id),
            Err(Refusal::Permanent(reason)) => {
                tracing::debug!(activity = activity.uri, reason, "an activity was refused");
                finished.push(activity.id);
            }
            Err(Refusal::Transient(reason)) => {
                turn.waiting.insert(activity.actor_uri.clone());
                turn.given_up += i64::from(put_off(conn, activity, now, &reason)?);
            }
        }
    }
    turn.finished = i64::try_from(finished.len()).unwrap_or(0);
    storage::inbox::finish(conn, &finished, now)?;
    storage::inbox::release(conn, &put_back)
}

fn apply(app: &App, conn: &mut DbConnection, by: AccountId, deed: &Deed) -> service::Result<()> {
    let mut tries = 0;
    loop {
        tries += 1;
        match app.savepoint(conn, |conn| incoming::apply(app, conn, by, deed)) {
            // What stood in the way is there now, and is seen.
            Err(Error::Conflict(_)) if tries < COLLISIONS => {}
            done => return done,
        }
    }
}

/// Puts an activity back, to be tried again later; true if it was given up instead.
fn put_off(
    conn: &mut DbConnection,
    activity: &Prepared,
    now: Time,
    reason: &str,
) -> Result<bool, QueryError> {
    if activity.attempts + 1 >= ATTEMPTS {
        tracing::warn!(activity = activity.uri, reason, "an activity was given up");
        storage::inbox::give_up(conn, activity.id, now, reason)?;
        return Ok(true);
    }
    let wait = TimeDelta::seconds(5_i64 << activity.attempts.clamp(0, ATTEMPTS));
    storage::inbox::retry(conn, activity.id, now + wait, reason)?;
    Ok(false)
}
