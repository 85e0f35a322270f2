//! What was looked for elsewhere, and when: it is not looked for again too soon.

use diesel::prelude::*;
use domain::Time;

use crate::DbConnection;
use crate::connection::each;
use crate::schema::lookups;

/// The last time that something was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = lookups)]
pub struct Lookup {
    pub looked_at: Time,
    pub finished_at: Option<Time>,
    /// How much of it was known then.
    pub known_before: i64,
}

/// The last search for something. One row by key.
pub fn find(conn: &mut DbConnection, what: &str) -> QueryResult<Option<Lookup>> {
    lookups::table
        .find(what)
        .select(Lookup::as_select())
        .first(conn)
        .optional()
}

/// When something was looked for last. One row by key.
pub fn last(conn: &mut DbConnection, what: &str) -> QueryResult<Option<Time>> {
    Ok(find(conn, what)?.map(|last| last.looked_at))
}

/// Notes that something is looked for now: true unless it was at `since` or later.
pub fn begin(conn: &mut DbConnection, what: &str, now: Time, since: Time) -> QueryResult<bool> {
    let earlier = lookups::table
        .find(what)
        .filter(lookups::looked_at.lt(since));
    let again = diesel::update(earlier)
        .set((
            lookups::looked_at.eq(now),
            lookups::finished_at.eq(None::<Time>),
        ))
        .execute(conn)?;
    if again == 1 {
        return Ok(true);
    }
    let row = (lookups::what.eq(what), lookups::looked_at.eq(now));
    each!(conn, c => diesel::insert_into(lookups::table).values(row).on_conflict_do_nothing().execute(c))
        .map(|rows| rows == 1)
}

/// Notes how much of what is looked for is known.
pub fn set_known(conn: &mut DbConnection, what: &str, known: i64) -> QueryResult<()> {
    diesel::update(lookups::table.find(what))
        .set(lookups::known_before.eq(known))
        .execute(conn)
        .map(drop)
}

/// Notes that the looking is over.
pub fn finish(conn: &mut DbConnection, what: &str, now: Time) -> QueryResult<()> {
    diesel::update(lookups::table.find(what))
        .set(lookups::finished_at.eq(now))
        .execute(conn)
        .map(drop)
}

/// Forgets what was looked for before `time`.
pub fn prune(conn: &mut DbConnection, time: Time) -> QueryResult<()> {
    diesel::delete(lookups::table.filter(lookups::looked_at.lt(time)))
        .execute(conn)
        .map(drop)
}
