//! Doing what was prepared: many activities in one transaction, which also marks them as finished.
//!
//! Each has a savepoint of its own, so that one that fails takes no other with it; and since an effect and
//! the mark that it took place are one transaction, each takes place once, whenever the process dies.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::TimeDelta;
use domain::{AccountId, InboxId, Time};
use service::incoming::{self, Deed};
use service::{App, Error};
use storage::{DbConnection, QueryError};

use super::taking::{self, Drawn, Taking};
use crate::Refusal;

/// For how long an activity is tried, at least so many times, and the longest time from one try to the next.
const TRIED_FOR: TimeDelta = TimeDelta::days(3);
const ATTEMPTS: i32 = 8;
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(3);
/// How often an activity is tried at once that another process got in the way of.
const COLLISIONS: usize = 3;

/// An activity of which all that is needed from elsewhere is here.
#[derive(Debug, Clone)]
pub(super) struct Prepared {
    pub id: InboxId,
    pub uri: String,
    pub actor_uri: String,
    /// Id of what it is about.
    pub concerns: Option<String>,
    pub received_at: Time,
    pub attempts: i32,
    /// How many requests it has caused.
    pub requests: i32,
    pub next: Next,
    /// JSON, as it came: of what a network may pass on. Empty for all else, and for what is only a hint.
    pub body: String,
    /// Whether others, too, can check whose it is.
    pub is_proven: bool,
    /// Whether it is the last of its actor's that were taken together.
    pub is_last: bool,
}

/// What is to happen with it.
#[derive(Debug, Clone)]
pub(super) enum Next {
    Apply(AccountId, Deed),
    /// It stays without effect.
    Refuse(String),
    /// To be tried later, and those of the same actor about the same after it.
    Wait(String),
    /// Its turn has not come: one before it has to wait.
    PutBack,
}

/// What has to wait: of an actor, what is about an id and came after the activity named. What else they did goes on.
pub(super) type Waiting = HashMap<(String, String), InboxId>;

impl Prepared {
    /// Whether it is about something that waits.
    fn has_to_wait(&self, waiting: &Waiting) -> bool {
        let about = self.concerns.clone();
        about
            .and_then(|about| waiting.get(&(self.actor_uri.clone(), about)))
            .is_some_and(|first| *first < self.id)
    }

    /// Makes what is about the same, or about itself, wait too.
    fn hold_others(&self, waiting: &mut Waiting) {
        for id in [Some(&self.uri), self.concerns.as_ref()]
            .into_iter()
            .flatten()
        {
            let first = waiting
                .entry((self.actor_uri.clone(), id.clone()))
                .or_insert(self.id);
            *first = self.id.min(*first);
        }
    }
}

/// What became of a number of activities.
#[derive(Debug, Default)]
pub(super) struct Turn {
    pub finished: i64,
    pub given_up: i64,
    pub waiting: Waiting,
    /// What was taken anew.
    pub taken: Drawn,
}

/// Applies activities, in order of each actor, and takes others. `waiting` is what earlier ones wait for.
/// `in_haste`, as where too much waits, they are given up sooner.
pub(super) async fn turn(
    app: &App,
    activities: Arc<[Prepared]>,
    waiting: Waiting,
    taking: Taking,
    in_haste: bool,
) -> service::Result<Turn> {
    app.transaction(move |app, conn| {
        let mut turn = Turn {
            waiting,
            ..Turn::default()
        };
        let now = app.now();
        apply_all(app, conn, &activities, &mut turn, now, in_haste)?;
        turn.taken = taking::take(conn, now, taking)?;
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
    in_haste: bool,
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
    let networks = storage::networks::are_any(conn)?;
    let (mut finished, mut put_back) = (Vec::new(), Vec::new());
    for activity in ordered {
        if activity.has_to_wait(&turn.waiting) {
            activity.hold_others(&mut turn.waiting);
            put_back.push(activity.id);
            continue;
        }
        let done = match &activity.next {
            Next::Apply(by, deed) => {
                apply(app, conn, *by, deed, activity, networks).map_err(Refusal::from)
            }
            Next::Refuse(reason) => Err(Refusal::Permanent(reason.clone())),
            Next::Wait(reason) => Err(Refusal::Transient(reason.clone())),
            Next::PutBack => {
                activity.hold_others(&mut turn.waiting);
                put_back.push(activity.id);
                continue;
            }
        };
        match done {
            Ok(()) => finished.push(activity.id),
            Err(Refusal::Permanent(reason) | Refusal::Gone(reason)) => {
                tracing::debug!(activity = activity.uri, reason, "an activity was refused");
                finished.push(activity.id);
            }
            Err(Refusal::Transient(reason) | Refusal::Nowhere(reason)) => {
                match next_try(activity, now, in_haste) {
                    Some(at) => {
                        activity.hold_others(&mut turn.waiting);
                        let requests = activity.requests;
                        storage::inbox::retry(conn, activity.id, at, requests, &reason)?;
                    }
                    None => {
                        tracing::warn!(activity = activity.uri, reason, "an activity was given up");
                        storage::inbox::give_up(conn, activity.id, now, &reason)?;
                        turn.given_up += 1;
                    }
                }
            }
        }
    }
    turn.finished = i64::try_from(finished.len()).unwrap_or(0);
    storage::inbox::finish(conn, &finished, now)?;
    storage::inbox::release(conn, &put_back)
}

/// `networks` says whether there are any, which may pass it on.
fn apply(
    app: &App,
    conn: &mut DbConnection,
    by: AccountId,
    deed: &Deed,
    activity: &Prepared,
    networks: bool,
) -> service::Result<()> {
    let body = activity.body.as_str();
    let mut tries = 0;
    loop {
        tries += 1;
        let done = app.savepoint(conn, |conn| {
            incoming::apply(app, conn, by, deed)?;
            if networks && !body.is_empty() {
                service::networks::relay(app, conn, by, deed, body)?;
            }
            if activity.is_proven && !body.is_empty() {
                service::forwarding::forward(app, conn, by, deed, body)?;
            }
            Ok(())
        });
        match done {
            // What stood in the way is there now, and is seen.
            Err(Error::Conflict(_)) if tries < COLLISIONS => {}
            done => return done,
        }
    }
}

/// When an activity that failed is tried again; none if it was tried for long enough.
fn next_try(activity: &Prepared, now: Time, in_haste: bool) -> Option<Time> {
    let is_old = now - activity.received_at > TRIED_FOR;
    if activity.attempts + 1 >= ATTEMPTS && (is_old || in_haste) {
        return None;
    }
    let wait = TimeDelta::seconds(5_i64 << activity.attempts.clamp(0, 16));
    Some(now + wait.min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(at: Time) -> Prepared {
        Prepared {
            id: InboxId(1),
            uri: String::new(),
            actor_uri: String::new(),
            concerns: None,
            received_at: at,
            attempts: 0,
            requests: 0,
            next: Next::PutBack,
            body: String::new(),
            is_proven: false,
            is_last: true,
        }
    }

    #[test]
    fn an_activity_is_tried_for_three_days() {
        let begun = Time::default();
        let (mut activity, mut now, mut waits) = (received(begun), begun, Vec::new());
        while let Some(next) = next_try(&activity, now, false) {
            waits.push((next - now).num_seconds());
            now = next;
            activity.attempts += 1;
        }
        assert_eq!(waits[..4], [5, 10, 20, 40]);
        assert!(waits.iter().is_sorted());
        assert_eq!(waits.last(), Some(&10_800));
        assert!(now - begun > TimeDelta::days(3));
        assert!(now - begun < TimeDelta::days(3) + TimeDelta::hours(4));
    }

    #[test]
    fn where_too_much_waits_it_is_given_up_after_some_tries() {
        let begun = Time::default();
        let mut activity = received(begun);
        let mut tries = 1;
        while next_try(&activity, begun, true).is_some() {
            activity.attempts += 1;
            tries += 1;
        }
        assert_eq!(tries, 8);
    }
}
