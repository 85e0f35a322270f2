//! Hosts to which something is owed: when they are asked next, and which of them are taken for dead.

use diesel::dsl::{case_when, count_star, min};
use diesel::prelude::*;
use diesel::sql_types::Timestamp;
use domain::Time;

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::schema::{deliveries, delivery_lanes};

/// How a lane is put back.
#[derive(Debug, Clone, Copy)]
pub struct Rest {
    /// When it is taken up again.
    pub run_at: Time,
    pub failures: i32,
    pub failing_since: Option<Time>,
    /// The host said that it is not to be asked sooner, heard from or not.
    pub not_before: Option<Time>,
    /// For when it was due when it was claimed: who revived it since then wants it sooner.
    pub was_due: Time,
}

/// A host to which something is owed, for whoever looks after the server.
#[derive(Debug, Clone)]
pub struct Owed {
    pub host: String,
    pub waiting: i64,
    /// When the oldest of it was owed first.
    pub oldest: Option<Time>,
}

/// What becomes of a host.
#[derive(Debug, Clone, Queryable)]
pub struct State {
    pub host: String,
    pub run_at: Time,
    pub failures: i32,
    pub failing_since: Option<Time>,
    pub dead_since: Option<Time>,
}

/// Opens lanes to these hosts, in order, and holds them with those that are open: a worker that finds one empty, or its
/// host dead, sees what this transaction brings. One that only waits for an inbox is due at once.
pub(crate) fn open(conn: &mut DbConnection, hosts: &[String], now: Time) -> QueryResult<()> {
    for hosts in hosts.chunks(crate::CHUNK) {
        let lanes: Vec<_> = hosts
            .iter()
            .map(|host| {
                (
                    delivery_lanes::host.eq(host),
                    delivery_lanes::run_at.eq(now),
                    delivery_lanes::failures.eq(0),
                )
            })
            .collect();
        // Touching a row takes its lock.
        each!(conn, c => diesel::insert_into(delivery_lanes::table)
            .values(lanes)
            .on_conflict(delivery_lanes::host)
            .do_update()
            .set(delivery_lanes::run_at.eq(case_when(
                delivery_lanes::failures.eq(0).and(delivery_lanes::run_at.gt(now)),
                now.into_sql::<Timestamp>(),
            )
            .otherwise(delivery_lanes::run_at)))
            .execute(c))?;
    }
    Ok(())
}

/// Puts a lane back; one that was revived meanwhile is due at once.
pub fn release(conn: &mut DbConnection, host: &str, rest: Rest) -> QueryResult<()> {
    crate::dialect::claim::lock_lane(conn, host)?;
    let revived: Option<Option<Time>> = delivery_lanes::table
        .find(host)
        .select(delivery_lanes::revived_at)
        .first(conn)
        .optional()?;
    let run_at = match revived.flatten() {
        Some(revived) if revived > rest.was_due && rest.not_before.is_none() => {
            rest.run_at.min(revived)
        }
        _ => rest.run_at,
    };
    diesel::update(delivery_lanes::table.find(host))
        .set((
            delivery_lanes::leased_until.eq(None::<Time>),
            delivery_lanes::run_at.eq(run_at),
            delivery_lanes::failures.eq(rest.failures),
            delivery_lanes::failing_since.eq(rest.failing_since),
            delivery_lanes::not_before.eq(rest.not_before),
        ))
        .execute(conn)
        .map(drop)
}

/// Takes a host for dead: what is owed to it is given up, and nothing is owed to it before `forget_at`, when the
/// lane is taken up again and closed. Says how many sendings were given up.
pub fn bury(
    conn: &mut DbConnection,
    host: &str,
    now: Time,
    forget_at: Time,
    error: &str,
) -> QueryResult<usize> {
    crate::dialect::claim::lock_lane(conn, host)?;
    diesel::update(delivery_lanes::table.find(host))
        .set((
            delivery_lanes::leased_until.eq(None::<Time>),
            delivery_lanes::run_at.eq(forget_at),
            delivery_lanes::dead_since.eq(now),
        ))
        .execute(conn)?;
    let owed = deliveries::table
        .filter(deliveries::host.eq(host))
        .filter(deliveries::failed_at.is_null());
    diesel::update(owed)
        .set((deliveries::failed_at.eq(now), deliveries::error.eq(error)))
        .execute(conn)
}

/// Forgets which hosts are dead since `before`, and of the others all but the `kept` that died last: whoever has many
/// names must not fill our memory with them. Says how many were forgotten; to each of them things are owed again, as to
/// any that is not known.
pub fn forget_dead(conn: &mut DbConnection, before: Time, kept: i64) -> QueryResult<usize> {
    let dead = delivery_lanes::table.filter(delivery_lanes::dead_since.is_not_null());
    let first_too_many: Option<Option<Time>> = each!(conn, c => dead
        .order(delivery_lanes::dead_since.desc())
        .offset(kept)
        .select(delivery_lanes::dead_since)
        .first(c)
        .optional())?;
    let before = first_too_many
        .flatten()
        .map_or(before, |edge| edge.max(before));
    let forgotten = delivery_lanes::table
        .filter(delivery_lanes::dead_since.is_not_null())
        .filter(delivery_lanes::dead_since.le(before));
    diesel::delete(forgotten).execute(conn)
}

/// Which of these hosts are taken for dead. Whoever holds their lanes is told what stays true until the end.
pub(super) fn dead_among(conn: &mut DbConnection, hosts: &[String]) -> QueryResult<Vec<String>> {
    let mut dead = Vec::new();
    for hosts in hosts.chunks(crate::CHUNK) {
        let hosts = hosts.to_vec();
        dead.extend(
            delivery_lanes::table
                .filter(among(delivery_lanes::host, hosts))
                .filter(delivery_lanes::dead_since.is_not_null())
                .select(delivery_lanes::host)
                .load::<String>(conn)?,
        );
    }
    Ok(dead)
}

/// Whether a host fails and was not revived since `time`. One row by key.
pub fn is_failing(conn: &mut DbConnection, host: &str, time: Time) -> QueryResult<bool> {
    let found: Option<(i32, Option<Time>)> = delivery_lanes::table
        .find(host)
        .select((delivery_lanes::failures, delivery_lanes::revived_at))
        .first(conn)
        .optional()?;
    Ok(found.is_some_and(|(failures, revived_at)| {
        failures > 0 && revived_at.is_none_or(|revived_at| revived_at < time)
    }))
}

/// Takes a failing host up again at once, since it was heard from; not before it said itself.
pub fn revive(conn: &mut DbConnection, host: &str, now: Time) -> QueryResult<()> {
    let lane = delivery_lanes::table
        .find(host)
        .filter(delivery_lanes::failures.gt(0))
        .filter(
            delivery_lanes::not_before
                .is_null()
                .or(delivery_lanes::not_before.le(now)),
        );
    diesel::update(lane)
        .set((
            delivery_lanes::run_at.eq(now),
            delivery_lanes::failing_since.eq(now),
            delivery_lanes::dead_since.eq(None::<Time>),
            delivery_lanes::revived_at.eq(now),
        ))
        .execute(conn)
        .map(drop)
}

/// The hosts to which most is owed.
pub fn most_owed(conn: &mut DbConnection, limit: i64) -> QueryResult<Vec<Owed>> {
    let rows: Vec<(String, i64, Option<Time>)> = each!(conn, c => deliveries::table
        .filter(deliveries::failed_at.is_null())
        .group_by(deliveries::host)
        .order(count_star().desc())
        .limit(limit)
        .select((deliveries::host, count_star(), min(deliveries::created_at)))
        .load(c))?;
    let owed = |(host, waiting, oldest)| Owed {
        host,
        waiting,
        oldest,
    };
    Ok(rows.into_iter().map(owed).collect())
}

/// Hosts that fail or are taken for dead, those that have failed for longest first.
pub fn failing(conn: &mut DbConnection, limit: i64) -> QueryResult<Vec<State>> {
    delivery_lanes::table
        .filter(delivery_lanes::failures.gt(0))
        .order((delivery_lanes::failing_since, delivery_lanes::host))
        .limit(limit)
        .select((
            delivery_lanes::host,
            delivery_lanes::run_at,
            delivery_lanes::failures,
            delivery_lanes::failing_since,
            delivery_lanes::dead_since,
        ))
        .load(conn)
}

/// How many hosts fail, and how many of these are taken for dead.
pub fn count_failing(conn: &mut DbConnection) -> QueryResult<(i64, i64)> {
    let failing = delivery_lanes::table.filter(delivery_lanes::failures.gt(0));
    let all: i64 = failing.count().get_result(conn)?;
    let dead: i64 = delivery_lanes::table
        .filter(delivery_lanes::dead_since.is_not_null())
        .count()
        .get_result(conn)?;
    Ok((all, dead))
}
