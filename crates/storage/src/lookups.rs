//! What was looked for elsewhere, and when: it is not looked for again too soon.

use diesel::prelude::*;
use domain::Time;

use crate::DbConnection;
use crate::connection::each;
use crate::schema::lookups;

/// When something was looked for last. One row by key.
pub fn last(conn: &mut DbConnection, what: &str) -> QueryResult<Option<Time>> {
    lookups::table
        .find(what)
        .select(lookups::looked_at)
        .first(conn)
        .optional()
}

/// Notes that something is looked for now: true unless it was at `since` or later.
pub fn begin(conn: &mut DbConnection, what: &str, now: Time, since: Time) -> QueryResult<bool> {
    let earlier = lookups::table
        .find(what)
        .filter(lookups::looked_at.lt(since));
    let again = diesel::update(earlier)
        .set(lookups::looked_at.eq(now))
        .execute(conn)?;
    if again == 1 {
        return Ok(true);
    }
    let row = (lookups::what.eq(what), lookups::looked_at.eq(now));
    each!(conn, c => diesel::insert_into(lookups::table).values(row).on_conflict_do_nothing().execute(c))
        .map(|rows| rows == 1)
}

/// Forgets what was looked for before `time`.
pub fn prune(conn: &mut DbConnection, time: Time) -> QueryResult<()> {
    diesel::delete(lookups::table.filter(lookups::looked_at.lt(time)))
        .execute(conn)
        .map(drop)
}
