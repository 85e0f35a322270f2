//! How much goes on here.

use diesel::prelude::*;
use domain::Time;

use crate::DbConnection;
use crate::literal::Literal;
use crate::schema::{seen_weeks, statuses, users};

/// How many public statuses with ids from `from` on and before `until` were written here. A range of a partial index.
pub fn public_statuses(conn: &mut DbConnection, from: i64, until: i64) -> QueryResult<i64> {
    statuses::table
        .filter(Literal("statuses.visibility = 0"))
        .filter(statuses::reblog_of_id.is_null())
        .filter(statuses::deleted_at.is_null())
        .filter(statuses::local)
        .filter(statuses::id.ge(from))
        .filter(statuses::id.lt(until))
        .count()
        .get_result(conn)
}

/// How many were here in the week that began at `week`. Counts a range of the primary key.
pub fn logins(conn: &mut DbConnection, week: Time) -> QueryResult<i64> {
    seen_weeks::table
        .filter(seen_weeks::week.eq(week))
        .count()
        .get_result(conn)
}

/// How many signed up from `from` on and before `until`. A scan of those who have an account here.
pub fn registrations(conn: &mut DbConnection, from: Time, until: Time) -> QueryResult<i64> {
    users::table
        .filter(users::created_at.ge(from))
        .filter(users::created_at.lt(until))
        .count()
        .get_result(conn)
}
