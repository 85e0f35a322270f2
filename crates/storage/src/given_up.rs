//! Work that was tried so often that it is not tried again: to be looked at, and to be tried once more.

use diesel::dsl::{count_star, max};
use diesel::prelude::*;
use domain::Time;

use crate::DbConnection;
use crate::among::among;
use crate::connection::each;
use crate::deliveries::lanes;
use crate::inbox::Received;
use crate::jobs::Job;
use crate::schema::{deliveries, delivery_lanes, inbox, jobs};

/// Jobs given up, newest first.
pub fn of_jobs(conn: &mut DbConnection, limit: i64) -> QueryResult<Vec<Job>> {
    jobs::table
        .filter(jobs::failed_at.is_not_null())
        .order(jobs::id.desc())
        .limit(limit)
        .select(Job::as_select())
        .load(conn)
}

/// Received activities given up, newest first.
pub fn of_inbox(conn: &mut DbConnection, limit: i64) -> QueryResult<Vec<Received>> {
    inbox::table
        .filter(inbox::finished_at.is_not_null())
        .filter(inbox::body.ne(""))
        .order(inbox::id.desc())
        .limit(limit)
        .select(Received::as_select())
        .load(conn)
}

/// Hosts with how many sendings to each were given up, and one of the reasons.
pub fn of_deliveries(
    conn: &mut DbConnection,
    limit: i64,
) -> QueryResult<Vec<(String, i64, Option<String>)>> {
    each!(conn, c => deliveries::table
        .filter(deliveries::failed_at.is_not_null())
        .group_by(deliveries::host)
        .order(count_star().desc())
        .limit(limit)
        .select((deliveries::host, count_star(), max(deliveries::error)))
        .load(c))
}

/// Tries all jobs given up again, and says how many.
pub fn retry_jobs(conn: &mut DbConnection, now: Time) -> QueryResult<usize> {
    diesel::update(jobs::table.filter(jobs::failed_at.is_not_null()))
        .set((
            jobs::failed_at.eq(None::<Time>),
            jobs::run_at.eq(now),
            jobs::attempts.eq(0),
        ))
        .execute(conn)
}

/// Tries all received activities given up again, and says how many.
pub fn retry_inbox(conn: &mut DbConnection, now: Time) -> QueryResult<usize> {
    let given_up = inbox::table
        .filter(inbox::finished_at.is_not_null())
        .filter(inbox::body.ne(""));
    diesel::update(given_up)
        .set((
            inbox::finished_at.eq(None::<Time>),
            inbox::received_at.eq(now),
            inbox::run_at.eq(now),
            inbox::attempts.eq(0),
            inbox::requests.eq(0),
        ))
        .execute(conn)
}

/// Tries all sendings given up again, or those to one host, with what waits for these hosts; says how many.
pub fn retry_deliveries(
    conn: &mut DbConnection,
    host: Option<&str>,
    now: Time,
) -> QueryResult<usize> {
    let mut hosts: Vec<String> = match host {
        Some(host) => vec![host.to_owned()],
        None => deliveries::table
            .select(deliveries::host)
            .distinct()
            .load(conn)?,
    };
    hosts.sort_unstable();
    let mut count = 0;
    for hosts in hosts.chunks(crate::CHUNK) {
        lanes::open(conn, hosts, now)?;
        let given_up = deliveries::table
            .filter(among(deliveries::host, hosts.to_vec()))
            .filter(deliveries::failed_at.is_not_null());
        count += diesel::update(given_up)
            .set((
                deliveries::failed_at.eq(None::<Time>),
                deliveries::created_at.eq(now),
                deliveries::run_at.eq(None::<Time>),
            ))
            .execute(conn)?;
        diesel::update(delivery_lanes::table.filter(among(delivery_lanes::host, hosts.to_vec())))
            .set((
                delivery_lanes::run_at.eq(now),
                delivery_lanes::failures.eq(0),
                delivery_lanes::failing_since.eq(None::<Time>),
                delivery_lanes::dead_since.eq(None::<Time>),
                delivery_lanes::not_before.eq(None::<Time>),
            ))
            .execute(conn)?;
    }
    Ok(count)
}
