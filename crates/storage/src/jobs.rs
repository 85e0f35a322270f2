//! Work to be done here, as rows.

use diesel::prelude::*;
use domain::{JobId, Time};

use crate::DbConnection;
use crate::among::among;
use crate::schema::jobs;

/// A piece of work. A claim is a lease, so that what a dead process held comes free.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = jobs, treat_none_as_default_value = false)]
pub struct Job {
    #[diesel(deserialize_as = i64, serialize_as = i64)]
    pub id: JobId,
    /// JSON.
    pub payload: String,
    pub run_at: Time,
    pub leased_until: Option<Time>,
    pub attempts: i32,
    /// Given up at.
    pub failed_at: Option<Time>,
    pub error: Option<String>,
    pub created_at: Time,
    /// Whether it is done after what came before it of that kind, by whichever process.
    pub in_order: bool,
}

/// Adds work.
pub fn insert(conn: &mut DbConnection, job: Job) -> QueryResult<()> {
    diesel::insert_into(jobs::table)
        .values(job)
        .execute(conn)
        .map(drop)
}

/// Takes up to `limit` pieces of work that are due, for as long as the lease lasts. Of what has an order nothing while some of
/// it is in hand, here or elsewhere.
pub fn claim(conn: &mut DbConnection, now: Time, lease: Time, limit: i64) -> QueryResult<Vec<Job>> {
    crate::dialect::claim::jobs(conn, now, lease, limit)
}

/// Removes work that is done.
pub fn finish(conn: &mut DbConnection, id: JobId) -> QueryResult<()> {
    diesel::delete(jobs::table.find(id.0))
        .execute(conn)
        .map(drop)
}

/// Removes work that is not due yet and was never begun; false if it comes too late for that.
pub fn call_off(conn: &mut DbConnection, id: JobId, now: Time) -> QueryResult<bool> {
    let untouched = jobs::table
        .find(id.0)
        .filter(jobs::run_at.gt(now))
        .filter(jobs::attempts.eq(0))
        .filter(jobs::leased_until.is_null());
    diesel::delete(untouched)
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Puts work back, to be tried again at `run_at`.
pub fn retry(conn: &mut DbConnection, id: JobId, run_at: Time, error: &str) -> QueryResult<()> {
    diesel::update(jobs::table.find(id.0))
        .set((
            jobs::leased_until.eq(None::<Time>),
            jobs::run_at.eq(run_at),
            jobs::attempts.eq(jobs::attempts + 1),
            jobs::error.eq(error),
        ))
        .execute(conn)
        .map(drop)
}

/// Keeps claimed work for longer.
pub fn extend(conn: &mut DbConnection, id: JobId, until: Time) -> QueryResult<()> {
    diesel::update(jobs::table.find(id.0))
        .set(jobs::leased_until.eq(until))
        .execute(conn)
        .map(drop)
}

/// Puts claimed work back, to be done at `run_at`.
pub fn postpone(conn: &mut DbConnection, id: JobId, run_at: Time) -> QueryResult<()> {
    diesel::update(jobs::table.find(id.0))
        .set((jobs::leased_until.eq(None::<Time>), jobs::run_at.eq(run_at)))
        .execute(conn)
        .map(drop)
}

/// Gives work up, visibly: the row stays.
pub fn give_up(conn: &mut DbConnection, id: JobId, now: Time, error: &str) -> QueryResult<()> {
    diesel::update(jobs::table.find(id.0))
        .set((
            jobs::leased_until.eq(None::<Time>),
            jobs::failed_at.eq(now),
            jobs::attempts.eq(jobs::attempts + 1),
            jobs::error.eq(error),
        ))
        .execute(conn)
        .map(drop)
}

/// Puts claimed work back at once, as on a stop.
pub fn release(conn: &mut DbConnection, ids: &[JobId]) -> QueryResult<()> {
    diesel::update(jobs::table.filter(among(jobs::id, ids.iter().map(|id| id.0))))
        .set(jobs::leased_until.eq(None::<Time>))
        .execute(conn)
        .map(drop)
}

/// When the next piece of work is due.
pub fn next_run(conn: &mut DbConnection) -> QueryResult<Option<Time>> {
    jobs::table
        .filter(jobs::failed_at.is_null())
        .order((jobs::run_at, jobs::id))
        .select(jobs::run_at)
        .first(conn)
        .optional()
}
