//! What we say to other servers, and to whom it is still owed.
//!
//! One row for each sending; one lane for each host, which carries order and back-off. Where a host answers and only one
//! inbox fails, that inbox waits by itself.

pub mod lanes;

use diesel::prelude::*;
use domain::{AccountId, ActivityId, DeliveryId, Time};

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::schema::{activities, deliveries, delivery_lanes};

/// An activity of ours, as it is sent.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = activities)]
pub struct Activity {
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub id: ActivityId,
    /// Who signs.
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub account_id: AccountId,
    /// JSON.
    pub body: String,
    pub created_at: Time,
    /// It is for followers only: servers are told with it whom we take for one.
    pub names_followers: bool,
}

/// One sending of an activity to one inbox.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = deliveries, treat_none_as_default_value = false)]
pub struct Delivery {
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub id: DeliveryId,
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub activity_id: ActivityId,
    pub host: String,
    pub inbox: String,
    pub attempts: i32,
    pub created_at: Time,
    /// Given up at.
    pub failed_at: Option<Time>,
    pub error: Option<String>,
    /// Its inbox failed, and is not asked sooner.
    pub run_at: Option<Time>,
}

/// A host to which something is owed.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = delivery_lanes)]
pub struct Lane {
    pub host: String,
    pub run_at: Time,
    /// Attempts that failed since one last succeeded.
    pub failures: i32,
    /// When the first of them failed.
    pub failing_since: Option<Time>,
}

/// Owes `activity` to these inboxes. A lane that backs off goes on backing off; to a dead one nothing is owed.
pub fn enqueue(
    conn: &mut DbConnection,
    activity: Activity,
    mut deliveries: Vec<Delivery>,
) -> QueryResult<()> {
    use crate::schema::deliveries::dsl;
    let mut hosts: Vec<String> = deliveries
        .iter()
        .map(|delivery| delivery.host.clone())
        .collect();
    hosts.sort_unstable();
    hosts.dedup();
    lanes::open(conn, &hosts, activity.created_at)?;
    let dead = lanes::dead_among(conn, &hosts)?;
    deliveries.retain(|delivery| !dead.contains(&delivery.host));
    if deliveries.is_empty() {
        return Ok(());
    }
    diesel::insert_into(activities::table)
        .values(activity)
        .execute(conn)?;
    let mut rows = deliveries.into_iter().peekable();
    while rows.peek().is_some() {
        let rows: Vec<Delivery> = rows.by_ref().take(crate::CHUNK).collect();
        each!(conn, c => diesel::insert_into(dsl::deliveries).values(rows).on_conflict_do_nothing().execute(c))?;
    }
    Ok(())
}

/// Takes up to `limit` lanes that are due, for as long as the lease lasts.
pub fn claim_lanes(
    conn: &mut DbConnection,
    now: Time,
    lease: Time,
    limit: i64,
) -> QueryResult<Vec<Lane>> {
    crate::dialect::claim::lanes(conn, now, lease, limit)
}

/// The next sendings owed to a host, oldest first, but for inboxes that wait. A range of the index on `(host, id)`.
pub fn of_lane(
    conn: &mut DbConnection,
    host: &str,
    now: Time,
    limit: i64,
) -> QueryResult<Vec<(Delivery, Activity)>> {
    let waiting = diesel::alias!(deliveries as waiting);
    let waiting = waiting
        .filter(waiting.field(deliveries::host).eq(host))
        .filter(waiting.field(deliveries::run_at).is_not_null())
        .filter(waiting.field(deliveries::run_at).gt(now))
        .filter(waiting.field(deliveries::failed_at).is_null())
        .select(waiting.field(deliveries::inbox));
    deliveries::table
        .inner_join(activities::table)
        .filter(deliveries::host.eq(host))
        .filter(deliveries::failed_at.is_null())
        .filter(diesel::dsl::not(deliveries::inbox.eq_any(waiting)))
        .order(deliveries::id)
        .limit(limit)
        .select((Delivery::as_select(), Activity::as_select()))
        .load(conn)
}

/// Removes sendings that succeeded, and activities that are owed to nobody any more; the lane's lease goes on.
pub fn finish(
    conn: &mut DbConnection,
    done: &[(DeliveryId, ActivityId)],
    host: &str,
    lease: Time,
) -> QueryResult<()> {
    if done.is_empty() {
        return Ok(());
    }
    // The lane first, as everywhere: whoever takes its rows in another order would wait for us, and we for them.
    diesel::update(delivery_lanes::table.find(host))
        .set((
            delivery_lanes::leased_until.eq(lease),
            delivery_lanes::failures.eq(0),
            delivery_lanes::failing_since.eq(None::<Time>),
            delivery_lanes::not_before.eq(None::<Time>),
        ))
        .execute(conn)?;
    diesel::delete(
        deliveries::table.filter(among(deliveries::id, done.iter().map(|(id, _)| id.0))),
    )
    .execute(conn)?;
    let orphans = activities::table
        .filter(among(
            activities::id,
            done.iter().map(|(_, activity)| activity.0),
        ))
        .filter(diesel::dsl::not(diesel::dsl::exists(
            deliveries::table.filter(deliveries::activity_id.eq(activities::id)),
        )));
    diesel::delete(orphans).execute(conn).map(drop)
}

/// Closes a lane that owes nothing, or puts it back until an inbox is asked again: false if something is to be sent now.
pub fn close_lane(conn: &mut DbConnection, host: &str, now: Time) -> QueryResult<bool> {
    crate::dialect::claim::lock_lane(conn, host)?;
    if !of_lane(conn, host, now, 1)?.is_empty() {
        return Ok(false);
    }
    let next: Option<Option<Time>> = deliveries::table
        .filter(deliveries::host.eq(host))
        .filter(deliveries::run_at.gt(now))
        .filter(deliveries::run_at.is_not_null())
        .filter(deliveries::failed_at.is_null())
        .order(deliveries::run_at)
        .select(deliveries::run_at)
        .first(conn)
        .optional()?;
    let lane = delivery_lanes::table.find(host);
    match next.flatten() {
        None => diesel::delete(lane).execute(conn)?,
        Some(next) => diesel::update(lane)
            .set((
                delivery_lanes::leased_until.eq(None::<Time>),
                delivery_lanes::run_at.eq(next),
                delivery_lanes::failures.eq(0),
                delivery_lanes::failing_since.eq(None::<Time>),
                delivery_lanes::not_before.eq(None::<Time>),
            ))
            .execute(conn)?,
    };
    Ok(true)
}

/// Lets an inbox wait until `run_at`, with all that is owed to it.
pub fn put_off(
    conn: &mut DbConnection,
    id: DeliveryId,
    run_at: Time,
    error: &str,
) -> QueryResult<()> {
    failed_once(conn, id, error)?;
    diesel::update(deliveries::table.find(id.0))
        .set(deliveries::run_at.eq(run_at))
        .execute(conn)
        .map(drop)
}

/// Notes a failed attempt.
pub fn failed_once(conn: &mut DbConnection, id: DeliveryId, error: &str) -> QueryResult<()> {
    diesel::update(deliveries::table.find(id.0))
        .set((
            deliveries::attempts.eq(deliveries::attempts + 1),
            deliveries::error.eq(error),
        ))
        .execute(conn)
        .map(drop)
}

/// Gives a sending up, visibly: the row stays.
pub fn give_up(conn: &mut DbConnection, id: DeliveryId, now: Time, error: &str) -> QueryResult<()> {
    diesel::update(deliveries::table.find(id.0))
        .set((
            deliveries::attempts.eq(deliveries::attempts + 1),
            deliveries::failed_at.eq(now),
            deliveries::error.eq(error),
        ))
        .execute(conn)
        .map(drop)
}

/// Gives up what has been owed to a host since before `time`.
pub fn give_up_older(
    conn: &mut DbConnection,
    host: &str,
    time: Time,
    now: Time,
    error: &str,
) -> QueryResult<usize> {
    let old = deliveries::table
        .filter(deliveries::host.eq(host))
        .filter(deliveries::failed_at.is_null())
        .filter(deliveries::created_at.lt(time));
    diesel::update(old)
        .set((deliveries::failed_at.eq(now), deliveries::error.eq(error)))
        .execute(conn)
}

/// Forgets what was given up before `time`.
pub fn prune(conn: &mut DbConnection, time: Time) -> QueryResult<()> {
    diesel::delete(deliveries::table.filter(deliveries::failed_at.lt(time))).execute(conn)?;
    let orphans = activities::table
        .filter(activities::created_at.lt(time))
        .filter(diesel::dsl::not(diesel::dsl::exists(
            deliveries::table.filter(deliveries::activity_id.eq(activities::id)),
        )));
    diesel::delete(orphans).execute(conn).map(drop)
}

/// When the next free lane is due.
pub fn next_run(conn: &mut DbConnection, now: Time) -> QueryResult<Option<Time>> {
    delivery_lanes::table
        .filter(
            delivery_lanes::leased_until
                .is_null()
                .or(delivery_lanes::leased_until.le(now)),
        )
        .order(delivery_lanes::run_at)
        .select(delivery_lanes::run_at)
        .first(conn)
        .optional()
}

/// All hosts to which something is or was owed.
pub fn hosts(conn: &mut DbConnection) -> QueryResult<Vec<String>> {
    deliveries::table
        .select(deliveries::host)
        .distinct()
        .load(conn)
}

/// Owes nothing to these hosts any more.
pub fn drop_hosts(conn: &mut DbConnection, hosts: &[String]) -> QueryResult<()> {
    for hosts in hosts.chunks(crate::CHUNK) {
        let hosts = hosts.to_vec();
        diesel::delete(delivery_lanes::table.filter(among(delivery_lanes::host, hosts.clone())))
            .execute(conn)?;
        let owed: Vec<i64> = deliveries::table
            .filter(among(deliveries::host, hosts.clone()))
            .select(deliveries::activity_id)
            .distinct()
            .load(conn)?;
        diesel::delete(deliveries::table.filter(among(deliveries::host, hosts))).execute(conn)?;
        for owed in owed.chunks(crate::CHUNK) {
            let orphans = activities::table
                .filter(among(activities::id, owed.to_vec()))
                .filter(diesel::dsl::not(diesel::dsl::exists(
                    deliveries::table.filter(deliveries::activity_id.eq(activities::id)),
                )));
            diesel::delete(orphans).execute(conn)?;
        }
    }
    Ok(())
}
