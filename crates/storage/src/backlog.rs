//! How much work waits, and for how long: for whoever watches the server.

use diesel::dsl::{count_star, min};
use diesel::prelude::*;
use domain::Time;

use crate::DbConnection;
use crate::schema::{deliveries, delivery_lanes, inbox, jobs, pushes, status_index_queue};

/// Work of one kind that waits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    pub waiting: i64,
    /// When the oldest of it came.
    pub oldest: Option<Time>,
    /// Since when it could be done and is not: none while workers keep up. Work that waits to be tried again is not due.
    pub due_since: Option<Time>,
}

/// Every kind of work.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlogs {
    pub jobs: Backlog,
    pub inbox: Backlog,
    pub deliveries: Backlog,
    pub pushes: Backlog,
    /// Statuses whose words are to be written; of these no times are known.
    pub index: Backlog,
}

/// What was tried so often that it is not tried again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GivenUp {
    pub jobs: i64,
    pub inbox: i64,
    pub deliveries: i64,
}

type Found = (i64, Option<Time>, Option<Time>);

/// What waits at `now`. Six queries, each as long as what waits.
pub fn waiting(conn: &mut DbConnection, now: Time) -> QueryResult<Backlogs> {
    let backlog = |(waiting, oldest, run_at): Found| Backlog {
        waiting,
        oldest,
        due_since: run_at.filter(|time| *time <= now),
    };
    let of_jobs: Found = jobs::table
        .filter(jobs::failed_at.is_null())
        .select((count_star(), min(jobs::created_at), min(jobs::run_at)))
        .first(conn)?;
    let of_inbox: Found = inbox::table
        .filter(inbox::finished_at.is_null())
        .select((count_star(), min(inbox::received_at), min(inbox::run_at)))
        .first(conn)?;
    let (owed, oldest): (i64, Option<Time>) = deliveries::table
        .filter(deliveries::failed_at.is_null())
        .select((count_star(), min(deliveries::created_at)))
        .first(conn)?;
    let of_pushes: Found = pushes::table
        .select((count_star(), min(pushes::created_at), min(pushes::run_at)))
        .first(conn)?;
    let to_index: i64 = status_index_queue::table.count().get_result(conn)?;
    let next_lane = crate::deliveries::next_run(conn, now)?;
    Ok(Backlogs {
        jobs: backlog(of_jobs),
        inbox: backlog(of_inbox),
        deliveries: backlog((owed, oldest, next_lane)),
        pushes: backlog(of_pushes),
        index: backlog((to_index, None, None)),
    })
}

/// What was given up. Reads whole tables.
pub fn given_up(conn: &mut DbConnection) -> QueryResult<GivenUp> {
    Ok(GivenUp {
        jobs: jobs::table
            .filter(jobs::failed_at.is_not_null())
            .count()
            .get_result(conn)?,
        // Of what took effect only the id is kept.
        inbox: inbox::table
            .filter(inbox::finished_at.is_not_null())
            .filter(inbox::body.ne(""))
            .count()
            .get_result(conn)?,
        deliveries: deliveries::table
            .filter(deliveries::failed_at.is_not_null())
            .count()
            .get_result(conn)?,
    })
}

/// How much somebody holds a lease on.
pub fn held(conn: &mut DbConnection) -> QueryResult<i64> {
    let jobs: i64 = jobs::table
        .filter(jobs::leased_until.is_not_null())
        .count()
        .get_result(conn)?;
    let inbox: i64 = inbox::table
        .filter(inbox::leased_until.is_not_null())
        .count()
        .get_result(conn)?;
    let lanes: i64 = delivery_lanes::table
        .filter(delivery_lanes::leased_until.is_not_null())
        .count()
        .get_result(conn)?;
    let pushes: i64 = pushes::table
        .filter(pushes::leased_until.is_not_null())
        .count()
        .get_result(conn)?;
    Ok(jobs + inbox + lanes + pushes)
}
